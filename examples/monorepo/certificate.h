#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

/* certificate is a certificate and its private key, both as PEM. */
struct certificate {
  char certificate[2048];
  size_t certificate_length;
  char key[1024];
  size_t key_length;
};

/* certificate_make fills `made` with a self-signed certificate for the DNS name `name`, valid for a
   day. Returns false on failure. */
bool certificate_make(const char *name, struct certificate *made);

#endif
