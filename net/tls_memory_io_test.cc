// Out of memory in operations of a connection: each of their allocations fails once.

#include <string.h>

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_server_names.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"
#include "testing/fail_each.h"

namespace {

using net_testing::Arm;
using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Driver;
using net_testing::FailEach;
using net_testing::ReadCertificate;

std::string secret;
int unwiped = 0;

void LookForSecret(const void *bytes, size_t length) {
  unwiped += memmem(bytes, length, secret.data(), secret.size()) != nullptr ? 1 : 0;
}

// It is nobody's alert.
TEST(TlsMemoryIo, AnOperationThatFails) {
  for (bool is_write : {true, false}) {
    FailEach([&](const Arm &arm) {
      Connection connection(Case{true, TLS1_3_VERSION, Driver::kNonblocking});
      ASSERT_TRUE(connection.Exchange(1, 10));
      arm();
      net_testing::Done done =
          is_write ? connection.Write(std::string(20000, 'x')) : connection.KeyUpdate(true);
      net_testing::StopFailing();
      if (done.outcome != NET_TLS_OK) {
        EXPECT_EQ(is_write ? "write failed: out of memory" : "key_update failed: out of memory",
                  done.error);
        EXPECT_EQ(NET_TLS_CLOSED_BY_NOBODY, net_tls_socket_closed_by(connection.socket()));
        connection.peer().Run();
        EXPECT_EQ(10 + done.written, connection.peer().received().size());
      }
    });
  }
}

// Its bytes cannot leave, so that a second buffer is needed for what comes in.
TEST(TlsMemoryIo, AHandshakeThatCannotReceive) {
  int count = 0;
  FailEach([&](const Arm &arm) {
    Connection connection((Case{true, TLS1_3_VERSION, Driver::kNonblocking}));
    connection.Open();
    connection.transport().set_window(0);
    net_tls_socket_set_deadlines(connection.socket(), 0, 0);
    arm();
    net_testing::Done done = connection.Handshake();
    count += done.error == "handshake failed: Cannot allocate memory";
  });
  EXPECT_EQ(1, count);
}

// What nobody has read stays where it is when no buffer is left to throw it away with.
TEST(TlsMemoryIo, ACloseThatCannotReceive) {
  EXPECT_GT(FailEach([&](const Arm &arm) {
              Connection connection((Case{true, TLS1_3_VERSION, Driver::kNonblocking}));
              ASSERT_TRUE(connection.Exchange(1, 10));
              connection.transport().set_window(0);
              net_tls_socket_set_deadlines(connection.socket(), 0, 0);
              connection.Write("owed");
              connection.peer().Write("unread");
              arm();
              connection.Close();
              EXPECT_EQ(std::vector<std::string>(), connection.transport().misuses());
            }),
            0u);
}

// What is said to be updated is: behind an acknowledgement that is owed, too.
TEST(TlsMemoryIo, AKeyUpdateThatSaysItIsDone) {
  FailEach([&](const Arm &arm) {
    Connection connection(Case{true, TLS1_3_VERSION, Driver::kNonblocking});
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().KeyUpdate(true);
    connection.peer().Write("x");
    EXPECT_EQ("x", connection.Read().bytes);
    arm();
    if (connection.KeyUpdate(true).outcome == NET_TLS_OK) {
      connection.peer().Run();
      EXPECT_EQ(2, connection.peer().key_updates());
    }
  });
}

// The block that was left is held by what nobody has read.
TEST(TlsMemoryIo, ATlsCloseThatSaysWhy) {
  int count = 0;
  FailEach([&](const Arm &arm) {
    Connection connection(Case{true, TLS1_3_VERSION, Driver::kNonblocking});
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().Hold();
    connection.peer().Write("a");
    connection.peer().Write("unread");
    connection.peer().Release();
    EXPECT_EQ("a", connection.Read(1).bytes);
    arm();
    net_testing::Done done = connection.TlsClose();
    count += done.outcome == NET_TLS_ERROR;
    EXPECT_EQ(done.outcome == NET_TLS_OK ? "" : "tls_close failed: out of memory", done.error);
  });
  EXPECT_LT(0, count);
}

// The block that was left is held by another socket, and the last read would have blocked.
TEST(TlsMemoryIo, WhatFollowsAReadThatWouldHaveBlocked) {
  const Case test_case{true, TLS1_3_VERSION, Driver::kNonblocking};
  for (bool is_write : {true, false}) {
    FailEach([&](const Arm &arm) {
      Connection holder(test_case);
      ASSERT_TRUE(holder.Exchange(1, 10));
      Connection connection(test_case, holder.config());
      ASSERT_TRUE(connection.Exchange(1, 10));
      net_tls_socket_set_deadlines(connection.socket(), 0, 0);
      EXPECT_EQ(NET_TLS_TIMEOUT, connection.Read().outcome);
      holder.peer().Hold();
      holder.peer().Write("a");
      holder.peer().Write("unread");
      holder.peer().Release();
      EXPECT_EQ("a", holder.Read(1).bytes);
      arm();
      net_testing::Done done = is_write ? connection.Write("x") : connection.KeyUpdate(false);
      net_testing::StopFailing();
      bool is_done = done.outcome == NET_TLS_OK;
      connection.peer().Run();
      EXPECT_EQ(is_done ? NET_TLS_OK : NET_TLS_ERROR, done.outcome);
      EXPECT_EQ(is_write && is_done ? 11u : 10u, connection.peer().received().size());
      EXPECT_EQ(!is_write && is_done ? 1 : 0, connection.peer().key_updates());
    });
  }
}

// The configuration that a client's name has chosen goes with the socket.
TEST(TlsMemoryIo, AConfigurationByName) {
  char error[NET_TLS_ERROR_SIZE] = "";
  size_t before = 0;
  for (int i = 0; i < 2; i++) {
    before = net_testing::LiveBlocks();
    net_tls_config *config = net_tls_config_new();
    net_tls_server_names *names = net_tls_server_names_new();
    ASSERT_TRUE(net_tls_config_set_keypair_file(config, CertificatePath("server.pem").c_str(),
                                                CertificatePath("server.key").c_str()));
    ASSERT_TRUE(net_tls_server_names_add(names, "b.test", config, error)) << error;
    {
      Connection connection(Case{false, TLS1_3_VERSION, Driver::kNonblocking});
      connection.peer_options().server_name = "b.test";
      connection.Open();
      ASSERT_TRUE(net_tls_socket_set_server_names(connection.socket(), names));
      EXPECT_EQ(NET_TLS_OK, connection.Handshake().outcome);
    }
    net_tls_server_names_release(names);
    net_tls_config_release(config);
  }
  EXPECT_EQ(before, net_testing::LiveBlocks());
}

// The text of a key is wiped when it has been read.
TEST(TlsMemoryIo, KeysOfFilesAreWiped) {
  net_tls_config *config = net_tls_config_new();
  secret = ReadCertificate("server.key").substr(40, 40);
  unwiped = 0;
  net_testing::SetOnFree(LookForSecret);
  EXPECT_TRUE(net_tls_config_set_key_file(config, CertificatePath("server.key").c_str()));
  EXPECT_TRUE(net_tls_config_set_keypair_file(config, CertificatePath("server.pem").c_str(),
                                              CertificatePath("server.key").c_str()));
  net_testing::SetOnFree(nullptr);
  EXPECT_EQ(0, unwiped);
  net_tls_config_release(config);
}

// Nothing of what files are read by stays behind, nor a key that is cleared.
TEST(TlsMemoryIo, AKeypairOfFiles) {
  FailEach([&](const Arm &arm) {
    net_tls_config *config = net_tls_config_new();
    arm();
    net_tls_config_set_keypair_ocsp_file(config, CertificatePath("server.pem").c_str(),
                                         CertificatePath("server.key").c_str(),
                                         CertificatePath("server_ocsp.der").c_str());
    net_tls_config_clear_keys(config);
    net_tls_config_release(config);
  });
}

TEST(TlsMemoryIo, AWriteThatEndsAlthoughMemoryStaysShort) {
  Connection connection(Case{true, TLS1_3_VERSION, Driver::kNonblocking});
  ASSERT_TRUE(connection.Exchange(1, 10));
  connection.peer().Hold();
  connection.peer().Write("a");
  connection.peer().Write("unread");
  connection.peer().Release();
  EXPECT_EQ("a", connection.Read(1).bytes);
  net_testing::FailAllocation(0, net_testing::Shortage::kLasting);
  net_testing::Done done = connection.Write("x");
  EXPECT_TRUE(net_testing::StopFailing());
  EXPECT_EQ(NET_TLS_ERROR, done.outcome);
  EXPECT_EQ(0u, done.written);
}

// A socket that waits holds no buffer: one block serves them all.
TEST(TlsMemoryIo, ReadsThatWait) {
  std::vector<std::unique_ptr<Connection>> connections;
  Connection first(Case{false, TLS1_3_VERSION, Driver::kNonblocking});
  for (int i = 0; i < 8; i++) {
    connections.emplace_back(
        new Connection(Case{false, TLS1_3_VERSION, Driver::kNonblocking}, first.config()));
    ASSERT_TRUE(connections.back()->Exchange(1, 10));
    net_tls_socket_set_deadlines(connections.back()->socket(), 0, 0);
  }
  size_t before = net_testing::LiveBytes();
  for (auto &connection : connections) {
    EXPECT_EQ(NET_TLS_TIMEOUT, connection->Read().outcome);
  }
  EXPECT_GT(before + 66 * 1024, net_testing::LiveBytes());
}

}  // namespace
