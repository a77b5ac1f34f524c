// A client's key pair where there is no memory to install it: the connection is not begun, rather
// than made by a client that shows nothing.

#include <openssl/pool.h>
#include <openssl/ssl.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_config.h"
#include "net/tls_socket.h"
#include "testing/certificates.h"
#include "testing/connection.h"
#include "testing/fail_each.h"

namespace {

using net_testing::Arm;
using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Driver;
using net_testing::FailEach;

net_tls_config *NewConfigOfClient() {
  net_tls_config *config = net_tls_config_new();
  EXPECT_TRUE(net_tls_config_set_ca_file(config, CertificatePath("ca.pem").c_str()));
  EXPECT_TRUE(net_tls_config_set_keypair_file(config, CertificatePath("client.pem").c_str(),
                                              CertificatePath("client.key").c_str()));
  return config;
}

TEST(TlsKeypair, AClientShowsItOrIsNotMade) {
  int refused = 0;
  FailEach([&](const Arm &arm) {
    Connection connection(Case{true, TLS1_3_VERSION, Driver::kBlocking});
    net_tls_config *config = NewConfigOfClient();
    connection.UseConfig(config);
    net_tls_config_release(config);
    connection.peer_options().client_certificate = SSL_VERIFY_PEER;
    arm();
    std::string error = connection.TryOpen();
    net_testing::StopFailing();
    if (!error.empty()) {
      EXPECT_EQ("out of memory", error);
      refused++;
      return;
    }
    ASSERT_EQ(NET_TLS_OK, connection.Handshake().outcome);
    connection.peer().Run();
    ASSERT_TRUE(connection.peer().IsHandshaked()) << connection.peer().error();
    const STACK_OF(CRYPTO_BUFFER) *shown = SSL_get0_peer_certificates(connection.peer().ssl());
    ASSERT_NE(nullptr, shown);
    EXPECT_EQ(1u, sk_CRYPTO_BUFFER_num(shown));
  });
  EXPECT_GT(refused, 5);
}

}  // namespace
