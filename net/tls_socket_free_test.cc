// What net_tls_socket_free gives back: all that a connection has taken, whatever became of it.

#include <openssl/ssl.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_config.h"
#include "net/tls_server_names.h"
#include "net/tls_socket.h"
#include "testing/allocations.h"
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

// Where there is no memory for the text it is one that is not to be freed.
TEST(TlsSocketFree, TheTextOfAFailure) {
  int unwritten = 0;
  FailEach([&](const Arm &arm) {
    Connection connection(Case{false, TLS1_3_VERSION, Driver::kBlocking}, "r: e5");
    connection.Open();
    arm();
    std::string error = connection.Handshake().error;
    net_testing::StopFailing();
    EXPECT_EQ(error, connection.Handshake().error) << "it is not there any more";
    if (error != "handshake failed: Input/output error") {
      EXPECT_TRUE(net_testing::IsAboutMemory(error)) << error;
      unwritten++;
    }
  });
  EXPECT_GT(unwritten, 0);
}

// A handshake with a name of its own: it is the last to hold what the name stands for.
void HandshakeByName() {
  Connection connection(Case{false, TLS1_3_VERSION, Driver::kBlocking});
  connection.peer_options().server_name = "b.test";
  connection.Open();
  net_tls_config *policy = net_tls_config_new();
  net_tls_server_names *names = net_tls_server_names_new();
  char error[NET_TLS_ERROR_SIZE] = "";
  EXPECT_TRUE(net_tls_config_set_keypair_file(policy, CertificatePath("server.pem").c_str(),
                                              CertificatePath("server.key").c_str()));
  EXPECT_TRUE(net_tls_server_names_add(names, "b.test", policy, error)) << error;
  EXPECT_TRUE(net_tls_socket_set_server_names(connection.socket(), names));
  net_tls_config_release(policy);
  net_tls_server_names_release(names);
  EXPECT_EQ(NET_TLS_OK, connection.Handshake().outcome);
}

TEST(TlsSocketFree, TheConfigurationOfTheNameThatWasAskedFor) {
  HandshakeByName();  // What lasts as long as the process is there now.
  size_t before = net_testing::LiveBlocks();
  HandshakeByName();
  EXPECT_EQ(before, net_testing::LiveBlocks());
}

}  // namespace
