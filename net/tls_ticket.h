#ifndef NET_TLS_TICKET_H
#define NET_TLS_TICKET_H

/* The keys of session tickets that several servers share (RFC 5077). */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The newest and those before it whose tickets are still good. */
#define NET_TLS_NUM_TICKET_KEYS 4

struct net_tls_ticket_key {
  uint8_t name[16];
  uint8_t aes_key[32];
  uint8_t hmac_key[16];
};

struct net_tls_ticket_keys {
  pthread_mutex_t mutex;
  size_t count;
  /* The newest first. */
  struct net_tls_ticket_key keys[NET_TLS_NUM_TICKET_KEYS];
};

/* net_tls_ticket_keys_init returns false when the system has no mutex to give. */
bool net_tls_ticket_keys_init(struct net_tls_ticket_keys *keys);

/* net_tls_ticket_keys_destroy wipes the keys. */
void net_tls_ticket_keys_destroy(struct net_tls_ticket_keys *keys);

#endif
