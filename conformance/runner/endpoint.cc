#include "conformance/runner/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

#include "conformance/runner/value.h"

namespace conformance {
namespace {

struct SystemAddress {
  sockaddr_storage storage = {};
  socklen_t length = 0;

  const sockaddr *get() const {
    return reinterpret_cast<const sockaddr *>(&storage);
  }
  sockaddr *get() {
    return reinterpret_cast<sockaddr *>(&storage);
  }
};

SystemAddress LoopbackAddress(int port) {
  SystemAddress address;
  auto *loopback = reinterpret_cast<sockaddr_in *>(&address.storage);
  loopback->sin_family = AF_INET;
  loopback->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  loopback->sin_port = htons(static_cast<uint16_t>(port));
  address.length = sizeof *loopback;
  return address;
}

SystemAddress PathAddress(const std::string &path) {
  SystemAddress address;
  auto *local = reinterpret_cast<sockaddr_un *>(&address.storage);
  local->sun_family = AF_UNIX;
  strncpy(local->sun_path, path.c_str(), sizeof local->sun_path - 1);
  address.length = sizeof *local;
  return address;
}

SystemAddress AddressOf(const Endpoint &endpoint) {
  return endpoint.is_unix() ? PathAddress(endpoint.path) : LoopbackAddress(endpoint.port);
}

int CloseAfterFailure(int fd) {
  int reason = errno;
  close(fd);
  errno = reason;
  return -1;
}

int PortOf(int fd) {
  SystemAddress address = LoopbackAddress(0);
  getsockname(fd, address.get(), &address.length);
  return ntohs(reinterpret_cast<const sockaddr_in *>(&address.storage)->sin_port);
}

}  // namespace

std::string Endpoint::HostWord() const {
  return StringWord(is_unix() ? path : "127.0.0.1");
}

std::string Endpoint::Words() const {
  return HostWord() + " " + IntegerWord(port);
}

int BindAt(Endpoint *endpoint) {
  SystemAddress address = AddressOf(*endpoint);
  int fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, address.get(), address.length) != 0) {
    return CloseAfterFailure(fd);
  }
  endpoint->port = endpoint->is_unix() ? 0 : PortOf(fd);
  return fd;
}

int ListenAt(Endpoint *endpoint, int backlog) {
  int fd = BindAt(endpoint);
  return fd < 0 || listen(fd, backlog) == 0 ? fd : CloseAfterFailure(fd);
}

int DialTo(const Endpoint &endpoint, int receive_buffer) {
  SystemAddress address = AddressOf(endpoint);
  int fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  LimitReceiveBuffer(fd, receive_buffer);
  return connect(fd, address.get(), address.length) == 0 ? fd : CloseAfterFailure(fd);
}

void LimitReceiveBuffer(int fd, int size) {
  if (size > 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
}

SocketDirectory::~SocketDirectory() {
  std::error_code ignored;
  if (!path_.empty()) {
    std::filesystem::remove_all(path_, ignored);
  }
}

std::string SocketDirectory::NewPath() {
  if (path_.empty()) {
    std::string made = "/tmp/conformance.XXXXXX";
    if (mkdtemp(made.data()) == nullptr) {
      return "";
    }
    path_ = made;
  }
  return path_ + "/" + std::to_string(++num_paths_);
}

}  // namespace conformance
