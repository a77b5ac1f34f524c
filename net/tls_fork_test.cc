// A connection after fork: it is the one's that began it, and the other cannot do it any harm.

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "gtest/gtest.h"
#include "net/tls_session.h"
#include "net/tls_socket.h"
#include "testing/certificates.h"
#include "testing/sockets.h"

namespace {

using net_testing::CertificatePath;
using net_testing::SocketPair;

// What a child finds wrong, and "" for nothing: it has no other way to say so.
using Finding = std::string;

void Expect(const char *what, const std::string &expected, const std::string &actual,
            Finding *finding) {
  if (expected != actual) {
    *finding += std::string(what) + ": '" + actual + "' and not '" + expected + "'\n";
  }
}

// Runs `main` in a child and returns what it finds.
Finding InChild(const std::function<Finding()> &main) {
  int ends[2];
  EXPECT_EQ(0, pipe(ends));
  pid_t pid = fork();
  if (pid == 0) {
    Finding finding = main();
    ssize_t written = write(ends[1], finding.data(), finding.size());
    _exit(written == static_cast<ssize_t>(finding.size()) ? 0 : 1);
  }
  close(ends[1]);
  Finding finding;
  char buffer[4096];
  ssize_t length = 0;
  while ((length = read(ends[0], buffer, sizeof(buffer))) > 0) {
    finding.append(buffer, static_cast<size_t>(length));
  }
  close(ends[0]);
  int status = -1;
  EXPECT_EQ(pid, waitpid(pid, &status, 0));
  EXPECT_EQ(0, status);
  return finding;
}

class TlsForkTest : public testing::TestWithParam<enum net_tls_version> {
 protected:
  void SetUp() override {
    SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
    char error[NET_TLS_ERROR_SIZE] = "";
    ASSERT_TRUE(net_tls_config_set_ca_file(client_config_, CertificatePath("ca.pem").c_str()));
    ASSERT_TRUE(net_tls_config_set_keypair_file(server_config_,
                                                CertificatePath("server.pem").c_str(),
                                                CertificatePath("server.key").c_str()));
    ASSERT_TRUE(net_tls_config_set_versions(client_config_, GetParam(), GetParam()));
    client_ = net_tls_socket_new_client(client_config_, Transport(pair.near.release()),
                                        NET_TRANSPORT_NONBLOCKING, "localhost", error);
    ASSERT_NE(nullptr, client_) << error;
    server_ = net_tls_socket_new_server(server_config_, Transport(pair.far.release()),
                                        NET_TRANSPORT_NONBLOCKING, error);
    ASSERT_NE(nullptr, server_) << error;
  }

  void TearDown() override {
    net_tls_socket_free(client_);
    net_tls_socket_free(server_);
    net_tls_config_release(client_config_);
    net_tls_config_release(server_config_);
  }

  static struct net_transport Transport(int fd) {
    struct net_transport transport = {nullptr, nullptr};
    EXPECT_EQ(0, net_transport_posix(fd, NET_TRANSPORT_NONBLOCKING, &transport));
    return transport;
  }

  // Both ends are this process's.
  void Handshake() {
    struct net_tls_operation ours;
    struct net_tls_operation theirs;
    net_tls_socket_begin(client_, NET_TLS_HANDSHAKE, &ours);
    net_tls_socket_begin(server_, NET_TLS_HANDSHAKE, &theirs);
    for (int i = 0; i < 10; i++) {
      net_tls_socket_try_handshake(client_, &ours);
      net_tls_socket_try_handshake(server_, &theirs);
    }
    ASSERT_TRUE(net_tls_socket_is_handshaked(client_)) << net_tls_socket_error(client_);
    ASSERT_TRUE(net_tls_socket_is_handshaked(server_)) << net_tls_socket_error(server_);
  }

  static std::string Write(net_tls_socket *socket, const std::string &bytes) {
    size_t written = 0;
    enum net_tls_outcome outcome =
        net_tls_socket_write(socket, bytes.data(), bytes.size(), &written);
    return outcome == NET_TLS_OK ? "" : net_tls_socket_error(socket);
  }

  static std::string Read(net_tls_socket *socket) {
    char buffer[64];
    size_t length = 0;
    switch (net_tls_socket_read(socket, buffer, sizeof(buffer), &length)) {
      case NET_TLS_OK:
        return std::string(buffer, length);
      case NET_TLS_CLOSED:
        return "closed";
      default:
        return net_tls_socket_error(socket);
    }
  }

  void ExpectUsable() {
    EXPECT_EQ("", Write(client_, "ping"));
    EXPECT_EQ("ping", Read(server_));
    EXPECT_EQ("", Write(server_, "pong"));
    EXPECT_EQ("pong", Read(client_));
  }

  static Finding ExpectRefused(net_tls_socket *socket) {
    const std::string reason = " failed: the connection belongs to another process";
    Finding finding;
    char byte = 0;
    size_t length = 0;
    Expect("inherited", "1", std::to_string(net_tls_socket_is_inherited(socket)), &finding);
    Expect("write", "write" + reason, Write(socket, "from the child"), &finding);
    Expect("read", "read" + reason, Read(socket), &finding);
    auto expect = [&](const char *name, enum net_tls_outcome outcome) {
      Expect(name, name + reason,
             outcome == NET_TLS_ERROR ? net_tls_socket_error(socket) : "no error", &finding);
    };
    expect("handshake", net_tls_socket_handshake(socket));
    expect("peek", net_tls_socket_peek(socket, &byte, 1, &length));
    expect("key_update", net_tls_socket_key_update(socket, true));
    expect("tls_close", net_tls_socket_tls_close(socket));
    expect("poll_wait", net_tls_socket_wait(socket, NET_TLS_WANT_READ));
    Expect("pending", "0", std::to_string(net_tls_socket_pending(socket)), &finding);
    return finding;
  }

  net_tls_config *client_config_ = net_tls_config_new();
  net_tls_config *server_config_ = net_tls_config_new();
  net_tls_socket *client_ = nullptr;
  net_tls_socket *server_ = nullptr;
};

TEST_P(TlsForkTest, AChildCanOnlyClose) {
  Handshake();
  EXPECT_EQ("", Write(client_, "unread"));
  EXPECT_EQ("", InChild([this] {
              Finding finding = ExpectRefused(client_) + ExpectRefused(server_);
              for (net_tls_socket *socket : {client_, server_}) {
                bool is_closed = net_tls_socket_close(socket) == NET_TLS_OK;
                Expect("close", "1", std::to_string(is_closed), &finding);
                Expect("write after close", "write failed: Bad file descriptor", Write(socket, "x"),
                       &finding);
                net_tls_socket_free(socket);
              }
              return finding;
            }));
  EXPECT_FALSE(net_tls_socket_is_inherited(client_));
  EXPECT_EQ("unread", Read(server_)) << "the child has not taken it";
  ExpectUsable();
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_close(client_));
  EXPECT_EQ("closed", Read(server_));
}

TEST_P(TlsForkTest, AChildForgetsTheConnection) {
  Handshake();
  EXPECT_EQ("", InChild([this] {
              net_tls_socket_free(client_);
              net_tls_socket_free(server_);
              return Finding();
            }));
  ExpectUsable();
}

// In the middle of a handshake there are keys, too.
TEST_P(TlsForkTest, DuringTheHandshake) {
  struct net_tls_operation operation;
  net_tls_socket_begin(client_, NET_TLS_HANDSHAKE, &operation);
  ASSERT_EQ(NET_TLS_WANT_READ, net_tls_socket_try_handshake(client_, &operation));
  EXPECT_EQ("", InChild([this] { return ExpectRefused(client_); }));
  Handshake();
  ExpectUsable();
}

// A child of the child is another process still.
TEST_P(TlsForkTest, AChildOfTheChild) {
  Handshake();
  EXPECT_EQ("", InChild([this] { return InChild([this] { return ExpectRefused(client_); }); }));
  ExpectUsable();
}

// One process for each connection: the parent accepts, the child does the rest.
TEST_P(TlsForkTest, AChildMayBeginTheHandshake) {
  struct net_tls_operation operation;
  net_tls_socket_begin(client_, NET_TLS_HANDSHAKE, &operation);
  ASSERT_EQ(NET_TLS_WANT_READ, net_tls_socket_try_handshake(client_, &operation));
  int go[2];
  ASSERT_EQ(0, pipe(go));
  pid_t pid = fork();
  if (pid == 0) {
    char byte = 0;
    bool is_fine = read(go[0], &byte, 1) == 1;
    is_fine = is_fine && !net_tls_socket_is_inherited(server_) && Read(server_) == "ping" &&
              Write(server_, "pong").empty() && net_tls_socket_close(server_) == NET_TLS_OK;
    _exit(is_fine ? 0 : 1);
  }
  // The client's first flight is there, and closing does not take it.
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_close(server_));
  ASSERT_EQ(1, write(go[1], "x", 1));
  EXPECT_EQ("", Write(client_, "ping"));
  EXPECT_EQ("pong", Read(client_));
  EXPECT_EQ("closed", Read(client_));
  int status = -1;
  EXPECT_EQ(pid, waitpid(pid, &status, 0));
  EXPECT_EQ(0, status);
  for (int fd : go) {
    close(fd);
  }
}

// Connections that a child makes are its own.
TEST_P(TlsForkTest, AConnectionOfTheChild) {
  EXPECT_EQ("", InChild([this] {
              Handshake();
              ExpectUsable();
              return Finding(HasFailure() ? "not usable" : "");
            }));
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsForkTest, testing::Values(NET_TLS_1_2, NET_TLS_1_3),
                         [](const testing::TestParamInfo<enum net_tls_version> &info) {
                           return info.param == NET_TLS_1_2 ? "Tls12" : "Tls13";
                         });

}  // namespace
