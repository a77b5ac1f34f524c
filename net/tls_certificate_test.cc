// What a certificate that the peer has made up looks like to its reader.

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_certificate.h"
#include "testing/connection.h"
#include "testing/ocsp.h"

namespace {

using net_testing::Case;
using net_testing::Connection;
using net_testing::OcspCertificate;

struct Name {
  int type;
  std::string bytes;
};

GENERAL_NAME *MakeName(const Name &name) {
  GENERAL_NAME *made = GENERAL_NAME_new();
  if (name.type == GEN_DIRNAME) {
    made->d.directoryName = net_testing::SetName(X509_NAME_new(), name.bytes);
  } else if (name.type == GEN_RID) {
    made->d.registeredID = OBJ_txt2obj(name.bytes.c_str(), 1);
  } else {
    made->d.ia5 = name.type == GEN_IPADD ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    ASN1_STRING_set(made->d.ia5, name.bytes.data(), static_cast<ossl_ssize_t>(name.bytes.size()));
  }
  made->type = name.type;
  return made;
}

OcspCertificate MakeCertificate(const std::vector<Name> &names) {
  OcspCertificate made = net_testing::Make("made", nullptr);
  bssl::UniquePtr<GENERAL_NAMES> list(GENERAL_NAMES_new());
  for (const Name &name : names) {
    bssl::PushToStack(list.get(), bssl::UniquePtr<GENERAL_NAME>(MakeName(name)));
  }
  EXPECT_TRUE(X509_add1_ext_i2d(made.x509.get(), NID_subject_alt_name, list.get(), 0, 0));
  EXPECT_GT(X509_sign(made.x509.get(), made.key.get(), EVP_sha256()), 0);
  return made;
}

// Calls `use` with what a client without verification is told of this certificate.
void Show(const OcspCertificate &made, const std::function<void(net_tls_certificate *)> &use) {
  Connection connection((Case()));
  EXPECT_TRUE(net_tls_config_insecure_no_verify_certificate(connection.config()));
  EXPECT_TRUE(net_tls_config_insecure_no_verify_name(connection.config()));
  EXPECT_TRUE(net_tls_config_insecure_no_verify_time(connection.config()));
  connection.Open();
  SSL *peer = connection.peer().ssl();
  EXPECT_TRUE(SSL_use_certificate(peer, made.x509.get()));
  EXPECT_TRUE(SSL_use_PrivateKey(peer, made.key.get()));
  EXPECT_EQ(NET_TLS_OK, connection.Handshake().outcome);
  // What another call on the thread has left behind is no reason.
  ERR_put_error(ERR_LIB_SSL, 0, ERR_R_MALLOC_FAILURE, __FILE__, __LINE__);
  net_tls_certificate *certificate = net_tls_socket_peer_certificate(connection.socket());
  EXPECT_EQ(0u, ERR_peek_error());
  if (certificate == nullptr) {
    ADD_FAILURE() << "there is no certificate";
    return;
  }
  use(certificate);
  net_tls_certificate_free(certificate);
}

// What is told of the names.
std::vector<std::string> Read(const std::vector<Name> &names) {
  std::vector<std::string> read;
  Show(MakeCertificate(names), [&](net_tls_certificate *certificate) {
    size_t count = net_tls_certificate_num_names(certificate);
    for (size_t i = 0; i < count; i++) {
      read.emplace_back(net_tls_certificate_name(certificate, i));
    }
    for (size_t i : {count, count + 1, count + (size_t{1} << 40)}) {
      EXPECT_EQ(nullptr, net_tls_certificate_name(certificate, i));
    }
  });
  return read;
}

TEST(TlsMadeUpCertificate, WithoutNames) {
  OcspCertificate made = net_testing::Make("made", nullptr);
  bssl::UniquePtr<X509_NAME> empty(X509_NAME_new());
  ASSERT_TRUE(X509_set_subject_name(made.x509.get(), empty.get()));
  ASSERT_GT(X509_sign(made.x509.get(), made.key.get(), EVP_sha256()), 0);
  Show(made, [](net_tls_certificate *certificate) {
    EXPECT_STREQ("", net_tls_certificate_subject(certificate));
    EXPECT_STREQ("CN=made", net_tls_certificate_issuer(certificate));
    EXPECT_EQ(0u, net_tls_certificate_num_names(certificate));
    EXPECT_EQ(net_testing::kNow - net_testing::kHour, net_tls_certificate_not_before(certificate));
    EXPECT_EQ(net_testing::kNow + net_testing::kHour, net_tls_certificate_not_after(certificate));
  });
}

TEST(TlsMadeUpCertificate, BytesThatAreNotPrintableAreWrittenInHex) {
  EXPECT_EQ((std::vector<std::string>{"DNS:!~", "DNS:a\\x20b", "DNS:a\\x1F\\x7F\\x80",
                                      "DNS:a.test\\x00.b.test", "email:\\xE9@a.test",
                                      "URI:a:\\x0A\\x0D"}),
            Read({{GEN_DNS, "!~"},
                  {GEN_DNS, "a b"},
                  {GEN_DNS, "a\x1f\x7f\x80"},
                  {GEN_DNS, std::string("a.test\0.b.test", 14)},
                  {GEN_EMAIL, "\xe9@a.test"},
                  {GEN_URI, "a:\n\r"}}));
}

TEST(TlsMadeUpCertificate, ABackslashCannotPassForTheBeginOfHex) {
  EXPECT_EQ((std::vector<std::string>{"DNS:\\x5Cx00"}), Read({{GEN_DNS, "\\x00"}}));
}

TEST(TlsMadeUpCertificate, EmptyNamesAreNames) {
  EXPECT_EQ((std::vector<std::string>{"DNS:", "URI:", "IP:"}),
            Read({{GEN_DNS, ""}, {GEN_URI, ""}, {GEN_IPADD, ""}}));
}

TEST(TlsMadeUpCertificate, AddressesOfNoFamilyAreWrittenInHex) {
  EXPECT_EQ((std::vector<std::string>{
                "IP:\\x01\\x02\\x03", "IP:1.2.3.4", "IP:\\x01\\x02\\x03\\x04\\x05",
                "IP:3031:3233:3435:3637:3839:3a3b:3c3d:3e3f", "IP:0123456789:;<=>?@"}),
            Read({{GEN_IPADD, "\1\2\3"},
                  {GEN_IPADD, "\1\2\3\4"},
                  {GEN_IPADD, "\1\2\3\4\5"},
                  {GEN_IPADD, "0123456789:;<=>?"},
                  {GEN_IPADD, "0123456789:;<=>?@"}}));
}

TEST(TlsMadeUpCertificate, NamesOfOtherKindsAreLeftOut) {
  EXPECT_EQ(
      (std::vector<std::string>{"DNS:a.test", "URI:b:c"}),
      Read({{GEN_DIRNAME, "nobody"}, {GEN_DNS, "a.test"}, {GEN_RID, "1.2.3"}, {GEN_URI, "b:c"}}));
}

}  // namespace
