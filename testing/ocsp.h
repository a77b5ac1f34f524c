#ifndef TESTING_OCSP_H_
#define TESTING_OCSP_H_

// OCSP responses, and certificates that sign them, for tests: right until a part is set otherwise.

#include <openssl/digest.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_ocsp.h"

namespace net_testing {

constexpr int64_t kNow = 1767225600;  // 2026-01-01 00:00:00
constexpr int64_t kHour = 3600;

inline std::string Tlv(int tag, const std::string &contents) {
  size_t length = contents.size();
  std::string head(1, static_cast<char>(tag));
  if (length >= 0x100) {
    head += std::string("\x82") + static_cast<char>(length >> 8);
  } else if (length >= 0x80) {
    head += "\x81";
  }
  return head + static_cast<char>(length) + contents;
}

inline std::string Sequence(const std::string &contents) {
  return Tlv(0x30, contents);
}

inline std::string Time(int64_t seconds) {
  bssl::UniquePtr<ASN1_GENERALIZEDTIME> time(
      ASN1_GENERALIZEDTIME_set(nullptr, static_cast<time_t>(seconds)));
  return Tlv(0x18, std::string(reinterpret_cast<const char *>(ASN1_STRING_get0_data(time.get())),
                               static_cast<size_t>(ASN1_STRING_length(time.get()))));
}

inline bssl::UniquePtr<EVP_PKEY> MakeKey() {
  bssl::UniquePtr<EC_KEY> key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  EC_KEY_generate_key(key.get());
  bssl::UniquePtr<EVP_PKEY> made(EVP_PKEY_new());
  EVP_PKEY_set1_EC_KEY(made.get(), key.get());
  return made;
}

struct OcspExtension {
  int nid;
  std::string value;
};

struct OcspCertificate {
  bssl::UniquePtr<EVP_PKEY> key = MakeKey();
  bssl::UniquePtr<X509> x509;

  std::string Der() const {
    uint8_t *bytes = nullptr;
    int length = i2d_X509(x509.get(), &bytes);
    std::string der(reinterpret_cast<char *>(bytes), static_cast<size_t>(length));
    OPENSSL_free(bytes);
    return der;
  }
};

inline std::string Pem(X509 *x509) {
  bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  EXPECT_TRUE(PEM_write_bio_X509(bio.get(), x509));
  const uint8_t *bytes = nullptr;
  size_t length = 0;
  EXPECT_TRUE(BIO_mem_contents(bio.get(), &bytes, &length));
  return std::string(reinterpret_cast<const char *>(bytes), length);
}

inline X509_NAME *SetName(X509_NAME *name, const std::string &text) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const uint8_t *>(text.c_str()), -1, -1, 0);
  return name;
}

// Signed by itself without an issuer.
inline OcspCertificate Make(const std::string &name, const OcspCertificate *issuer,
                            const std::vector<OcspExtension> &extensions = {},
                            int64_t begin = kNow - kHour, int64_t end = kNow + kHour,
                            const OcspCertificate *signer = nullptr) {
  static int serial = 0;
  OcspCertificate made;
  made.x509.reset(X509_new());
  X509 *x509 = made.x509.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  SetName(X509_get_subject_name(x509), name);
  X509_set_issuer_name(x509, X509_get_subject_name(issuer ? issuer->x509.get() : x509));
  ASN1_TIME_set(X509_getm_notBefore(x509), static_cast<time_t>(begin));
  ASN1_TIME_set(X509_getm_notAfter(x509), static_cast<time_t>(end));
  X509_set_pubkey(x509, made.key.get());
  for (const OcspExtension &extension : extensions) {
    bssl::UniquePtr<X509_EXTENSION> added(
        X509V3_EXT_nconf_nid(nullptr, nullptr, extension.nid, extension.value.c_str()));
    EXPECT_TRUE(added && X509_add_ext(x509, added.get(), -1)) << extension.value;
  }
  signer = signer ? signer : issuer ? issuer : &made;
  X509_sign(x509, signer->key.get(), EVP_sha256());
  return made;
}

inline const OcspCertificate &Issuer() {
  static const OcspCertificate issuer = Make("issuer", nullptr);
  return issuer;
}

inline const OcspCertificate &Leaf() {
  static const OcspCertificate leaf = Make("leaf", &Issuer());
  return leaf;
}

// A response that says that the leaf is good, until something is set otherwise.
struct OcspResponse {
  std::string status = Tlv(0x0a, std::string(1, '\0'));
  std::string type = Tlv(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x01");
  const OcspCertificate *signer = &Issuer();
  const EVP_MD *digest = EVP_sha256();
  // ecdsa-with-SHA256
  std::string algorithm = Sequence(Tlv(0x06, "\x2a\x86\x48\xce\x3d\x04\x03\x02"));
  const X509 *about = Leaf().x509.get();
  X509 *by = Issuer().x509.get();
  std::string answer = Tlv(0x80, "");
  std::string this_update = Time(kNow - kHour);
  std::string next_update = Time(kNow + kHour);
  std::string certificates;
  std::string unused_bits = std::string(1, '\0');
  // Before the answer that is about `about`.
  std::string answers_before;
  std::string version;
  // Those of the whole, with their tag.
  std::string extensions;
  // Of `about`, if it is empty.
  std::string serial;
  std::string digest_algorithm = Sequence(Tlv(0x06, "\x2b\x0e\x03\x02\x1a"));
  // What stands at the end of a part of that name, where nothing should.
  std::string junk;

  std::string At(const std::string &name) const {
    return junk == name ? std::string("\x05\x00", 2) : "";
  }

  static std::string Serial(const X509 *x509) {
    int64_t number = ASN1_INTEGER_get(X509_get0_serialNumber(x509));
    return Tlv(0x02, std::string(1, static_cast<char>(number)));
  }

  std::string Digest(bool of_key) const {
    uint8_t bytes[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EXPECT_TRUE(of_key ? X509_pubkey_digest(by, EVP_sha1(), bytes, &length)
                       : X509_NAME_digest(X509_get_subject_name(by), EVP_sha1(), bytes, &length));
    bytes[0] ^= junk == (of_key ? "key digest" : "name digest") ? 1 : 0;
    return Tlv(0x04, std::string(reinterpret_cast<char *>(bytes), length));
  }

  std::string Answer() const {
    std::string id = digest_algorithm + Digest(false) + Digest(true) +
                     (serial.empty() ? Serial(about) : serial) + At("id");
    std::string next = next_update.empty() ? "" : Tlv(0xa0, next_update + At("next update"));
    return Sequence(Sequence(id) + answer + this_update + next + At("answer"));
  }

  std::string Extensions(const std::string &critical) const {
    std::string extension = Tlv(0x06, "\x2a\x03") + critical + Tlv(0x04, "");
    return Tlv(0xa1, Sequence(Sequence(extension)) + At("extensions"));
  }

  std::string Data() const {
    std::string answers = answers_before + Answer();
    std::string last = junk == "critical"                           ? Extensions(Tlv(0x01, "\xff"))
                       : junk == "optional" || junk == "extensions" ? Extensions("")
                                                                    : extensions;
    return Sequence(version + Tlv(0xa2, Tlv(0x04, "responder")) + Time(kNow) +
                    Sequence(answers + (junk == "answers" ? "x" : "")) + last + At("data"));
  }

  std::string Sign(const std::string &data) const {
    bssl::ScopedEVP_MD_CTX context;
    uint8_t signature[512];
    size_t length = sizeof(signature);
    EXPECT_TRUE(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, signer->key.get()));
    EXPECT_TRUE(EVP_DigestSign(context.get(), signature, &length,
                               reinterpret_cast<const uint8_t *>(data.data()), data.size()));
    return std::string(reinterpret_cast<char *>(signature), length);
  }

  std::string Der() const {
    std::string data = Data();
    std::string listed =
        certificates.empty() ? "" : Tlv(0xa0, Sequence(certificates) + At("certificates"));
    std::string basic =
        Sequence(data + algorithm + Tlv(0x03, unused_bits + Sign(data)) + listed + At("basic"));
    std::string bytes = Sequence(type + Tlv(0x04, basic + At("octets")) + At("bytes"));
    return Sequence(status + Tlv(0xa0, bytes + At("explicit")) + At("response")) + At("all");
  }

  std::string Verify(int64_t now = kNow, bool checks_time = true) const {
    std::string der = Der();
    const char *reason =
        net_tls_ocsp_verify(reinterpret_cast<const uint8_t *>(der.data()), der.size(),
                            Leaf().x509.get(), Issuer().x509.get(), now, checks_time);
    return reason != nullptr ? reason : "";
  }
};

}  // namespace net_testing

#endif  // TESTING_OCSP_H_
