// OCSP responses made here, each wrong in one place: who may sign them, with what, until when, and
// what form they have.

#include <openssl/digest.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/x509v3.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_ocsp.h"

namespace {

constexpr int64_t kNow = 1767225600;  // 2026-01-01 00:00:00
constexpr int64_t kHour = 3600;
constexpr char kNotSigned[] = "the response is not signed by whom it should be";
constexpr char kAnother[] = "the response is about another certificate";
constexpr char kMalformed[] = "malformed response";

std::string Tlv(int tag, const std::string &contents) {
  size_t length = contents.size();
  std::string head(1, static_cast<char>(tag));
  if (length >= 0x100) {
    head += std::string("\x82") + static_cast<char>(length >> 8);
  } else if (length >= 0x80) {
    head += "\x81";
  }
  return head + static_cast<char>(length) + contents;
}

std::string Sequence(const std::string &contents) {
  return Tlv(0x30, contents);
}

std::string Time(int64_t seconds) {
  bssl::UniquePtr<ASN1_GENERALIZEDTIME> time(
      ASN1_GENERALIZEDTIME_set(nullptr, static_cast<time_t>(seconds)));
  return Tlv(0x18, std::string(reinterpret_cast<const char *>(ASN1_STRING_get0_data(time.get())),
                               static_cast<size_t>(ASN1_STRING_length(time.get()))));
}

bssl::UniquePtr<EVP_PKEY> MakeKey() {
  bssl::UniquePtr<EC_KEY> key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  EC_KEY_generate_key(key.get());
  bssl::UniquePtr<EVP_PKEY> made(EVP_PKEY_new());
  EVP_PKEY_set1_EC_KEY(made.get(), key.get());
  return made;
}

struct Extension {
  int nid;
  std::string value;
};

struct Certificate {
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

X509_NAME *SetName(X509_NAME *name, const std::string &text) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const uint8_t *>(text.c_str()), -1, -1, 0);
  return name;
}

// Signed by itself without an issuer.
Certificate Make(const std::string &name, const Certificate *issuer,
                 const std::vector<Extension> &extensions = {}, int64_t begin = kNow - kHour,
                 int64_t end = kNow + kHour, const Certificate *signer = nullptr) {
  static int serial = 0;
  Certificate made;
  made.x509.reset(X509_new());
  X509 *x509 = made.x509.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  SetName(X509_get_subject_name(x509), name);
  X509_set_issuer_name(x509, X509_get_subject_name(issuer ? issuer->x509.get() : x509));
  ASN1_TIME_set(X509_getm_notBefore(x509), static_cast<time_t>(begin));
  ASN1_TIME_set(X509_getm_notAfter(x509), static_cast<time_t>(end));
  X509_set_pubkey(x509, made.key.get());
  for (const Extension &extension : extensions) {
    bssl::UniquePtr<X509_EXTENSION> added(
        X509V3_EXT_nconf_nid(nullptr, nullptr, extension.nid, extension.value.c_str()));
    EXPECT_TRUE(added && X509_add_ext(x509, added.get(), -1)) << extension.value;
  }
  signer = signer ? signer : issuer ? issuer : &made;
  X509_sign(x509, signer->key.get(), EVP_sha256());
  return made;
}

const Certificate &Issuer() {
  static const Certificate issuer = Make("issuer", nullptr);
  return issuer;
}

const Certificate &Leaf() {
  static const Certificate leaf = Make("leaf", &Issuer());
  return leaf;
}

// A response that says that the leaf is good, until something is set otherwise.
struct Response {
  std::string status = Tlv(0x0a, std::string(1, '\0'));
  std::string type = Tlv(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x01");
  const Certificate *signer = &Issuer();
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
  // What stands at the end of a part of that name, where nothing should.
  std::string junk;

  std::string At(const std::string &name) const {
    return junk == name ? std::string("\x05\x00", 2) : "";
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
    int64_t serial = ASN1_INTEGER_get(X509_get0_serialNumber(about));
    std::string id = Sequence(Tlv(0x06, "\x2b\x0e\x03\x02\x1a")) + Digest(false) + Digest(true) +
                     Tlv(0x02, std::string(1, static_cast<char>(serial))) + At("id");
    std::string next = next_update.empty() ? "" : Tlv(0xa0, next_update + At("next update"));
    return Sequence(Sequence(id) + answer + this_update + next + At("answer"));
  }

  std::string Extensions(const std::string &critical) const {
    std::string extension = Tlv(0x06, "\x2a\x03") + critical + Tlv(0x04, "");
    return Tlv(0xa1, Sequence(Sequence(extension)) + At("extensions"));
  }

  std::string Data() const {
    std::string answers = answers_before + Answer();
    std::string extensions = junk == "critical" ? Extensions(Tlv(0x01, "\xff"))
                             : junk == "optional" || junk == "extensions" ? Extensions("")
                                                                          : "";
    return Sequence(Tlv(0xa2, Tlv(0x04, "responder")) + Time(kNow) + Sequence(answers) +
                    extensions + At("data"));
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

TEST(TlsOcspMade, Good) {
  EXPECT_EQ("", Response().Verify());
}

std::string AlgorithmOf(int number) {
  return Sequence(
      Tlv(0x06, std::string("\x2a\x86\x48\xce\x3d\x04\x03") + static_cast<char>(number)));
}

TEST(TlsOcspMade, Digests) {
  Response response;
  response.digest = EVP_sha384();
  EXPECT_EQ(kNotSigned, response.Verify());
  response.algorithm = AlgorithmOf(3);
  EXPECT_EQ("", response.Verify());
  response.digest = EVP_sha512();
  response.algorithm = AlgorithmOf(4);
  EXPECT_EQ("", response.Verify());
}

TEST(TlsOcspMade, WeakOrUnknownAlgorithms) {
  Response response;
  response.digest = EVP_sha1();
  response.algorithm = Sequence(Tlv(0x06, "\x2a\x86\x48\xce\x3d\x04\x01"));
  EXPECT_EQ(kNotSigned, response.Verify());
  response.digest = EVP_sha224();
  response.algorithm = AlgorithmOf(1);
  EXPECT_EQ(kNotSigned, response.Verify());
  response.digest = EVP_sha256();
  response.algorithm = AlgorithmOf(9);
  EXPECT_EQ(kNotSigned, response.Verify());
  response.algorithm = Sequence("");
  EXPECT_EQ(kNotSigned, response.Verify());
  // Of RSA, where the key is not.
  response.algorithm = Sequence(Tlv(0x06, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"));
  EXPECT_EQ(kNotSigned, response.Verify());
}

const std::vector<Extension> kResponder = {{NID_ext_key_usage, "OCSPSigning"},
                                           {NID_key_usage, "critical,digitalSignature"}};

std::string VerifyBy(const Certificate &responder, int64_t now = kNow, bool checks_time = true) {
  Response response;
  response.signer = &responder;
  response.certificates = responder.Der();
  response.this_update = Time(now - kHour);
  response.next_update = Time(now + kHour);
  return response.Verify(now, checks_time);
}

TEST(TlsOcspMade, Responder) {
  EXPECT_EQ("", VerifyBy(Make("responder", &Issuer(), kResponder)));
  EXPECT_EQ("", VerifyBy(Make("responder", &Issuer(), {kResponder[0]})));
}

TEST(TlsOcspMade, WhatIsNoResponder) {
  EXPECT_EQ(kNotSigned, VerifyBy(Make("responder", &Issuer())));
  EXPECT_EQ(kNotSigned, VerifyBy(Make("responder", &Issuer(), {kResponder[1]})));
  EXPECT_EQ(kNotSigned, VerifyBy(Make("responder", &Issuer(),
                                      {{NID_ext_key_usage, "serverAuth"}, kResponder[1]})));
  EXPECT_EQ(kNotSigned, VerifyBy(Make("responder", &Issuer(),
                                      {kResponder[0], {NID_key_usage, "keyEncipherment"}})));
}

TEST(TlsOcspMade, ResponderWithExtensionsThatAreNotUnderstood) {
  const Extension unknown = {NID_netscape_comment, "critical,DER:0500"};
  EXPECT_EQ(kNotSigned,
            VerifyBy(Make("responder", &Issuer(), {kResponder[0], kResponder[1], unknown})));
  const Extension malformed = {NID_basic_constraints, "DER:0500"};
  EXPECT_EQ(kNotSigned,
            VerifyBy(Make("responder", &Issuer(), {kResponder[0], kResponder[1], malformed})));
}

TEST(TlsOcspMade, ResponderOfAnother) {
  Certificate other = Make("other", nullptr);
  EXPECT_EQ(kNotSigned, VerifyBy(Make("responder", &other, kResponder)));
  // By the issuer's name and another's key, and the other way round.
  EXPECT_EQ(kNotSigned,
            VerifyBy(Make("responder", &Issuer(), kResponder, kNow - kHour, kNow + kHour, &other)));
  EXPECT_EQ(kNotSigned,
            VerifyBy(Make("responder", &other, kResponder, kNow - kHour, kNow + kHour, &Issuer())));
}

TEST(TlsOcspMade, ResponderInItsTime) {
  Certificate responder = Make("responder", &Issuer(), kResponder, kNow, kNow + 10);
  EXPECT_EQ(kNotSigned, VerifyBy(responder, kNow - 1));
  EXPECT_EQ("", VerifyBy(responder, kNow));
  EXPECT_EQ("", VerifyBy(responder, kNow + 9));
  EXPECT_EQ(kNotSigned, VerifyBy(responder, kNow + 10));
  EXPECT_EQ("", VerifyBy(responder, kNow - 1, false));
  EXPECT_EQ("", VerifyBy(responder, kNow + 10, false));
}

TEST(TlsOcspMade, OneOfSeveralCertificates) {
  Certificate other = Make("other", nullptr);
  Certificate responder = Make("responder", &Issuer(), kResponder);
  Response response;
  response.signer = &responder;
  response.certificates = other.Der() + Sequence("") + responder.Der();
  EXPECT_EQ("", response.Verify());
  response.certificates = responder.Der() + other.Der();
  EXPECT_EQ("", response.Verify());
  response.certificates = other.Der();
  EXPECT_EQ(kNotSigned, response.Verify());
}

TEST(TlsOcspMade, ThisUpdate) {
  Response response;
  response.this_update = Time(kNow + 300);
  EXPECT_EQ("", response.Verify());
  response.this_update = Time(kNow + 301);
  EXPECT_EQ("the response is not yet valid", response.Verify());
  EXPECT_EQ("", response.Verify(kNow, false));
  response.this_update = Tlv(0x18, "yesterday");
  EXPECT_EQ(kMalformed, response.Verify());
}

TEST(TlsOcspMade, NextUpdate) {
  Response response;
  response.next_update = Time(kNow + 1);
  EXPECT_EQ("", response.Verify());
  response.next_update = Time(kNow);
  EXPECT_EQ("the response has expired", response.Verify());
  EXPECT_EQ("", response.Verify(kNow, false));
  response.next_update = Tlv(0x18, "tomorrow");
  EXPECT_EQ(kMalformed, response.Verify());
  response.next_update = "";
  EXPECT_EQ("the response does not say until when it is valid", response.Verify());
  EXPECT_EQ("", response.Verify(kNow, false));
}

TEST(TlsOcspMade, Answers) {
  Response response;
  response.answer = Tlv(0x82, "");
  EXPECT_EQ("the responder does not know the certificate", response.Verify());
  response.answer = Tlv(0xa1, Time(kNow));
  EXPECT_EQ("certificate revoked", response.Verify());
  response.answer = Tlv(0x80, "x");
  EXPECT_EQ(kMalformed, response.Verify());
  response.answer = Tlv(0x83, "");
  EXPECT_EQ(kMalformed, response.Verify());
}

TEST(TlsOcspMade, AboutAnother) {
  Certificate other_leaf = Make("leaf", &Issuer());
  Response response;
  response.about = other_leaf.x509.get();
  EXPECT_EQ(kAnother, response.Verify());
  for (const char *digest : {"name digest", "key digest"}) {
    Response changed;
    changed.junk = digest;
    EXPECT_EQ(kAnother, changed.Verify()) << digest;
  }
}

TEST(TlsOcspMade, SeveralAnswers) {
  Certificate other_leaf = Make("leaf", &Issuer());
  Response other;
  other.about = other_leaf.x509.get();
  other.answer = Tlv(0xa1, Time(kNow));
  Response response;
  response.answers_before = other.Answer();
  EXPECT_EQ("", response.Verify());
  response.answers_before = Sequence("");
  EXPECT_EQ(kMalformed, response.Verify());
}

TEST(TlsOcspMade, Junk) {
  for (const char *place :
       {"id", "next update", "answer", "extensions", "data", "certificates", "basic", "octets",
        "bytes", "explicit", "response", "all", "critical"}) {
    Response response;
    response.certificates = Leaf().Der();
    response.junk = place;
    EXPECT_EQ(kMalformed, response.Verify()) << place;
  }
  Response response;
  response.junk = "optional";
  EXPECT_EQ("", response.Verify());
}

TEST(TlsOcspMade, Form) {
  Response response;
  response.type = Tlv(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02");
  EXPECT_EQ("unknown type of response", response.Verify());
  Response longer;
  longer.status = Tlv(0x0a, std::string(2, '\0'));
  EXPECT_EQ(kMalformed, longer.Verify());
  Response bits;
  bits.unused_bits = "\x01";
  EXPECT_EQ(kMalformed, bits.Verify());
}

}  // namespace
