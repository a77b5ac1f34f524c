#include "fuzz/streams_checks.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/stream_io.h"
#include "testing/played_system.h"

namespace net_fuzz {

namespace {

// Two ends of a TCP connection, -1 where there is none.
struct Ends {
  int near = -1;
  int far = -1;
};

Ends ConnectOverTcp() {
  Ends ends;
  sockaddr_in address = {};
  socklen_t length = sizeof(address);
  auto *name = reinterpret_cast<sockaddr *>(&address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ends.far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, name, length) == 0 && listen(listener, 1) == 0 &&
      getsockname(listener, name, &length) == 0 && connect(ends.far, name, length) == 0) {
    ends.near = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  }
  close(listener);
  return ends;
}

// Passes `fd` on.
bool Pass(int socket, int fd) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(fd))] = {};
  char byte = 'x';
  iovec part = {&byte, 1};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(fd));
  memcpy(CMSG_DATA(header), &fd, sizeof(fd));
  return sendmsg(socket, &message, MSG_NOSIGNAL) == 1;
}

// The descriptor that net_receive_message has received, -1 where there is none.
int Passed(int socket) {
  int fd = -1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(fd))] = {};
  char byte = 0;
  iovec part = {&byte, 1};
  msghdr message = {};
  size_t length = 0;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  net_receive_message(socket, NET_TRANSPORT_BLOCKING, 0, &message, &length);
  const cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header != nullptr) {
    memcpy(&fd, CMSG_DATA(header), sizeof(fd));
  }
  return fd;
}

}  // namespace

bool Blocks(int fd) {
  net_testing::RealSystem real;
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_NONBLOCK) == 0;
}

bool IsClosedOnExec(int fd) {
  net_testing::RealSystem real;
  return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

bool IsOfFamily(int fd, enum net_family wanted) {
  net_testing::RealSystem real;
  int family = -1;
  socklen_t size = sizeof(family);
  getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
  return (family == AF_UNIX) == (wanted == NET_FAMILY_UNIX);
}

off_t Position(int fd) {
  net_testing::RealSystem real;
  return lseek(fd, 0, SEEK_CUR);
}

int64_t TimeoutOf(int fd, bool sends) {
  net_testing::RealSystem real;
  timeval timeout = {0, 0};
  socklen_t size = sizeof(timeout);
  getsockopt(fd, SOL_SOCKET, sends ? SO_SNDTIMEO : SO_RCVTIMEO, &timeout, &size);
  constexpr int64_t kManySeconds = 1000000;
  bool is_long = timeout.tv_sec > kManySeconds;
  return is_long ? 0 : timeout.tv_sec * INT64_C(1000000000) + timeout.tv_usec * INT64_C(1000);
}

bool UrgentByteIsTold() {
  net_testing::RealSystem real;
  Ends ends = ConnectOverTcp();
  bool is_at_mark = ends.near < 0;
  pollfd entry = {ends.near, POLLPRI, 0};
  if (ends.near >= 0 && send(ends.far, "!", 1, MSG_OOB | MSG_NOSIGNAL) == 1 &&
      poll(&entry, 1, -1) == 1) {
    net_at_mark(ends.near, &is_at_mark);
  }
  close(ends.near);
  close(ends.far);
  return is_at_mark;
}

bool PassedIsClosedOnExec() {
  net_testing::RealSystem real;
  int fds[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    return true;
  }
  int passed = Pass(fds[0], fds[0]) ? Passed(fds[1]) : -1;
  bool is_closed = passed < 0 || IsClosedOnExec(passed);
  close(passed);
  close(fds[0]);
  close(fds[1]);
  return is_closed;
}

}  // namespace net_fuzz
