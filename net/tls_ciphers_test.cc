// Lists of cipher suites, by what a client offers, and whose order counts.

#include <openssl/ssl.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_config.h"
#include "testing/cases.h"

namespace {

using net_testing::Case;
using net_testing::Connection;
using net_testing::Driver;

using Names = std::vector<std::string>;

Names offered;

enum ssl_select_cert_result_t NoteOffer(const SSL_CLIENT_HELLO *hello) {
  for (size_t i = 0; i + 1 < hello->cipher_suites_len; i += 2) {
    uint16_t number =
        static_cast<uint16_t>(hello->cipher_suites[i] << 8 | hello->cipher_suites[i + 1]);
    offered.emplace_back(SSL_CIPHER_get_name(SSL_get_cipher_by_value(number)));
  }
  return ssl_select_cert_error;
}

// Returns what a client of TLS 1.2 offers.
Names Offer(const std::string &list) {
  Connection client(Case{true, TLS1_2_VERSION, Driver::kBlocking});
  EXPECT_TRUE(net_tls_config_set_versions(client.config(), NET_TLS_1_2, NET_TLS_1_2));
  EXPECT_TRUE(net_tls_config_set_ciphers(client.config(), list.c_str()))
      << list << ": " << net_tls_config_error(client.config());
  client.Open();
  SSL_CTX_set_select_certificate_cb(client.peer().context(), NoteOffer);
  offered.clear();
  client.Handshake();
  return offered;
}

bool Has(const Names &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool HasWord(const std::string &name, const std::string &word) {
  return name.find(word) != std::string::npos;
}

TEST(TlsCiphers, SecureListsKeepTheirSecrets) {
  const Names secure = Offer("secure");
  EXPECT_EQ(secure, Offer("default"));
  EXPECT_EQ(6u, secure.size());
  for (const std::string &name : secure) {
    EXPECT_EQ(0u, name.find("ECDHE-"));
    EXPECT_TRUE(HasWord(name, "GCM") || HasWord(name, "CHACHA20")) << name;
  }
}

TEST(TlsCiphers, WiderLists) {
  const Names compatible = Offer("compat");
  const Names legacy = Offer("legacy");
  EXPECT_TRUE(Has(compatible, "AES128-SHA"));
  EXPECT_FALSE(Has(compatible, "DES-CBC3-SHA"));
  EXPECT_TRUE(Has(legacy, "AES128-SHA"));
  EXPECT_TRUE(Has(legacy, "DES-CBC3-SHA"));
  for (const char *list : {"compat", "legacy", "insecure", "all"}) {
    const Names names = Offer(list);
    EXPECT_LE(compatible.size(), names.size()) << list;
    for (const std::string &name : names) {
      EXPECT_FALSE(HasWord(name, "NULL") || HasWord(name, "PSK")) << list << ": " << name;
    }
  }
}

TEST(TlsCiphers, Separators) {
  const Names four = {"AES256-SHA", "AES128-SHA", "ECDHE-RSA-AES128-GCM-SHA256",
                      "ECDHE-ECDSA-AES128-GCM-SHA256"};
  EXPECT_EQ(four, Offer("AES256-SHA:AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:"
                        "ECDHE-ECDSA-AES128-GCM-SHA256"));
  EXPECT_EQ(four, Offer(" ;AES256-SHA, AES128-SHA;;ECDHE-RSA-AES128-GCM-SHA256 "
                        "ECDHE-ECDSA-AES128-GCM-SHA256:,"));
}

// "!" is for good, and "-" until the suite is named again.
TEST(TlsCiphers, WhatIsForbidden) {
  EXPECT_EQ(Names{"AES128-SHA"}, Offer("!AES256-SHA:AES256-SHA:AES128-SHA"));
  EXPECT_EQ(Names{"AES128-SHA"}, Offer("AES256-SHA:AES128-SHA:-AES256-SHA"));
  EXPECT_EQ((Names{"AES128-SHA", "AES256-SHA"}),
            Offer("AES256-SHA:AES128-SHA:-AES256-SHA:AES256-SHA"));
}

// What BoringSSL does not have is forbidden by itself.
TEST(TlsCiphers, WhatIsForbiddenAndUnknown) {
  EXPECT_EQ(Names{"AES128-SHA"}, Offer("!aNULL:!eNULL:AES128-SHA:-NOPE:!EXPORT"));
  EXPECT_EQ((Names{"AES128-SHA", "AES256-SHA"}), Offer("AES128-SHA,!NOPE;AES256-SHA"));
}

// However long a rule is, it is obeyed or refused.
TEST(TlsCiphers, LongRules) {
  for (size_t count = 20; count < 40; count++) {
    std::string rule = "!";
    for (size_t i = 0; i < count; i++) {
      rule += "kRSA+";
    }
    EXPECT_EQ(Names{"AES128-SHA"}, Offer("AES256-SHA:AES128-SHA:" + rule + "AES256"))
        << rule.size();
  }
  net_tls_config *config = net_tls_config_new();
  EXPECT_FALSE(net_tls_config_set_ciphers(config, ("ALL:!" + std::string(124, 'x')).c_str()));
  net_tls_config_release(config);
}

TEST(TlsCiphers, WhoseOrderCounts) {
  for (bool of_server : {true, false}) {
    Connection server(Case{false, TLS1_2_VERSION, Driver::kBlocking});
    const std::string ours = "ECDHE-ECDSA-AES256-GCM-SHA384";
    const std::string theirs = "ECDHE-ECDSA-AES128-GCM-SHA256";
    server.peer_options().ciphers = theirs + ":" + ours;
    net_tls_config *config = server.config();
    EXPECT_TRUE(net_tls_config_set_ciphers(config, (ours + ":" + theirs).c_str()));
    EXPECT_TRUE(net_tls_config_prefer_ciphers_client(config));
    EXPECT_TRUE(!of_server || net_tls_config_prefer_ciphers_server(config));
    ASSERT_TRUE(server.Exchange(1, 10));
    EXPECT_STREQ(of_server ? "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
                           : "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                 net_tls_socket_cipher(server.socket()));
  }
}

}  // namespace
