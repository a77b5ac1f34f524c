// The thread rule: different sockets in different threads, with the same configuration, over real
// sockets. ThreadSanitizer sees to the rest (--config=tsan).

#include <sys/socket.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_certificate.h"
#include "net/tls_config.h"
#include "net/tls_server_names.h"
#include "net/tls_session.h"
#include "net/tls_socket.h"
#include "testing/certificates.h"
#include "testing/connection.h"
#include "testing/sockets.h"

namespace {

using net_testing::CertificatePath;
using net_testing::Pattern;

constexpr int kPairs = 4;
constexpr int kRounds = 6;
constexpr size_t kLength = 100000;

// What went wrong, if anything did: assertions are for the main thread.
using Result = std::string;

class Socket {
 public:
  Socket(net_tls_config *config, bool is_client, net_testing::Descriptor fd) {
    char error[NET_TLS_ERROR_SIZE] = "";
    struct net_transport transport;
    if (net_transport_posix(fd.get(), NET_TRANSPORT_BLOCKING, &transport) != 0) {
      result_ = "no transport";
      return;
    }
    fd.release();
    socket_ = is_client
                  ? net_tls_socket_new_client(config, transport, NET_TRANSPORT_BLOCKING,
                                              "localhost", error)
                  : net_tls_socket_new_server(config, transport, NET_TRANSPORT_BLOCKING, error);
    if (socket_ == nullptr) {
      transport.functions->close(transport.context);
      result_ = error;
      return;
    }
    // A loaded machine's sanitizer may need more for a retry than the default.
    net_tls_socket_set_clock_limit(socket_, INT64_MAX);
  }

  ~Socket() {
    net_tls_socket_free(socket_);
  }

  void Expect(enum net_tls_outcome expected, enum net_tls_outcome outcome) {
    if (outcome != expected && result_.empty()) {
      result_ = std::string("outcome ") + net_testing::OutcomeName(outcome) + ": " +
                net_tls_socket_error(socket_);
    }
  }

  void Write(const std::string &bytes) {
    size_t written = 0;
    Expect(NET_TLS_OK, net_tls_socket_write(socket_, bytes.data(), bytes.size(), &written));
  }

  void Read(const std::string &expected) {
    std::string bytes(expected.size(), '\0');
    size_t received = 0;
    while (received < bytes.size() && result_.empty()) {
      size_t length = 0;
      Expect(NET_TLS_OK,
             net_tls_socket_read(socket_, &bytes[received], bytes.size() - received, &length));
      received += length;
    }
    if (bytes != expected && result_.empty()) {
      result_ = "other bytes";
    }
  }

  void ReadEnd() {
    char byte;
    size_t length = 0;
    Expect(NET_TLS_CLOSED, net_tls_socket_read(socket_, &byte, 1, &length));
  }

  void SetServerNames(net_tls_server_names *names) {
    if (socket_ != nullptr && !net_tls_socket_set_server_names(socket_, names)) {
      result_ = "no server names";
    }
  }

  // One side of a conversation, from handshake to close.
  Result Run(bool is_client) {
    if (socket_ == nullptr) {
      return result_;
    }
    Expect(NET_TLS_OK, net_tls_socket_handshake(socket_));
    for (unsigned i = 0; i < 2 && result_.empty(); i++) {
      if (is_client) {
        Write(Pattern(kLength, i));
        Read(Pattern(kLength, i + 10));
      } else {
        Read(Pattern(kLength, i));
        Write(Pattern(kLength, i + 10));
      }
    }
    net_tls_certificate_free(net_tls_socket_peer_certificate(socket_));
    net_tls_session_free(net_tls_socket_session(socket_));
    if (!is_client && result_.empty()) {
      ReadEnd();
    }
    Expect(NET_TLS_OK, net_tls_socket_close(socket_));
    return result_;
  }

 private:
  net_tls_socket *socket_ = nullptr;
  Result result_;
};

class TlsThreadsTest : public testing::Test {
 protected:
  void SetUp() override {
    client_ = net_tls_config_new();
    server_ = net_tls_config_new();
    ASSERT_TRUE(net_tls_config_set_ca_path(client_, CertificatePath("ca_path").c_str()));
    ASSERT_TRUE(net_tls_config_set_keypair_file(server_,
                                                CertificatePath("server_chain.pem").c_str(),
                                                CertificatePath("server_chain.key").c_str()));
  }

  void TearDown() override {
    net_tls_config_release(client_);
    net_tls_config_release(server_);
  }

  net_tls_config *client_ = nullptr;
  net_tls_config *server_ = nullptr;
};

TEST_F(TlsThreadsTest, SocketsOfOneConfiguration) {
  std::vector<std::thread> threads;
  std::vector<Result> results(2 * kPairs);
  for (int round = 0; round < kRounds; round++) {
    for (int i = 0; i < kPairs; i++) {
      net_testing::SocketPair pair = net_testing::MakeSocketPair(i % 2 == 0 ? AF_UNIX : AF_INET);
      ASSERT_GE(pair.far.get(), 0);
      threads.emplace_back([this, &results, i, fd = std::move(pair.near)]() mutable {
        results[2 * i] = Socket(client_, true, std::move(fd)).Run(true);
      });
      threads.emplace_back([this, &results, i, fd = std::move(pair.far)]() mutable {
        results[2 * i + 1] = Socket(server_, false, std::move(fd)).Run(false);
      });
    }
    for (std::thread &thread : threads) {
      thread.join();
    }
    threads.clear();
    EXPECT_EQ(std::vector<Result>(2 * kPairs), results);
  }
}

// Names and ticket keys are added while servers work with those that are there.
TEST_F(TlsThreadsTest, NamesAndTicketKeysOfServersAtWork) {
  net_tls_server_names *names = net_tls_server_names_new();
  auto add = [&](unsigned number) {
    char error[NET_TLS_ERROR_SIZE] = "";
    std::string key(NET_TLS_TICKET_KEY_SIZE, static_cast<char>(number));
    std::string name = "n" + std::to_string(number) + ".test";
    return net_tls_config_add_ticket_key(server_, number, key.data(), key.size()) &&
           net_tls_server_names_add(names, name.c_str(), server_, error) &&
           net_tls_server_names_add(names, "localhost", server_, error);
  };
  ASSERT_TRUE(add(0));
  std::vector<std::thread> threads;
  std::vector<Result> results(2 * kPairs);
  std::atomic<bool> is_adding{true};
  for (int i = 0; i < kPairs; i++) {
    net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
    ASSERT_GE(pair.far.get(), 0);
    threads.emplace_back([this, &results, i, fd = std::move(pair.near)]() mutable {
      results[2 * i] = Socket(client_, true, std::move(fd)).Run(true);
    });
    threads.emplace_back([this, &results, names, i, fd = std::move(pair.far)]() mutable {
      Socket socket(server_, false, std::move(fd));
      socket.SetServerNames(names);
      results[2 * i + 1] = socket.Run(false);
    });
  }
  threads.emplace_back([&is_adding, &add] {
    bool is_added = true;
    for (unsigned number = 1; number < 100 && is_added; number++) {
      is_added = add(number);
    }
    is_adding = !is_added;
  });
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_FALSE(is_adding);
  EXPECT_EQ(std::vector<Result>(2 * kPairs), results);
  net_tls_server_names_release(names);
}

// References are taken and dropped by any thread, the last of them too.
TEST_F(TlsThreadsTest, ReferencesToAConfiguration) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kPairs; i++) {
    net_tls_config *config = net_tls_config_retain(client_);
    threads.emplace_back([config] {
      for (int j = 0; j < 1000; j++) {
        net_tls_config_release(net_tls_config_retain(config));
      }
      net_tls_config_release(config);
    });
  }
  net_tls_config_release(client_);
  client_ = nullptr;
  for (std::thread &thread : threads) {
    thread.join();
  }
}

// The system's store is loaded by the first socket that needs it, whichever that is.
TEST_F(TlsThreadsTest, FirstUseOfTheSystemStore) {
  setenv("SSL_CERT_FILE", CertificatePath("ca.pem").c_str(), 1);
  net_tls_config *config = net_tls_config_new();
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int i = 0; i < kPairs; i++) {
    threads.emplace_back([config, &failures] {
      char error[NET_TLS_ERROR_SIZE];
      net_testing::VirtualTransport transport(NET_TRANSPORT_BLOCKING);
      net_tls_socket *socket = net_tls_socket_new_client(
          config, transport.transport(), NET_TRANSPORT_BLOCKING, "localhost", error);
      failures += socket == nullptr ? 1 : 0;
      net_tls_socket_free(socket);
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(0, failures);
  net_tls_config_release(config);
}

}  // namespace
