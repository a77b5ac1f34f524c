// What addresses tell: those that the resolver finds, and those of sockets

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

Tuple Found(int family, const std::string &number, int port, Expected name) {
  return {Between(1, 64), Integer(family), Integer(SOCK_STREAM), Integer(IPPROTO_TCP),
          Bytes(number),  Integer(port),   std::move(name)};
}

Result Resolves(World &world, const std::string &host, int port, const std::string &flags) {
  return world.Command("resolve " + host + " " + IntegerWord(port) + flags);
}

void Numbers(World &world) {
  world.Configure();
  Resolves(world, StringWord("127.0.0.1"), 443, " nil nil")
      .Gives(Found(AF_INET, "127.0.0.1", 443, Nil()));
  Resolves(world, StringWord("::1"), 65535, " false false")
      .Gives(Found(AF_INET6, "::1", 65535, Nil()));
}

void NumbersHaveOneAddress(World &world) {
  world.Configure();
  world.Expect(Resolves(world, StringWord("127.0.0.1"), 0, " nil nil").AsInteger() == 1,
               "a number has several addresses");
}

void CanonicalName(World &world) {
  world.Configure();
  Resolves(world, StringWord("127.0.0.1"), 1, " nil true")
      .Gives(Found(AF_INET, "127.0.0.1", 1, Bytes("127.0.0.1")));
}

// The first address that is found for port 1.
std::string AddressOf(World &world, const std::string &host, const std::string &rest) {
  Result result = Resolves(world, host, 1, rest);
  result.Gives({Between(1, 64), Between(AF_INET, AF_INET6), Integer(SOCK_STREAM),
                Integer(IPPROTO_TCP), AnyText(), Integer(1), Nil()});
  return result.TextOf(4);
}

// Of this machine alone, unless it is to be listened on.
void NoHost(World &world) {
  world.Configure();
  std::string loopback = AddressOf(world, "nil", " nil nil");
  world.Expect(loopback == "127.0.0.1" || loopback == "::1", "not the loopback: " + loopback);
  std::string any = AddressOf(world, "nil", " true nil");
  world.Expect(any == "0.0.0.0" || any == "::", "not every address: " + any);
}

void Localhost(World &world) {
  world.Configure();
  std::string loopback = AddressOf(world, StringWord("localhost"), " nil nil");
  world.Expect(loopback == "127.0.0.1" || loopback == "::1", "not the loopback: " + loopback);
}

void Unresolved(World &world) {
  world.Configure();
  Resolves(world, StringWord("not a host"), 1, " nil nil").Gives({Nil(), AnyText()});
}

Tuple Of(const Endpoint &endpoint) {
  if (endpoint.is_unix()) {
    return {Integer(AF_UNIX), Integer(SOCK_STREAM), Integer(0), Bytes(endpoint.path), Integer(0)};
  }
  return {Integer(AF_INET), Integer(SOCK_STREAM), Integer(IPPROTO_TCP), Bytes("127.0.0.1"),
          Integer(endpoint.port)};
}

void OfThePeer(World &world) {
  Endpoint endpoint;
  int listener = world.Listen(&endpoint);
  world.ConnectTo(endpoint);
  world.Call("address", StringWord("getpeername")).Gives(Of(endpoint));
  close(listener);
}

void OfItself(World &world) {
  Endpoint endpoint = world.ListenForForeign();
  PlainPeer peer(world.Dial(endpoint));
  world.AcceptForeign();
  world.Call("address", StringWord("getsockname")).Gives(Of(endpoint));
}

}  // namespace

std::vector<Case> AddressCases() {
  return {
      {"NSS-RESOLVE-01/1", "numbers of IPv4 and IPv6", kPlainOnce, Numbers, {}},
      {"NSS-RESOLVE-01/2", "a number is one address", kPlainOnce, NumbersHaveOneAddress, {}},
      {"NSS-RESOLVE-01/3", "the name, where it is asked for", kPlainOnce, CanonicalName, {}},
      {"NSS-RESOLVE-02/1", "no host: the loopback, or every address", kPlainOnce, NoHost, {}},
      {"NSS-RESOLVE-02/2", "localhost", kPlainOnce, Localhost, {}},
      {"NSS-RESOLVE-03/1", "no such host: nil, err", kPlainOnce, Unresolved, {}},
      {"NS-NAME-02/1", "the peer's", kPlain, OfThePeer, {"NS-NAME-01"}},
      {"NS-NAME-02/2", "its own", kPlain, OfItself, {"NS-NAME-01"}},
  };
}

}  // namespace conformance
