// The peer against itself: what it does, and that it sees what the other one did.

#include "conformance/runner/peer.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <regex>

#include "conformance/runner/certificates.h"

namespace conformance {
namespace {

// The transcript without its times and the lengths of its records.
std::string WithoutNumbers(const std::string &wire) {
  std::string text = std::regex_replace(wire, std::regex("(^|\n) *[0-9.]+ ms  "), "$1");
  text = std::regex_replace(text, std::regex(", [0-9]+ bytes?(?=[:;\n])"), "");
  return std::regex_replace(text, std::regex("(->|driver)  "), "$1 ");
}

constexpr char kHandshake12[] =
    "driver -> handshake: ClientHello\n"
    "-> driver handshake: ServerHello\n"
    "-> driver handshake: Certificate\n"
    "-> driver handshake: ServerKeyExchange\n"
    "-> driver handshake: ServerHelloDone\n"
    "driver -> handshake: ClientKeyExchange\n"
    "driver -> change_cipher_spec\n"
    "driver -> handshake: Finished\n"
    "-> driver change_cipher_spec\n"
    "-> driver handshake: Finished\n";
constexpr char kHandshake13[] =
    "driver -> handshake: ClientHello\n"
    "-> driver handshake: ServerHello\n"
    "-> driver change_cipher_spec\n"
    "-> driver application_data: EncryptedExtensions, Certificate, CertificateVerify, Finished\n"
    "driver -> change_cipher_spec\n"
    "driver -> application_data: Finished\n";

class PeerTest : public testing::TestWithParam<uint16_t> {
 protected:
  PeerTest() {
    int fds[2] = {-1, -1};
    EXPECT_EQ(certificates_.error(), "");
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    PeerOptions options;
    options.version = GetParam();
    options.certificate = certificates_.Certificate("server");
    options.key = certificates_.Key("server");
    server_ = std::make_unique<Peer>(fds[0], options);
    PeerOptions client_options;
    client_options.version = GetParam();
    client_options.is_server = false;
    client_ = std::make_unique<Peer>(fds[1], client_options);
  }

  void Until(const std::function<bool()> &done) {
    ASSERT_TRUE(PumpUntil({server_.get(), client_.get()}, std::chrono::seconds(60), done))
        << "server: " << server_->Describe() << "\nclient: " << client_->Describe();
  }

  void Handshake() {
    client_->StartHandshake();
    server_->StartHandshake();
    Until([this] { return client_->handshaked() && server_->handshaked(); });
  }

  Certificates certificates_;
  std::unique_ptr<Peer> server_;
  std::unique_ptr<Peer> client_;
};

TEST_P(PeerTest, ExchangesBytes) {
  Handshake();
  client_->Write("ping");
  server_->Write("pong");
  Until([this] { return client_->received() == "pong" && server_->received() == "ping"; });
}

TEST_P(PeerTest, WritesWaitForTheHandshake) {
  client_->Write("early");
  Handshake();
  Until([this] { return server_->received() == "early"; });
}

TEST_P(PeerTest, SeesCloseNotifyAndFin) {
  Handshake();
  client_->Write("bye");
  client_->CloseNotify();
  client_->Finish();
  Until([this] { return server_->saw_end(); });
  EXPECT_EQ(server_->received(), "bye");
  EXPECT_EQ(server_->close_notifies(), 1);
  EXPECT_EQ(server_->received_after_close(), 0u);
  EXPECT_TRUE(server_->saw_fin());
}

TEST_P(PeerTest, SeesBytesAfterCloseNotify) {
  Handshake();
  client_->CloseNotify();
  client_->SendRaw("more");
  client_->Finish();
  Until([this] { return server_->saw_end(); });
  EXPECT_EQ(server_->received_after_close(), 4u);
}

TEST_P(PeerTest, SeesFinWithoutCloseNotify) {
  Handshake();
  client_->Finish();
  Until([this] { return server_->saw_end(); });
  EXPECT_EQ(server_->close_notifies(), 0);
}

TEST_P(PeerTest, SeesAFatalAlert) {
  Handshake();
  client_->FatalAlert(SSL_AD_INTERNAL_ERROR);
  Until([this] { return !server_->alerts().empty(); });
  EXPECT_EQ(server_->alerts()[0], SSL_AD_INTERNAL_ERROR);
  EXPECT_NE(server_->error(), "");
}

TEST_P(PeerTest, HoldsAndReleases) {
  Handshake();
  client_->Hold();
  client_->Write("held");
  size_t held = client_->held();
  EXPECT_GT(held, 4u);
  client_->Release(held - 1);
  EXPECT_EQ(client_->held(), 1u);
  client_->Release();
  Until([this] { return server_->received() == "held"; });
}

TEST_P(PeerTest, HoldsNothingForAConnectionThatIsGone) {
  Handshake();
  client_->Hold();
  client_->Write("nobody takes it");
  server_->Reset();
  Until([this] {
    client_->Release(1);
    return client_->held() == 0;
  });
  EXPECT_TRUE(client_->saw_reset());
}

TEST_P(PeerTest, DropsWhatItHolds) {
  Handshake();
  client_->Hold();
  client_->Write("dropped");
  client_->Finish();
  client_->DropHeld();
  Until([this] { return server_->saw_fin(); });
  EXPECT_EQ(server_->received(), "");
}

TEST_P(PeerTest, StalledItReceivesNothing) {
  Handshake();
  size_t before = server_->received_raw();
  server_->Stall(true);
  client_->Write("x");
  PumpUntil({server_.get(), client_.get()}, std::chrono::milliseconds(0), [] { return false; });
  EXPECT_EQ(server_->received_raw(), before);
  server_->Stall(false);
  Until([this] { return server_->received() == "x"; });
}

TEST_P(PeerTest, TellsWhatWentOverTheWire) {
  Handshake();
  client_->Write("ping");
  Until([this] { return server_->received() == "ping"; });
  server_->Write(std::string(20000, 'x'));
  Until([this] { return client_->received().size() == 20000; });
  client_->CloseNotify();
  client_->Finish();
  Until([this] { return server_->saw_end(); });
  bool is_tls13 = GetParam() == TLS1_3_VERSION;
  EXPECT_EQ(WithoutNumbers(server_->wire()),
            std::string(is_tls13 ? kHandshake13 : kHandshake12) +
                "driver -> application_data: 4 bytes of data\n"
                "-> driver application_data: 16384 bytes of data\n"
                "-> driver application_data: 3616 bytes of data\n" +
                (is_tls13 ? "driver -> application_data" : "driver -> alert") +
                ": alert warning close_notify\n"
                "driver -> FIN\n");
}

TEST_P(PeerTest, TellsWhatItHeldAndHowItEnded) {
  Handshake();
  size_t before = server_->wire().size();
  server_->Hold();
  server_->Write("held");
  server_->Release(1);
  server_->DropHeld();
  server_->Release();
  server_->SendRaw("x");
  server_->Reset();
  EXPECT_EQ(WithoutNumbers(server_->wire().substr(before)),
            "-> driver 1 of " + std::to_string(GetParam() == TLS1_3_VERSION ? 26 : 33) +
                " bytes of application_data: 4 bytes of data; " +
                std::to_string(GetParam() == TLS1_3_VERSION ? 25 : 32) +
                " bytes unsent, and dropped\n"
                "-> driver raw: 78\n"
                "-> driver RST\n");
}

TEST_P(PeerTest, TellsWhyItsTlsFailed) {
  Handshake();
  size_t before = server_->wire().size();
  client_->SendRaw(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  Until([this] { return !server_->error().empty(); });
  bool is_tls13 = GetParam() == TLS1_3_VERSION;
  EXPECT_EQ(WithoutNumbers(server_->wire().substr(before)),
            "driver -> application_data\n"
            "-> driver (the peer's TLS failed: " +
                server_->error() + ")\n-> driver " + (is_tls13 ? "application_data" : "alert") +
                ": alert fatal bad_record_mac\n");
}

TEST_P(PeerTest, SealsAnyContent) {
  Handshake();
  client_->Write("as usual, ");
  for (Peer *peer : {client_.get(), server_.get()}) {
    peer->Seal(SSL3_RT_APPLICATION_DATA, "");
    peer->Seal(SSL3_RT_APPLICATION_DATA, "sealed", 7);
  }
  Until([this] { return server_->received() == "as usual, sealed"; });
  Until([this] { return client_->received() == "sealed"; });
  client_->Seal(SSL3_RT_ALERT, "\x01");
  Until([this] { return !server_->error().empty(); });
  EXPECT_NE(server_->error().find("BAD_ALERT"), std::string::npos) << server_->error();
}

TEST_P(PeerTest, SeesAnAlertBeforeItsHandshake) {
  const std::string alert("\x15\x03\x01\x00\x02\x02\x32", 7);
  client_->SendRaw(std::string("\x16\x03\x01\x00\x01?", 6) + alert.substr(0, 3));
  Until([this] { return server_->received_raw() == 9; });
  EXPECT_TRUE(server_->alerts().empty());
  client_->SendRaw(alert.substr(3));
  Until([this] { return !server_->alerts().empty(); });
  EXPECT_EQ(server_->alerts(), std::vector<int>{SSL_AD_DECODE_ERROR});
}

// As of a client that makes nothing of the ServerHello, when the server expects encrypted records.
TEST_P(PeerTest, SeesAPlainAlertWhereItExpectsAnEncryptedOne) {
  client_->StartHandshake();
  server_->Hold();
  server_->StartHandshake();
  Until([this] { return server_->held() > 0; });
  client_->SendRaw(std::string("\x15\x03\x03\x00\x02\x02\x32", 7));
  Until([this] { return !server_->alerts().empty(); });
  EXPECT_EQ(server_->alerts(), std::vector<int>{SSL_AD_DECODE_ERROR});
}

TEST_P(PeerTest, SealsInTheHandshake) {
  if (GetParam() != TLS1_3_VERSION) {
    return;
  }
  client_->StartHandshake();
  client_->Hold();
  server_->StartHandshake();
  Until([this] { return client_->held() > 0; });
  EXPECT_NE(client_->TakeHeld(), "");
  EXPECT_EQ(client_->held(), 0u);
  client_->SealInHandshake(SSL3_RT_ALERT, "\x02\x2a");
  Until([this] { return !server_->alerts().empty(); });
  EXPECT_EQ(server_->alerts()[0], SSL_AD_BAD_CERTIFICATE);
}

INSTANTIATE_TEST_SUITE_P(Versions, PeerTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const testing::TestParamInfo<uint16_t> &info) {
                           return info.param == TLS1_2_VERSION ? "tls12" : "tls13";
                         });

TEST(Peer, UpdatesKeys) {
  Certificates certificates;
  int fds[2] = {-1, -1};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  PeerOptions options;
  options.certificate = certificates.Certificate("server");
  options.key = certificates.Key("server");
  Peer server(fds[0], options);
  options = PeerOptions();
  options.is_server = false;
  Peer client(fds[1], options);
  client.StartHandshake();
  server.StartHandshake();
  auto until = [&](const std::function<bool()> &done) {
    ASSERT_TRUE(PumpUntil({&server, &client}, std::chrono::seconds(60), done));
  };
  until([&] { return client.handshaked() && server.handshaked(); });
  size_t before = server.received_raw();
  client.KeyUpdate();
  until([&] { return server.received_raw() > before; });
  client.Write("after");
  until([&] { return server.received() == "after"; });
  EXPECT_EQ(server.error(), "");
  EXPECT_NE(WithoutNumbers(server.wire())
                .find("driver -> application_data: KeyUpdate (update_requested)\n"
                      "driver -> application_data: 5 bytes of data\n"),
            std::string::npos)
      << server.wire();
}

}  // namespace
}  // namespace conformance
