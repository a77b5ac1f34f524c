// New keys for a connection under way (RFC 8446, section 4.6.3).

#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::Done;
using net_testing::HasOutcome;
using net_testing::IsError;
using net_testing::Pattern;

class TlsKeyUpdateTest : public net_testing::CaseTest {
 protected:
  bool IsTls13() const {
    return GetParam().version == TLS1_3_VERSION;
  }
};

TEST_P(TlsKeyUpdateTest, ChangesTheKeys) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  for (bool request_peer : {false, true}) {
    Done done = connection_.KeyUpdate(request_peer);
    if (!IsTls13()) {
      EXPECT_TRUE(IsError(done, "key_update failed: TLS 1.2 and older have no key update"));
    } else {
      EXPECT_TRUE(HasOutcome(NET_TLS_OK, done));
    }
    EXPECT_TRUE(connection_.Exchange(2, 1000));
  }
  EXPECT_EQ(IsTls13() ? 2 : 0, peer().key_updates());
}

TEST_P(TlsKeyUpdateTest, PerformsTheHandshake) {
  Done done = connection_.KeyUpdate(false);
  EXPECT_TRUE(HasOutcome(IsTls13() ? NET_TLS_OK : NET_TLS_ERROR, done));
  EXPECT_TRUE(net_tls_socket_is_handshaked(socket()));
  EXPECT_TRUE(connection_.Exchange(1, 10));
}

// It goes out without a write.
TEST_P(TlsKeyUpdateTest, IsSentAtOnce) {
  if (!IsTls13()) {
    GTEST_SKIP() << "TLS 1.3 has them";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.KeyUpdate(true)));
  peer().Run();
  EXPECT_EQ(1, peer().key_updates());
}

// What is asked of the peer goes ahead of what it writes.
TEST_P(TlsKeyUpdateTest, AsksThePeer) {
  if (!IsTls13()) {
    GTEST_SKIP() << "TLS 1.3 has them";
  }
  size_t lengths[2] = {};
  for (bool request_peer : {false, true}) {
    ASSERT_TRUE(connection_.Exchange(1, 10));
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.KeyUpdate(request_peer)));
    peer().Run();
    peer().Write("x");
    lengths[request_peer] = transport().NearPending();
    EXPECT_EQ("x", connection_.Read().bytes);
  }
  EXPECT_LT(lengths[false], lengths[true]);
}

TEST_P(TlsKeyUpdateTest, ThePeerHasClosed) {
  if (!IsTls13()) {
    GTEST_SKIP() << "TLS 1.3 has them";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().CloseNotify();
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.KeyUpdate(false)));
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.KeyUpdate(false)));
}

// The acknowledgement that is owed to the peer does not stand for the request.
TEST_P(TlsKeyUpdateTest, BehindAnAcknowledgementThatIsOwed) {
  if (!IsTls13()) {
    GTEST_SKIP() << "TLS 1.3 has them";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().KeyUpdate(true);
  peer().Write("x");
  EXPECT_EQ("x", connection_.Read(1).bytes);
  EXPECT_EQ(0, peer().key_updates());
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.KeyUpdate(true)));
  peer().Run();
  EXPECT_EQ(2, peer().key_updates());
  EXPECT_TRUE(connection_.Exchange(1, 10));
}

// Accepted bytes go first; where they cannot, the update is not accepted.
TEST_P(TlsKeyUpdateTest, BehindBytesThatCannotBeSent) {
  if (!IsTls13()) {
    GTEST_SKIP() << "TLS 1.3 has them";
  }
  const std::string bytes = Pattern(300000, 1);
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(70000);
  SetTimeLimits(50, 50);
  Done done = connection_.Write(bytes);
  ASSERT_TRUE(HasOutcome(NET_TLS_TIMEOUT, done));
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.KeyUpdate(true)));
  peer().set_is_stalled(false);
  SetTimeLimits(-1, -1);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.KeyUpdate(true)));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write(bytes.substr(done.written))));
  peer().Run();
  EXPECT_EQ(1, peer().key_updates());
  EXPECT_TRUE(bytes == peer().received().substr(10));
}

// Once it is accepted it has not timed out: it goes out with what follows, once.
TEST_P(TlsKeyUpdateTest, AcceptedButNotSentYet) {
  if (!IsTls13()) {
    GTEST_SKIP() << "TLS 1.3 has them";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(1);
  SetTimeLimits(50, 50);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.KeyUpdate(false)));
  peer().set_is_stalled(false);
  transport().set_window(SIZE_MAX);
  SetTimeLimits(-1, -1);
  EXPECT_TRUE(connection_.Exchange(1, 10));
  EXPECT_EQ(1, peer().key_updates());
}

TEST_P(TlsKeyUpdateTest, OverABadNetwork) {
  if (!IsTls13()) {
    GTEST_SKIP() << "TLS 1.3 has them";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().SetFaults("s: 1 again 2 intr zero 1 again again 3");
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.KeyUpdate(true)));
  EXPECT_TRUE(connection_.Exchange(3, 1000));
  EXPECT_EQ(1, peer().key_updates());
}

TEST_P(TlsKeyUpdateTest, AfterTheEnd) {
  if (!IsTls13()) {
    GTEST_SKIP() << "TLS 1.3 has them";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_TRUE(
      IsError(connection_.KeyUpdate(false), "key_update failed: the socket's TLS is closed"));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_TRUE(IsError(connection_.KeyUpdate(false), "key_update failed: Bad file descriptor"));
}

TEST_P(TlsKeyUpdateTest, ThePeerIsGone) {
  if (!IsTls13()) {
    GTEST_SKIP() << "TLS 1.3 has them";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(IsError(connection_.KeyUpdate(false), "key_update failed: Broken pipe"));
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsKeyUpdateTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
