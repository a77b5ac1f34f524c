#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "net/stream.h"
#include "net/stream_internal.h"

static struct net_error resolver_error(int code) {
  if (code == EAI_SYSTEM) {
    return net_system_error(errno);
  }
  return (struct net_error){.kind = NET_ERROR_RESOLVER, .code = code};
}

static struct net_address address_of(const struct addrinfo *info) {
  struct net_address address = {
      .length = info->ai_addrlen,
      .family = info->ai_family,
      .socktype = info->ai_socktype,
      .protocol = info->ai_protocol,
  };
  memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
  return address;
}

static struct net_error copy_list(const struct addrinfo *list, struct net_address **addresses,
                                  size_t *num_addresses) {
  size_t num = 1; /* a list is never empty */
  for (const struct addrinfo *info = list->ai_next; info != NULL; info = info->ai_next) {
    num++;
  }
  struct net_address *copies = calloc(num, sizeof(*copies));
  if (copies == NULL) {
    return net_system_error(ENOMEM);
  }
  size_t next = 0;
  for (const struct addrinfo *info = list; info != NULL; info = info->ai_next) {
    copies[next++] = address_of(info);
  }
  *addresses = copies;
  *num_addresses = num;
  return net_no_error();
}

/* A system without a hosts file knows no "localhost", which is the loopback address all the same
   (RFC 6761, section 6.3). */
static int look_up(const char *host, const char *port, const struct addrinfo *hints,
                   struct addrinfo **list) {
  int code = getaddrinfo(host, port, hints, list);
  bool is_unknown = code == EAI_NONAME || code == EAI_AGAIN || code == EAI_FAIL;
  bool is_name = host != NULL && (hints->ai_flags & AI_NUMERICHOST) == 0;
  if (is_unknown && is_name && strcasecmp(host, "localhost") == 0) {
    struct addrinfo loopback = *hints;
    loopback.ai_flags &= ~(AI_PASSIVE | AI_CANONNAME);
    return getaddrinfo(NULL, port, &loopback, list);
  }
  return code;
}

static struct net_error copy_results(const struct addrinfo *list, struct net_address **addresses,
                                     size_t *num_addresses, char **canonical_name) {
  char *name = NULL;
  if (list->ai_canonname != NULL) {
    name = strdup(list->ai_canonname);
    if (name == NULL) {
      return net_system_error(ENOMEM);
    }
  }
  struct net_error error = copy_list(list, addresses, num_addresses);
  if (error.kind == NET_ERROR_NONE) {
    *canonical_name = name;
  } else {
    free(name);
  }
  return error;
}

struct net_error net_resolve_as(const char *host, const char *port, const struct net_hints *hints,
                                struct net_address **addresses, size_t *num_addresses,
                                char **canonical_name) {
  struct addrinfo wanted = {
      .ai_flags = hints->flags,
      .ai_family = hints->family,
      .ai_socktype = hints->socktype,
      .ai_protocol = hints->protocol,
  };
  struct addrinfo *list = NULL;
  int code = look_up(host, port, &wanted, &list);
  if (code != 0) {
    return resolver_error(code);
  }
  struct net_error error = copy_results(list, addresses, num_addresses, canonical_name);
  freeaddrinfo(list);
  return error;
}

struct net_error net_resolve(const char *host, const char *port, bool passive,
                             struct net_address **addresses, size_t *num_addresses) {
  struct net_hints hints = {
      .flags = passive ? AI_PASSIVE : 0,
      .family = AF_UNSPEC,
      .socktype = SOCK_STREAM,
      .protocol = IPPROTO_TCP,
  };
  char *canonical_name = NULL;
  struct net_error error =
      net_resolve_as(host, port, &hints, addresses, num_addresses, &canonical_name);
  free(canonical_name); /* none is asked for */
  return error;
}

static int unix_path_error(const char *path, size_t length) {
  if (length == 0) {
    return ENOENT;
  }
  if (memchr(path, '\0', length) != NULL) {
    return EINVAL;
  }
  return length < sizeof(((struct sockaddr_un *)NULL)->sun_path) ? 0 : ENAMETOOLONG;
}

struct net_error net_unix_address(const char *path, size_t length, struct net_address *address) {
  int code = unix_path_error(path, length);
  if (code != 0) {
    return net_system_error(code);
  }
  struct net_address made = {.family = AF_UNIX, .socktype = SOCK_STREAM};
  struct sockaddr_un *unix_address = (struct sockaddr_un *)&made.storage;
  unix_address->sun_family = AF_UNIX;
  memcpy(unix_address->sun_path, path, length);
  made.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
  *address = made;
  return net_no_error();
}

struct net_error net_complete_address(int fd, struct net_address *address) {
  address->family = address->storage.ss_family;
  struct net_error error = net_get_option(fd, SOL_SOCKET, SO_TYPE, &address->socktype);
  if (error.kind == NET_ERROR_NONE) {
    error = net_get_option(fd, SOL_SOCKET, SO_PROTOCOL, &address->protocol);
  }
  return error;
}

typedef int (*name_function)(int fd, struct sockaddr *address, socklen_t *length);

static struct net_error address_by(name_function function, int fd, struct net_address *address) {
  struct net_address found = {.length = sizeof(found.storage)};
  if (function(fd, (struct sockaddr *)&found.storage, &found.length) != 0) {
    return net_system_error(errno);
  }
  struct net_error error = net_complete_address(fd, &found);
  if (error.kind == NET_ERROR_NONE) {
    *address = found;
  }
  return error;
}

struct net_error net_local_address(int fd, struct net_address *address) {
  return address_by(getsockname, fd, address);
}

struct net_error net_peer_address(int fd, struct net_address *address) {
  return address_by(getpeername, fd, address);
}

/* The path of a unix socket need not be terminated, and one without a name has none. That of the
   abstract namespace, which begins with a NUL, is written with an @ as the system's tools do. */
static struct net_error unix_name(const struct net_address *address, char *host, size_t host_size) {
  const struct sockaddr_un *unix_address = (const struct sockaddr_un *)&address->storage;
  size_t offset = offsetof(struct sockaddr_un, sun_path);
  size_t length = address->length > offset ? address->length - offset : 0;
  const char *path = unix_address->sun_path;
  bool is_abstract = length > 0 && path[0] == '\0';
  if (!is_abstract) {
    length = strnlen(path, length);
  }
  if (length >= host_size) {
    return net_system_error(ENAMETOOLONG);
  }
  memcpy(host, path, length);
  host[length] = '\0';
  if (is_abstract) {
    host[0] = '@';
  }
  return net_no_error();
}

static int port_of(const struct net_address *address) {
  if (address->family == AF_INET6) {
    return ntohs(((const struct sockaddr_in6 *)&address->storage)->sin6_port);
  }
  return ntohs(((const struct sockaddr_in *)&address->storage)->sin_port);
}

struct net_error net_address_name(const struct net_address *address, char *host, size_t host_size,
                                  int *port) {
  if (address->family == AF_UNIX) {
    *port = 0;
    return unix_name(address, host, host_size);
  }
  int code = getnameinfo((const struct sockaddr *)&address->storage, address->length, host,
                         (socklen_t)host_size, NULL, 0, NI_NUMERICHOST);
  if (code != 0) {
    return resolver_error(code);
  }
  *port = port_of(address);
  return net_no_error();
}

struct net_error net_address_lookup(const struct net_address *address, int flags, char *host,
                                    size_t host_size, char *service, size_t service_size) {
  int code = getnameinfo((const struct sockaddr *)&address->storage, address->length, host,
                         (socklen_t)host_size, service, (socklen_t)service_size, flags);
  return code == 0 ? net_no_error() : resolver_error(code);
}
