// From a host's name to a TLS socket, and from a listening descriptor to one, over real TCP.

#include "net/tls_connect.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "testing/certificates.h"
#include "testing/sockets.h"

namespace {

using net_testing::CertificatePath;
using net_testing::Descriptor;

class TlsConnectTest : public testing::Test {
 protected:
  void SetUp() override {
    struct net_address *addresses = nullptr;
    size_t num_addresses = 0;
    ASSERT_EQ(NET_ERROR_NONE, net_resolve("127.0.0.1", "0", true, &addresses, &num_addresses).kind);
    int fd = -1;
    ASSERT_EQ(NET_ERROR_NONE, net_bind(&addresses[0], {false, false}, &fd).kind);
    free(addresses);
    listener_.reset(fd);
    struct net_address bound;
    ASSERT_EQ(NET_ERROR_NONE, net_local_address(fd, &bound).kind);
    char host[64];
    int port = 0;
    ASSERT_EQ(NET_ERROR_NONE, net_address_name(&bound, host, sizeof(host), &port).kind);
    port_ = std::to_string(port);
    ASSERT_TRUE(net_tls_config_set_ca_file(client_, CertificatePath("ca.pem").c_str()));
    ASSERT_TRUE(net_tls_config_set_keypair_file(server_, CertificatePath("server.pem").c_str(),
                                                CertificatePath("server.key").c_str()));
  }

  void TearDown() override {
    net_tls_config_release(client_);
    net_tls_config_release(server_);
  }

  void Listen() {
    ASSERT_EQ(NET_ERROR_NONE, net_listen(listener_.get(), 16).kind);
  }

  std::string ConnectError(const char *host, const std::string &port, int64_t deadline_ms = -1) {
    char error[NET_TLS_ERROR_SIZE] = "";
    net_tls_socket *socket = net_tls_connect(client_, host, port.c_str(), deadline_ms, error);
    EXPECT_EQ(nullptr, socket);
    net_tls_socket_free(socket);
    return error;
  }

  Descriptor listener_;
  std::string port_;
  net_tls_config *client_ = net_tls_config_new();
  net_tls_config *server_ = net_tls_config_new();
};

// "localhost" may be ::1 first, where nobody listens.
TEST_F(TlsConnectTest, BothEnds) {
  Listen();
  for (const char *host : {"127.0.0.1", "localhost"}) {
    std::string received;
    std::thread server([this, &received] {
      char error[NET_TLS_ERROR_SIZE] = "";
      net_tls_socket *socket = net_tls_accept(server_, listener_.get(), error);
      char buffer[16];
      size_t length = 0;
      received = error;
      if (socket == nullptr) {
        return;
      }
      net_tls_socket_set_clock_limit(socket, INT64_MAX);
      if (net_tls_socket_read(socket, buffer, sizeof(buffer), &length) == NET_TLS_OK) {
        received.assign(buffer, length);
      }
      net_tls_socket_close(socket);
      net_tls_socket_free(socket);
    });
    char error[NET_TLS_ERROR_SIZE] = "";
    net_tls_socket *socket = net_tls_connect(client_, host, port_.c_str(), 60000, error);
    size_t written = 0;
    EXPECT_NE(nullptr, socket) << error;
    if (socket != nullptr) {
      EXPECT_FALSE(net_tls_socket_is_handshaked(socket));
      net_tls_socket_set_clock_limit(socket, INT64_MAX);
      EXPECT_EQ(NET_TLS_OK, net_tls_socket_write(socket, "hello", 5, &written))
          << net_tls_socket_error(socket);
    } else {
      shutdown(listener_.get(), SHUT_RDWR);  // wakes the server
    }
    server.join();
    EXPECT_EQ("hello", received);
    net_tls_socket_free(socket);
  }
}

TEST_F(TlsConnectTest, Failures) {
  int before = net_testing::CountOpenDescriptors();
  EXPECT_EQ("connect failed: Connection refused", ConnectError("127.0.0.1", port_));
  EXPECT_EQ("resolve failed: Servname not supported for ai_socktype",
            ConnectError("127.0.0.1", "no-such-service"));
  EXPECT_EQ(0u, ConnectError(std::string(300, 'a').c_str(), port_).find("resolve failed: "));
  EXPECT_EQ(before, net_testing::CountOpenDescriptors());
}

TEST_F(TlsConnectTest, Deadline) {
  ASSERT_EQ(NET_ERROR_NONE, net_listen(listener_.get(), 0).kind);
  std::vector<Descriptor> waiting;
  struct net_address address;
  ASSERT_EQ(NET_ERROR_NONE, net_local_address(listener_.get(), &address).kind);
  struct net_error error = {NET_ERROR_NONE, 0};
  for (int i = 0; i < 16 && error.kind == NET_ERROR_NONE; i++) {
    int fd = -1;
    error = net_connect(&address, 50, &fd);
    waiting.emplace_back(fd);
  }
  ASSERT_EQ(NET_ERROR_TIMEOUT, error.kind);
  EXPECT_EQ("connect failed: Connection timed out", ConnectError("127.0.0.1", port_, 20));
  EXPECT_EQ("connect failed: Connection timed out", ConnectError("127.0.0.1", port_, 0));
}

// A client that says nothing stops nobody.
TEST_F(TlsConnectTest, AcceptedIsNonblocking) {
  Listen();
  struct net_address address;
  ASSERT_EQ(NET_ERROR_NONE, net_local_address(listener_.get(), &address).kind);
  int fd = -1;
  ASSERT_EQ(NET_ERROR_NONE, net_connect(&address, -1, &fd).kind);
  Descriptor near(fd);
  char error[NET_TLS_ERROR_SIZE] = "";
  net_tls_socket *socket = net_tls_accept(server_, listener_.get(), error);
  ASSERT_NE(nullptr, socket) << error;
  struct net_tls_operation operation;
  net_tls_socket_begin(socket, NET_TLS_HANDSHAKE, &operation);
  EXPECT_EQ(NET_TLS_WANT_READ, net_tls_socket_try_handshake(socket, &operation));
  net_tls_socket_free(socket);
}

// The descriptor is not left open where the socket cannot be made.
TEST_F(TlsConnectTest, WhatCannotBeMade) {
  Listen();
  int before = net_testing::CountOpenDescriptors();
  net_tls_config *none = net_tls_config_new();
  Descriptor near(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  struct net_address address;
  ASSERT_EQ(NET_ERROR_NONE, net_local_address(listener_.get(), &address).kind);
  ASSERT_EQ(0, connect(near.get(), reinterpret_cast<struct sockaddr *>(&address.storage),
                       address.length));
  char error[NET_TLS_ERROR_SIZE] = "";
  EXPECT_EQ(nullptr, net_tls_accept(none, listener_.get(), error));
  EXPECT_STREQ("server without a certificate and key", error);
  EXPECT_EQ(nullptr, net_tls_connect(client_, nullptr, port_.c_str(), -1, error));
  EXPECT_STREQ("server name not specified", error);
  near.reset();
  EXPECT_EQ(before, net_testing::CountOpenDescriptors());
  EXPECT_EQ(nullptr, net_tls_accept(server_, -1, error));
  EXPECT_STREQ("accept failed: Bad file descriptor", error);
  net_tls_config_release(none);
}

}  // namespace
