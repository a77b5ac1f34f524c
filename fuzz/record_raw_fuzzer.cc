// record_raw_fuzzer: a TLS socket against a peer whose bytes are the input's. They are played
// twice, in different pieces, to different drivers, and read in different portions: whatever they
// are, the same bytes have to give the same result.
//
// Input:
//   0  bit 0: a client; bit 1: TLS 1.3; bit 2: a session is offered; bit 3: a FIN at the end;
//      bits 4 and 5: what comes before the input's bytes: 0 nothing, 1 a live peer's handshake,
//      2 and 3 what a live peer says, with changes
//   then twice: a byte for the driver (modulo 3) and the capacity of reads (from bit 2 on), a byte
//      for the number of pieces, and these: 0 is a receive that would block, others their length
//   with changes: a byte for their number, and for each two bytes of offset into what the peer says
//      and a mask; a mask of 0 ends what the peer says there
//   the rest is what the peer says afterwards. In BoringSSL's fuzzer mode records are not
//   encrypted.
//
// What must hold, with the name that the message of a violation begins with:
//   R1  outcomes and texts of errors are the same
//   R2  the bytes that are read are the same
//   R3  what is known of the connection is the same: version, cipher suite, end, alert
//   R4  a peek shows what the next read gives
//   R5  what is pending is there without the transport
//   R6  the number of calls of the transport is bounded by the number of bytes
//   R7  an error has a text, and neither EINTR nor EAGAIN comes out
// A live peer need not say the same bytes twice (a signature has random numbers in it): where it
// does not, and they are changed, R1 to R3 are not checked.

#include <stdint.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/random.h"
#include "fuzz/shared_configs.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "testing/connection.h"

namespace {

using net_fuzz::Tape;
using net_testing::Case;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::OutcomeName;

constexpr int64_t kSilenceMs = 100;
constexpr size_t kCapacities[] = {65536, 1, 7, 100, 16384, 1000, 20000, 3};

struct Change {
  size_t offset;
  uint8_t mask;
};

struct Chunking {
  Driver driver = Driver::kBlocking;
  size_t capacity = 65536;
  std::string faults;
};

struct Input {
  Case test_case;
  bool resumes = false;
  bool ends = false;
  bool has_handshake = false;
  bool has_changes = false;
  Chunking chunkings[2];
  std::vector<Change> changes;
  std::string bytes;
};

struct Result {
  std::string outcomes;
  std::string bytes;
  std::string known;
};

Chunking ReadChunking(Tape &tape) {
  Chunking chunking;
  uint8_t form = tape.Next();
  chunking.driver = static_cast<Driver>((form & 3) % 3);
  chunking.capacity = kCapacities[(form >> 2) % 8];
  Tape pieces = tape.Take(tape.Next());
  chunking.faults = "r: ";
  while (!pieces.IsAtEnd()) {
    uint8_t length = pieces.Next();
    chunking.faults += length == 0 ? "again " : std::to_string(length) + " ";
  }
  return chunking;
}

Input ReadInput(Tape tape) {
  Input input;
  uint8_t header = tape.Next();
  input.test_case.is_client = (header & 1) != 0;
  input.test_case.version = (header & 2) != 0 ? TLS1_3_VERSION : TLS1_2_VERSION;
  input.resumes = (header & 4) != 0;
  input.ends = (header & 8) != 0;
  input.has_handshake = (header & 48) != 0;
  input.has_changes = (header & 32) != 0;
  input.chunkings[0] = ReadChunking(tape);
  input.chunkings[1] = ReadChunking(tape);
  for (size_t left = input.has_changes ? tape.Next() % 16 : 0; left > 0; left--) {
    size_t offset = tape.Next16();
    input.changes.push_back({offset, tape.Next()});
  }
  input.bytes.assign(reinterpret_cast<const char *>(tape.bytes()), tape.length());
  return input;
}

// What a live peer says, with the input's changes.
class Changer {
 public:
  explicit Changer(const std::vector<Change> &changes) : changes_(changes) {}

  std::string Change(std::string bytes) {
    size_t end = bytes.size();
    for (const struct Change &change : changes_) {
      if (change.offset >= offset_ && change.offset - offset_ < end) {
        size_t place = change.offset - offset_;
        bytes[place] = static_cast<char>(bytes[place] ^ change.mask);
        end = change.mask == 0 ? place : end;
      }
    }
    is_cut_ |= end < bytes.size();
    offset_ += bytes.size();
    return bytes.substr(0, end);
  }
  bool is_cut() const {
    return is_cut_;
  }

 private:
  const std::vector<struct Change> &changes_;
  size_t offset_ = 0;
  bool is_cut_ = false;
};

class Run {
 public:
  Run(const Input &input, const Chunking &chunking)
      : input_(input),
        chunking_(chunking),
        connection_(CaseOf(input, chunking), net_fuzz::SharedConfig(input.test_case)),
        changer_(input.changes) {
    net_testing::PeerOptions &options = connection_.peer_options();
    options.context = net_fuzz::SharedPeerContext(input.test_case);
    options.session = input.resumes ? net_fuzz::SharedPeerSession(input.test_case) : nullptr;
    net_fuzz::ResetRandom();
    connection_.Open();
    net_tls_socket_set_clock_limit(connection_.socket(), INT64_MAX);
    net_tls_socket_set_deadlines(connection_.socket(), kSilenceMs, -1);
    transport().set_socket_timeouts(kSilenceMs, -1);
    transport().SetFaults(chunking.faults);
    if (input.resumes && input.test_case.is_client) {
      net_tls_socket_set_session(connection_.socket(), net_fuzz::SharedSession(input.test_case));
    }
  }

  const Result &Play() {
    StartPeer();
    Note("handshake", connection_.Handshake());
    if (input_.has_handshake) {
      FallSilent();
    }
    ReadAll();
    Note("write", connection_.Write("x"));
    NoteKnown();
    Note("close", connection_.Close());
    size_t calls = static_cast<size_t>(transport().calls());
    Check(calls <= 2000 + 4 * (said_.size() + input_.bytes.size()),
          "R6: too many calls of the transport");
    return result_;
  }

  const std::string &failure() const {
    return failure_;
  }
  const std::string &said() const {
    return said_;
  }
  std::string LogText() {
    return transport().LogText();
  }

 private:
  static Case CaseOf(const Input &input, const Chunking &chunking) {
    Case test_case = input.test_case;
    test_case.driver = chunking.driver;
    return test_case;
  }

  net_testing::VirtualTransport &transport() {
    return connection_.transport();
  }

  void StartPeer() {
    net_testing::Peer &peer = connection_.peer();
    if (!input_.has_handshake) {
      transport().set_on_idle(nullptr);
      return Say();
    }
    peer.Hold();
    peer.set_on_turn([this] {
      std::string bytes = connection_.peer().TakeHeld();
      connection_.peer().Hold();
      if (!changer_.is_cut() && !bytes.empty()) {
        said_ += bytes;
        transport().FarSend(changer_.Change(std::move(bytes)));
      }
      if (changer_.is_cut()) {
        FallSilent();
      }
    });
  }

  // From here on the input speaks in the peer's place.
  void FallSilent() {
    if (!is_silent_) {
      Say();
    }
  }

  void Say() {
    is_silent_ = true;
    transport().FarSend(input_.bytes);
    if (input_.ends) {
      transport().FarFin();
    }
  }

  void ReadAll() {
    Done done;
    do {
      Done peeked = chunking_.capacity == 100 ? connection_.Peek(chunking_.capacity) : Done();
      size_t pending = net_tls_socket_pending(connection_.socket());
      int receives = transport().receives();
      done = connection_.Read(chunking_.capacity);
      Check(done.bytes.compare(0, peeked.bytes.size(), peeked.bytes) == 0,
            "R4: a peek showed something else");
      bool is_there = done.bytes.size() >= std::min(pending, chunking_.capacity) &&
                      receives == transport().receives();
      Check(pending == 0 || is_there, "R5: what was pending is not there");
      result_.bytes += done.bytes;
    } while (done.outcome == NET_TLS_OK);
    Note("read", done);
  }

  // The text names the operation that found the error, which may have been a peek.
  void Note(const char *name, const Done &done) {
    size_t peek = done.error.find("peek failed");
    std::string text = done.error;
    text.replace(std::min(peek, text.size()), peek == std::string::npos ? 0 : 4,
                 peek == std::string::npos ? "" : "read");
    result_.outcomes += std::string(name) + " -> " + OutcomeName(done.outcome) + " " + text + "\n";
    bool is_error = done.outcome == NET_TLS_ERROR;
    Check(!is_error || !done.error.empty(), "R7: an error without a text");
    Check(done.error.find("temporarily") == std::string::npos &&
              done.error.find("Interrupted") == std::string::npos,
          "R7: EAGAIN or EINTR came out");
  }

  void NoteKnown() {
    const net_tls_socket *socket = connection_.socket();
    net_tls_alert alert;
    for (const char *text :
         {net_tls_socket_version(socket), net_tls_socket_cipher(socket),
          net_tls_socket_group(socket), net_tls_closed_by_name(net_tls_socket_closed_by(socket)),
          net_tls_socket_server_name(socket),
          net_tls_socket_alert(socket, &alert) ? alert.name : nullptr}) {
      result_.known += std::string(text != nullptr ? text : "-") + " ";
    }
    result_.known += net_tls_socket_is_reused(socket) ? "reused" : "";
  }

  void Check(bool condition, const char *what) {
    if (!condition && failure_.empty()) {
      failure_ = what;
    }
  }

  const Input &input_;
  const Chunking &chunking_;
  Connection connection_;
  Changer changer_;
  bool is_silent_ = false;
  // What the live peer said, without changes.
  std::string said_;
  Result result_;
  std::string failure_;
};

std::string Hex(const std::string &bytes) {
  static const char kDigits[] = "0123456789abcdef";
  std::string text;
  for (char byte : bytes) {
    text += std::string("\\x") + kDigits[static_cast<uint8_t>(byte) >> 4] +
            kDigits[static_cast<uint8_t>(byte) & 15];
  }
  return text;
}

std::string Script(const Input &input) {
  std::string text = net_testing::CaseName(input.test_case) + (input.resumes ? ", resumes" : "");
  text += input.has_handshake ? "\nthe peer handshakes" : "\nthe peer is the input alone";
  for (const Change &change : input.changes) {
    text += change.mask == 0 ? ", ends at byte " : ", changes byte ";
    text += std::to_string(change.offset) + " by " + std::to_string(change.mask);
  }
  for (const Chunking &chunking : input.chunkings) {
    Case test_case = input.test_case;
    test_case.driver = chunking.driver;
    text += "\nas " + net_testing::CaseName(test_case) + ", reads of " +
            std::to_string(chunking.capacity) + ", faults: " + chunking.faults;
  }
  return text + "\nthe peer says \"" + Hex(input.bytes) + "\"" +
         (input.ends ? "\nand sends a FIN\n" : "\nand is silent\n");
}

// The part of the input that a test can play: changes of what a live peer says are not.
std::string Test(const Input &input) {
  std::string text = "// A test for net/tls_end_test.cc, which both have to pass.\n";
  for (const Chunking &chunking : input.chunkings) {
    Case test_case = input.test_case;
    test_case.driver = chunking.driver;
    text += "TEST(RecordRawFuzzedTest, " + net_testing::CaseName(test_case) +
            ") {\n  Connection connection({" + (test_case.is_client ? "true" : "false") + ", " +
            std::to_string(test_case.version) + ", static_cast<Driver>(" +
            std::to_string(static_cast<int>(test_case.driver)) + ")}, \"" + chunking.faults +
            "\");\n  connection.Open();\n" +
            (input.has_handshake ? "  connection.Handshake();\n" : "") +
            "  connection.transport().set_on_idle(nullptr);\n"
            "  connection.transport().FarSend(std::string(\"" +
            Hex(input.bytes) + "\", " + std::to_string(input.bytes.size()) + "));\n" +
            (input.ends ? "  connection.transport().FarFin();\n" : "") +
            "  connection.ReadAll(1 << 20);\n}\n";
  }
  return text;
}

void Report(const std::string &message, const Input &input, Run &first, Run &second) {
  net_fuzz::Violation(message, Script(input) + "\n" + first.LogText() + "\n" + second.LogText(),
                      Test(input));
}

void Compare(const Input &input, Run &first, const Result &one, Run &second, const Result &other) {
  if (one.outcomes != other.outcomes) {
    Report("R1: other outcomes:\n" + one.outcomes + "and\n" + other.outcomes, input, first, second);
  }
  if (one.bytes != other.bytes) {
    Report("R2: other bytes were read", input, first, second);
  }
  if (one.known != other.known) {
    Report("R3: other is known of the connection: " + one.known + " and " + other.known, input,
           first, second);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Input input = ReadInput(Tape(data, size));
  net_fuzz::SharedConfig(input.test_case);
  Run first(input, input.chunkings[0]);
  const Result &one = first.Play();
  Run second(input, input.chunkings[1]);
  const Result &other = second.Play();
  for (Run *run : {&first, &second}) {
    if (!run->failure().empty()) {
      Report(run->failure(), input, first, second);
    }
  }
  if (input.changes.empty() || first.said() == second.said()) {
    Compare(input, first, one, second, other);
  }
  if (net_fuzz::ScriptIsWanted()) {
    net_fuzz::PrintSection("script", Script(input) + one.outcomes + one.known);
  }
  if (net_fuzz::LogIsWanted()) {
    net_fuzz::PrintSection("log", first.LogText() + second.LogText());
  }
  return 0;
}
