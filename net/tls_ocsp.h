#ifndef NET_TLS_OCSP_H
#define NET_TLS_OCSP_H

/* OCSP responses (RFC 6960), as they are stapled to a certificate. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* net_tls_ocsp_is_response tells whether the bytes have the form of an OCSP response in DER. */
bool net_tls_ocsp_is_response(const uint8_t *der, size_t length);

#endif
