// Session tickets: keys that servers share and change, names and lifetimes of sessions.

#include <string.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Driver;

class TlsTicketTest : public testing::TestWithParam<int> {
 protected:
  TlsTicketTest() {
    first_.Open();
  }
  ~TlsTicketTest() override {
    SSL_SESSION_free(session_);
  }

  Case TestCase() const {
    return Case{false, static_cast<uint16_t>(GetParam()), Driver::kNonblocking};
  }

  static std::string Key(char letter) {
    return std::string(NET_TLS_TICKET_KEY_SIZE, letter);
  }

  static bool AddKey(net_tls_config *config, uint32_t revision, const std::string &key) {
    return net_tls_config_add_ticket_key(config, revision, key.data(), key.size());
  }

  // A server of its own, with the keys of these letters, the last one the newest.
  static net_tls_config *NewServer(const std::string &keys) {
    net_tls_config *config = net_tls_config_new();
    EXPECT_TRUE(net_tls_config_set_keypair_file(config, CertificatePath("server.pem").c_str(),
                                                CertificatePath("server.key").c_str()));
    for (char letter : keys) {
      EXPECT_TRUE(AddKey(config, static_cast<uint32_t>(letter), Key(letter)))
          << net_tls_config_error(config);
    }
    return config;
  }

  // Connects the one client to the server, and keeps what it gets: true where it resumed.
  bool Resumes(net_tls_config *config) {
    Connection connection(TestCase());
    connection.UseConfig(config);
    connection.peer_options().session = session_;
    EXPECT_TRUE(connection.Exchange(1, 10));
    SSL_SESSION *session = connection.peer().session();
    if (session != nullptr) {
      SSL_SESSION_up_ref(session);
      SSL_SESSION_free(session_);
      session_ = session;
    }
    has_new_ticket_ = session != nullptr;
    return net_tls_socket_is_reused(connection.socket());
  }

  // The same with a server that is made for it.
  bool ResumesWith(const std::string &keys) {
    net_tls_config *config = NewServer(keys);
    bool resumes = Resumes(config);
    net_tls_config_release(config);
    return resumes;
  }

  Connection first_{TestCase()};
  SSL_SESSION *session_ = nullptr;
  bool has_new_ticket_ = false;
};

TEST_P(TlsTicketTest, ServersShareKeys) {
  EXPECT_FALSE(ResumesWith("a"));
  EXPECT_TRUE(ResumesWith("a"));
  EXPECT_TRUE(ResumesWith("a"));
  EXPECT_FALSE(ResumesWith("b"));
}

TEST_P(TlsTicketTest, ServersWithoutKeysShareNone) {
  EXPECT_FALSE(ResumesWith(""));
  EXPECT_FALSE(ResumesWith(""));
}

// The same revision with another key is another key.
TEST_P(TlsTicketTest, KeysAndNotTheirNamesCount) {
  EXPECT_FALSE(ResumesWith("a"));
  net_tls_config *config = NewServer("");
  ASSERT_TRUE(AddKey(config, 'a', Key('b')));
  EXPECT_FALSE(Resumes(config));
  net_tls_config_release(config);
}

// All of the key counts: what encrypts, and what authenticates.
TEST_P(TlsTicketTest, BothHalvesOfAKeyCount) {
  for (size_t changed : {size_t{0}, size_t{31}, size_t{32}, size_t{47}}) {
    EXPECT_FALSE(ResumesWith(changed % 2 == 0 ? "a" : "b"));
    char letter = changed % 2 == 0 ? 'a' : 'b';
    std::string key = Key(letter);
    key[changed] = 'x';
    net_tls_config *config = NewServer("");
    ASSERT_TRUE(AddKey(config, static_cast<uint32_t>(letter), key));
    EXPECT_FALSE(Resumes(config)) << changed;
    net_tls_config_release(config);
  }
}

// The revision begins the name that begins a ticket, and a random vector follows.
TEST_P(TlsTicketTest, BeginOfATicket) {
  std::string begins[2];
  for (std::string &begin : begins) {
    net_tls_config *config = NewServer("");
    ASSERT_TRUE(AddKey(config, 0x81020304, Key('a')));
    SSL_SESSION_free(session_);
    session_ = nullptr;
    EXPECT_FALSE(Resumes(config));
    net_tls_config_release(config);
    ASSERT_NE(nullptr, session_);
    const uint8_t *ticket = nullptr;
    size_t length = 0;
    SSL_SESSION_get0_ticket(session_, &ticket, &length);
    ASSERT_LT(32u, length);
    begin.assign(reinterpret_cast<const char *>(ticket), 32);
    EXPECT_EQ(std::string("\x81\x02\x03\x04", 4) + std::string(12, '\0'), begin.substr(0, 16));
  }
  EXPECT_NE(begins[0], begins[1]);
}

// Where a key is missing there is none of nothing.
TEST_P(TlsTicketTest, KeyOfZeros) {
  net_tls_config *config = NewServer("");
  ASSERT_TRUE(AddKey(config, 0, std::string(NET_TLS_TICKET_KEY_SIZE, '\0')));
  EXPECT_FALSE(Resumes(config));
  EXPECT_TRUE(Resumes(config));
  // TLS 1.2 has a new one only where the key is not the newest.
  EXPECT_EQ(GetParam() == TLS1_3_VERSION, has_new_ticket_);
  EXPECT_TRUE(AddKey(config, 0, std::string(NET_TLS_TICKET_KEY_SIZE, '\0')));
  net_tls_config_release(config);
  EXPECT_FALSE(ResumesWith("a"));
  config = NewServer("a");
  EXPECT_TRUE(AddKey(config, 0, std::string(NET_TLS_TICKET_KEY_SIZE, '\0')));
  net_tls_config_release(config);
}

// A ticket of an older key is read, and replaced by one of the newest.
TEST_P(TlsTicketTest, Rotation) {
  EXPECT_FALSE(ResumesWith("a"));
  EXPECT_TRUE(ResumesWith("ab"));
  EXPECT_TRUE(has_new_ticket_);
  EXPECT_TRUE(ResumesWith("b")) << "the ticket was not renewed with the newest key";
  EXPECT_TRUE(ResumesWith("bcde"));
  EXPECT_TRUE(ResumesWith("e"));
  EXPECT_FALSE(ResumesWith("efghi")) << "the key has been forgotten";
}

TEST_P(TlsTicketTest, RotationWhileTheServerRuns) {
  net_tls_config *config = NewServer("a");
  EXPECT_FALSE(Resumes(config));
  EXPECT_FALSE(net_tls_config_set_alpn(config, "x"));
  ASSERT_TRUE(AddKey(config, 'b', Key('b'))) << net_tls_config_error(config);
  EXPECT_TRUE(Resumes(config));
  EXPECT_TRUE(ResumesWith("b"));
  net_tls_config_release(config);
}

TEST_P(TlsTicketTest, NoFirstKeyForAServerThatRuns) {
  EXPECT_FALSE(AddKey(first_.config(), 1, Key('a')));
  EXPECT_STREQ("the configuration is in use and cannot be changed",
               net_tls_config_error(first_.config()));
}

TEST_P(TlsTicketTest, KeysThatAreRefused) {
  net_tls_config *config = NewServer("ab");
  for (const std::string &key : {std::string(), std::string(47, 'x'), std::string(49, 'x')}) {
    EXPECT_FALSE(AddKey(config, 3, key));
    EXPECT_STREQ("wrong amount of ticket key data", net_tls_config_error(config));
  }
  EXPECT_TRUE(AddKey(config, 'b', Key('b'))) << "the newest may be added again";
  EXPECT_STREQ("", net_tls_config_error(config));
  EXPECT_FALSE(AddKey(config, 'a', Key('a')));
  EXPECT_STREQ("ticket key already present", net_tls_config_error(config));
  EXPECT_FALSE(AddKey(config, 'b', Key('c')));
  EXPECT_STREQ("ticket key already present", net_tls_config_error(config));
  EXPECT_TRUE(AddKey(config, UINT32_MAX, Key('c')));
  net_tls_config_release(config);
}

TEST_P(TlsTicketTest, SessionId) {
  const std::string id(NET_TLS_MAX_SESSION_ID_LENGTH, 'i');
  for (bool is_same : {true, false}) {
    EXPECT_FALSE(ResumesWith(is_same ? "c" : "d"));
    net_tls_config *named = NewServer(is_same ? "c" : "d");
    ASSERT_TRUE(net_tls_config_set_session_id(named, id.data(), id.size()));
    EXPECT_FALSE(Resumes(named));
    net_tls_config *other = NewServer(is_same ? "c" : "d");
    ASSERT_TRUE(net_tls_config_set_session_id(other, id.data(), is_same ? id.size() : 3));
    EXPECT_EQ(is_same, Resumes(other));
    net_tls_config_release(named);
    net_tls_config_release(other);
  }
  EXPECT_FALSE(ResumesWith("f"));
  for (char letter : {'j', 'k'}) {
    net_tls_config *named = NewServer("f");
    ASSERT_TRUE(net_tls_config_set_session_id(named, std::string(3, letter).data(), 3));
    EXPECT_FALSE(Resumes(named)) << letter;
    net_tls_config_release(named);
  }
  // Servers of all versions agree on the name that they have by default.
  EXPECT_FALSE(ResumesWith("e"));
  net_tls_config *config = NewServer("e");
  ASSERT_TRUE(net_tls_config_set_session_id(config, "net_tls_socket", strlen("net_tls_socket")));
  EXPECT_TRUE(Resumes(config));
  net_tls_config_release(config);
  config = NewServer("");
  EXPECT_FALSE(net_tls_config_set_session_id(config, (id + "i").data(), id.size() + 1));
  EXPECT_STREQ("session ID too large", net_tls_config_error(config));
  net_tls_config_release(config);
}

TEST_P(TlsTicketTest, Lifetime) {
  net_tls_config *config = NewServer("");
  EXPECT_FALSE(net_tls_config_set_session_lifetime(config, -1));
  EXPECT_STREQ("session lifetime too small", net_tls_config_error(config));
  EXPECT_FALSE(net_tls_config_set_session_lifetime(config, 3));
  EXPECT_FALSE(net_tls_config_set_session_lifetime(config, 86401));
  EXPECT_STREQ("session lifetime too large", net_tls_config_error(config));
  ASSERT_TRUE(net_tls_config_set_session_lifetime(config, 4321));
  EXPECT_FALSE(Resumes(config));
  ASSERT_TRUE(has_new_ticket_);
  // In TLS 1.3 it is what is left of it, by the clock.
  uint32_t lifetime = GetParam() == TLS1_3_VERSION ? SSL_SESSION_get_timeout(session_)
                                                   : SSL_SESSION_get_ticket_lifetime_hint(session_);
  EXPECT_GE(4321u, lifetime);
  EXPECT_LE(4000u, lifetime);
  EXPECT_TRUE(Resumes(config));
  net_tls_config_release(config);
}

TEST_P(TlsTicketTest, LifetimeOfNothing) {
  net_tls_config *config = NewServer("");
  ASSERT_TRUE(net_tls_config_set_session_lifetime(config, 0));
  EXPECT_FALSE(Resumes(config));
  EXPECT_FALSE(has_new_ticket_);
  net_tls_config_release(config);
  config = NewServer("");
  ASSERT_TRUE(net_tls_config_set_session_lifetime(config, 0));
  ASSERT_TRUE(net_tls_config_set_session_lifetime(config, 4));
  EXPECT_FALSE(Resumes(config));
  EXPECT_TRUE(has_new_ticket_);
  net_tls_config_release(config);
  // None is no lifetime of those that there are all the same.
  config = NewServer("");
  ASSERT_TRUE(net_tls_config_set_session_lifetime(config, 0));
  ASSERT_TRUE(net_tls_config_set_session_tickets(config, true));
  EXPECT_FALSE(Resumes(config));
  EXPECT_TRUE(Resumes(config));
  net_tls_config_release(config);
}

class TlsResumedClientTest : public TlsTicketTest {
 protected:
  // What a server with a key of its own says to the client, which offers the session that it has.
  std::string Connect(const char *ca, enum net_tls_client_certificate policy,
                      const std::string &identity) {
    net_tls_config *config = NewServer("a");
    EXPECT_TRUE(net_tls_config_set_ca_file(config, CertificatePath(ca).c_str()));
    EXPECT_TRUE(net_tls_config_set_client_certificate(config, policy));
    Connection connection(TestCase());
    connection.UseConfig(config);
    net_tls_config_release(config);
    connection.peer_options().session = session_;
    connection.peer_options().identity = identity;
    std::string error = connection.Handshake().error;
    if (!error.empty()) {
      EXPECT_FALSE(net_tls_socket_is_handshaked(connection.socket()));
      return error;
    }
    EXPECT_TRUE(connection.Exchange(1, 10));
    if (connection.peer().session() != nullptr && session_ == nullptr) {
      session_ = connection.peer().session();
      SSL_SESSION_up_ref(session_);
    }
    return net_tls_socket_is_reused(connection.socket()) ? "resumed" : "full";
  }
};

// A server that knows the session verifies the certificate in it all the same.
TEST_P(TlsResumedClientTest, IsVerifiedAnew) {
  EXPECT_EQ("full", Connect("ca.pem", NET_TLS_CLIENT_CERTIFICATE_REQUIRED, "client"));
  EXPECT_EQ("resumed", Connect("ca.pem", NET_TLS_CLIENT_CERTIFICATE_REQUIRED, "client"));
  EXPECT_EQ(
      "handshake failed: certificate verification failed: unable to get local issuer "
      "certificate (sent alert unknown_ca)",
      Connect("other_ca.pem", NET_TLS_CLIENT_CERTIFICATE_REQUIRED, "client"));
  EXPECT_EQ("resumed", Connect("other_ca.pem", NET_TLS_CLIENT_CERTIFICATE_NONE, "client"));
}

TEST_P(TlsResumedClientTest, NeedsTheCertificateThatIsRequiredNow) {
  EXPECT_EQ("full", Connect("ca.pem", NET_TLS_CLIENT_CERTIFICATE_NONE, ""));
  EXPECT_EQ("resumed", Connect("ca.pem", NET_TLS_CLIENT_CERTIFICATE_OPTIONAL, ""));
  std::string alert = GetParam() == TLS1_3_VERSION ? "certificate_required" : "handshake_failure";
  EXPECT_EQ(
      "handshake failed: certificate verification failed: no client certificate (sent alert " +
          alert + ")",
      Connect("ca.pem", NET_TLS_CLIENT_CERTIFICATE_REQUIRED, ""));
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsResumedClientTest,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const testing::TestParamInfo<int> &info) {
                           return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

std::string VersionName(const testing::TestParamInfo<int> &info) {
  return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsTicketTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         VersionName);

}  // namespace
