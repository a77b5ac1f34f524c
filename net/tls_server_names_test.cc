// The names of a server's configurations: which are taken, which are found, and what stays apart.

#include "net/tls_server_names.h"

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Driver;

class TlsServerNamesTest : public testing::TestWithParam<int> {
 protected:
  ~TlsServerNamesTest() override {
    for (net_tls_config *config : configs_) {
      net_tls_config_release(config);
    }
    net_tls_server_names_release(names_);
  }

  net_tls_config *NewConfig(const std::string &identity) {
    net_tls_config *config = net_tls_config_new();
    configs_.push_back(config);
    EXPECT_TRUE(net_tls_config_set_keypair_file(config, CertificatePath(identity + ".pem").c_str(),
                                                CertificatePath(identity + ".key").c_str()));
    return config;
  }

  // Returns "" or why the name is refused.
  std::string Add(const std::string &name, net_tls_config *config) {
    char error[NET_TLS_ERROR_SIZE] = "";
    bool is_added = net_tls_server_names_add(names_, name.c_str(), config, error);
    EXPECT_EQ(is_added, error[0] == '\0');
    return error;
  }

  // Prepares a connection of a client that asks for this name.
  void Prepare(Connection *connection, const std::string &name) {
    connection->UseConfig(first_);
    connection->peer_options().server_name = name;
    connection->Open();
    EXPECT_TRUE(net_tls_socket_set_server_names(connection->socket(), names_));
  }

  Case TestCase() const {
    return Case{false, static_cast<uint16_t>(GetParam()), Driver::kNonblocking};
  }

  // Whether this name has led to `named_`, by the type of its key.
  bool IsFound(const std::string &name) {
    Connection connection(TestCase());
    Prepare(&connection, name);
    EXPECT_TRUE(connection.Exchange(1, 10)) << name;
    bssl::UniquePtr<X509> shown(SSL_get_peer_certificate(connection.peer().ssl()));
    bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(shown.get()));
    return EVP_PKEY_id(key.get()) == EVP_PKEY_RSA;
  }

  // Whether the session of a client that asks for one name is good for the other one.
  bool IsResumed(
      const std::string &name, const std::string &other,
      const std::function<void()> &in_between = [] {}) {
    Connection connection(TestCase());
    Prepare(&connection, name);
    EXPECT_TRUE(connection.Exchange(1, 10));
    in_between();
    Connection second(TestCase());
    second.peer_options().session = connection.peer().session();
    EXPECT_NE(nullptr, second.peer_options().session);
    Prepare(&second, other);
    EXPECT_TRUE(second.Exchange(1, 10));
    return net_tls_socket_is_reused(second.socket());
  }

  std::vector<net_tls_config *> configs_;
  net_tls_config *first_ = NewConfig("server");
  net_tls_config *named_ = NewConfig("server_rsa");
  net_tls_server_names *names_ = net_tls_server_names_new();
};

TEST_P(TlsServerNamesTest, WhatIsAName) {
  const std::string label(63, 'x');
  for (const std::string &name :
       {std::string("a-b.test"), std::string("a_b.test"), label + ".test", "*." + label}) {
    EXPECT_EQ("", Add(name, named_));
  }
  for (const std::string &name :
       {std::string("*a.test"), std::string("*.") + label + "x", std::string("*ab.test"),
        std::string("*..a"), std::string("a+b.test"), std::string("*.")}) {
    EXPECT_EQ("invalid server name '" + name + "'", Add(name, named_));
  }
  EXPECT_TRUE(IsFound("a-b.test"));
  EXPECT_TRUE(IsFound(label + ".test"));
}

TEST_P(TlsServerNamesTest, AWildcardStandsForALabelThatIsThere) {
  ASSERT_EQ("", Add("*.wild.test", named_));
  EXPECT_TRUE(IsFound("a.wild.test"));
  EXPECT_FALSE(IsFound(".wild.test"));
  EXPECT_FALSE(IsFound("wild.test"));
}

// Names that are asked for may be longer than any that is known.
TEST_P(TlsServerNamesTest, TheLongestWildcard) {
  std::string parent(251, 'x');
  for (size_t i = 60; i < parent.size(); i += 60) {
    parent[i] = '.';
  }
  ASSERT_EQ("", Add("*." + parent, named_));
  EXPECT_TRUE(IsFound("a." + parent));
  EXPECT_TRUE(IsFound("ab." + parent));
  EXPECT_FALSE(IsFound("a." + parent + "x"));
  EXPECT_FALSE(IsFound("a." + parent + "xx"));
}

TEST_P(TlsServerNamesTest, AClientThatAsksForNone) {
  ASSERT_EQ("", Add("a.test", named_));
  EXPECT_FALSE(IsFound(""));
}

TEST_P(TlsServerNamesTest, SessionsStayWithTheWholeName) {
  for (const char *name : {"name.test", "nome.test"}) {
    ASSERT_EQ("", Add(name, named_));
  }
  EXPECT_TRUE(IsResumed("name.test", "NAME.test"));
  EXPECT_FALSE(IsResumed("name.test", "nome.test"));
}

// The server's own configuration has its sessions, whatever name leads there.
TEST_P(TlsServerNamesTest, TheServersOwnConfigurationByAName) {
  ASSERT_EQ("", Add("own.test", first_));
  EXPECT_TRUE(IsResumed("own.test", "unknown.test"));
  EXPECT_TRUE(IsResumed("unknown.test", "own.test"));
}

TEST_P(TlsServerNamesTest, SessionsStayWithTheSessionId) {
  net_tls_config *other = NewConfig("server_rsa");
  ASSERT_TRUE(net_tls_config_set_session_id(other, "other", 5));
  ASSERT_EQ("", Add("a.test", named_));
  EXPECT_TRUE(IsResumed("a.test", "a.test"));
  EXPECT_FALSE(IsResumed("a.test", "a.test", [&] { EXPECT_EQ("", Add("a.test", other)); }));
}

TEST_P(TlsServerNamesTest, GroupsOfTheNameAlone) {
  ASSERT_TRUE(net_tls_config_set_groups(named_, "P-384"));
  ASSERT_EQ("", Add("a.test", named_));
  Connection connection(TestCase());
  Prepare(&connection, "a.test");
  ASSERT_TRUE(connection.Exchange(1, 10));
  EXPECT_STREQ("P-384", net_tls_socket_group(connection.socket()));
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsServerNamesTest,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const testing::TestParamInfo<int> &info) {
                           return info.param == TLS1_3_VERSION ? "Tls13" : "Tls12";
                         });

}  // namespace
