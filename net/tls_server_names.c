#include "net/tls_server_names.h"

#include <ctype.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/tls_socket_internal.h"

/* The longest name of the DNS (RFC 1035, section 2.3.4). */
#define MAXIMUM_NAME 253

struct entry {
  char *name;
  struct net_tls_config *config;
};

struct net_tls_server_names {
  atomic_uint references;
  pthread_mutex_t mutex;
  /* Sorted by name, in any case. */
  struct entry *entries;
  size_t count;
};

struct net_tls_server_names *net_tls_server_names_new(void) {
  struct net_tls_server_names *names = calloc(1, sizeof(*names));
  if (names != NULL && pthread_mutex_init(&names->mutex, NULL) != 0) {
    free(names);
    return NULL;
  }
  if (names != NULL) {
    atomic_init(&names->references, 1);
  }
  return names;
}

struct net_tls_server_names *net_tls_server_names_retain(struct net_tls_server_names *names) {
  atomic_fetch_add(&names->references, 1);
  return names;
}

void net_tls_server_names_release(struct net_tls_server_names *names) {
  if (names == NULL || atomic_fetch_sub(&names->references, 1) > 1) {
    return;
  }
  for (size_t i = 0; i < names->count; i++) {
    free(names->entries[i].name);
    net_tls_config_release(names->entries[i].config);
  }
  free(names->entries);
  pthread_mutex_destroy(&names->mutex);
  free(names);
}

/* Labels of letters, digits, '-' and '_', at most 63 long (RFC 1035, section 2.3.4). */
static bool has_labels(const char *name) {
  for (;;) {
    size_t length = strcspn(name, ".");
    if (length == 0 || length > 63) {
      return false;
    }
    for (size_t i = 0; i < length; i++) {
      if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_') {
        return false;
      }
    }
    if (name[length] == '\0') {
      return true;
    }
    name += length + 1;
  }
}

static bool is_name(const char *name) {
  const char *labels = strncmp(name, "*.", 2) == 0 ? name + 2 : name;
  return strlen(name) <= MAXIMUM_NAME && has_labels(labels) && !net_tls_name_is_address(name);
}

/* Returns where the name is, or else would be. */
static size_t find_place(const struct net_tls_server_names *names, const char *name,
                         bool *is_there) {
  size_t first = 0;
  size_t end = names->count;
  *is_there = false;
  while (first < end) {
    size_t middle = first + (end - first) / 2;
    int order = strcasecmp(name, names->entries[middle].name);
    if (order == 0) {
      *is_there = true;
      return middle;
    }
    if (order < 0) {
      end = middle;
    } else {
      first = middle + 1;
    }
  }
  return first;
}

static bool insert(struct net_tls_server_names *names, size_t place, const char *name,
                   struct net_tls_config *config) {
  char *copy = strdup(name);
  struct entry *entries =
      copy != NULL ? realloc(names->entries, (names->count + 1) * sizeof(*entries)) : NULL;
  if (entries == NULL) {
    free(copy);
    return false;
  }
  memmove(&entries[place + 1], &entries[place], (names->count - place) * sizeof(*entries));
  entries[place] = (struct entry){copy, config};
  names->entries = entries;
  names->count++;
  return true;
}

/* Takes the reference to `config` on success. */
static bool set(struct net_tls_server_names *names, const char *name,
                struct net_tls_config *config) {
  bool is_there = false;
  size_t place = find_place(names, name, &is_there);
  if (!is_there) {
    return insert(names, place, name, config);
  }
  net_tls_config_release(names->entries[place].config);
  names->entries[place].config = config;
  return true;
}

bool net_tls_server_names_add(struct net_tls_server_names *names, const char *name,
                              struct net_tls_config *config, char error[NET_TLS_ERROR_SIZE]) {
  if (!is_name(name)) {
    snprintf(error, NET_TLS_ERROR_SIZE, "invalid server name '%.300s'", name);
    return false;
  }
  if (!net_tls_config_begin_serving(config, error)) {
    return false;
  }
  pthread_mutex_lock(&names->mutex);
  bool is_added = set(names, name, config);
  if (is_added) {
    net_tls_config_retain(config);
  }
  pthread_mutex_unlock(&names->mutex);
  if (!is_added) {
    snprintf(error, NET_TLS_ERROR_SIZE, "%s", net_tls_out_of_memory);
  }
  return is_added;
}

static struct net_tls_config *look_up(const struct net_tls_server_names *names, const char *name) {
  bool is_there = false;
  size_t place = find_place(names, name, &is_there);
  return is_there ? names->entries[place].config : NULL;
}

struct net_tls_config *net_tls_server_names_find(struct net_tls_server_names *names,
                                                 const char *name) {
  char wildcard[MAXIMUM_NAME + 1];
  const char *parent = strchr(name, '.');
  pthread_mutex_lock(&names->mutex);
  struct net_tls_config *config = look_up(names, name);
  if (config == NULL && parent != NULL && parent != name && strlen(parent) + 1 < sizeof(wildcard)) {
    snprintf(wildcard, sizeof(wildcard), "*%s", parent);
    config = look_up(names, wildcard);
  }
  if (config != NULL) {
    net_tls_config_retain(config);
  }
  pthread_mutex_unlock(&names->mutex);
  return config;
}

bool net_tls_socket_set_server_names(struct net_tls_socket *socket,
                                     struct net_tls_server_names *names) {
  if (socket->has_begun || !SSL_is_server(socket->ssl)) {
    return false;
  }
  net_tls_server_names_release(socket->server_names);
  socket->server_names = net_tls_server_names_retain(names);
  return true;
}
