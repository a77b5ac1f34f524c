// pair_fuzzer: our client against our server, over two transports in memory that are connected when
// the input says so, each with faults. Both are driven by the net_tls_socket_try_ functions, so
// that operations of the two sides are under way at the same time.
//
// Input: a byte whose bit 0 is TLS 1.3; for each side (the client first) a byte for the number of
// faults and a byte for each; then operations. An operation is a byte: bit 7 tells whose (1: the
// server's), the rest modulo 12 what; some have an argument of a byte behind it. An operation of a
// side that has one under way goes on with that.
//
// What must hold, with the name that the message of a violation begins with:
//   P1  one side reads what the other has written, in its order
//   P2  a read says closed only after the other's tls_close, and after everything that it wrote
//   P3  no error comes out: the network has soft faults alone. Not checked after a side has closed
//       without being able to say so.
//   P4  a timeout is not early
//   P5  everything comes out in the end, and close_notify both ways; nobody waits for ever
//   P6  both sides know the same of the connection, and export the same bytes
//   P7  no call of a transport is a misuse, and each is closed once

#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/pair_side.h"
#include "fuzz/pattern.h"
#include "fuzz/random.h"
#include "fuzz/shared_configs.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "testing/connection.h"

namespace {

using namespace net_fuzz::pair;
using net_fuzz::Tape;
using net_testing::OutcomeName;
using net_testing::VirtualTransport;

constexpr const char *kFaults[] = {"ok", "1", "again", "intr", "7", "zero", "1000", "100"};
constexpr size_t kLengths[] = {0, 1, 5, 100, 1000, 16384, 16385, 70000};
constexpr int64_t kDeadlines[] = {-1, 0, 1, 10, 100};
constexpr int kToleratedKeyUpdates = 15;
constexpr int kRounds = 20000;

struct Step {
  int side;
  std::string text;
};

class Run {
 public:
  Run(const Tape &input, uint16_t version, const std::string &client_faults,
      const std::string &server_faults)
      : input_(input),
        is_tls13_(version == TLS1_3_VERSION),
        faults_(client_faults + "/ " + server_faults) {
    sides_[0] = std::make_unique<Side>(true, version, client_faults);
    sides_[1] = std::make_unique<Side>(false, version, server_faults);
  }

  void Play(Tape tape) {
    while (!tape.IsAtEnd()) {
      uint8_t code = tape.Next();
      int side = code >> 7;
      Do(side, (code & 127) % 12, tape);
    }
    Finish();
    if (net_fuzz::ScriptIsWanted()) {
      net_fuzz::PrintSection("script", Script());
    }
    if (net_fuzz::LogIsWanted()) {
      net_fuzz::PrintSection("log", LogText());
    }
  }

 private:
  Side &Of(int side) {
    return *sides_[side];
  }

  void Do(int side, int action, Tape &tape) {
    if (action < kNumOperations) {
      Begin(side, action, tape.Next());
      return Continue(side);
    }
    uint8_t argument = action == 8 || action == 9 || action == 10 ? tape.Next() : 0;
    Log(side, std::string(kNames[action]) + " " + std::to_string(argument));
    switch (action) {
      case 6:
        return Continue(side);
      case 7:
        return GiveUp(side);
      case 8:
        return Deliver(side, argument * size_t{16} + 1);
      case 9:
        Of(0).transport.Advance(argument);
        return Of(1).transport.Advance(argument);
      case 10:
        Of(side).receive_ms = kDeadlines[argument % 5];
        Of(side).send_ms = kDeadlines[argument / 5 % 5];
        return net_tls_socket_set_deadlines(Of(side).socket, Of(side).receive_ms, Of(side).send_ms);
      default:
        return Deliver(side, SIZE_MAX);
    }
  }

  // Moves what `side` has sent to the other one.
  void Deliver(int side, size_t length) {
    Side &from = Of(side);
    Side &to = Of(1 - side);
    std::string bytes = from.transport.FarReceive(length);
    if (!to.is_closed) {
      to.transport.FarSend(bytes);
    }
    if (from.is_closed && from.transport.FarPending() == 0 && !from.has_sent_fin) {
      from.has_sent_fin = true;
      to.transport.FarFin();
    }
  }

  void Begin(int side, int action, uint8_t argument) {
    static const net_tls_operation_kind kKinds[] = {NET_TLS_HANDSHAKE, NET_TLS_READ,
                                                    NET_TLS_WRITE,     NET_TLS_KEY_UPDATE,
                                                    NET_TLS_CLOSE,     NET_TLS_CLOSE};
    Side &self = Of(side);
    bool is_too_much =
        action == kKeyUpdate && (!is_tls13_ || self.key_updates >= kToleratedKeyUpdates);
    if (self.action != kNumOperations || self.is_closed || is_too_much) {
      return;
    }
    size_t length = kLengths[argument % 8];
    self.action = action;
    self.count = 0;
    self.requests = (argument & 1) != 0;
    self.key_updates += action == kKeyUpdate ? 1 : 0;
    self.buffer = action == kRead ? std::string(std::max<size_t>(length, 1), '\0') : "";
    if (action == kWrite) {
      self.buffer = net_fuzz::PatternString(length, seed_++);
    }
    if (action >= kTlsClose) {
      has_cut_ |= !AreHandshaked();
      self.is_tls_closed = true;
    }
    self.own_ms = action <= kRead ? self.receive_ms : self.send_ms;
    self.begin = self.transport.now();
    net_tls_socket_begin(self.socket, kKinds[action], &self.operation);
    Log(side, std::string("begins ") + kNames[action] + " " + std::to_string(self.buffer.size()));
  }

  bool AreHandshaked() {
    return net_tls_socket_is_handshaked(Of(0).socket) && net_tls_socket_is_handshaked(Of(1).socket);
  }

  net_tls_outcome Try(Side &self) {
    switch (self.action) {
      case kHandshake:
        return net_tls_socket_try_handshake(self.socket, &self.operation);
      case kRead:
        return net_tls_socket_try_read(self.socket, &self.operation, &self.buffer[0],
                                       self.buffer.size(), &self.count);
      case kWrite:
        return net_tls_socket_try_write(self.socket, &self.operation, self.buffer.data(),
                                        self.buffer.size(), &self.count);
      case kKeyUpdate:
        return net_tls_socket_try_key_update(self.socket, &self.operation, self.requests);
      default:
        return net_tls_socket_try_tls_close(self.socket, &self.operation);
    }
  }

  void Continue(int side) {
    Side &self = Of(side);
    if (self.action == kNumOperations) {
      return;
    }
    net_tls_outcome outcome = Try(self);
    if (outcome == NET_TLS_WANT_READ || outcome == NET_TLS_WANT_WRITE) {
      return;
    }
    std::string error = net_tls_socket_error(self.socket);
    Log(side, std::string(kNames[self.action]) + " -> " + OutcomeName(outcome) + " " +
                  std::to_string(self.count) + " " + error);
    CheckOutcome(self, outcome);
    if (self.action == kRead && outcome == NET_TLS_OK) {
      CheckRead(side);
    }
    self.has_notified |= self.action == kTlsClose && outcome == NET_TLS_OK;
    if (outcome == NET_TLS_CLOSED) {
      CheckClosed(side);
    }
    if (self.action == kClose) {
      has_cut_ |= outcome != NET_TLS_OK;
      CloseTransport(side);
    }
    GiveUp(side);
  }

  // What has been accepted stays accepted.
  void GiveUp(int side) {
    Side &self = Of(side);
    if (self.action == kWrite) {
      self.accepted.append(self.buffer, 0, self.count);
    }
    if (self.action == kClose && !self.is_closed) {
      has_cut_ = true;
      CloseTransport(side);
    }
    self.action = kNumOperations;
  }

  void CloseTransport(int side) {
    Of(side).is_closed = true;
    Require(net_tls_socket_close_transport(Of(side).socket) == NET_TLS_OK,
            "P3: a transport could not be closed");
  }

  void CheckOutcome(const Side &self, net_tls_outcome outcome) {
    bool may_fail = has_cut_ || (self.is_tls_closed && self.action < kTlsClose);
    Require(outcome != NET_TLS_ERROR || may_fail, "P3: an error without a cause");
    int64_t limit = std::min(self.operation.readable_deadline, self.operation.writable_deadline);
    int64_t own = self.begin + self.own_ms * VirtualTransport::kMillisecond;
    Require(outcome != NET_TLS_TIMEOUT || self.transport.now() >= (self.own_ms >= 0 ? own : limit),
            "P4: a timeout that came early");
    Require(self.count <= self.buffer.size(), "P1: a count beyond its bounds");
    Require(outcome != NET_TLS_OK || self.action != kWrite || self.count == self.buffer.size(),
            "P1: a write that is OK but not complete");
  }

  // A write under way counts with what it has accepted so far.
  std::string AcceptedBy(const Side &side) {
    return side.accepted + (side.action == kWrite ? side.buffer.substr(0, side.count) : "");
  }

  void CheckRead(int side) {
    Side &self = Of(side);
    Require(
        AcceptedBy(Of(1 - side)).compare(self.read, self.count, self.buffer, 0, self.count) == 0,
        "P1: not what the other side wrote");
    self.read += self.count;
  }

  void CheckClosed(int side) {
    Side &self = Of(side);
    const Side &other = Of(1 - side);
    self.saw_closed = true;
    Require(other.is_tls_closed, "P2: closed although the other side has not closed");
    Require(self.action != kRead || self.read == other.accepted.size(),
            "P2: closed before everything was read");
  }

  // The end: a perfect network and no deadlines.

  void Finish() {
    for (int side : {0, 1}) {
      GiveUp(side);
      Of(side).transport.SetFaults("");
      Of(side).receive_ms = Of(side).send_ms = -1;
      net_tls_socket_set_deadlines(Of(side).socket, -1, -1);
    }
    if (!has_cut_ && !Of(0).is_closed && !Of(1).is_closed) {
      FinishTogether();
    }
    for (int side : {0, 1}) {
      VirtualTransport &transport = Of(side).transport;
      net_tls_socket_free(Of(side).socket);
      Of(side).socket = nullptr;
      Require(transport.misuses().empty(), "P7: a misuse of a transport");
      Require(transport.closes() == 1, "P7: not closed once");
    }
  }

  void FinishTogether() {
    int rounds = 0;
    while (rounds < kRounds && !(IsDone(0) && IsDone(1))) {
      for (int side : {0, 1}) {
        Proceed(side);
        Deliver(side, SIZE_MAX);
      }
      rounds++;
    }
    Require(IsDone(0) && IsDone(1), "P5: not everything comes out");
    Require(AreHandshaked(), "P5: a handshake that does not end");
    CheckAgreement();
  }

  bool IsDone(int side) {
    return Of(side).saw_closed && Of(side).has_notified && Of(side).action == kNumOperations;
  }

  // First what is still to be read, then tls_close, then what the other one says of that.
  void Proceed(int side) {
    Side &self = Of(side);
    bool has_all = self.read >= Of(1 - side).accepted.size();
    bool is_handshaked = net_tls_socket_is_handshaked(self.socket);
    int next = !is_handshaked ? kHandshake : has_all && !self.has_notified ? kTlsClose : kRead;
    Begin(side, next, 7);
    Continue(side);
  }

  void CheckAgreement() {
    const net_tls_socket *client = Of(0).socket;
    const net_tls_socket *server = Of(1).socket;
    auto same = [](const char *one, const char *other) {
      return one == other || (one != nullptr && other != nullptr && strcmp(one, other) == 0);
    };
    Require(same(net_tls_socket_version(client), net_tls_socket_version(server)) &&
                same(net_tls_socket_cipher(client), net_tls_socket_cipher(server)) &&
                same(net_tls_socket_group(client), net_tls_socket_group(server)),
            "P6: the two sides know different things");
    uint8_t exported[2][32] = {};
    for (int side : {0, 1}) {
      Require(net_tls_socket_export(Of(side).socket, "EXPORTER-fuzz", 13, nullptr, 0,
                                    exported[side], 32) == NET_TLS_OK,
              "P6: nothing is exported");
    }
    Require(memcmp(exported[0], exported[1], 32) == 0, "P6: the two sides export different bytes");
  }

  void Log(int side, const std::string &text) {
    steps_.push_back({side, text});
  }

  std::string Script() const {
    std::string text =
        std::string(is_tls13_ ? "TLS 1.3" : "TLS 1.2") + ", faults: " + faults_ + "\n";
    for (const Step &step : steps_) {
      text += (step.side == 0 ? "client: " : "server: ") + step.text + "\n";
    }
    return text;
  }

  std::string LogText() {
    return "client:\n" + Of(0).transport.LogText() + "server:\n" + Of(1).transport.LogText();
  }

  void Require(bool condition, const char *what) {
    if (!condition) {
      net_fuzz::Violation(what, Script() + LogText(), net_fuzz::RegressionCase("pair", input_));
    }
  }

  const Tape input_;
  bool is_tls13_;
  std::string faults_;
  std::unique_ptr<Side> sides_[2];
  // A side closed before both were handshaked, or could not say that it did.
  bool has_cut_ = false;
  unsigned seed_ = 0;
  std::vector<Step> steps_;
};

std::string Faults(Tape tape) {
  std::string words;
  while (!tape.IsAtEnd()) {
    words += std::string(kFaults[tape.Next() % 8]) + " ";
  }
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const Tape input(data, size);
  Tape tape = input;
  uint16_t version = (tape.Next() & 1) != 0 ? TLS1_3_VERSION : TLS1_2_VERSION;
  std::string client_faults = Faults(tape.Take(tape.Next()));
  std::string server_faults = Faults(tape.Take(tape.Next()));
  net_fuzz::SharedConfig({true, version, net_testing::Driver::kTry});
  net_fuzz::SharedConfig({false, version, net_testing::Driver::kTry});
  net_fuzz::ResetRandom();
  Run(input, version, client_faults, server_faults).Play(tape);
  return 0;
}
