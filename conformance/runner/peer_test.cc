// The peer against itself: what it does, and that it sees what the other one did.

#include "conformance/runner/peer.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "conformance/runner/certificates.h"

namespace conformance {
namespace {

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
}

}  // namespace
}  // namespace conformance
