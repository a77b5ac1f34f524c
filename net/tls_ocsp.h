#ifndef NET_TLS_OCSP_H
#define NET_TLS_OCSP_H

/* OCSP responses (RFC 6960), as they are stapled to a certificate. */

#include <openssl/bytestring.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a response is made of; views of its bytes. */
struct net_tls_ocsp_response {
  /* What is signed, as a whole, and how. */
  CBS signed_data;
  CBS algorithm;
  CBS signature;
  /* The certificates that came along, one after the other; empty: none. */
  CBS certificates;
  /* The answers, one after the other. */
  CBS answers;
};

/* An answer about one certificate. */
struct net_tls_ocsp_answer {
  CBS digest_algorithm;
  CBS issuer_name_digest;
  CBS issuer_key_digest;
  /* As a whole. */
  CBS serial;
  enum {
    NET_TLS_OCSP_GOOD,
    NET_TLS_OCSP_REVOKED,
    NET_TLS_OCSP_UNKNOWN
  } status;
  /* As a whole; next_update is empty where there is none. */
  CBS this_update;
  CBS next_update;
};

/* net_tls_ocsp_is_response tells whether the bytes have the form of an OCSP response in DER. */
bool net_tls_ocsp_is_response(const uint8_t *der, size_t length);

/* net_tls_ocsp_parse reads a response that has been successful. Returns NULL on success, or why it
   cannot be used, a constant. */
const char *net_tls_ocsp_parse(const uint8_t *der, size_t length,
                               struct net_tls_ocsp_response *response);

/* net_tls_ocsp_next_answer reads the answer at the begin of `answers` and moves that behind it.
   Returns false for what is malformed, or has a critical extension. */
bool net_tls_ocsp_next_answer(CBS *answers, struct net_tls_ocsp_answer *answer);

/* net_tls_ocsp_verify verifies that a response says that `certificate` is good: one of its answers
   is about the certificate; it is signed by `issuer`, or by a certificate that came along, was
   signed by `issuer` and is for OCSP; `now`, in seconds since 1970, is between thisUpdate and
   nextUpdate, which must be there, unless `checks_time` is false. The signature must be ECDSA or
   RSA (PKCS #1) with SHA-256, -384 or -512.

   Returns NULL where that is so, net_tls_ocsp_revoked where all is right but the certificate is
   revoked, or else what is amiss, a constant. Where memory is short, BoringSSL's error queue says
   so. */
const char *net_tls_ocsp_verify(const uint8_t *der, size_t length, X509 *certificate, X509 *issuer,
                                int64_t now, bool checks_time);

extern const char net_tls_ocsp_revoked[];

#ifdef __cplusplus
}
#endif

#endif
