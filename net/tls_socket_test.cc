// Every operation on a network without faults: for clients and servers, TLS 1.2 and 1.3, and each
// way to drive a socket.

#include "net/tls_socket.h"

#include <stdlib.h>
#include <string.h>

#include <string>

#include "gtest/gtest.h"
#include "testing/certificates.h"
#include "testing/connection.h"

namespace {

using net_testing::Case;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::Pattern;

#define EXPECT_OUTCOME(expected, done)                                                       \
  EXPECT_STREQ(net_testing::OutcomeName(expected), net_testing::OutcomeName((done).outcome)) \
      << (done).error

class TlsSocketTest : public testing::TestWithParam<Case> {
 protected:
  ~TlsSocketTest() override {
    EXPECT_EQ(0, connection_.transport().deadlocks()) << connection_.transport().LogText();
    EXPECT_EQ(std::vector<std::string>(), connection_.transport().misuses());
  }

  Connection connection_{GetParam()};
};

TEST_P(TlsSocketTest, Handshake) {
  EXPECT_OUTCOME(NET_TLS_OK, connection_.Handshake());
  EXPECT_TRUE(net_tls_socket_is_handshaked(connection_.socket()));
  connection_.peer().Run();
  EXPECT_TRUE(connection_.peer().IsHandshaked()) << "its own last flight was not sent";
}

// D-18
TEST_P(TlsSocketTest, HandshakeAgainDoesNothing) {
  ASSERT_EQ(NET_TLS_OK, connection_.Handshake().outcome);
  int calls = connection_.transport().calls();
  EXPECT_OUTCOME(NET_TLS_OK, connection_.Handshake());
  EXPECT_EQ(calls, connection_.transport().calls());
}

TEST_P(TlsSocketTest, BothDirections) {
  EXPECT_TRUE(connection_.Exchange(3, 1));
  EXPECT_TRUE(connection_.Exchange(3, 1000));
  EXPECT_TRUE(connection_.Exchange(2, 16384));
  EXPECT_TRUE(connection_.Exchange(2, 16385));
  EXPECT_TRUE(connection_.Exchange(1, 300000));
}

TEST_P(TlsSocketTest, WriteBeginsWithTheHandshake) {
  Done done = connection_.Write("hello");
  EXPECT_OUTCOME(NET_TLS_OK, done);
  EXPECT_EQ(5u, done.written);
  connection_.peer().Run();
  EXPECT_EQ("hello", connection_.peer().received());
}

TEST_P(TlsSocketTest, ReadBeginsWithTheHandshake) {
  connection_.Open();
  bool has_written = false;
  connection_.peer().set_on_turn([&] {
    if (connection_.peer().IsHandshaked() && !has_written) {
      has_written = true;
      connection_.peer().Write("hello");
    }
  });
  Done done = connection_.Read();
  EXPECT_OUTCOME(NET_TLS_OK, done);
  EXPECT_EQ("hello", done.bytes);
}

// D-05
TEST_P(TlsSocketTest, WriteOfManyRecords) {
  std::string bytes = Pattern(1 << 20);
  Done done = connection_.Write(bytes);
  EXPECT_OUTCOME(NET_TLS_OK, done);
  EXPECT_EQ(bytes.size(), done.written);
  connection_.peer().Run();
  EXPECT_TRUE(bytes == connection_.peer().received());
}

// D-07
TEST_P(TlsSocketTest, WriteOfNothing) {
  Done done = connection_.Write("");
  EXPECT_OUTCOME(NET_TLS_OK, done);
  EXPECT_EQ(0u, done.written);
  connection_.peer().Run();
  EXPECT_TRUE(connection_.peer().IsHandshaked());
  int records = connection_.peer().records();
  EXPECT_OUTCOME(NET_TLS_OK, connection_.Write(""));
  connection_.peer().Run();
  EXPECT_EQ(records, connection_.peer().records());
  EXPECT_EQ("", connection_.peer().received());
}

// D-08
TEST_P(TlsSocketTest, ReadTakesSeveralRecordsAtOnce) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  connection_.peer().Hold();
  for (int i = 0; i < 5; i++) {
    connection_.peer().Write(std::string(3, static_cast<char>('a' + i)));
  }
  connection_.peer().Release();
  connection_.transport().ResetCounts();
  EXPECT_EQ("aaabbbcc", connection_.Read(8).bytes);
  EXPECT_EQ(1, connection_.transport().receives());
  EXPECT_EQ("cd", connection_.Read(2).bytes);
  EXPECT_EQ("ddeee", connection_.Read(100).bytes);
  EXPECT_EQ(1, connection_.transport().receives());
  EXPECT_EQ(0, connection_.transport().waits());
}

// D-08
TEST_P(TlsSocketTest, ReadDoesNotWaitForTheRestOfARecord) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  connection_.peer().Hold();
  connection_.peer().Write("first");
  connection_.peer().Write("second");
  std::string records = connection_.peer().TakeHeld();
  connection_.transport().FarSend(records.substr(0, records.size() - 1));
  EXPECT_EQ("first", connection_.Read().bytes);
  connection_.transport().FarSend(records.substr(records.size() - 1));
  EXPECT_EQ("second", connection_.Read().bytes);
}

TEST_P(TlsSocketTest, ReadOfARecordByteByByte) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  connection_.transport().Drip(1, 1);
  connection_.peer().Write("slowly");
  EXPECT_EQ("slowly", connection_.Read().bytes);
}

// D-08
TEST_P(TlsSocketTest, ReadOfNothingConsumesNothing) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  connection_.peer().Write("kept");
  char byte = 'x';
  size_t length = 7;
  EXPECT_EQ(NET_TLS_ERROR, net_tls_socket_read(connection_.socket(), &byte, 0, &length));
  EXPECT_EQ(0u, length);
  EXPECT_STREQ("Invalid argument", net_tls_socket_error(connection_.socket()));
  EXPECT_EQ('x', byte);
  EXPECT_EQ("kept", connection_.Read().bytes);
  EXPECT_STREQ("", net_tls_socket_error(connection_.socket()));
}

TEST_P(TlsSocketTest, WriteWhileThePeerWritesToo) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  connection_.transport().set_window(5000);
  std::string theirs = Pattern(500000, 1);
  std::string ours = Pattern(400000, 2);
  connection_.peer().Write(theirs);
  EXPECT_OUTCOME(NET_TLS_OK, connection_.Write(ours));
  connection_.peer().Run();
  EXPECT_TRUE(ours == connection_.peer().received().substr(10));
  EXPECT_TRUE(theirs == connection_.ReadAll(theirs.size()).bytes);
}

TEST_P(TlsSocketTest, WaitTellsWhatIsWorthAReadOrAWrite) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  net_tls_socket *socket = connection_.socket();
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_wait(socket, NET_TLS_WANT_WRITE));
  net_tls_socket_set_deadlines(socket, 20, -1);
  int64_t start = connection_.transport().now();
  EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_wait(socket, NET_TLS_WANT_READ));
  EXPECT_EQ(20 * net_testing::VirtualTransport::kMillisecond,
            connection_.transport().now() - start);
  connection_.peer().Hold();
  connection_.peer().Write("first");
  connection_.peer().Write("second");
  connection_.peer().Release();
  EXPECT_FALSE(net_tls_socket_has_buffered(socket));
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_wait(socket, NET_TLS_WANT_READ));
  EXPECT_EQ("fi", connection_.Read(2).bytes);
  // Plaintext is buffered, and then a record.
  connection_.transport().ResetCounts();
  EXPECT_TRUE(net_tls_socket_has_buffered(socket));
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_wait(socket, NET_TLS_WANT_READ));
  EXPECT_EQ("rst", connection_.Read(3).bytes);
  EXPECT_TRUE(net_tls_socket_has_buffered(socket));
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_wait(socket, NET_TLS_WANT_READ));
  EXPECT_EQ("sec", connection_.Read(3).bytes);
  EXPECT_TRUE(net_tls_socket_has_buffered(socket));
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_wait(socket, NET_TLS_WANT_READ));
  EXPECT_EQ("ond", connection_.Read().bytes);
  EXPECT_FALSE(net_tls_socket_has_buffered(socket));
  EXPECT_EQ(0, connection_.transport().calls());
}

TEST_P(TlsSocketTest, WaitDoesNotTakeHalfARecordForOne) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  net_tls_socket *socket = connection_.socket();
  net_tls_socket_set_deadlines(socket, 20, -1);
  connection_.transport().set_socket_timeouts(20, -1);
  connection_.peer().Hold();
  connection_.peer().Write("a whole record");
  std::string record = connection_.peer().TakeHeld();
  size_t sent = 0;
  for (size_t part : {static_cast<size_t>(3), record.size() - 1}) {
    connection_.transport().FarSend(record.substr(sent, part - sent));
    sent = part;
    EXPECT_OUTCOME(NET_TLS_TIMEOUT, connection_.Read());
    EXPECT_FALSE(net_tls_socket_has_buffered(socket));
    EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_wait(socket, NET_TLS_WANT_READ));
  }
  connection_.transport().FarSend(record.substr(sent));
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_wait(socket, NET_TLS_WANT_READ));
  EXPECT_EQ("a whole record", connection_.Read().bytes);
}

TEST_P(TlsSocketTest, WaitDoesNotTakeHalfARecordBehindAWholeOneForOne) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  net_tls_socket *socket = connection_.socket();
  net_tls_socket_set_deadlines(socket, 20, -1);
  connection_.peer().Hold();
  connection_.peer().Write("first");
  connection_.peer().Write("second");
  std::string records = connection_.peer().TakeHeld();
  connection_.transport().FarSend(records.substr(0, records.size() - 1));
  EXPECT_EQ("first", connection_.Read(5).bytes);
  EXPECT_FALSE(net_tls_socket_has_buffered(socket));
  EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_wait(socket, NET_TLS_WANT_READ));
  connection_.transport().FarSend(records.substr(records.size() - 1));
  EXPECT_EQ("second", connection_.Read().bytes);
}

TEST_P(TlsSocketTest, WaitForWritingHasTheSendDeadline) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  connection_.peer().set_is_stalled(true);
  connection_.transport().set_window(0);
  net_tls_socket_set_deadlines(connection_.socket(), -1, 30);
  int64_t start = connection_.transport().now();
  EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_wait(connection_.socket(), NET_TLS_WANT_WRITE));
  EXPECT_EQ(30 * net_testing::VirtualTransport::kMillisecond,
            connection_.transport().now() - start);
}

TEST_P(TlsSocketTest, WaitForWhatThereIsNot) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  for (auto want : {NET_TLS_OK, NET_TLS_CLOSED, NET_TLS_TIMEOUT, NET_TLS_ERROR}) {
    EXPECT_EQ(NET_TLS_ERROR, net_tls_socket_wait(connection_.socket(), want));
    EXPECT_STREQ("unsupported want type", net_tls_socket_error(connection_.socket()));
  }
  EXPECT_TRUE(connection_.Exchange(1, 10));
}

// D-17: signals are passed over, in every call of a connection.
TEST_P(TlsSocketTest, SignalsEverywhere) {
  connection_.transport().SetFaults(
      "any: intr intr ok intr ok intr intr ok intr ok ok intr intr intr intr ok intr intr ok intr "
      "intr ok ok ok intr ok intr ok intr intr intr intr intr intr ok intr");
  EXPECT_TRUE(connection_.Exchange(3, 40000));
  EXPECT_OUTCOME(NET_TLS_OK, connection_.Close());
}

TEST_P(TlsSocketTest, ShortTransfersEverywhere) {
  std::string faults;
  for (int i = 0; i < 4000; i++) {
    faults += std::to_string(1 + i % 7) + " ";
  }
  connection_.transport().SetFaults(faults);
  EXPECT_TRUE(connection_.Exchange(2, 500)) << connection_.transport().LogText();
  EXPECT_OUTCOME(NET_TLS_OK, connection_.Close());
  connection_.peer().Run();
  EXPECT_TRUE(connection_.peer().SawCloseNotify());
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsSocketTest, testing::ValuesIn(net_testing::AllCases()),
                         [](const auto &info) { return net_testing::CaseName(info.param); });

// The state functions of a socket that has done nothing yet.
TEST(TlsSocket, BeforeTheHandshake) {
  Connection connection(Case{});
  connection.Open();
  net_tls_socket *socket = connection.socket();
  size_t length = 7;
  struct net_tls_alert alert;
  EXPECT_FALSE(net_tls_socket_is_handshaked(socket));
  EXPECT_EQ(nullptr, net_tls_socket_version(socket));
  EXPECT_EQ(nullptr, net_tls_socket_cipher(socket));
  EXPECT_EQ(nullptr, net_tls_socket_group(socket));
  EXPECT_EQ(nullptr, net_tls_socket_alpn(socket, &length));
  EXPECT_EQ(0u, length);
  EXPECT_FALSE(net_tls_socket_is_reused(socket));
  EXPECT_FALSE(net_tls_socket_alert(socket, &alert));
  EXPECT_EQ(NET_TLS_CLOSED_BY_NOBODY, net_tls_socket_closed_by(socket));
  EXPECT_STREQ("", net_tls_socket_error(socket));
  EXPECT_FALSE(net_tls_socket_has_buffered(socket));
  EXPECT_EQ(NET_TLS_DEFAULT_CLOCK_LIMIT, net_tls_socket_clock_limit(socket));
  net_tls_socket_set_clock_limit(socket, 0);
  EXPECT_EQ(0, net_tls_socket_clock_limit(socket));
  EXPECT_EQ(0, connection.transport().calls());
}

TEST(TlsSocket, ClientWithoutAName) {
  Connection connection(Case{});
  char error[NET_TLS_ERROR_SIZE];
  for (const char *name : {static_cast<const char *>(nullptr), ""}) {
    error[0] = '\0';
    EXPECT_EQ(nullptr,
              net_tls_socket_new_client(connection.config(), connection.transport().transport(),
                                        NET_TRANSPORT_BLOCKING, name, error));
    EXPECT_STREQ("server name not specified", error);
  }
  EXPECT_EQ(0, connection.transport().closes()) << "the transport is still the caller's";
}

TEST(TlsSocket, ClientWithoutCertificatesThatItTrusts) {
  Connection connection(Case{});
  net_tls_config *config = net_tls_config_new();
  char error[NET_TLS_ERROR_SIZE] = "";
  setenv("SSL_CERT_FILE", "/nonexistent/ca.pem", 1);
  EXPECT_EQ(nullptr, net_tls_socket_new_client(config, connection.transport().transport(),
                                               NET_TRANSPORT_BLOCKING, "localhost", error));
  unsetenv("SSL_CERT_FILE");
  EXPECT_NE(std::string::npos, std::string(error).find("/nonexistent/ca.pem")) << error;
  net_tls_config_release(config);
}

// RFC 6962, section 3.3.1: a server shows them to those alone that ask.
TEST(TlsSocket, AClientAsksForTimestamps) {
  const uint8_t list[] = {0, 5, 0, 3, 'a', 'b', 'c'};
  Connection connection(Case{});
  connection.Open();
  ASSERT_TRUE(SSL_set_signed_cert_timestamp_list(connection.peer().ssl(), list, sizeof(list)));
  ASSERT_EQ(NET_TLS_OK, connection.Handshake().outcome);
  size_t length = 0;
  const uint8_t *shown = net_tls_socket_scts(connection.socket(), &length);
  ASSERT_EQ(sizeof(list), length);
  EXPECT_EQ(0, memcmp(list, shown, length));
}

TEST(TlsSocket, ClientWithANameThatCannotBeSent) {
  Connection connection(Case{});
  char error[NET_TLS_ERROR_SIZE] = "";
  std::string name(300, 'a');
  EXPECT_EQ(nullptr,
            net_tls_socket_new_client(connection.config(), connection.transport().transport(),
                                      NET_TRANSPORT_BLOCKING, name.c_str(), error));
  EXPECT_EQ("invalid server name '" + name + "'", error);
  EXPECT_EQ(0, connection.transport().closes());
}

TEST(TlsSocket, ServerWithoutAKeyPair) {
  Connection connection(Case{});
  char error[NET_TLS_ERROR_SIZE] = "";
  EXPECT_EQ(nullptr,
            net_tls_socket_new_server(connection.config(), connection.transport().transport(),
                                      NET_TRANSPORT_BLOCKING, error));
  EXPECT_STREQ("server without a certificate and key", error);
  EXPECT_EQ(0, connection.transport().closes());
}

// Without the dot that ends an absolute name; a name that is nothing but a dot is none.
TEST(TlsSocket, NamesThatAreSent) {
  for (const char *name : {"a.", "a", ".", "a.b."}) {
    Connection connection((net_testing::Case()));
    connection.set_server_name(name);
    EXPECT_EQ("", connection.TryOpen()) << name;
    EXPECT_STREQ("", net_tls_socket_error(connection.socket()));
    connection.Handshake();
    const char *sent = SSL_get_servername(connection.peer().ssl(), TLSEXT_NAMETYPE_host_name);
    const std::string expected = name == std::string("a.") ? "a" : name;
    EXPECT_STREQ(name == std::string("a.b.") ? "a.b" : expected.c_str(), sent);
  }
}

TEST(TlsSocket, NamesThatAreNotSent) {
  for (const char *name : {"127.0.0.1", "::1", ""}) {
    Connection connection((net_testing::Case()));
    ASSERT_TRUE(net_tls_config_insecure_no_verify_name(connection.config()));
    connection.set_server_name(name);
    EXPECT_EQ("", connection.TryOpen()) << name;
    EXPECT_EQ(NET_TLS_OK, connection.Handshake().outcome);
    EXPECT_EQ(nullptr, SSL_get_servername(connection.peer().ssl(), TLSEXT_NAMETYPE_host_name));
  }
}

// Without a word to the peer.
TEST(TlsSocket, TransportThatIsClosed) {
  Connection connection((net_testing::Case()));
  ASSERT_TRUE(connection.Exchange(1, 10));
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_close_transport(connection.socket()));
  EXPECT_EQ(NET_TLS_CLOSED_BY_LOCAL, net_tls_socket_closed_by(connection.socket()));
  connection.peer().Run();
  EXPECT_FALSE(connection.peer().SawCloseNotify());
}

TEST(TlsSocket, TransportThatCannotBeClosed) {
  Connection connection(net_testing::Case(), "c: e5");
  connection.Open();
  EXPECT_EQ(NET_TLS_ERROR, net_tls_socket_close_transport(connection.socket()));
  EXPECT_STREQ("close failed: Input/output error", net_tls_socket_error(connection.socket()));
}

TEST(TlsSocket, FreeOfNothing) {
  net_tls_socket_free(nullptr);
}

}  // namespace
