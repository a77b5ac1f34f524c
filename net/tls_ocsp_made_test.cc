// OCSP responses made here, each wrong in one place: who may sign them, with what, until when, and
// what form they have.

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "testing/ocsp.h"

namespace {

using Certificate = net_testing::OcspCertificate;
using Extension = net_testing::OcspExtension;
using Response = net_testing::OcspResponse;
using net_testing::Issuer;
using net_testing::kHour;
using net_testing::kNow;
using net_testing::Leaf;
using net_testing::Make;
using net_testing::Sequence;
using net_testing::Time;
using net_testing::Tlv;

constexpr char kNotSigned[] = "the response is not signed by whom it should be";
constexpr char kAnother[] = "the response is about another certificate";
constexpr char kMalformed[] = "malformed response";

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

TEST(TlsOcspMade, ResponderThatHasNotSigned) {
  Certificate responder = Make("responder", &Issuer(), kResponder);
  Certificate other = Make("responder", &Issuer());
  Response response;
  response.signer = &other;
  response.certificates = responder.Der();
  EXPECT_EQ(kNotSigned, response.Verify());
}

TEST(TlsOcspMade, ResponderWithAKeyOfUnknownKind) {
  Certificate responder = Make("responder", &Issuer(), kResponder);
  X509 *x509 = responder.x509.get();
  uint8_t *bytes = static_cast<uint8_t *>(OPENSSL_malloc(1));
  bytes[0] = 0;
  ASSERT_TRUE(X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(x509), OBJ_nid2obj(NID_sha256),
                                     V_ASN1_UNDEF, nullptr, bytes, 1));
  ASSERT_GT(X509_sign(x509, Issuer().key.get(), EVP_sha256()), 0);
  EXPECT_EQ(kNotSigned, VerifyBy(responder));
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

TEST(TlsOcspMade, AboutWhatCannotBeTold) {
  Response digest;
  digest.digest_algorithm = Sequence(Tlv(0x06, "\x2a\x03"));
  EXPECT_EQ(kAnother, digest.Verify());
  Response serial;
  serial.serial = Tlv(0x02, "");
  EXPECT_EQ(kAnother, serial.Verify());
  Response answers;
  answers.serial = Tlv(0x02, "\x7f");
  EXPECT_EQ(kAnother, answers.Verify());
  answers.junk = "answers";
  EXPECT_EQ(kMalformed, answers.Verify());
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

TEST(TlsOcspMade, MalformedExtensions) {
  const std::string name = Tlv(0x06, "\x2a\x03");
  const std::string value = Tlv(0x04, "");
  for (const std::string &list :
       {std::string("x"), Sequence(""), Sequence(name), Sequence(value),
        Sequence(name + Tlv(0x01, "") + value), Sequence(name + value) + "x"}) {
    Response response;
    response.extensions = Tlv(0xa1, Sequence(list));
    EXPECT_EQ(kMalformed, response.Verify());
    response.extensions = Tlv(0xa1, Sequence(Sequence(name + value)));
    EXPECT_EQ("", response.Verify());
  }
}

TEST(TlsOcspMade, Version) {
  Response response;
  response.version = Tlv(0xa0, Tlv(0x02, std::string(1, '\0')));
  EXPECT_EQ("", response.Verify());
}

TEST(TlsOcspMade, EachAnswerHasItsStatus) {
  Certificate other_leaf = Make("leaf", &Issuer());
  Response other;
  other.about = other_leaf.x509.get();
  Response response;
  response.answers_before = other.Answer();
  response.answer = Tlv(0x82, "");
  EXPECT_EQ("the responder does not know the certificate", response.Verify());
  response.answer = response.this_update = response.next_update = "";
  EXPECT_EQ(kMalformed, response.Verify());
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
