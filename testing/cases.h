#ifndef TESTING_CASES_H_
#define TESTING_CASES_H_

// A GoogleTest fixture that runs each test in every Case, and what tests of connections ask.

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_session.h"
#include "testing/connection.h"

namespace net_testing {

inline testing::AssertionResult HasOutcome(enum net_tls_outcome expected, const Done &done) {
  if (done.outcome == expected) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "it is " << OutcomeName(done.outcome) << " '" << done.error
                                     << "' and not " << OutcomeName(expected);
}

inline testing::AssertionResult IsError(const Done &done, const std::string &text) {
  if (done.outcome == NET_TLS_ERROR && done.error == text) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "it is " << OutcomeName(done.outcome) << " '" << done.error
                                     << "' and not ERROR '" << text << "'";
}

class CaseTest : public testing::TestWithParam<Case> {
 protected:
  ~CaseTest() override {
    VirtualTransport &transport = connection_.transport();
    EXPECT_EQ(0, transport.deadlocks()) << transport.LogText();
    EXPECT_EQ(std::vector<std::string>(), transport.misuses());
  }

  net_tls_socket *socket() {
    return connection_.socket();
  }
  VirtualTransport &transport() {
    return connection_.transport();
  }
  Peer &peer() {
    return connection_.peer();
  }
  bool IsBlocking() const {
    return GetParam().driver == Driver::kBlocking;
  }

  // Sets what ends an operation in time: a deadline or, where the transport sleeps, its timeouts.
  void SetTimeLimits(int64_t receive_ms, int64_t send_ms) {
    if (IsBlocking()) {
      transport().set_socket_timeouts(receive_ms, send_ms);
    } else {
      net_tls_socket_set_deadlines(socket(), receive_ms, send_ms);
    }
  }

  // Milliseconds that an operation takes.
  template <typename Operation>
  int64_t Duration(Operation operation) {
    int64_t start = transport().now();
    operation();
    return (transport().now() - start) / VirtualTransport::kMillisecond;
  }

  // Whatever is asked for, it is the same error, and the transport is left alone.
  void ExpectSticky(const std::string &text) {
    int calls = transport().calls();
    for (int i = 0; i < 2; i++) {
      EXPECT_TRUE(IsError(connection_.Read(), text));
      EXPECT_TRUE(IsError(connection_.Write("x"), text));
      EXPECT_TRUE(IsError(connection_.Write(""), text));
      EXPECT_TRUE(IsError(connection_.Handshake(), text));
    }
    EXPECT_EQ(calls, transport().calls()) << transport().LogText();
  }

  std::string ClosedBy() {
    const char *name = net_tls_closed_by_name(net_tls_socket_closed_by(socket()));
    return name != nullptr ? name : "";
  }

  // "name, received, fatal" of the last alert.
  std::string Alert() {
    struct net_tls_alert alert;
    if (!net_tls_socket_alert(socket(), &alert)) {
      return "";
    }
    return std::string(alert.name) + (alert.sent ? ", sent" : ", received") +
           (alert.fatal ? ", fatal" : "");
  }

  Connection connection_{GetParam()};
};

inline std::string CaseParamName(const testing::TestParamInfo<Case> &info) {
  return CaseName(info.param);
}

// The bytes that a session is exported as.
inline std::string Export(const net_tls_session *session) {
  size_t length = 0;
  uint8_t *bytes = net_tls_session_export(session, &length);
  EXPECT_NE(nullptr, bytes);
  std::string text(reinterpret_cast<char *>(bytes), length);
  net_tls_session_free_bytes(bytes);
  return text;
}

}  // namespace net_testing

#endif  // TESTING_CASES_H_
