// Closing over real TCP: what has been accepted arrives, whatever the peer has sent meanwhile.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <thread>

#include "net/tls_socket.h"
#include "testing/sockets.h"

namespace {

constexpr char kCertificates[] = "testing/certificates/";

std::string File(const char *name) {
  return std::string(kCertificates) + name;
}

class CloseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_INET);
    ASSERT_GE(pair.near.get(), 0);
    client_fd_ = pair.near.get();
    server_fd_ = pair.far.get();
    client_config_ = net_tls_config_new();
    server_config_ = net_tls_config_new();
    ASSERT_TRUE(net_tls_config_set_ca_file(client_config_, File("ca.pem").c_str()));
    ASSERT_TRUE(net_tls_config_set_keypair_file(server_config_, File("server.pem").c_str(),
                                                File("server.key").c_str()));
    net_transport transport;
    char error[NET_TLS_ERROR_SIZE];
    ASSERT_EQ(net_transport_posix(pair.near.release(), NET_TRANSPORT_BLOCKING, &transport), 0);
    client_ = net_tls_socket_new_client(client_config_, transport, NET_TRANSPORT_BLOCKING,
                                        "localhost", error);
    ASSERT_NE(client_, nullptr) << error;
    ASSERT_EQ(net_transport_posix(pair.far.release(), NET_TRANSPORT_BLOCKING, &transport), 0);
    server_ = net_tls_socket_new_server(server_config_, transport, NET_TRANSPORT_BLOCKING, error);
    ASSERT_NE(server_, nullptr) << error;
    // For sanitizers: a handshake may take more of the CPU than the clock limit.
    net_tls_socket_set_clock_limit(client_, INT64_MAX);
    net_tls_socket_set_clock_limit(server_, INT64_MAX);
  }

  void TearDown() override {
    net_tls_socket_free(client_);
    net_tls_socket_free(server_);
    net_tls_config_release(client_config_);
    net_tls_config_release(server_config_);
  }

  void Handshake() {
    net_tls_outcome outcome = NET_TLS_ERROR;
    std::thread server([&] { outcome = net_tls_socket_handshake(server_); });
    EXPECT_EQ(net_tls_socket_handshake(client_), NET_TLS_OK) << net_tls_socket_error(client_);
    server.join();
    EXPECT_EQ(outcome, NET_TLS_OK) << net_tls_socket_error(server_);
  }

  int client_fd_ = -1;
  int server_fd_ = -1;
  net_tls_config *client_config_ = nullptr;
  net_tls_config *server_config_ = nullptr;
  net_tls_socket *client_ = nullptr;
  net_tls_socket *server_ = nullptr;
};

// What the server writes, its session tickets first, lies unread in the client's kernel.
TEST_F(CloseTest, UnreadInputDoesNotCostWhatWasWritten) {
  const int large = 1 << 20;
  const int small = 4096;
  ASSERT_EQ(setsockopt(client_fd_, SOL_SOCKET, SO_SNDBUF, &large, sizeof(large)), 0);
  ASSERT_EQ(setsockopt(server_fd_, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
  Handshake();
  const std::string sent(100000, 'x');
  size_t length = 0;
  ASSERT_EQ(net_tls_socket_write(server_, "hello", 5, &length), NET_TLS_OK);
  ASSERT_EQ(net_tls_socket_write(client_, sent.data(), sent.size(), &length), NET_TLS_OK);
  ASSERT_EQ(net_tls_socket_close(client_), NET_TLS_OK) << net_tls_socket_error(client_);

  std::string received;
  char buffer[16384];
  net_tls_outcome outcome = NET_TLS_OK;
  while ((outcome = net_tls_socket_read(server_, buffer, sizeof(buffer), &length)) == NET_TLS_OK) {
    received.append(buffer, length);
  }
  EXPECT_EQ(outcome, NET_TLS_CLOSED) << net_tls_socket_error(server_);
  EXPECT_EQ(received.size(), sent.size());
}

}  // namespace
