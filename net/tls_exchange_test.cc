// One turn of I/O: what is sent, waited for and received, and what is not.

#include <openssl/err.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::HasOutcome;
using net_testing::IsError;
using net_testing::Pattern;

using TlsExchangeTest = net_testing::CaseTest;

TEST_P(TlsExchangeTest, WaitsForASendThatMovesNothingAlone) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  for (bool moves : {true, false}) {
    transport().SetFaults(moves ? "s: 1" : "s: zero");
    transport().ResetCounts();
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("x")));
    EXPECT_EQ(2, transport().sends());
    EXPECT_EQ(moves || IsBlocking() ? 0 : 1, transport().waits());
  }
}

// A refused send looks at what has come in, and leaves none of BoringSSL's errors behind.
TEST_P(TlsExchangeTest, RefusedWithGarbageThatHasComeIn) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarSend("garbage garbage garbage");
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(IsError(connection_.Write("x"), "write failed: Broken pipe"));
  EXPECT_EQ(0u, ERR_peek_error());
}

TEST_P(TlsExchangeTest, RefusedWhereReceivingFailsOnce) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarSend("\x17");
  transport().SetFaults("s: pipe r: e5");
  transport().ResetCounts();
  EXPECT_TRUE(IsError(connection_.Write("x"), "write failed: Broken pipe"));
  EXPECT_EQ(1, transport().receives());
}

// What has come in and nobody has read leaves its place to what comes behind it.
TEST_P(TlsExchangeTest, ClosedWithAFullBuffer) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write(Pattern(300000));
  ASSERT_TRUE(HasOutcome(NET_TLS_OK, connection_.Read(1)));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_EQ(0u, transport().NearPending());
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsExchangeTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
