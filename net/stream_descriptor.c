#define _GNU_SOURCE /* SOCK_CLOEXEC */

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "net/stream.h"
#include "net/stream_internal.h"

static struct net_error describe_stream(int fd, struct net_address *address) {
  struct net_address found = {.length = 0};
  struct net_error error = net_get_option(fd, SOL_SOCKET, SO_DOMAIN, &found.family);
  if (error.kind == NET_ERROR_NONE) {
    error = net_get_option(fd, SOL_SOCKET, SO_TYPE, &found.socktype);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = net_get_option(fd, SOL_SOCKET, SO_PROTOCOL, &found.protocol);
  }
  if (error.kind == NET_ERROR_NONE && found.socktype != SOCK_STREAM) {
    error = net_system_error(EPROTOTYPE);
  }
  *address = found;
  return error;
}

static bool is_of_family(int family, enum net_family wanted) {
  return wanted == NET_FAMILY_UNIX ? family == AF_UNIX : family == AF_INET || family == AF_INET6;
}

static struct net_error set_close_on_exec(int fd) {
  int flags = fcntl(fd, F_GETFD);
  return net_system_result(flags < 0 ? flags : fcntl(fd, F_SETFD, flags | FD_CLOEXEC));
}

struct net_error net_adopt(int fd, enum net_family wanted, bool nonblocking,
                           struct net_address *address) {
  struct net_address found;
  struct net_error error = describe_stream(fd, &found);
  if (error.kind == NET_ERROR_NONE && !is_of_family(found.family, wanted)) {
    error = net_system_error(EAFNOSUPPORT);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = set_close_on_exec(fd);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = net_set_nonblocking(fd, nonblocking);
  }
  if (error.kind == NET_ERROR_NONE) {
    *address = found;
  }
  return error;
}

struct net_error net_pair(bool nonblocking, int fds[2]) {
  int flags = nonblocking ? SOCK_NONBLOCK : 0;
  return net_system_result(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0, fds));
}

struct net_error net_timer(int64_t timeout_ms, int *fd) {
  struct itimerspec time = {
      .it_value = {.tv_sec = timeout_ms / 1000, .tv_nsec = (long)(timeout_ms % 1000) * 1000000}};
  int made = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (made < 0) {
    return net_system_result(made);
  }
  if (timerfd_settime(made, 0, &time, NULL) != 0) {
    struct net_error error = net_system_error(errno);
    net_close(made);
    return error;
  }
  *fd = made;
  return net_no_error();
}
