// Keying material for other protocols (RFC 5705; RFC 8446, section 7.5).

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/fail_each.h"

namespace {

// BoringSSL always has one with itself.
bool has_extended_master_secret = true;

}  // namespace

extern "C" {
int __real_SSL_get_extms_support(const SSL *ssl);

int __wrap_SSL_get_extms_support(const SSL *ssl) {
  return has_extended_master_secret ? __real_SSL_get_extms_support(ssl) : 0;
}
}

namespace {

class TlsExportTest : public net_testing::CaseTest {
 protected:
  // "" where it fails.
  std::string Ours(const std::string &label, const char *context, size_t length,
                   size_t context_length = 0) {
    std::string bytes(length, '\0');
    enum net_tls_outcome outcome =
        net_tls_socket_export(socket(), label.data(), label.size(), context,
                              context_length != 0  ? context_length
                              : context != nullptr ? strlen(context)
                                                   : 0,
                              &bytes[0], length);
    EXPECT_EQ(outcome == NET_TLS_OK, std::string(net_tls_socket_error(socket())).empty());
    return outcome == NET_TLS_OK ? bytes : "";
  }

  std::string Theirs(const std::string &label, const char *context, size_t length) {
    std::string bytes(length, '\0');
    EXPECT_TRUE(SSL_export_keying_material(
        peer().ssl(), reinterpret_cast<uint8_t *>(&bytes[0]), length, label.data(), label.size(),
        reinterpret_cast<const uint8_t *>(context), context != nullptr ? strlen(context) : 0,
        context != nullptr));
    return bytes;
  }

  void ExpectInvalid(const std::string &bytes) {
    EXPECT_EQ("", bytes);
    EXPECT_STREQ("exporter failed: Invalid argument", net_tls_socket_error(socket()));
  }
};

TEST_P(TlsExportTest, BothSidesHaveTheSame) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  for (size_t length : {1, 32, 100, 8160}) {
    for (const char *context : {static_cast<const char *>(nullptr), "", "context"}) {
      std::string ours = Ours("EXPORTER-test", context, length);
      EXPECT_EQ(length, ours.size());
      EXPECT_TRUE(Theirs("EXPORTER-test", context, length) == ours);
    }
  }
  EXPECT_NE(Ours("one", "", 32), Ours("other", "", 32));
  EXPECT_NE(Ours("one", "", 32), Ours("one", "context", 32));
  bool tells_none_from_empty = Ours("one", "", 32) != Ours("one", nullptr, 32);
  EXPECT_EQ(GetParam().version == TLS1_2_VERSION, tells_none_from_empty);
}

// It is the connection's, not the key's of the moment, and outlives it.
TEST_P(TlsExportTest, StaysTheSame) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  std::string before = Ours("label", "", 32);
  connection_.KeyUpdate(true);
  ASSERT_TRUE(connection_.Exchange(1, 10));
  EXPECT_EQ(before, Ours("label", "", 32));
  connection_.Close();
  EXPECT_EQ(before, Ours("label", "", 32));
}

TEST_P(TlsExportTest, BeforeTheHandshake) {
  connection_.Open();
  EXPECT_EQ("", Ours("label", "", 32));
  EXPECT_STREQ("exporter failed: the handshake is not complete", net_tls_socket_error(socket()));
}

TEST_P(TlsExportTest, InvalidArguments) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  const std::string context(65536, 'c');
  ExpectInvalid(Ours("", "", 32));
  ExpectInvalid(Ours(std::string(250, 'l'), "", 32));
  ExpectInvalid(Ours("label", "", 0));
  ExpectInvalid(Ours("label", "", 8161));
  ExpectInvalid(Ours("label", context.data(), 32, 65536));
  for (const char *label : {"client finished", "server finished", "master secret",
                            "extended master secret", "key expansion"}) {
    ExpectInvalid(Ours(label, nullptr, 32));
  }
  EXPECT_NE("", Ours(std::string(249, 'l'), context.data(), 8160, 65535));
  EXPECT_NE("", Ours("client finished ", "", 1));
  EXPECT_NE("", Ours("client", "", 1));
}

// RFC 7627, section 7.
TEST_P(TlsExportTest, WithoutAnExtendedMasterSecret) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  has_extended_master_secret = false;
  std::string ours = Ours("label", "", 32);
  has_extended_master_secret = true;
  EXPECT_EQ("", ours);
  EXPECT_STREQ("exporter failed: the connection has no extended master secret",
               net_tls_socket_error(socket()));
}

TEST_P(TlsExportTest, WithoutMemory) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  const std::string bytes = Theirs("label", "", 32);
  size_t allocations = net_testing::FailEach([&](const net_testing::Arm &arm) {
    // What another call has left behind is not the reason.
    ERR_put_error(ERR_LIB_SSL, 0, ERR_R_INTERNAL_ERROR, __FILE__, __LINE__);
    arm();
    std::string ours = Ours("label", "", 32);
    EXPECT_STREQ(ours.empty() ? "exporter failed: out of memory" : "",
                 net_tls_socket_error(socket()));
    EXPECT_TRUE(ours.empty() || ours == bytes);
  });
  EXPECT_LT(0u, allocations);
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsExportTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
