// What is stapled is the server's to write: whatever it is, it is read within its bounds, and what
// has not been signed by the issuer is never believed.

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

#include <string>

#include "net/tls_ocsp.h"
#include "testing/certificates.h"

namespace {

// A time at which every certificate of the tests is valid.
constexpr int64_t kNow = 2000000000;

void Require(bool condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "ocsp: %s\n", what);
    abort();
  }
}

X509 *Read(const char *name) {
  std::string text = net_testing::ReadCertificate(name);
  bssl::UniquePtr<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
}

bool IsWithin(const CBS &view, const uint8_t *data, size_t size) {
  return CBS_len(&view) == 0 ||
         (CBS_data(&view) >= data && CBS_data(&view) + CBS_len(&view) <= data + size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // The build makes its certificates anew: no response of the corpus is about these.
  static X509 *certificate = Read("server_rsa.pem");
  static X509 *issuer = Read("other_ca.pem");
  net_tls_ocsp_response response;
  if (net_tls_ocsp_parse(data, size, &response) == nullptr) {
    Require(net_tls_ocsp_is_response(data, size), "it was parsed, and is none");
    Require(IsWithin(response.signed_data, data, size), "signed data out of bounds");
    Require(IsWithin(response.signature, data, size), "signature out of bounds");
    net_tls_ocsp_answer answer;
    while (CBS_len(&response.answers) > 0 && net_tls_ocsp_next_answer(&response.answers, &answer)) {
      Require(IsWithin(answer.serial, data, size), "serial out of bounds");
      Require(IsWithin(answer.next_update, data, size), "nextUpdate out of bounds");
    }
  }
  for (bool checks_time : {true, false}) {
    const char *reason = net_tls_ocsp_verify(data, size, certificate, issuer, kNow, checks_time);
    Require(reason != nullptr && reason != net_tls_ocsp_revoked, "a forged response is believed");
  }
  return 0;
}
