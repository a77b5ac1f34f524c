#ifndef NET_TLS_FILE_H
#define NET_TLS_FILE_H

/* Files of certificates and keys. */

#include "net/tls_socket.h"

#ifdef __cplusplus
extern "C" {
#endif

/* net_tls_file is what was in a file. */
struct net_tls_file {
  char *bytes;
  size_t length;
};

/* net_tls_load_file reads `file`: as it is where `password` is NULL, and otherwise a private key in
   PEM, which comes back as PEM that is not encrypted. Returns what the caller frees, or NULL with
   the reason, which names the file, in `error`. */
struct net_tls_file *net_tls_load_file(const char *file, const char *password,
                                       char error[NET_TLS_ERROR_SIZE]);

/* net_tls_file_free wipes and frees `file`. NULL is allowed. */
void net_tls_file_free(struct net_tls_file *file);

#ifdef __cplusplus
}
#endif

#endif
