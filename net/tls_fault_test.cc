// One fault at every call of the transport in turn, over a whole connection: handshake, three
// writes and reads, tls_close, the peer's close_notify, close. Whatever happens, the outcomes are
// allowed ones, no byte is lost or doubled, and the transport is closed exactly once.

#include <algorithm>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/connection.h"

namespace {

using net_testing::Case;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::OutcomeName;
using net_testing::Pattern;

constexpr size_t kLengths[] = {1, 20000, 70000};
constexpr int kMaximumTimeouts = 3;

// What the faults may do to a connection.
enum class Severity {
  kNothing,  // nobody notices
  kTimeout,  // operations time out and are continued
  kFatal     // the connection ends
};

struct Fault {
  const char *word;
  Severity severity;
};

std::vector<Fault> FaultsOf(char function) {
  switch (function) {
    case 'r':
      return {{"intr", Severity::kNothing}, {"again", Severity::kNothing},
              {"1", Severity::kNothing},    {"7", Severity::kNothing},
              {"100", Severity::kNothing},  {"timeout", Severity::kTimeout},
              {"reset", Severity::kFatal},  {"end", Severity::kFatal},
              {"e5", Severity::kFatal}};
    case 's':
      return {{"intr", Severity::kNothing},  {"again", Severity::kNothing},
              {"zero", Severity::kNothing},  {"1", Severity::kNothing},
              {"7", Severity::kNothing},     {"100", Severity::kNothing},
              {"20000", Severity::kNothing}, {"timeout", Severity::kTimeout},
              {"reset", Severity::kFatal},   {"pipe", Severity::kFatal},
              {"e5", Severity::kFatal}};
    default:
      return {{"intr", Severity::kNothing},
              {"early", Severity::kNothing},
              {"timeout", Severity::kNothing},
              {"e12", Severity::kFatal}};
  }
}

// Runs the connection, and continues what times out.
class Script {
 public:
  Script(const Case &test_case, const std::string &faults) : connection_(test_case, faults) {}

  void Run() {
    connection_.Open();
    connection_.peer().set_on_turn([this] { PeerTurn(); });
    Do([this] { return connection_.Handshake(); });
    for (size_t length : kLengths) {
      Write(Pattern(length, static_cast<unsigned>(length)));
      Read(length);
    }
    tls_close_ = Do([this] { return connection_.TlsClose(); }).outcome;
    end_ = Do([this] { return connection_.Read(); });
    close_ = connection_.Close();
    connection_.peer().Run();
  }

  // The peer answers each message with one as long, and a close_notify with its own.
  void PeerTurn() {
    net_testing::Peer &peer = connection_.peer();
    size_t due = 0;
    for (size_t i = 0; i < 3; i++) {
      due += kLengths[i];
      if (peer.received().size() >= due && answers_ == i) {
        answers_++;
        answered_ += Pattern(kLengths[i], 77);
        peer.Write(Pattern(kLengths[i], 77));
      }
    }
    if (peer.SawCloseNotify() && !has_notified_ && answers_ == 3) {
      has_notified_ = true;
      peer.CloseNotify();
    }
  }

  Done Do(const std::function<Done()> &operation) {
    for (;;) {
      Done done = operation();
      Note(done);
      if (done.outcome != NET_TLS_TIMEOUT || timeouts_ > kMaximumTimeouts) {
        return done;
      }
    }
  }

  void Write(const std::string &bytes) {
    size_t written = 0;
    Do([&] {
      Done done = connection_.Write(bytes.substr(written));
      written += done.written;
      return done;
    });
    written_ += bytes.substr(0, written);
  }

  void Read(size_t length) {
    size_t end = read_.size() + length;
    Do([&] {
      Done done = connection_.ReadAll(end - read_.size());
      read_ += done.bytes;
      return done;
    });
  }

  void Note(const Done &done) {
    timeouts_ += done.outcome == NET_TLS_TIMEOUT ? 1 : 0;
    if (done.outcome == NET_TLS_ERROR) {
      errors_.push_back(done.error);
    } else {
      EXPECT_EQ("", done.error);
    }
  }

  Connection connection_;
  std::string written_;
  std::string read_;
  std::string answered_;
  std::vector<std::string> errors_;
  size_t answers_ = 0;
  bool has_notified_ = false;
  int timeouts_ = 0;
  enum net_tls_outcome tls_close_ = NET_TLS_OK;
  Done end_;
  Done close_;
};

int CountOf(char function, const net_testing::VirtualTransport &transport) {
  switch (function) {
    case 'r':
      return transport.receives();
    case 's':
      return transport.sends();
    default:
      return transport.waits();
  }
}

class TlsFaultTest : public testing::TestWithParam<std::tuple<Case, char>> {
 protected:
  // What holds whatever has happened.
  void ExpectSound(Script &script) {
    net_testing::VirtualTransport &transport = script.connection_.transport();
    net_testing::Peer &peer = script.connection_.peer();
    EXPECT_EQ(0, transport.deadlocks());
    EXPECT_EQ(std::vector<std::string>(), transport.misuses());
    EXPECT_EQ(1, transport.closes());
    EXPECT_EQ(0, script.written_.compare(0, peer.received().size(), peer.received()))
        << "the peer has read what was not written";
    EXPECT_EQ(0, script.answered_.compare(0, script.read_.size(), script.read_))
        << "what was read is not what the peer wrote";
    EXPECT_LE(std::count(peer.alerts().begin(), peer.alerts().end(), 0), 1)
        << "more than one close_notify";
    for (const std::string &error : script.errors_) {
      EXPECT_NE("", error);
      EXPECT_EQ(std::string::npos, error.find("Success")) << error;
    }
    // After close, nothing works and nothing is touched.
    int calls = transport.calls();
    EXPECT_EQ(NET_TLS_ERROR, script.connection_.Handshake().outcome);
    EXPECT_EQ(NET_TLS_ERROR, script.connection_.Read().outcome);
    EXPECT_EQ(NET_TLS_ERROR, script.connection_.Write("x").outcome);
    EXPECT_EQ(NET_TLS_OK, script.connection_.TlsClose().outcome);
    EXPECT_EQ(NET_TLS_OK, script.connection_.Close().outcome);
    EXPECT_EQ(calls, transport.calls());
    EXPECT_EQ(1, transport.closes());
  }

  void ExpectComplete(Script &script) {
    net_testing::Peer &peer = script.connection_.peer();
    EXPECT_EQ(std::vector<std::string>(), script.errors_);
    EXPECT_TRUE(peer.received() == script.written_) << peer.received().size();
    EXPECT_TRUE(script.read_ == script.answered_) << script.read_.size();
    EXPECT_EQ(kLengths[0] + kLengths[1] + kLengths[2], script.written_.size());
    EXPECT_EQ(script.written_.size(), script.read_.size());
    EXPECT_STREQ("OK", OutcomeName(script.tls_close_));
    EXPECT_STREQ("CLOSED", OutcomeName(script.end_.outcome)) << script.end_.error;
    EXPECT_STREQ("OK", OutcomeName(script.close_.outcome)) << script.close_.error;
    EXPECT_TRUE(peer.SawCloseNotify());
    EXPECT_EQ(std::vector<uint8_t>{0}, peer.alerts());
    EXPECT_EQ(0u, script.connection_.transport().FarPending()) << "bytes after close_notify";
  }

  // A fault that ends the connection: from the first error on, every operation says the same, and
  // nothing is lost without one.
  void ExpectOneError(Script &script) {
    for (const std::string &error : script.errors_) {
      EXPECT_EQ(script.errors_[0], error);
    }
    if (script.errors_.empty() && script.close_.outcome == NET_TLS_OK) {
      ExpectComplete(script);
    }
  }
};

TEST_P(TlsFaultTest, AtEveryCall) {
  auto [test_case, function] = GetParam();
  Script perfect(test_case, "");
  perfect.Run();
  ExpectSound(perfect);
  ExpectComplete(perfect);
  const int num_calls = CountOf(function, perfect.connection_.transport());
  const int all_calls = perfect.connection_.transport().calls();
  for (const Fault &fault : FaultsOf(function)) {
    for (int i = 0; i < num_calls; i++) {
      std::string faults = std::string(1, function) + ": ";
      for (int j = 0; j < i; j++) {
        faults += "ok ";
      }
      faults += fault.word;
      Script script(test_case, faults);
      SCOPED_TRACE(faults);
      script.Run();
      ExpectSound(script);
      EXPECT_LE(script.connection_.transport().calls(), all_calls + 300);
      if (fault.severity != Severity::kFatal) {
        ExpectComplete(script);
        EXPECT_LE(script.timeouts_, fault.severity == Severity::kTimeout ? 1 : 0);
      } else {
        ExpectOneError(script);
      }
      if (HasFailure()) {
        GTEST_FAIL() << script.connection_.transport().LogText()
                     << testing::PrintToString(script.errors_);
      }
    }
  }
}

std::string ParamName(const testing::TestParamInfo<std::tuple<Case, char>> &info) {
  const char function = std::get<1>(info.param);
  return net_testing::CaseName(std::get<0>(info.param)) + (function == 'r'   ? "Receive"
                                                           : function == 's' ? "Send"
                                                                             : "Wait");
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsFaultTest,
                         testing::Combine(testing::ValuesIn(net_testing::AllCases()),
                                          testing::Values('r', 's', 'w')),
                         ParamName);

}  // namespace
