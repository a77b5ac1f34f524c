// What an exported session may hold: bytes that are almost one of ours, and a name or none.

#include <openssl/err.h>
#include <openssl/mem.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_session.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::Case;
using net_testing::Connection;
using net_testing::Driver;
using net_testing::Export;

// The bytes of a session of BoringSSL's behind those of ours, with the name in the form of the
// wire.
std::string Pack(const std::string &name, SSL_SESSION *session) {
  uint8_t *bytes = nullptr;
  size_t length = 0;
  EXPECT_TRUE(SSL_SESSION_to_bytes(session, &bytes, &length));
  std::string text(reinterpret_cast<char *>(bytes), length);
  OPENSSL_free(bytes);
  return "net.tls1" + name + text;
}

const std::string kNoName("\0\0\0", 3);

// What begins behind the name.
bssl::UniquePtr<SSL_SESSION> Unpack(const std::string &bytes, SSL_CTX *context) {
  size_t begin = bytes.find("localhost") + 9;
  return bssl::UniquePtr<SSL_SESSION>(SSL_SESSION_from_bytes(
      reinterpret_cast<const uint8_t *>(bytes.data()) + begin, bytes.size() - begin, context));
}

class TlsSessionImportTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(connection_.Exchange(1, 10));
    session_ = net_tls_socket_session(connection_.socket());
    ASSERT_NE(nullptr, session_);
    unpacked_ = Unpack(Export(session_), connection_.peer().context());
    ASSERT_NE(nullptr, unpacked_);
  }

  ~TlsSessionImportTest() override {
    net_tls_session_free(session_);
  }

  // Returns what is refused, and why: "" where it is not.
  std::string ImportError(const std::string &bytes) {
    char error[NET_TLS_ERROR_SIZE] = "";
    net_tls_session *read =
        net_tls_session_import(connection_.config(), bytes.data(), bytes.size(), error);
    EXPECT_EQ(read == nullptr, error[0] != '\0');
    net_tls_session_free(read);
    return error;
  }

  // Imports these bytes, and tells the name: "none" where there is none.
  std::string ImportName(const std::string &bytes) {
    char error[NET_TLS_ERROR_SIZE] = "";
    net_tls_session *read =
        net_tls_session_import(connection_.config(), bytes.data(), bytes.size(), error);
    if (read == nullptr) {
      return error;
    }
    EXPECT_EQ(bytes, Export(read));
    const char *name = net_tls_session_server_name(read);
    std::string text = name != nullptr ? name : "none";
    net_tls_session_free(read);
    return text;
  }

  Connection connection_{Case{true, static_cast<uint16_t>(GetParam()), Driver::kBlocking}};
  net_tls_session *session_ = nullptr;
  bssl::UniquePtr<SSL_SESSION> unpacked_;
};

TEST_P(TlsSessionImportTest, Names) {
  EXPECT_EQ("a", ImportName(Pack(std::string("\1\0\1a", 4), unpacked_.get())));
  EXPECT_EQ("none", ImportName(Pack(kNoName, unpacked_.get())));
  for (const std::string &name :
       {std::string("\1\0\0", 3), std::string("\2\0\0", 3), std::string("\0\0\1a", 4)}) {
    EXPECT_EQ("malformed session", ImportError(Pack(name, unpacked_.get())));
  }
}

TEST_P(TlsSessionImportTest, AnotherMark) {
  const std::string packed = Pack("", unpacked_.get());
  EXPECT_EQ("malformed session", ImportError(packed));
  EXPECT_EQ("malformed session", ImportError("net.tls2" + packed.substr(8)));
  EXPECT_EQ("malformed session",
            ImportError("net.tls2" + Pack(kNoName, unpacked_.get()).substr(8)));
}

// Without the server's certificate nothing could be verified, and without a ticket nothing resumed.
TEST_P(TlsSessionImportTest, WhatIsNoUse) {
  ASSERT_TRUE(SSL_SESSION_set_ticket(unpacked_.get(), nullptr, 0));
  ASSERT_TRUE(SSL_SESSION_set1_id(unpacked_.get(), nullptr, 0));
  EXPECT_EQ("malformed session", ImportError(Pack(kNoName, unpacked_.get())));
  SSL_SESSION *of_server = SSL_get_session(connection_.peer().ssl());
  const uint8_t id[] = {1};
  ASSERT_TRUE(SSL_SESSION_set1_id(of_server, id, sizeof(id)));
  ASSERT_TRUE(SSL_SESSION_is_resumable(of_server));
  EXPECT_EQ("malformed session", ImportError(Pack(kNoName, of_server)));
}

// What another call on the thread has left behind is not the reason.
TEST_P(TlsSessionImportTest, AnErrorFromBefore) {
  ERR_put_error(ERR_LIB_SSL, 0, ERR_R_MALLOC_FAILURE, __FILE__, __LINE__);
  EXPECT_EQ("malformed session", ImportError("something else"));
  EXPECT_EQ(0u, ERR_peek_error());
}

// Whoever has asked for no name is no comfort to one who has, and the other way round.
TEST_P(TlsSessionImportTest, WithoutAName) {
  const auto version = static_cast<uint16_t>(GetParam());
  Connection trusting(Case{true, version, Driver::kBlocking});
  net_tls_config *config = trusting.config();
  ASSERT_TRUE(net_tls_config_insecure_no_verify_name(config));
  char error[NET_TLS_ERROR_SIZE] = "";
  std::vector<net_tls_session *> sessions;
  for (const char *name : {static_cast<const char *>(nullptr), "localhost"}) {
    net_testing::VirtualTransport transport(NET_TRANSPORT_BLOCKING);
    net_tls_socket *socket = net_tls_socket_new_client(config, transport.transport(),
                                                       NET_TRANSPORT_BLOCKING, name, error);
    ASSERT_NE(nullptr, socket) << error;
    net_testing::PeerOptions options;
    options.minimum_version = options.maximum_version = version;
    net_testing::Peer peer(&transport, options);
    char byte = 0;
    size_t length = 0;
    ASSERT_EQ(NET_TLS_OK, net_tls_socket_handshake(socket)) << net_tls_socket_error(socket);
    peer.Run();
    peer.Write("x");
    ASSERT_EQ(NET_TLS_OK, net_tls_socket_read(socket, &byte, 1, &length));
    sessions.push_back(net_tls_socket_session(socket));
    ASSERT_NE(nullptr, sessions.back());
    EXPECT_STREQ(name, net_tls_session_server_name(sessions.back()));
    net_tls_socket_free(socket);
    for (size_t i = 0; i < sessions.size(); i++) {
      net_tls_socket *next = net_tls_socket_new_client(config, transport.transport(),
                                                       NET_TRANSPORT_BLOCKING, name, error);
      ASSERT_NE(nullptr, next) << error;
      bool is_same = i + 1 == sessions.size();
      EXPECT_EQ(is_same, net_tls_socket_set_session(next, sessions[i]));
      net_tls_socket_free(next);
      next = net_tls_socket_new_client(config, transport.transport(), NET_TRANSPORT_BLOCKING,
                                       nullptr, error);
      EXPECT_EQ(i == 0, net_tls_socket_set_session(next, sessions[i]));
      net_tls_socket_free(next);
    }
  }
  for (net_tls_session *each : sessions) {
    net_tls_session_free(each);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsSessionImportTest,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const testing::TestParamInfo<int> &info) {
                           return info.param == TLS1_3_VERSION ? "Tls13" : "Tls12";
                         });

}  // namespace
