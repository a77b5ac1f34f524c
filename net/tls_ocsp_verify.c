/* Whether an OCSP response says that a certificate is good (RFC 6960, section 3.2). */

#include <openssl/digest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "net/tls_ocsp.h"

const char net_tls_ocsp_revoked[] = "certificate revoked";

static const char malformed[] = "malformed response";

/* Seconds by which a responder's clock may be ahead of ours. */
#define CLOCK_SKEW 300

/* Signatures. */

static const EVP_MD *accepted_digest(int nid) {
  switch (nid) {
    case NID_sha256:
      return EVP_sha256();
    case NID_sha384:
      return EVP_sha384();
    case NID_sha512:
      return EVP_sha512();
    default:
      return NULL;
  }
}

/* Sets the digest and the type of key of a signature algorithm. */
static bool read_algorithm(const CBS *der, const EVP_MD **digest, int *key_type) {
  const uint8_t *input = CBS_data(der);
  const ASN1_OBJECT *object = NULL;
  int digest_nid = NID_undef;
  X509_ALGOR *algorithm = d2i_X509_ALGOR(NULL, &input, (long)CBS_len(der));
  bool is_known = false;
  if (algorithm != NULL) {
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    is_known = OBJ_find_sigid_algs(OBJ_obj2nid(object), &digest_nid, key_type);
  }
  X509_ALGOR_free(algorithm);
  *digest = is_known ? accepted_digest(digest_nid) : NULL;
  return *digest != NULL;
}

static bool is_signed_by(const struct net_tls_ocsp_response *response, X509 *signer) {
  const EVP_MD *digest = NULL;
  int key_type = NID_undef;
  EVP_PKEY *key = X509_get_pubkey(signer);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool is_signed =
      key != NULL && context != NULL && read_algorithm(&response->algorithm, &digest, &key_type) &&
      EVP_PKEY_id(key) == key_type && EVP_DigestVerifyInit(context, NULL, digest, NULL, key) &&
      EVP_DigestVerify(context, CBS_data(&response->signature), CBS_len(&response->signature),
                       CBS_data(&response->signed_data), CBS_len(&response->signed_data));
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return is_signed;
}

static bool is_valid_at(const X509 *certificate, int64_t now) {
  return X509_cmp_time_posix(X509_get0_notBefore(certificate), now) < 0 &&
         X509_cmp_time_posix(X509_get0_notAfter(certificate), now) > 0;
}

/* Whether the issuer has made it a responder of its own (RFC 6960, section 4.2.2.2). */
static bool is_responder(X509 *certificate, X509 *issuer) {
  uint32_t flags = X509_get_extension_flags(certificate);
  bool is_for_ocsp = (flags & (EXFLAG_INVALID | EXFLAG_CRITICAL)) == 0 &&
                     (flags & EXFLAG_XKUSAGE) != 0 &&
                     (X509_get_extended_key_usage(certificate) & XKU_OCSP_SIGN) != 0 &&
                     (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0;
  if (!is_for_ocsp || X509_check_issued(issuer, certificate) != X509_V_OK) {
    return false;
  }
  EVP_PKEY *key = X509_get_pubkey(issuer);
  bool is_issued = key != NULL && X509_verify(certificate, key) == 1;
  EVP_PKEY_free(key);
  return is_issued;
}

/* Whether one of the certificates that came along has signed, and may. */
static bool is_signed_by_responder(const struct net_tls_ocsp_response *response, X509 *issuer,
                                   int64_t now, bool checks_time) {
  CBS certificates = response->certificates;
  CBS der;
  bool is_signed = false;
  while (!is_signed && CBS_get_asn1_element(&certificates, &der, CBS_ASN1_SEQUENCE)) {
    const uint8_t *input = CBS_data(&der);
    X509 *certificate = d2i_X509(NULL, &input, (long)CBS_len(&der));
    is_signed = certificate != NULL && is_responder(certificate, issuer) &&
                (!checks_time || is_valid_at(certificate, now)) &&
                is_signed_by(response, certificate);
    X509_free(certificate);
  }
  return is_signed;
}

/* Answers. */

static bool is_digest(const CBS *expected, const uint8_t *digest, unsigned length) {
  return CBS_mem_equal(expected, digest, length);
}

static bool is_serial(const CBS *der, const X509 *certificate) {
  const uint8_t *input = CBS_data(der);
  ASN1_INTEGER *serial = d2i_ASN1_INTEGER(NULL, &input, (long)CBS_len(der));
  bool is_same =
      serial != NULL && ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate)) == 0;
  ASN1_INTEGER_free(serial);
  return is_same;
}

static bool is_about(const struct net_tls_ocsp_answer *answer, const X509 *certificate,
                     X509 *issuer) {
  uint8_t name[EVP_MAX_MD_SIZE];
  uint8_t key[EVP_MAX_MD_SIZE];
  unsigned name_length = 0;
  unsigned key_length = 0;
  CBS algorithm = answer->digest_algorithm;
  const EVP_MD *digest = EVP_parse_digest_algorithm(&algorithm);
  return digest != NULL &&
         X509_NAME_digest(X509_get_issuer_name(certificate), digest, name, &name_length) &&
         X509_pubkey_digest(issuer, digest, key, &key_length) &&
         is_digest(&answer->issuer_name_digest, name, name_length) &&
         is_digest(&answer->issuer_key_digest, key, key_length) &&
         is_serial(&answer->serial, certificate);
}

/* Sets `*order` to whether the time is before (negative) or after `now`. */
static bool compare_time(const CBS *der, int64_t now, int *order) {
  const uint8_t *input = CBS_data(der);
  ASN1_GENERALIZEDTIME *time = d2i_ASN1_GENERALIZEDTIME(NULL, &input, (long)CBS_len(der));
  *order = time != NULL ? X509_cmp_time_posix(time, now) : 0;
  ASN1_GENERALIZEDTIME_free(time);
  return *order != 0;
}

static const char *check_time(const struct net_tls_ocsp_answer *answer, int64_t now) {
  int order = 0;
  if (!compare_time(&answer->this_update, now + CLOCK_SKEW, &order)) {
    return malformed;
  }
  if (order > 0) {
    return "the response is not yet valid";
  }
  if (CBS_len(&answer->next_update) == 0) {
    return "the response does not say until when it is valid";
  }
  if (!compare_time(&answer->next_update, now, &order)) {
    return malformed;
  }
  return order < 0 ? "the response has expired" : NULL;
}

static const char *judge(const struct net_tls_ocsp_answer *answer, int64_t now, bool checks_time) {
  const char *reason = checks_time ? check_time(answer, now) : NULL;
  if (reason != NULL) {
    return reason;
  }
  switch (answer->status) {
    case NET_TLS_OCSP_GOOD:
      return NULL;
    case NET_TLS_OCSP_REVOKED:
      return net_tls_ocsp_revoked;
    default:
      return "the responder does not know the certificate";
  }
}

const char *net_tls_ocsp_verify(const uint8_t *der, size_t length, X509 *certificate, X509 *issuer,
                                int64_t now, bool checks_time) {
  struct net_tls_ocsp_response response;
  struct net_tls_ocsp_answer answer;
  const char *reason = net_tls_ocsp_parse(der, length, &response);
  if (reason != NULL) {
    return reason;
  }
  if (!is_signed_by(&response, issuer) &&
      !is_signed_by_responder(&response, issuer, now, checks_time)) {
    return "the response is not signed by whom it should be";
  }
  while (CBS_len(&response.answers) > 0) {
    if (!net_tls_ocsp_next_answer(&response.answers, &answer)) {
      return malformed;
    }
    if (is_about(&answer, certificate, issuer)) {
      return judge(&answer, now, checks_time);
    }
  }
  return "the response is about another certificate";
}
