#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "testing/sockets.h"

// The linker sends the calls of net/ here (--wrap).
extern "C" {
int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **list);
void __real_freeaddrinfo(struct addrinfo *list);
void *__real_calloc(size_t number, size_t size);
void __real_free(void *block);
char *__real_strdup(const char *text);

static int resolver_errno = 0;
static int resolver_code = 0;
static int num_lists = 0;
static int num_names = 0;
static const void *last_name = nullptr;
static bool names_are_unknown = false;
static bool calloc_fails = false;

int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **list) {
  if (resolver_errno != 0) {
    errno = resolver_errno;
    return EAI_SYSTEM;
  }
  if (resolver_code != 0) {
    return resolver_code;
  }
  if (names_are_unknown && host != nullptr) {
    return EAI_NONAME;
  }
  int code = __real_getaddrinfo(host, port, hints, list);
  num_lists += code == 0;
  return code;
}

void __wrap_freeaddrinfo(struct addrinfo *list) {
  num_lists--;
  __real_freeaddrinfo(list);
}

char *__wrap_strdup(const char *text) {
  char *name = __real_strdup(text);
  last_name = name;
  num_names++;
  return name;
}

void __wrap_free(void *block) {
  if (block != nullptr && block == last_name) {
    num_names--;
    last_name = nullptr;
  }
  __real_free(block);
}

void *__wrap_calloc(size_t number, size_t size) {
  return calloc_fails ? nullptr : __real_calloc(number, size);
}
}

namespace {

using net_testing::Descriptor;
using net_testing::SocketPair;

struct Resolved {
  struct net_error error = {NET_ERROR_NONE, 0};
  std::vector<struct net_address> addresses;
};

Resolved Resolve(const char *host, const char *port, bool passive) {
  struct net_address *addresses = nullptr;
  size_t num_addresses = 0;
  Resolved resolved;
  resolved.error = net_resolve(host, port, passive, &addresses, &num_addresses);
  if (resolved.error.kind == NET_ERROR_NONE) {
    resolved.addresses.assign(addresses, addresses + num_addresses);
  } else {
    EXPECT_EQ(nullptr, addresses);
    EXPECT_EQ(0u, num_addresses);
  }
  free(addresses);
  return resolved;
}

std::string Name(const struct net_address &address) {
  char host[128];
  int port = -1;
  EXPECT_EQ(NET_ERROR_NONE, net_address_name(&address, host, sizeof(host), &port).kind);
  return std::string(host) + " " + std::to_string(port);
}

std::string Text(struct net_error error) {
  char text[128];
  EXPECT_EQ(text, net_error_text(error, text, sizeof(text)));
  return text;
}

// As in a system without a hosts file (RFC 6761).
TEST(Resolve, LocalhostIsTheLoopbackAddress) {
  names_are_unknown = true;
  for (bool passive : {false, true}) {
    for (const char *host : {"localhost", "LocalHost"}) {
      Resolved resolved = Resolve(host, "443", passive);
      ASSERT_EQ(NET_ERROR_NONE, resolved.error.kind) << Text(resolved.error);
      for (const struct net_address &address : resolved.addresses) {
        std::string name = Name(address);
        EXPECT_TRUE(name == "127.0.0.1 443" || name == "::1 443") << name;
      }
    }
  }
  EXPECT_EQ(NET_ERROR_RESOLVER, Resolve("localhost.example", "443", false).error.kind);
  names_are_unknown = false;
}

TEST(Resolve, NumbersAreTaken) {
  Resolved resolved = Resolve("127.0.0.1", "80", false);
  ASSERT_EQ(1u, resolved.addresses.size());
  EXPECT_EQ("127.0.0.1 80", Name(resolved.addresses[0]));
  EXPECT_EQ(AF_INET, resolved.addresses[0].family);
  EXPECT_EQ(SOCK_STREAM, resolved.addresses[0].socktype);
  EXPECT_EQ(IPPROTO_TCP, resolved.addresses[0].protocol);
  EXPECT_EQ(sizeof(struct sockaddr_in), resolved.addresses[0].length);
  resolved = Resolve("::1", "65535", false);
  ASSERT_EQ(1u, resolved.addresses.size());
  EXPECT_EQ("::1 65535", Name(resolved.addresses[0]));
  EXPECT_EQ(AF_INET6, resolved.addresses[0].family);
}

TEST(Resolve, WithoutAHost) {
  bool has_loopback = false;
  for (const struct net_address &address : Resolve(nullptr, "80", false).addresses) {
    has_loopback = has_loopback || Name(address) == "127.0.0.1 80";
    EXPECT_NE("0.0.0.0 80", Name(address));
  }
  EXPECT_TRUE(has_loopback);
  bool has_every = false;
  for (const struct net_address &address : Resolve(nullptr, "80", true).addresses) {
    has_every = has_every || Name(address) == "0.0.0.0 80";
    EXPECT_NE("127.0.0.1 80", Name(address));
  }
  EXPECT_TRUE(has_every);
}

TEST(Resolve, AsIsAskedFor) {
  struct net_hints hints = {AI_NUMERICHOST | AI_CANONNAME, AF_INET, SOCK_DGRAM, 0};
  struct net_address *addresses = nullptr;
  size_t num_addresses = 0;
  char *name = nullptr;
  ASSERT_EQ(NET_ERROR_NONE,
            net_resolve_as("127.0.0.1", "53", &hints, &addresses, &num_addresses, &name).kind);
  ASSERT_EQ(1u, num_addresses);
  EXPECT_EQ("127.0.0.1 53", Name(addresses[0]));
  EXPECT_EQ(SOCK_DGRAM, addresses[0].socktype);
  EXPECT_EQ(IPPROTO_UDP, addresses[0].protocol);
  EXPECT_STREQ("127.0.0.1", name);
  free(addresses);
  free(name);
  hints.flags = AI_NUMERICHOST;
  for (const char *host : {"::1", "localhost", "LOCALHOST", "1.2.3.4.5"}) {
    struct net_error error = net_resolve_as(host, "53", &hints, &addresses, &num_addresses, &name);
    EXPECT_EQ(NET_ERROR_RESOLVER, error.kind) << host;
  }
  ASSERT_EQ(NET_ERROR_NONE,
            net_resolve_as("127.0.0.2", "53", &hints, &addresses, &num_addresses, &name).kind);
  EXPECT_EQ(nullptr, name);
  free(addresses);
}

TEST(Lookup, FindsTheNamesOfAnAddress) {
  Resolved resolved = Resolve("127.0.0.1", "80", false);
  ASSERT_EQ(1u, resolved.addresses.size());
  char host[64], service[16];
  int flags = NI_NUMERICHOST | NI_NUMERICSERV;
  ASSERT_EQ(NET_ERROR_NONE, net_address_lookup(&resolved.addresses[0], flags, host, sizeof(host),
                                               service, sizeof(service))
                                .kind);
  EXPECT_STREQ("127.0.0.1", host);
  EXPECT_STREQ("80", service);
  struct net_error error =
      net_address_lookup(&resolved.addresses[0], flags, host, 2, service, sizeof(service));
  EXPECT_EQ(NET_ERROR_RESOLVER, error.kind);
  EXPECT_EQ(EAI_OVERFLOW, error.code);
}

TEST(Resolve, NamesThatCannotBeAreTheResolversError) {
  Resolved resolved = Resolve(std::string(300, 'a').c_str(), "80", false);
  EXPECT_EQ(NET_ERROR_RESOLVER, resolved.error.kind);
  EXPECT_EQ(gai_strerror(resolved.error.code), Text(resolved.error));
  resolved = Resolve("127.0.0.1", "no-such-service", false);
  EXPECT_EQ(NET_ERROR_RESOLVER, resolved.error.kind);
  EXPECT_EQ(EAI_SERVICE, resolved.error.code);
}

TEST(Resolve, TheSystemsErrorIsPassedOn) {
  resolver_errno = EMFILE;
  Resolved resolved = Resolve("127.0.0.1", "80", false);
  resolver_errno = 0;
  EXPECT_EQ(NET_ERROR_SYSTEM, resolved.error.kind);
  EXPECT_EQ(EMFILE, resolved.error.code);
}

TEST(Resolve, WithoutMemory) {
  num_names = num_lists = 0;
  calloc_fails = true;
  struct net_address *addresses = nullptr;
  size_t num_addresses = 0;
  struct net_error error = net_resolve("127.0.0.1", "80", false, &addresses, &num_addresses);
  calloc_fails = false;
  EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
  EXPECT_EQ(ENOMEM, error.code);
  EXPECT_EQ(nullptr, addresses);
  calloc_fails = true;
  struct net_hints hints = {AI_CANONNAME, AF_INET, SOCK_STREAM, 0};
  char *name = nullptr;
  error = net_resolve_as("127.0.0.1", "80", &hints, &addresses, &num_addresses, &name);
  calloc_fails = false;
  EXPECT_EQ(ENOMEM, error.code);
  EXPECT_EQ(nullptr, name);
  EXPECT_EQ(0, num_names);
  EXPECT_EQ(0, num_lists);
}

TEST(Resolve, NothingIsKept) {
  num_lists = 0;
  EXPECT_EQ(NET_ERROR_NONE, Resolve("127.0.0.1", "80", false).error.kind);
  EXPECT_EQ(0, num_lists);
}

TEST(Resolve, WithoutAHostThereIsNoOtherWay) {
  resolver_code = EAI_FAIL;
  Resolved resolved = Resolve(nullptr, "80", false);
  resolver_code = 0;
  EXPECT_EQ(NET_ERROR_RESOLVER, resolved.error.kind);
  EXPECT_EQ(EAI_FAIL, resolved.error.code);
}

TEST(Address, OfBothEnds) {
  for (int family : {AF_INET, AF_INET6}) {
    SocketPair pair = net_testing::MakeSocketPair(family);
    if (pair.far.get() < 0) {
      continue;
    }
    struct net_address local;
    struct net_address peer;
    ASSERT_EQ(NET_ERROR_NONE, net_local_address(pair.near.get(), &local).kind);
    ASSERT_EQ(NET_ERROR_NONE, net_peer_address(pair.far.get(), &peer).kind);
    EXPECT_EQ(Name(local), Name(peer));
    EXPECT_EQ(family, peer.family);
    EXPECT_EQ(SOCK_STREAM, peer.socktype);
    EXPECT_EQ(IPPROTO_TCP, peer.protocol);
    ASSERT_EQ(NET_ERROR_NONE, net_peer_address(pair.near.get(), &peer).kind);
    EXPECT_NE(Name(local), Name(peer));
  }
}

TEST(Address, OfWhatIsNotConnected) {
  Descriptor fd(socket(AF_INET, SOCK_STREAM, 0));
  struct net_address address = {};
  struct net_error error = net_peer_address(fd.get(), &address);
  EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
  EXPECT_EQ(ENOTCONN, error.code);
  EXPECT_EQ(0u, address.length);
}

struct net_address UnixAddress(const std::string &path) {
  struct net_address address = {};
  auto *unix_address = reinterpret_cast<struct sockaddr_un *>(&address.storage);
  unix_address->sun_family = AF_UNIX;
  memcpy(unix_address->sun_path, path.data(), path.size());
  address.length = static_cast<socklen_t>(offsetof(struct sockaddr_un, sun_path) + path.size());
  address.family = AF_UNIX;
  return address;
}

struct net_error MakeUnixAddress(const std::string &path, struct net_address *address) {
  // With nothing behind it that could pass for its end.
  std::vector<char> bytes(path.begin(), path.end());
  return net_unix_address(bytes.data(), bytes.size(), address);
}

TEST(UnixAddress, IsThatOfAPath) {
  std::string longest(sizeof(sockaddr_un::sun_path) - 1, 'p');
  for (const std::string &path : {std::string("/run/s"), std::string("s"), longest}) {
    struct net_address address = {};
    ASSERT_EQ(NET_ERROR_NONE, MakeUnixAddress(path, &address).kind);
    EXPECT_EQ(path + " 0", Name(address));
    EXPECT_EQ(AF_UNIX, address.family);
    EXPECT_EQ(AF_UNIX, address.storage.ss_family);
    EXPECT_EQ(SOCK_STREAM, address.socktype);
    EXPECT_EQ(0, address.protocol);
    EXPECT_EQ(offsetof(struct sockaddr_un, sun_path) + path.size() + 1, address.length);
  }
}

TEST(UnixAddress, OfAPathThatCannotBe) {
  std::string too_long(sizeof(sockaddr_un::sun_path), 'p');
  const struct {
    std::string path;
    int code;
  } mistakes[] = {{"", ENOENT},
                  {std::string("/run/s\0.sock", 12), EINVAL},
                  {std::string("\0abstract", 9), EINVAL},
                  {too_long, ENAMETOOLONG}};
  for (const auto &mistake : mistakes) {
    struct net_address address = {};
    struct net_error error = MakeUnixAddress(mistake.path, &address);
    EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
    EXPECT_EQ(mistake.code, error.code);
    EXPECT_EQ(0u, address.length);
  }
}

TEST(AddressName, OfUnixSockets) {
  EXPECT_EQ(" 0", Name(UnixAddress("")));
  EXPECT_EQ("/run/s 0", Name(UnixAddress("/run/s")));
  EXPECT_EQ("/run/s 0", Name(UnixAddress(std::string("/run/s\0", 7))));
  EXPECT_EQ("@abc 0", Name(UnixAddress(std::string("\0abc", 4))));
  EXPECT_EQ("@ 0", Name(UnixAddress(std::string("\0", 1))));
  std::string longest(sizeof(sockaddr_un::sun_path), 'p');
  EXPECT_EQ(longest + " 0", Name(UnixAddress(longest)));
  SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  struct net_address peer;
  ASSERT_EQ(NET_ERROR_NONE, net_peer_address(pair.near.get(), &peer).kind);
  EXPECT_EQ(" 0", Name(peer));
}

TEST(AddressName, OfNothing) {
  struct net_address address = UnixAddress("");
  address.length = 0;
  EXPECT_EQ(" 0", Name(address));
}

TEST(AddressName, ThatJustFits) {
  for (const std::string &path :
       {std::string("/run"), std::string("/run\0", 5), std::string("\0run", 4)}) {
    char host[5] = "old";
    int port = -1;
    struct net_address address = UnixAddress(path);
    EXPECT_EQ(NET_ERROR_NONE, net_address_name(&address, host, sizeof(host), &port).kind);
    EXPECT_STREQ(path[0] == '/' ? "/run" : "@run", host);
  }
}

TEST(AddressName, ThatDoesNotFit) {
  char host[6] = "old";
  int port = 0;
  struct net_address address = UnixAddress("/run/s");
  struct net_error error = net_address_name(&address, host, sizeof(host), &port);
  EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
  EXPECT_EQ(ENAMETOOLONG, error.code);
  address = UnixAddress("/run/");
  EXPECT_EQ(NET_ERROR_NONE, net_address_name(&address, host, sizeof(host), &port).kind);
  EXPECT_STREQ("/run/", host);
  address = Resolve("127.0.0.1", "80", false).addresses[0];
  error = net_address_name(&address, host, sizeof(host), &port);
  EXPECT_EQ(NET_ERROR_RESOLVER, error.kind);
  EXPECT_EQ(EAI_OVERFLOW, error.code);
}

TEST(ErrorText, IsTheSystems) {
  EXPECT_EQ("", Text({NET_ERROR_NONE, 0}));
  EXPECT_EQ("Connection refused", Text({NET_ERROR_SYSTEM, ECONNREFUSED}));
  EXPECT_EQ("Unknown error 12345", Text({NET_ERROR_SYSTEM, 12345}));
  EXPECT_EQ("Name or service not known", Text({NET_ERROR_RESOLVER, EAI_NONAME}));
  EXPECT_EQ("Connection timed out", Text({NET_ERROR_TIMEOUT, 0}));
}

TEST(ErrorText, IsCutToItsPlace) {
  for (int code : {ECONNREFUSED, 12345}) {
    char text[8];
    memset(text, '#', sizeof(text));
    net_error_text({NET_ERROR_SYSTEM, code}, text, 5);
    EXPECT_EQ(4u, strlen(text));
    EXPECT_EQ('#', text[5]);
  }
}

}  // namespace
