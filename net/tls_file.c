#include "net/tls_file.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/mem.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_config_internal.h"
#include "net/tls_pem.h"
#include "net/tls_socket_internal.h"

/* Refusing what a file of certificates or keys never is keeps a wrong name from eating the memory.
 */
#define MAXIMUM_FILE ((size_t)16 * 1024 * 1024)

static void wipe(char *bytes, size_t length) {
  OPENSSL_cleanse(bytes, length);
  free(bytes);
}

/* Moves the text to memory of twice the size: realloc(3) would leave a key behind, unwiped. Frees
   it on failure, with errno set. */
static char *enlarge(char *text, size_t capacity) {
  char *larger = capacity < MAXIMUM_FILE ? malloc(capacity * 2) : NULL;
  int error = capacity < MAXIMUM_FILE ? ENOMEM : EFBIG;
  if (larger != NULL) {
    memcpy(larger, text, capacity);
  }
  wipe(text, capacity);
  if (larger == NULL) {
    errno = error;
  }
  return larger;
}

/* Reads `opened` to its end. On failure returns NULL with errno set. */
static char *read_all(FILE *opened, size_t *length) {
  size_t capacity = 8192;
  char *text = malloc(capacity);
  *length = 0;
  while (text != NULL) {
    *length += fread(text + *length, 1, capacity - *length, opened);
    if (*length < capacity) {
      break;
    }
    text = enlarge(text, capacity);
    capacity *= 2;
  }
  if (text != NULL && ferror(opened)) {
    int error = errno;
    wipe(text, *length);
    errno = error;
    return NULL;
  }
  return text;
}

char *net_tls_read_file(const char *file, size_t *length) {
  FILE *opened = fopen(file, "re");
  char *text = NULL;
  if (opened != NULL) {
    setvbuf(opened, NULL, _IONBF, 0); /* A buffer of its own would keep a key, unwiped. */
    text = read_all(opened, length);
  }
  int error = errno;
  if (opened != NULL) {
    fclose(opened);
  }
  errno = error;
  return text;
}

/* Takes `bytes` over, also on failure. */
static struct net_tls_file *new_file(char *bytes, size_t length) {
  struct net_tls_file *file = malloc(sizeof(*file));
  if (file == NULL) {
    wipe(bytes, length);
    return NULL;
  }
  *file = (struct net_tls_file){bytes, length};
  return file;
}

/* The key as PEM that is not encrypted; NULL when memory is short. */
static struct net_tls_file *write_key(const EVP_PKEY *key) {
  const uint8_t *written = NULL;
  size_t length = 0;
  char *bytes = NULL;
  BIO *bio = BIO_new(BIO_s_mem());
  if (bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) &&
      BIO_mem_contents(bio, &written, &length)) {
    bytes = malloc(length);
  }
  if (bytes != NULL) {
    memcpy(bytes, written, length);
  }
  BIO_free(bio); /* BoringSSL wipes all memory that it frees. */
  return bytes != NULL ? new_file(bytes, length) : NULL;
}

static struct net_tls_file *decrypt(const struct net_tls_file *file, const char *password,
                                    const char **reason) {
  EVP_PKEY *key = net_tls_parse_encrypted_key(file->bytes, file->length, password, reason);
  struct net_tls_file *decrypted = key != NULL ? write_key(key) : NULL;
  if (key != NULL && decrypted == NULL) {
    *reason = net_tls_out_of_memory;
  }
  EVP_PKEY_free(key);
  ERR_clear_error();
  return decrypted;
}

struct net_tls_file *net_tls_load_file(const char *file, const char *password,
                                       char error[NET_TLS_ERROR_SIZE]) {
  size_t length = 0;
  char *bytes = net_tls_read_file(file, &length);
  if (bytes == NULL) {
    char reason[128] = "";
    int code = errno;
    (void)strerror_r(code, reason, sizeof(reason));
    snprintf(error, NET_TLS_ERROR_SIZE, "failed to open file '%.300s': %s", file, reason);
    return NULL;
  }
  struct net_tls_file *loaded = new_file(bytes, length);
  if (loaded == NULL) {
    snprintf(error, NET_TLS_ERROR_SIZE, "%s", net_tls_out_of_memory);
    return NULL;
  }
  if (password == NULL) {
    return loaded;
  }
  const char *reason = NULL;
  struct net_tls_file *decrypted = decrypt(loaded, password, &reason);
  if (decrypted == NULL) {
    snprintf(error, NET_TLS_ERROR_SIZE, "failed to read private key '%.300s': %s", file, reason);
  }
  net_tls_file_free(loaded);
  return decrypted;
}

void net_tls_file_free(struct net_tls_file *file) {
  if (file != NULL) {
    wipe(file->bytes, file->length);
    free(file);
  }
}
