/* The form of OCSP responses (RFC 6960, section 4.2.1). */

#include "net/tls_ocsp.h"

#define EXPLICIT(number) (CBS_ASN1_CONTEXT_SPECIFIC | CBS_ASN1_CONSTRUCTED | (number))
#define IMPLICIT(number) (CBS_ASN1_CONTEXT_SPECIFIC | (number))

static const char malformed[] = "malformed response";

/* 1.3.6.1.5.5.7.48.1.1, id-pkix-ocsp-basic */
static const uint8_t basic_response[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};

/* Reads the sequence that is all there is, and its status. */
static bool read_status(const uint8_t *der, size_t length, CBS *response, uint8_t *status) {
  CBS input;
  CBS status_bytes;
  CBS_init(&input, der, length);
  return CBS_get_asn1(&input, response, CBS_ASN1_SEQUENCE) && CBS_len(&input) == 0 &&
         CBS_get_asn1(response, &status_bytes, CBS_ASN1_ENUMERATED) &&
         CBS_get_u8(&status_bytes, status) && CBS_len(&status_bytes) == 0;
}

bool net_tls_ocsp_is_response(const uint8_t *der, size_t length) {
  CBS response;
  uint8_t status = 0;
  return read_status(der, length, &response, &status);
}

/* No extension is known here, so that none may be critical. DER writes that flag only where it is
   set, between what is read: an extension that has it is refused. */
static bool has_only_optional(CBS *extensions) {
  CBS list;
  CBS extension;
  CBS part;
  if (!CBS_get_asn1(extensions, &list, CBS_ASN1_SEQUENCE) || CBS_len(extensions) != 0) {
    return false;
  }
  while (CBS_len(&list) > 0) {
    if (!CBS_get_asn1(&list, &extension, CBS_ASN1_SEQUENCE) ||
        !CBS_get_asn1(&extension, &part, CBS_ASN1_OBJECT) ||
        !CBS_get_asn1(&extension, &part, CBS_ASN1_OCTETSTRING)) {
      return false;
    }
  }
  return true;
}

/* Reads optional extensions under [1], the last of what there is. */
static bool read_extensions(CBS *input) {
  CBS extensions;
  int are_there = 0;
  return CBS_get_optional_asn1(input, &extensions, &are_there, EXPLICIT(1)) &&
         (!are_there || has_only_optional(&extensions)) && CBS_len(input) == 0;
}

/* The responder's name or key is no more than a hint at the certificate, and anyone can write it.
 */
static bool read_data(CBS data, CBS *answers) {
  CBS tbs;
  CBS part;
  return CBS_get_asn1(&data, &tbs, CBS_ASN1_SEQUENCE) &&
         CBS_get_optional_asn1(&tbs, &part, NULL, EXPLICIT(0)) &&
         CBS_get_any_asn1(&tbs, &part, NULL) &&
         CBS_get_asn1(&tbs, &part, CBS_ASN1_GENERALIZEDTIME) &&
         CBS_get_asn1(&tbs, answers, CBS_ASN1_SEQUENCE) && read_extensions(&tbs);
}

static bool read_basic(CBS *input, struct net_tls_ocsp_response *response) {
  CBS basic;
  CBS signature;
  CBS certificates;
  uint8_t unused_bits = 0;
  int are_there = 0;
  if (!CBS_get_asn1(input, &basic, CBS_ASN1_SEQUENCE) || CBS_len(input) != 0 ||
      !CBS_get_asn1_element(&basic, &response->signed_data, CBS_ASN1_SEQUENCE) ||
      !CBS_get_asn1_element(&basic, &response->algorithm, CBS_ASN1_SEQUENCE) ||
      !CBS_get_asn1(&basic, &signature, CBS_ASN1_BITSTRING) ||
      !CBS_get_u8(&signature, &unused_bits) || unused_bits != 0 ||
      !CBS_get_optional_asn1(&basic, &certificates, &are_there, EXPLICIT(0)) ||
      CBS_len(&basic) != 0) {
    return false;
  }
  response->signature = signature;
  CBS_init(&response->certificates, NULL, 0);
  return (!are_there || (CBS_get_asn1(&certificates, &response->certificates, CBS_ASN1_SEQUENCE) &&
                         CBS_len(&certificates) == 0)) &&
         read_data(response->signed_data, &response->answers);
}

const char *net_tls_ocsp_parse(const uint8_t *der, size_t length,
                               struct net_tls_ocsp_response *response) {
  CBS outer;
  CBS explicit;
  CBS bytes;
  CBS type;
  CBS basic;
  uint8_t status = 0;
  if (!read_status(der, length, &outer, &status)) {
    return malformed;
  }
  if (status != 0) {
    return "the responder had no answer";
  }
  if (!CBS_get_asn1(&outer, &explicit, EXPLICIT(0)) || CBS_len(&outer) != 0 ||
      !CBS_get_asn1(&explicit, &bytes, CBS_ASN1_SEQUENCE) || CBS_len(&explicit) != 0 ||
      !CBS_get_asn1(&bytes, &type, CBS_ASN1_OBJECT) ||
      !CBS_get_asn1(&bytes, &basic, CBS_ASN1_OCTETSTRING) || CBS_len(&bytes) != 0) {
    return malformed;
  }
  if (!CBS_mem_equal(&type, basic_response, sizeof(basic_response))) {
    return "unknown type of response";
  }
  return read_basic(&basic, response) ? NULL : malformed;
}

static bool read_certificate_id(CBS *input, struct net_tls_ocsp_answer *answer) {
  CBS id;
  return CBS_get_asn1(input, &id, CBS_ASN1_SEQUENCE) &&
         CBS_get_asn1_element(&id, &answer->digest_algorithm, CBS_ASN1_SEQUENCE) &&
         CBS_get_asn1(&id, &answer->issuer_name_digest, CBS_ASN1_OCTETSTRING) &&
         CBS_get_asn1(&id, &answer->issuer_key_digest, CBS_ASN1_OCTETSTRING) &&
         CBS_get_asn1_element(&id, &answer->serial, CBS_ASN1_INTEGER) && CBS_len(&id) == 0;
}

static bool read_answer_status(CBS *input, struct net_tls_ocsp_answer *answer) {
  CBS status;
  CBS_ASN1_TAG tag = 0;
  if (!CBS_get_any_asn1(input, &status, &tag)) {
    return false;
  }
  switch (tag) {
    case IMPLICIT(0):
      answer->status = NET_TLS_OCSP_GOOD;
      return CBS_len(&status) == 0;
    case EXPLICIT(1):
      answer->status = NET_TLS_OCSP_REVOKED;
      return true;
    case IMPLICIT(2):
      answer->status = NET_TLS_OCSP_UNKNOWN;
      return true;
    default:
      return false;
  }
}

static bool read_times(CBS *input, struct net_tls_ocsp_answer *answer) {
  CBS next;
  int is_there = 0;
  CBS_init(&answer->next_update, NULL, 0);
  return CBS_get_asn1_element(input, &answer->this_update, CBS_ASN1_GENERALIZEDTIME) &&
         CBS_get_optional_asn1(input, &next, &is_there, EXPLICIT(0)) &&
         (!is_there ||
          (CBS_get_asn1_element(&next, &answer->next_update, CBS_ASN1_GENERALIZEDTIME) &&
           CBS_len(&next) == 0));
}

bool net_tls_ocsp_next_answer(CBS *answers, struct net_tls_ocsp_answer *answer) {
  CBS input;
  return CBS_get_asn1(answers, &input, CBS_ASN1_SEQUENCE) && read_certificate_id(&input, answer) &&
         read_answer_status(&input, answer) && read_times(&input, answer) &&
         read_extensions(&input);
}
