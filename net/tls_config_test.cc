// The setters of a configuration: what they refuse, and in which words (D-25).

#include "net/tls_config.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Driver;
using net_testing::HasOutcome;
using net_testing::ReadCertificate;

std::string MakeFile(const std::string &name, const std::string &text) {
  std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

class TlsConfigTest : public testing::Test {
 protected:
  ~TlsConfigTest() override {
    net_tls_config_release(config_);
  }

  void ExpectSet(bool is_set) {
    EXPECT_TRUE(is_set) << net_tls_config_error(config_);
    EXPECT_STREQ("", net_tls_config_error(config_));
  }

  void ExpectRefused(const std::string &reason, bool is_set) {
    EXPECT_FALSE(is_set);
    EXPECT_EQ(reason, net_tls_config_error(config_));
  }

  bool SetKeypairFile(const std::string &certificate, const std::string &key) {
    return net_tls_config_set_keypair_file(config_, certificate.c_str(), key.c_str());
  }

  bool SetKeypair(const std::string &certificate, const std::string &key) {
    return net_tls_config_set_keypair(config_, certificate.data(), certificate.size(), key.data(),
                                      key.size());
  }

  bool SetCa(const std::string &text) {
    return net_tls_config_set_ca(config_, text.data(), text.size());
  }

  net_tls_config *config_ = net_tls_config_new();
  const std::string certificate_ = CertificatePath("server.pem");
  const std::string key_ = CertificatePath("server.key");
  const std::string missing_ = testing::TempDir() + "/missing";
};

TEST_F(TlsConfigTest, StartsWithoutAnError) {
  EXPECT_STREQ("", net_tls_config_error(config_));
  net_tls_config_release(nullptr);
  EXPECT_EQ(config_, net_tls_config_retain(config_));
  net_tls_config_release(config_);
}

TEST_F(TlsConfigTest, Keypair) {
  ExpectSet(SetKeypairFile(certificate_, key_));
  ExpectSet(SetKeypairFile(CertificatePath("server_rsa.pem"), CertificatePath("server_rsa.key")));
  ExpectSet(SetKeypair(ReadCertificate("server_chain.pem"), ReadCertificate("server_chain.key")));
}

TEST_F(TlsConfigTest, ALongNameDoesNotCostTheReason) {
  EXPECT_FALSE(SetKeypairFile(std::string(10000, 'x'), key_));
  std::string error = net_tls_config_error(config_);
  EXPECT_EQ(511u, error.size());
  EXPECT_EQ(0u, error.find("failed to open certificate file 'xxx"));
  EXPECT_NE(std::string::npos, error.find("xxx...xxx"));
  EXPECT_NE(std::string::npos, error.find("xxx': File name too long"));
}

// What has room is told as it is, to the last byte.
TEST_F(TlsConfigTest, NamesAsLongAsThereIsRoom) {
  const std::string begin = "failed to open CA file '";
  const std::string end = "': No such file or directory";
  for (size_t length : {300u, 511u, 512u, 513u, 700u}) {
    std::string name = "/missing";
    while (name.size() < length - begin.size() - end.size()) {
      name += name.size() % 100 == 0 ? '/' : static_cast<char>('a' + name.size() % 26);
    }
    std::string whole = begin + name + end;
    ASSERT_EQ(length, whole.size());
    if (length > 511) {
      whole = whole.substr(0, 256) + "..." + whole.substr(length - 252);
    }
    ExpectRefused(whole, net_tls_config_set_ca_file(config_, name.c_str()));
  }
}

TEST_F(TlsConfigTest, KeypairOfFilesThatCannotBeRead) {
  ExpectRefused("failed to open certificate file '" + missing_ + "': No such file or directory",
                SetKeypairFile(missing_, key_));
  ExpectRefused("failed to open private key file '" + missing_ + "': No such file or directory",
                SetKeypairFile(certificate_, missing_));
  ExpectRefused("failed to open certificate file '" + testing::TempDir() + "': Is a directory",
                SetKeypairFile(testing::TempDir(), key_));
}

TEST_F(TlsConfigTest, KeypairOfFilesThatHoldSomethingElse) {
  std::string empty = MakeFile("empty", "");
  std::string cut = MakeFile("cut", ReadCertificate("server.pem").substr(0, 200));
  std::string junk =
      MakeFile("junk", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  std::string key_junk =
      MakeFile("key_junk", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  ExpectRefused("failed to read certificate '" + empty + "': no certificate found",
                SetKeypairFile(empty, key_));
  ExpectRefused("failed to read certificate '" + key_ + "': no certificate found",
                SetKeypairFile(key_, key_));
  ExpectRefused("failed to read certificate '" + cut + "': malformed PEM",
                SetKeypairFile(cut, key_));
  ExpectRefused("failed to read certificate '" + junk + "': malformed certificate",
                SetKeypairFile(junk, key_));
  ExpectRefused("failed to read private key '" + certificate_ + "': no private key found",
                SetKeypairFile(certificate_, certificate_));
  ExpectRefused("failed to read private key '" + key_junk + "': malformed private key",
                SetKeypairFile(certificate_, key_junk));
}

TEST_F(TlsConfigTest, KeypairWithAnEncryptedKey) {
  std::string encrypted = CertificatePath("server_encrypted.key");
  ExpectRefused("failed to read private key '" + encrypted + "': the key is encrypted",
                SetKeypairFile(certificate_, encrypted));
}

TEST_F(TlsConfigTest, KeypairThatIsNone) {
  std::string other = CertificatePath("client.key");
  std::string rsa = CertificatePath("server_rsa.key");
  ExpectRefused("private key '" + other + "' does not match the certificate",
                SetKeypairFile(certificate_, other));
  ExpectRefused("private key '" + rsa + "' does not match the certificate",
                SetKeypairFile(certificate_, rsa));
  ExpectRefused("private key in memory does not match the certificate",
                SetKeypair(ReadCertificate("server.pem"), ReadCertificate("client.key")));
}

TEST_F(TlsConfigTest, KeypairInMemoryThatIsSomethingElse) {
  ExpectRefused("failed to read certificate in memory: no certificate found", SetKeypair("", ""));
  ExpectRefused("failed to read private key in memory: no private key found",
                SetKeypair(ReadCertificate("server.pem"), ""));
}

TEST_F(TlsConfigTest, Ca) {
  ExpectSet(net_tls_config_set_ca_file(config_, CertificatePath("ca.pem").c_str()));
  ExpectSet(net_tls_config_set_ca_file(config_, CertificatePath("ca.pem").c_str()));
  ExpectSet(net_tls_config_set_ca_path(config_, CertificatePath("ca_path").c_str()));
  ExpectSet(SetCa(ReadCertificate("ca.pem") + ReadCertificate("other_ca.pem")));
}

TEST_F(TlsConfigTest, CaThatCannotBeRead) {
  std::string cut = MakeFile("cut_ca", ReadCertificate("ca.pem").substr(0, 200));
  ExpectRefused("failed to open CA file '" + missing_ + "': No such file or directory",
                net_tls_config_set_ca_file(config_, missing_.c_str()));
  ExpectRefused("failed to read CA file '" + key_ + "': no certificate found",
                net_tls_config_set_ca_file(config_, key_.c_str()));
  ExpectRefused("failed to read CA file '" + cut + "': malformed PEM",
                net_tls_config_set_ca_file(config_, cut.c_str()));
  ExpectRefused("failed to open CA directory '" + missing_ + "': No such file or directory",
                net_tls_config_set_ca_path(config_, missing_.c_str()));
  ExpectRefused("failed to open CA directory '" + key_ + "': Not a directory",
                net_tls_config_set_ca_path(config_, key_.c_str()));
  ExpectRefused("failed to read CA in memory: no certificate found", SetCa("nothing"));
}

TEST_F(TlsConfigTest, Versions) {
  ExpectSet(net_tls_config_set_versions(config_, NET_TLS_1_0, NET_TLS_1_3));
  ExpectSet(net_tls_config_set_versions(config_, NET_TLS_1_2, NET_TLS_1_2));
  ExpectRefused("invalid range of versions 0x0304 to 0x0303",
                net_tls_config_set_versions(config_, NET_TLS_1_3, NET_TLS_1_2));
  ExpectRefused(
      "invalid range of versions 0x0300 to 0x0304",
      net_tls_config_set_versions(config_, static_cast<enum net_tls_version>(0x0300), NET_TLS_1_3));
  ExpectRefused(
      "invalid range of versions 0x0303 to 0x0305",
      net_tls_config_set_versions(config_, NET_TLS_1_2, static_cast<enum net_tls_version>(0x0305)));
}

TEST_F(TlsConfigTest, Ciphers) {
  ExpectSet(net_tls_config_set_ciphers(config_, "ECDHE-ECDSA-AES128-GCM-SHA256"));
  ExpectRefused("no ciphers for 'ECDHE-ECDSA-AES128-GCM-SHA256:NOPE'",
                net_tls_config_set_ciphers(config_, "ECDHE-ECDSA-AES128-GCM-SHA256:NOPE"));
  ExpectRefused("no ciphers for ''", net_tls_config_set_ciphers(config_, ""));
}

TEST_F(TlsConfigTest, Groups) {
  ExpectSet(net_tls_config_set_groups(config_, "X25519:P-256"));
  ExpectRefused("invalid ecdhe curve 'X25519:nope'",
                net_tls_config_set_groups(config_, "X25519:nope"));
  ExpectRefused("invalid ecdhe curve ''", net_tls_config_set_groups(config_, ""));
}

TEST_F(TlsConfigTest, Alpn) {
  ExpectSet(net_tls_config_set_alpn(config_, "h2,http/1.1"));
  ExpectSet(net_tls_config_set_alpn(config_, std::string(255, 'a').c_str()));
  ExpectRefused("alpn protocol too long",
                net_tls_config_set_alpn(config_, std::string(256, 'a').c_str()));
  for (const char *list : {"", ",", "h2,", ",h2", "h2,,http/1.1"}) {
    ExpectRefused("alpn protocol with zero length", net_tls_config_set_alpn(config_, list));
  }
  std::string list;
  while (list.size() < 65535) {
    list += std::string(254, 'a') + ",";
  }
  ExpectSet(net_tls_config_set_alpn(config_, list.substr(0, 65534).c_str()));
  ExpectRefused("alpn protocols too long",
                net_tls_config_set_alpn(config_, list.substr(0, 65535).c_str()));
}

TEST_F(TlsConfigTest, ClientCertificatePolicy) {
  for (auto policy : {NET_TLS_CLIENT_CERTIFICATE_NONE, NET_TLS_CLIENT_CERTIFICATE_OPTIONAL,
                      NET_TLS_CLIENT_CERTIFICATE_REQUIRED}) {
    ExpectSet(net_tls_config_set_client_certificate(config_, policy));
  }
  ExpectRefused("invalid policy -1 for client certificates",
                net_tls_config_set_client_certificate(
                    config_, static_cast<enum net_tls_client_certificate>(-1)));
  ExpectRefused("invalid policy 3 for client certificates",
                net_tls_config_set_client_certificate(
                    config_, static_cast<enum net_tls_client_certificate>(3)));
}

TEST_F(TlsConfigTest, KeyLogFile) {
  std::string file = testing::TempDir() + "/key_log_of_setter";
  ExpectSet(net_tls_config_set_key_log_file(config_, file.c_str()));
  struct stat status;
  ASSERT_EQ(0, stat(file.c_str(), &status));
  EXPECT_EQ(0600u, status.st_mode & 0777u);
  std::string impossible = missing_ + "/file";
  ExpectRefused("failed to open key log file '" + impossible + "': No such file or directory",
                net_tls_config_set_key_log_file(config_, impossible.c_str()));
}

// A failure is forgotten by the next setter that works.
TEST_F(TlsConfigTest, ErrorLivesUntilTheNextSetter) {
  EXPECT_FALSE(net_tls_config_set_groups(config_, "nope"));
  ExpectSet(net_tls_config_set_session_tickets(config_, true));
}

// What another call on the thread has left behind is not the reason.
TEST_F(TlsConfigTest, ErrorsFromBeforeAreNotTold) {
  auto leave = [] { ERR_put_error(ERR_LIB_SSL, 0, ERR_R_MALLOC_FAILURE, __FILE__, __LINE__); };
  leave();
  ExpectRefused("no ciphers for 'NOPE'", net_tls_config_set_ciphers(config_, "NOPE"));
  leave();
  ExpectRefused("invalid ecdhe curve 'nope'", net_tls_config_set_groups(config_, "nope"));
  leave();
  ExpectRefused(
      "private key '" + CertificatePath("client.key") + "' does not match the certificate",
      SetKeypairFile(certificate_, CertificatePath("client.key")));
  leave();
  ExpectRefused("failed to read CA in memory: no certificate found", SetCa("nothing"));
  leave();
  ExpectSet(SetCa(ReadCertificate("ca.pem")));
  EXPECT_EQ(0u, ERR_peek_error());
}

// TLS 1.0 and 1.1 are for those who ask for them (RFC 8996).
TEST(TlsConfig, OldVersionsAreOffUntilTheyAreSet) {
  for (bool is_client : {true, false}) {
    for (uint16_t version : {TLS1_VERSION, TLS1_1_VERSION}) {
      Connection refused(Case{is_client, version, Driver::kBlocking});
      EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, refused.Handshake()));
      Connection connection(Case{is_client, version, Driver::kBlocking});
      ASSERT_TRUE(net_tls_config_set_versions(connection.config(), NET_TLS_1_0, NET_TLS_1_3));
      EXPECT_TRUE(connection.Exchange(1, 10));
    }
  }
}

// A server's own order of cipher suites counts.
TEST(TlsConfig, TheServerChoosesTheCipherSuite) {
  Connection server(Case{false, TLS1_2_VERSION, Driver::kBlocking});
  server.peer_options().ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384";
  net_tls_config *config = net_tls_config_new();
  EXPECT_TRUE(net_tls_config_set_keypair_file(config, CertificatePath("server.pem").c_str(),
                                              CertificatePath("server.key").c_str()));
  EXPECT_TRUE(net_tls_config_set_ciphers(
      config, "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305"));
  server.UseConfig(config);
  net_tls_config_release(config);
  ASSERT_TRUE(server.Exchange(1, 10));
  EXPECT_STREQ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", net_tls_socket_cipher(server.socket()));
}

// A server shows the whole chain.
TEST(TlsConfig, IntermediatesAreShown) {
  Connection server(Case{false, TLS1_3_VERSION, Driver::kBlocking});
  EXPECT_TRUE(net_tls_config_set_keypair_file(server.config(),
                                              CertificatePath("server_chain.pem").c_str(),
                                              CertificatePath("server_chain.key").c_str()));
  ASSERT_TRUE(server.Exchange(1, 10));
  EXPECT_EQ(2u, sk_CRYPTO_BUFFER_num(SSL_get0_peer_certificates(server.peer().ssl())));
}

// A list that leaves no cipher suite is refused, and those that were set before stay.
TEST(TlsConfig, RefusedCiphersChangeNothing) {
  Case test_case;
  test_case.version = TLS1_2_VERSION;
  for (const char *list : {"ALL:!ALL", "", "NOPE"}) {
    Connection connection(test_case);
    ASSERT_TRUE(net_tls_config_set_ciphers(connection.config(), "ECDHE-ECDSA-AES128-GCM-SHA256"));
    ASSERT_FALSE(net_tls_config_set_ciphers(connection.config(), list));
    EXPECT_TRUE(connection.Exchange(1, 10)) << list;
    EXPECT_STREQ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                 net_tls_socket_cipher(connection.socket()));
  }
}

// From the first socket on, nothing changes any more.
TEST(TlsConfig, InUseCannotBeChanged) {
  Connection connection((Case()));
  connection.Open();
  net_tls_config *config = connection.config();
  std::string file = testing::TempDir() + "/key_log_never_made";
  std::string ca = ReadCertificate("ca.pem");
  auto expect_refused = [&](bool is_set) {
    EXPECT_FALSE(is_set);
    EXPECT_STREQ("the configuration is in use and cannot be changed", net_tls_config_error(config));
  };
  expect_refused(net_tls_config_set_keypair_file(config, CertificatePath("server.pem").c_str(),
                                                 CertificatePath("server.key").c_str()));
  expect_refused(net_tls_config_set_keypair(config, "", 0, "", 0));
  expect_refused(net_tls_config_set_ca_file(config, CertificatePath("ca.pem").c_str()));
  expect_refused(net_tls_config_set_ca_path(config, CertificatePath("ca_path").c_str()));
  expect_refused(net_tls_config_set_ca(config, ca.data(), ca.size()));
  expect_refused(
      net_tls_config_set_client_certificate(config, NET_TLS_CLIENT_CERTIFICATE_OPTIONAL));
  expect_refused(net_tls_config_insecure_no_verify_certificate(config));
  expect_refused(net_tls_config_insecure_no_verify_name(config));
  expect_refused(net_tls_config_insecure_no_verify_time(config));
  expect_refused(net_tls_config_insecure_allow_truncation(config));
  expect_refused(net_tls_config_verify(config));
  expect_refused(net_tls_config_set_versions(config, NET_TLS_1_2, NET_TLS_1_3));
  expect_refused(net_tls_config_set_ciphers(config, "ECDHE-ECDSA-AES128-GCM-SHA256"));
  expect_refused(net_tls_config_set_groups(config, "X25519"));
  expect_refused(net_tls_config_set_alpn(config, "h2"));
  expect_refused(net_tls_config_set_session_tickets(config, false));
  expect_refused(net_tls_config_set_key_log_file(config, file.c_str()));
  EXPECT_NE(0, access(file.c_str(), F_OK));
  EXPECT_TRUE(connection.Exchange(1, 10));
}

// A setter that fails leaves the configuration as it was.
TEST(TlsConfig, FailedSettersChangeNothing) {
  Connection server(Case{false, TLS1_3_VERSION, Driver::kBlocking});
  net_tls_config *config = server.config();
  EXPECT_TRUE(net_tls_config_set_alpn(config, "h2"));
  EXPECT_TRUE(net_tls_config_set_groups(config, "P-384"));
  EXPECT_TRUE(net_tls_config_set_versions(config, NET_TLS_1_3, NET_TLS_1_3));
  EXPECT_FALSE(net_tls_config_set_keypair_file(config, CertificatePath("client.pem").c_str(),
                                               CertificatePath("server.key").c_str()));
  EXPECT_FALSE(net_tls_config_set_alpn(config, "http/1.1,"));
  EXPECT_FALSE(net_tls_config_set_groups(config, "X25519:nope"));
  EXPECT_FALSE(net_tls_config_set_versions(config, NET_TLS_1_2, NET_TLS_1_0));
  server.peer_options().alpn = std::string("\x02h2", 3);
  ASSERT_TRUE(server.Exchange(1, 10));
  size_t length = 0;
  const char *alpn = net_tls_socket_alpn(server.socket(), &length);
  EXPECT_EQ("h2", std::string(alpn, length));
  EXPECT_STREQ("P-384", net_tls_socket_group(server.socket()));
}

// The socket holds a reference.
TEST(TlsConfig, LivesAsLongAsItsSockets) {
  net_testing::VirtualTransport transport(NET_TRANSPORT_BLOCKING);
  net_tls_config *config = net_tls_config_new();
  char error[NET_TLS_ERROR_SIZE] = "";
  ASSERT_TRUE(net_tls_config_set_ca_file(config, CertificatePath("ca.pem").c_str()));
  net_tls_socket *socket = net_tls_socket_new_client(config, transport.transport(),
                                                     NET_TRANSPORT_BLOCKING, "localhost", error);
  ASSERT_NE(nullptr, socket) << error;
  net_tls_config_release(config);
  net_testing::Peer peer(&transport, net_testing::PeerOptions());
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_handshake(socket)) << net_tls_socket_error(socket);
  net_tls_socket_free(socket);
}

}  // namespace
