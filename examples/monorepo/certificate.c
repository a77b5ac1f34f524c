#include "certificate.h"

#include <openssl/bio.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#ifndef BORINGSSL_OF_THE_MONOREPO
#error "built with another BoringSSL than this workspace declares"
#endif

static EVP_PKEY *make_key(void) {
  EC_KEY *ec = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
  EVP_PKEY *key = EVP_PKEY_new();
  if (ec != NULL && key != NULL && EC_KEY_generate_key(ec) && EVP_PKEY_assign_EC_KEY(key, ec)) {
    return key;
  }
  EC_KEY_free(ec);
  EVP_PKEY_free(key);
  return NULL;
}

static bool add_dns_name(X509 *x509, const char *name) {
  GENERAL_NAMES *names = GENERAL_NAMES_new();
  GENERAL_NAME *general = GENERAL_NAME_new();
  ASN1_IA5STRING *text = ASN1_IA5STRING_new();
  bool added = false;
  if (names != NULL && general != NULL && text != NULL &&
      ASN1_STRING_set(text, name, (ossl_ssize_t)strlen(name))) {
    GENERAL_NAME_set0_value(general, GEN_DNS, text);
    text = NULL;
    if (sk_GENERAL_NAME_push(names, general)) {
      general = NULL;
      added = X509_add1_ext_i2d(x509, NID_subject_alt_name, names, 0, 0) == 1;
    }
  }
  ASN1_IA5STRING_free(text);
  GENERAL_NAME_free(general);
  GENERAL_NAMES_free(names);
  return added;
}

static X509 *make_certificate(EVP_PKEY *key, const char *name) {
  X509 *x509 = X509_new();
  if (x509 == NULL) {
    return NULL;
  }
  X509_NAME *subject = X509_get_subject_name(x509);
  if (X509_set_version(x509, X509_VERSION_3) &&
      ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), 1) &&
      X509_gmtime_adj(X509_getm_notBefore(x509), -60L) != NULL &&
      X509_gmtime_adj(X509_getm_notAfter(x509), 86400) != NULL &&
      X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, (const uint8_t *)name, -1,
                                 -1, 0) &&
      X509_set_issuer_name(x509, subject) && X509_set_pubkey(x509, key) &&
      add_dns_name(x509, name) && X509_sign(x509, key, EVP_sha256())) {
    return x509;
  }
  X509_free(x509);
  return NULL;
}

static bool take(BIO *bio, char *text, size_t size, size_t *length) {
  const uint8_t *bytes = NULL;
  if (!BIO_mem_contents(bio, &bytes, length) || *length > size) {
    return false;
  }
  memcpy(text, bytes, *length);
  return true;
}

bool certificate_make(const char *name, struct certificate *made) {
  BIO *certificate_pem = BIO_new(BIO_s_mem());
  BIO *key_pem = BIO_new(BIO_s_mem());
  EVP_PKEY *key = make_key();
  X509 *x509 = key != NULL ? make_certificate(key, name) : NULL;
  bool ok = certificate_pem != NULL && key_pem != NULL && x509 != NULL &&
            PEM_write_bio_X509(certificate_pem, x509) &&
            PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) &&
            take(certificate_pem, made->certificate, sizeof(made->certificate),
                 &made->certificate_length) &&
            take(key_pem, made->key, sizeof(made->key), &made->key_length);
  X509_free(x509);
  EVP_PKEY_free(key);
  BIO_free(key_pem);
  BIO_free(certificate_pem);
  return ok;
}
