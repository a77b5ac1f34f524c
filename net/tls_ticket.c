#include "net/tls_ticket.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <string.h>

#include "net/tls_config_internal.h"
#include "net/tls_socket_internal.h"

bool net_tls_ticket_keys_init(struct net_tls_ticket_keys *keys) {
  return pthread_mutex_init(&keys->mutex, NULL) == 0;
}

void net_tls_ticket_keys_destroy(struct net_tls_ticket_keys *keys) {
  OPENSSL_cleanse(keys->keys, sizeof(keys->keys));
  pthread_mutex_destroy(&keys->mutex);
}

/* Takes the newest key, or the one of that name. Returns its age, 0 for the newest, or -1 where
   there is none. */
static int take_key(struct net_tls_ticket_keys *keys, const uint8_t *name,
                    struct net_tls_ticket_key *key) {
  int age = -1;
  pthread_mutex_lock(&keys->mutex);
  for (size_t i = 0; age < 0 && i < keys->count; i++) {
    if (name == NULL || memcmp(name, keys->keys[i].name, sizeof(key->name)) == 0) {
      *key = keys->keys[i];
      age = (int)i;
    }
  }
  pthread_mutex_unlock(&keys->mutex);
  return age;
}

/* The results are those that BoringSSL asks for: 1 success, 2 success and a new ticket is wanted, 0
   a ticket that cannot be read, -1 failure. */
static int encrypt_ticket(const struct net_tls_ticket_key *key, uint8_t *name, uint8_t *iv,
                          EVP_CIPHER_CTX *cipher, HMAC_CTX *hmac) {
  memcpy(name, key->name, sizeof(key->name));
  bool is_ready = RAND_bytes(iv, EVP_MAX_IV_LENGTH) &&
                  EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->aes_key, iv) &&
                  HMAC_Init_ex(hmac, key->hmac_key, sizeof(key->hmac_key), EVP_sha256(), NULL);
  return is_ready ? 1 : -1;
}

static int decrypt_ticket(const struct net_tls_ticket_key *key, int age, const uint8_t *iv,
                          EVP_CIPHER_CTX *cipher, HMAC_CTX *hmac) {
  bool is_ready = EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->aes_key, iv) &&
                  HMAC_Init_ex(hmac, key->hmac_key, sizeof(key->hmac_key), EVP_sha256(), NULL);
  if (!is_ready) {
    return -1;
  }
  return age == 0 ? 1 : 2;
}

/* Tickets are those of the configuration that the socket was made with, whatever name the client
   asks for. */
static int use_ticket_key(SSL *ssl, uint8_t *name, uint8_t *iv, EVP_CIPHER_CTX *cipher,
                          HMAC_CTX *hmac, int encrypts) {
  const struct net_tls_socket *socket = SSL_get_app_data(ssl);
  struct net_tls_ticket_key key;
  int age = take_key(&socket->config->ticket_keys, encrypts ? NULL : name, &key);
  if (age < 0) {
    return encrypts ? -1 : 0;
  }
  int result = encrypts ? encrypt_ticket(&key, name, iv, cipher, hmac)
                        : decrypt_ticket(&key, age, iv, cipher, hmac);
  OPENSSL_cleanse(&key, sizeof(key));
  return result;
}

static bool is_same(const struct net_tls_ticket_key *key, const struct net_tls_ticket_key *other) {
  return CRYPTO_memcmp(key, other, sizeof(*key)) == 0;
}

/* Returns why the key cannot be added, NULL on success. The newest one may be given again. */
static const char *add_key(struct net_tls_ticket_keys *keys, const struct net_tls_ticket_key *key) {
  if (keys->count > 0 && is_same(key, &keys->keys[0])) {
    return NULL;
  }
  for (size_t i = 0; i < keys->count; i++) {
    if (memcmp(key->name, keys->keys[i].name, sizeof(key->name)) == 0) {
      return "ticket key already present";
    }
  }
  memmove(&keys->keys[1], &keys->keys[0], sizeof(keys->keys) - sizeof(keys->keys[0]));
  keys->keys[0] = *key;
  keys->count += keys->count < NET_TLS_NUM_TICKET_KEYS;
  return NULL;
}

/* The revision's bytes, the most significant first, are the begin of the name. */
static struct net_tls_ticket_key make_key(uint32_t revision, const uint8_t *bytes) {
  struct net_tls_ticket_key key = {.name = {(uint8_t)(revision >> 24), (uint8_t)(revision >> 16),
                                            (uint8_t)(revision >> 8), (uint8_t)revision}};
  memcpy(key.aes_key, bytes, sizeof(key.aes_key));
  memcpy(key.hmac_key, bytes + sizeof(key.aes_key), sizeof(key.hmac_key));
  return key;
}

bool net_tls_config_add_ticket_key(struct net_tls_config *config, uint32_t revision,
                                   const void *bytes, size_t length) {
  struct net_tls_ticket_keys *keys = &config->ticket_keys;
  config->error[0] = '\0';
  if (length != NET_TLS_TICKET_KEY_SIZE) {
    return net_tls_config_fail(config, "wrong amount of ticket key data");
  }
  /* Sockets of other threads read `count` and `keys`, but not whether there is a callback. */
  if (keys->count == 0) {
    if (!net_tls_config_begin_change(config)) {
      return false;
    }
    SSL_CTX_set_tlsext_ticket_key_cb(config->context, use_ticket_key);
  }
  struct net_tls_ticket_key key = make_key(revision, bytes);
  pthread_mutex_lock(&keys->mutex);
  const char *reason = add_key(keys, &key);
  pthread_mutex_unlock(&keys->mutex);
  OPENSSL_cleanse(&key, sizeof(key));
  return reason == NULL || net_tls_config_fail(config, "%s", reason);
}
