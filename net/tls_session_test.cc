// Resumption: sessions offered, refused, and taken to another process.

#include "net/tls_session.h"

#include <ctime>
#include <string>

#include "gtest/gtest.h"
#include "net/tls_certificate.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Export;
using net_testing::HasOutcome;

// A session that frees itself.
class Session {
 public:
  explicit Session(net_tls_session *session) : session_(session) {}
  ~Session() {
    net_tls_session_free(session_);
  }
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  net_tls_session *get() const {
    return session_;
  }

 private:
  net_tls_session *session_;
};

std::string ImportError(net_tls_config *config, const std::string &bytes) {
  char error[NET_TLS_ERROR_SIZE] = "";
  Session session(net_tls_session_import(config, bytes.data(), bytes.size(), error));
  EXPECT_EQ(session.get() == nullptr, error[0] != '\0');
  return error;
}

class TlsSessionTest : public net_testing::CaseTest {
 protected:
  bool IsTls13() const {
    return GetParam().version == TLS1_3_VERSION;
  }

  // A second connection to the same server, with the same configuration.
  void Prepare(Connection *second) {
    second->UseConfig(connection_.config());
    second->peer_options().context = peer().context();
  }

  void ExpectRefused(Connection *connection, const net_tls_session *session,
                     const std::string &reason) {
    EXPECT_FALSE(net_tls_socket_set_session(connection->socket(), session));
    EXPECT_EQ("session refused: " + reason, net_tls_socket_error(connection->socket()));
  }
};

TEST_P(TlsSessionTest, Resumption) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  Connection second(GetParam());
  Prepare(&second);
  Session session(net_tls_socket_session(socket()));
  if (GetParam().is_client) {
    ASSERT_NE(nullptr, session.get());
    second.Open();
    EXPECT_TRUE(net_tls_socket_set_session(second.socket(), session.get()));
    EXPECT_STREQ("", net_tls_socket_error(second.socket()));
  } else {
    EXPECT_EQ(nullptr, session.get());
    ASSERT_NE(nullptr, peer().session());
    second.peer_options().context = nullptr;
    second.peer_options().session = peer().session();
  }
  ASSERT_TRUE(second.Exchange(1, 10));
  EXPECT_TRUE(net_tls_socket_is_reused(second.socket()));
  EXPECT_TRUE(SSL_session_reused(second.peer().ssl()));
  if (!GetParam().is_client) {
    EXPECT_EQ(nullptr, net_tls_socket_session(second.socket()));
  }
  if (GetParam().is_client) {
    ExpectRefused(&second, session.get(), "the handshake has begun");
    Session next(net_tls_socket_session(second.socket()));
    EXPECT_NE(nullptr, next.get());
    net_tls_certificate *certificate = net_tls_socket_peer_certificate(second.socket());
    ASSERT_NE(nullptr, certificate);
    EXPECT_STREQ("CN=localhost", net_tls_certificate_subject(certificate));
    net_tls_certificate_free(certificate);
  }
}

// A server that does not know the ticket makes a full handshake.
TEST_P(TlsSessionTest, OfAnotherServer) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  Connection second(GetParam());
  second.UseConfig(connection_.config());
  second.Open();
  Session session(net_tls_socket_session(socket()));
  EXPECT_EQ(GetParam().is_client, session.get() != nullptr);
  EXPECT_EQ(GetParam().is_client,
            session.get() != nullptr && net_tls_socket_set_session(second.socket(), session.get()));
  ASSERT_TRUE(second.Exchange(1, 10));
  EXPECT_FALSE(net_tls_socket_is_reused(second.socket()));
}

TEST_P(TlsSessionTest, WithTicketsAfterAll) {
  ASSERT_TRUE(net_tls_config_set_session_tickets(connection_.config(), false));
  ASSERT_TRUE(net_tls_config_set_session_tickets(connection_.config(), true));
  ASSERT_TRUE(connection_.Exchange(1, 10));
  Session session(net_tls_socket_session(socket()));
  EXPECT_EQ(GetParam().is_client, session.get() != nullptr);
}

TEST_P(TlsSessionTest, WithoutTickets) {
  ASSERT_TRUE(net_tls_config_set_session_tickets(connection_.config(), false));
  ASSERT_TRUE(connection_.Exchange(1, 10));
  EXPECT_EQ(nullptr, net_tls_socket_session(socket()));
  if (!GetParam().is_client && IsTls13()) {
    EXPECT_EQ(nullptr, peer().session());
  }
  if (!GetParam().is_client && !IsTls13() && peer().session() != nullptr) {
    EXPECT_FALSE(SSL_SESSION_has_ticket(peer().session()));
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsSessionTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

// What only clients do.
class TlsClientSessionTest : public TlsSessionTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(connection_.Exchange(1, 10));
    session_ = std::make_unique<Session>(net_tls_socket_session(socket()));
    ASSERT_NE(nullptr, session());
  }

  net_tls_session *session() {
    return session_->get();
  }

  std::unique_ptr<Session> session_;
};

// The certificate is good for both names, and the ticket would be too.
TEST_P(TlsClientSessionTest, OfAnotherServerNameIsRefused) {
  for (const char *name : {"example.test", "127.0.0.1", "localhost.", "LocalHost"}) {
    Connection second(GetParam());
    Prepare(&second);
    second.set_server_name(name);
    second.Open();
    bool is_same = std::string("localhost.").find(name) == 0 || std::string(name) == "LocalHost";
    if (is_same) {
      EXPECT_TRUE(net_tls_socket_set_session(second.socket(), session())) << name;
    } else {
      ExpectRefused(&second, session(), "it belongs to another server name");
    }
    ASSERT_TRUE(second.Exchange(1, 10)) << name;
    EXPECT_EQ(is_same, net_tls_socket_is_reused(second.socket())) << name;
  }
  EXPECT_STREQ("localhost", net_tls_session_server_name(session()));
}

TEST_P(TlsClientSessionTest, OfAnotherConfigurationIsRefused) {
  Connection second(GetParam());
  second.Open();
  ExpectRefused(&second, session(), "it belongs to another configuration");
  EXPECT_TRUE(second.Exchange(1, 10));
}

TEST_P(TlsClientSessionTest, OnAServerIsRefused) {
  Connection server(Case{false, GetParam().version, GetParam().driver});
  server.Open();
  ExpectRefused(&server, session(), "a server offers none");
  EXPECT_TRUE(server.Exchange(1, 10));
}

TEST_P(TlsClientSessionTest, OnAClosedSocketIsRefused) {
  Connection second(GetParam());
  Prepare(&second);
  second.Open();
  second.Close();
  ExpectRefused(&second, session(), "the handshake has begun");
}

TEST_P(TlsClientSessionTest, WhereTicketsAreOffIsRefused) {
  const std::string bytes = Export(session());
  Connection second(GetParam());
  ASSERT_TRUE(net_tls_config_set_session_tickets(second.config(), false));
  second.Open();
  char error[NET_TLS_ERROR_SIZE] = "";
  Session imported(net_tls_session_import(second.config(), bytes.data(), bytes.size(), error));
  ASSERT_NE(nullptr, imported.get()) << error;
  ExpectRefused(&second, imported.get(), "the configuration has turned session tickets off");
}

TEST_P(TlsClientSessionTest, Expiry) {
  int64_t now = static_cast<int64_t>(time(nullptr));
  EXPECT_GT(net_tls_session_expires(session()), now);
  EXPECT_LT(net_tls_session_expires(session()), now + 8 * 24 * 3600);
}

// In another process the configuration is another one, too.
TEST_P(TlsClientSessionTest, ExportAndImport) {
  const std::string bytes = Export(session());
  Connection second(GetParam());
  second.peer_options().context = peer().context();
  second.Open();
  char error[NET_TLS_ERROR_SIZE] = "";
  Session imported(net_tls_session_import(second.config(), bytes.data(), bytes.size(), error));
  ASSERT_NE(nullptr, imported.get()) << error;
  EXPECT_STREQ("localhost", net_tls_session_server_name(imported.get()));
  EXPECT_EQ(net_tls_session_expires(session()), net_tls_session_expires(imported.get()));
  EXPECT_EQ(bytes, Export(imported.get()));
  ASSERT_TRUE(net_tls_socket_set_session(second.socket(), imported.get()));
  ASSERT_TRUE(second.Exchange(1, 10));
  EXPECT_TRUE(net_tls_socket_is_reused(second.socket()));
}

// A session cannot smuggle in a server that the configuration does not believe: it is one of a
// connection that believed anybody.
TEST_P(TlsClientSessionTest, AnImportedSessionIsVerified) {
  Connection trusting(GetParam());
  ASSERT_TRUE(net_tls_config_insecure_no_verify_certificate(trusting.config()));
  ASSERT_TRUE(net_tls_config_insecure_no_verify_name(trusting.config()));
  trusting.peer_options().identity = "self_signed";
  trusting.set_server_name("example.test");
  ASSERT_TRUE(trusting.Exchange(1, 10));
  Session session(net_tls_socket_session(trusting.socket()));
  ASSERT_NE(nullptr, session.get());
  const std::string bytes = Export(session.get());

  Connection careful(GetParam());
  careful.peer_options().context = trusting.peer().context();
  careful.set_server_name("example.test");
  careful.Open();
  char error[NET_TLS_ERROR_SIZE] = "";
  Session imported(net_tls_session_import(careful.config(), bytes.data(), bytes.size(), error));
  ASSERT_NE(nullptr, imported.get()) << error;
  ASSERT_TRUE(net_tls_socket_set_session(careful.socket(), imported.get()));
  Done done = careful.Handshake();
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_EQ(0u, done.error.find("handshake failed: certificate verification failed: "))
      << done.error;
  EXPECT_FALSE(net_tls_socket_is_reused(careful.socket()));
}

// The chain is fine, and the name is what was not looked at.
TEST_P(TlsClientSessionTest, TheNameOfAnImportedSessionIsVerified) {
  Connection trusting(GetParam());
  ASSERT_TRUE(net_tls_config_insecure_no_verify_name(trusting.config()));
  trusting.set_server_name("other.test");
  ASSERT_TRUE(trusting.Exchange(1, 10));
  Session session(net_tls_socket_session(trusting.socket()));
  ASSERT_NE(nullptr, session.get());
  const std::string bytes = Export(session.get());

  Connection careful(GetParam());
  careful.peer_options().context = trusting.peer().context();
  careful.set_server_name("other.test");
  careful.Open();
  char error[NET_TLS_ERROR_SIZE] = "";
  Session imported(net_tls_session_import(careful.config(), bytes.data(), bytes.size(), error));
  ASSERT_NE(nullptr, imported.get()) << error;
  ASSERT_TRUE(net_tls_socket_set_session(careful.socket(), imported.get()));
  Done done = careful.Handshake();
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_NE(std::string::npos, done.error.find("name 'other.test' not present")) << done.error;
}

TEST_P(TlsClientSessionTest, MalformedBytes) {
  const std::string bytes = Export(session());
  net_tls_config *config = connection_.config();
  EXPECT_EQ("", ImportError(config, bytes));
  EXPECT_EQ("malformed session", ImportError(config, ""));
  EXPECT_EQ("malformed session", ImportError(config, "something else"));
  EXPECT_EQ("malformed session", ImportError(config, bytes + "x"));
  for (size_t length = 0; length < bytes.size(); length++) {
    EXPECT_EQ("malformed session", ImportError(config, bytes.substr(0, length))) << length;
  }
  // Whatever a changed byte makes of it, it is a session or an error.
  for (size_t i = 0; i < bytes.size(); i++) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x15);
    std::string error = ImportError(config, changed);
    EXPECT_TRUE(error.empty() || error == "malformed session") << i << ": " << error;
  }
  for (size_t i = 0; i < 8; i++) {
    std::string other_mark = bytes;
    other_mark[i] = static_cast<char>(other_mark[i] ^ 1);
    EXPECT_EQ("malformed session", ImportError(config, other_mark)) << i;
  }
  // A name with a zero in it would be another one.
  std::string changed = bytes;
  changed[bytes.find("localhost") + 4] = '\0';
  EXPECT_EQ("malformed session", ImportError(config, changed));
  // Behind the mark, the byte that says whether there is a name is none but these two.
  constexpr size_t kHasName = 8;
  for (char flag : {'\0', '\2'}) {
    changed = bytes;
    ASSERT_EQ('\1', changed[kHasName]);
    changed[kHasName] = flag;
    EXPECT_EQ("malformed session", ImportError(config, changed));
  }
}

// A session of TLS 1.3 is good for one connection, and in TLS 1.2 the server may give no other.
TEST_P(TlsClientSessionTest, WhatWasOfferedGoesOnInTls12Alone) {
  Connection second(GetParam());
  Prepare(&second);
  second.Open();
  ASSERT_TRUE(net_tls_socket_set_session(second.socket(), session()));
  ASSERT_EQ(NET_TLS_OK, second.Handshake().outcome);
  ASSERT_TRUE(net_tls_socket_is_reused(second.socket()));
  Session next(net_tls_socket_session(second.socket()));
  EXPECT_EQ(IsTls13(), next.get() == nullptr);
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsClientSessionTest,
                         testing::Values(Case{true, TLS1_2_VERSION, net_testing::Driver::kBlocking},
                                         Case{true, TLS1_3_VERSION,
                                              net_testing::Driver::kBlocking}),
                         net_testing::CaseParamName);

TEST(TlsSession, NoneIsFreed) {
  net_tls_session_free(nullptr);
  net_tls_session_free_bytes(nullptr);
}

}  // namespace
