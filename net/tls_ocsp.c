#include "net/tls_ocsp.h"

#include <openssl/bytestring.h>

bool net_tls_ocsp_is_response(const uint8_t *der, size_t length) {
  CBS input;
  CBS response;
  CBS status;
  CBS_init(&input, der, length);
  return CBS_get_asn1(&input, &response, CBS_ASN1_SEQUENCE) && CBS_len(&input) == 0 &&
         CBS_get_asn1(&response, &status, CBS_ASN1_ENUMERATED) && CBS_len(&status) == 1;
}
