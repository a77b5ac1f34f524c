#include "fuzz/record_run.h"

#include <openssl/err.h>

#include <algorithm>

#include "fuzz/record_bytes.h"
#include "fuzz/script.h"
#include "fuzz/violation.h"
#include "net/tls_session.h"

namespace net_fuzz {

namespace {

using net_testing::Done;
using net_testing::Driver;
using net_testing::VirtualTransport;

bool HasArgument(Operation operation) {
  return operation != Operation::kPeerCloseNotify && operation != Operation::kPeerHold &&
         operation != Operation::kPeerStall && operation != Operation::kFin &&
         operation != Operation::kReset;
}

bool IsOfSocket(Operation operation) {
  return operation <= Operation::kAttempt;
}

std::vector<net_testing::Fault> FaultsOf(const RecordInput &input, const RecordOptions &options) {
  std::vector<net_testing::Fault> faults;
  for (const net_testing::Fault &fault : input.faults) {
    if (!options.is_comparable || (IsSoft(fault) && !TakesTime(fault) && !options.is_perfect)) {
      faults.push_back(fault);
    }
  }
  return faults;
}

}  // namespace

RecordRun::RecordRun(const RecordOptions &options, Tape input)
    : options_(options),
      input_(ReadRecordInput(options.is_client, input)),
      fixture_(FixtureFor(input_)),
      connection_(input_.test_case, fixture_.config) {
  if (options.is_comparable) {
    input_.time_per_call = input_.cpu_per_call = 0;
  }
  connection_.set_on_misfit([this](const std::string &what) { Require(false, "I1: " + what); });
  connection_.peer_options().context = fixture_.peer_context;
  connection_.peer_options().record_size = input_.has_small_records ? 512 : 0;
  if (input_.resumes) {
    connection_.peer_options().session =
        input_.test_case.is_client ? nullptr : fixture_.peer_session;
  }
  has_hard_fault_ = options.make_memory_short != nullptr ||
                    (input_.client_certificate == NET_TLS_CLIENT_CERTIFICATE_REQUIRED &&
                     !input_.peer_has_certificate);
}

RecordEvent &RecordRun::Note(Operation operation, int64_t argument, int64_t second_argument) {
  RecordEvent event;
  event.operation = operation;
  event.argument = argument;
  event.second_argument = second_argument;
  event.is_during = is_operating_;
  event.first_call = event.last_call = connection_.transport().log().size();
  event.now = connection_.transport().now();
  log_.events.push_back(event);
  return log_.events.back();
}

bool RecordRun::Open() {
  VirtualTransport &transport = connection_.transport();
  if (options_.make_memory_short) {
    options_.make_memory_short();
    std::string error = connection_.TryOpen();
    Require(connection_.socket() != nullptr || error == "out of memory",
            "I5: without memory a constructor says '" + error + "'");
    if (connection_.socket() == nullptr) {
      Require(transport.closes() == 0, "I6: a failed constructor has closed the transport");
      return false;
    }
  } else {
    connection_.Open();
  }
  if (input_.resumes && input_.test_case.is_client && fixture_.session != nullptr) {
    Require(net_tls_socket_set_session(connection_.socket(), fixture_.session) || has_hard_fault_,
            "I12: the session is refused");
  }
  net_tls_socket_set_clock_limit(connection_.socket(),
                                 input_.cpu_per_call > 0 ? NET_TLS_DEFAULT_CLOCK_LIMIT : INT64_MAX);
  transport.set_cpu_per_call(input_.cpu_per_call);
  transport.set_time_per_call(input_.time_per_call);
  transport.set_window(input_.window);
  transport.SetFaults(FaultsOf(input_, options_));
  SetDeadlines(input_.receive_ms, input_.send_ms);
  return true;
}

void RecordRun::Play() {
  if (!Open()) {
    return;
  }
  while (!input_.operations.IsAtEnd() && !is_closed_) {
    Operate(NextOperation(input_.operations));
  }
  Finish();
}

void RecordRun::Operate(Operation operation) {
  if (options_.is_comparable) {
    // What is due by now comes first: how often an operation waits, which lets it come, may differ.
    connection_.transport().Advance(0);
  }
  if (IsOfSocket(operation)) {
    OperateSocket(operation);
  } else {
    OperateFar(operation, HasArgument(operation) ? input_.operations.Next() : 0);
  }
  CheckPeer();
}

void RecordRun::OperateSocket(Operation operation) {
  Tape &tape = input_.operations;
  switch (operation) {
    case Operation::kRead:
      return Read(std::max<size_t>(LengthOf(tape.Next()), 1));
    case Operation::kPeek:
      return Peek(std::max<size_t>(LengthOf(tape.Next()), 1));
    case Operation::kWrite:
      return Write(LengthOf(tape.Next()));
    case Operation::kKeyUpdate:
      return KeyUpdate((tape.Next() & 1) != 0);
    case Operation::kTlsClose:
      return TlsClose();
    case Operation::kClose:
      return Close();
    case Operation::kSetDeadlines: {
      uint8_t deadlines = tape.Next();
      return SetDeadlines(DeadlineOf(deadlines & 15), DeadlineOf(deadlines >> 4));
    }
    case Operation::kWait:
      return Wait(tape.Next());
    case Operation::kQuery:
      return Query();
    case Operation::kAttempt:
      return Attempt(tape.Next());
    default:
      return Handshake();
  }
}

// An operation of the socket with the checks that all have in common.
Done RecordRun::Perform(Operation operation, int64_t argument,
                        const std::function<Done()> &action) {
  VirtualTransport &transport = connection_.transport();
  Before before;
  before.event = log_.events.size();
  before.calls = transport.log().size();
  before.now = transport.now();
  before.late = transport.late();
  before.hindrances = transport.hindrances();
  before.receives = transport.receives();
  before.was_handshaked = IsHandshaked();
  before.was_send_refused = is_send_refused_;
  Note(operation, argument);
  operations_++;
  ArmRescue();
  is_operating_ = true;
  Done done = action();
  is_operating_ = false;
  RecordEvent &event = log_.events[before.event];
  event.owed = owed_;
  event.has_outcome = true;
  event.outcome = done.outcome;
  event.count = done.bytes.size() + done.written;
  event.digest = TextDigest(done.bytes.empty() ? done.error : done.bytes);
  event.last_call = transport.log().size();
  event.now = transport.now();
  event.leaves_input = done.outcome == NET_TLS_TIMEOUT && transport.NearPending() > 0;
  if (!done.error.empty()) {
    log_.texts[before.event] = done.error;
  }
  CheckCalls(before);
  CheckShape(done, operation);
  CheckError(done);
  CheckSticky(before, done, operation);
  CheckClosedBy(done);
  CheckRefusal(before, done, operation);
  CheckAllSent(before, done, operation);
  // A read that compares is several.
  if (!options_.is_comparable || operation != Operation::kRead) {
    CheckTime(before, done, operation);
    CheckBusyness(before);
    CheckCost(before);
  }
  CheckClose(before, done, operation);
  if (operation == Operation::kRead || operation == Operation::kPeek ||
      (operation == Operation::kWait && argument == 0)) {
    CheckStranded(before, done);
  } else {
    promised_ = 0;
  }
  CheckHandshake(done, operation);
  CheckAlert(before, done);
  return done;
}

void RecordRun::Handshake() {
  Perform(Operation::kHandshake, 0, [this] { return connection_.Handshake(); });
}

void RecordRun::Read(size_t capacity) {
  NoteRead(Perform(Operation::kRead, static_cast<int64_t>(capacity),
                   [&] {
                     return options_.is_comparable ? connection_.ReadAll(capacity)
                                                   : connection_.Read(capacity);
                   }),
           capacity, false);
}

void RecordRun::Peek(size_t capacity) {
  NoteRead(Perform(Operation::kPeek, static_cast<int64_t>(capacity),
                   [&] { return connection_.Peek(capacity); }),
           capacity, true);
}

void RecordRun::Write(size_t length) {
  std::string bytes = RecordBytes(std::min(length, MostFor(input_.window)), seed_++);
  NoteWritten(Perform(Operation::kWrite, static_cast<int64_t>(bytes.size()),
                      [&] { return connection_.Write(bytes); }),
              bytes);
}

void RecordRun::KeyUpdate(bool requests) {
  key_updates_asked_++;
  Done done = Perform(Operation::kKeyUpdate, requests ? 1 : 0,
                      [&] { return connection_.KeyUpdate(requests); });
  bool is_of_tls12 = done.error.find("no key update") != std::string::npos;
  Require(!is_of_tls12 || input_.test_case.version == TLS1_2_VERSION,
          "I12: TLS 1.3 has a key update");
  key_updates_ += done.outcome == NET_TLS_OK ? 1 : 0;
  has_hard_fault_ |= key_updates_ > kMostKeyUpdates;
}

void RecordRun::TlsClose() {
  bool was_handshaked = IsHandshaked();
  is_tls_closed_ = true;
  Done done = Perform(Operation::kTlsClose, 0, [this] { return connection_.TlsClose(); });
  // BoringSSL had ended the connection in a look at what is pending, which has no error to tell.
  is_end_told_ |= done.outcome == NET_TLS_ERROR && !is_send_refused_;
  if (done.outcome == NET_TLS_OK && was_handshaked && !has_hard_fault_ && !is_stalled_) {
    connection_.peer().Run();
    Require(connection_.peer().SawCloseNotify(), "I11: tls_close is ok without a close_notify");
  }
}

void RecordRun::Close() {
  is_tls_closed_ = true;
  bool was_handshaked = IsHandshaked();
  Done done = Perform(Operation::kClose, 0, [this] { return connection_.Close(); });
  is_closed_ = true;
  is_notified_ = done.outcome == NET_TLS_OK && was_handshaked;
  CheckClosed();
}

// In blocking mode these are also what the transport's own calls are held to; there 0 means that
// they are not.
void RecordRun::SetDeadlines(int64_t receive_ms, int64_t send_ms) {
  bool needs_time = IsBlocking() || options_.is_comparable;
  receive_ms_ = receive_ms == 0 && needs_time ? 1 : receive_ms;
  send_ms_ = send_ms == 0 && needs_time ? 1 : send_ms;
  Note(Operation::kSetDeadlines, receive_ms_, send_ms_);
  net_tls_socket_set_deadlines(connection_.socket(), receive_ms_, send_ms_);
  connection_.transport().set_socket_timeouts(receive_ms_, send_ms_);
}

// 0: for a read, 1: for a write, 2: for what is no want.
void RecordRun::Wait(uint8_t argument) {
  static const enum net_tls_outcome kWants[] = {NET_TLS_WANT_READ, NET_TLS_WANT_WRITE,
                                                NET_TLS_TIMEOUT};
  if (options_.is_comparable) {
    return;
  }
  unsigned number = argument % 3;
  Done waited = Perform(Operation::kWait, number, [&] {
    Done done;
    done.outcome = net_tls_socket_wait(connection_.socket(), kWants[number]);
    done.error = net_tls_socket_error(connection_.socket());
    return done;
  });
  Require(number < 2 || waited.outcome == NET_TLS_ERROR, "I1: a wait for what is no want");
}

void RecordRun::Query() {
  if (options_.is_comparable) {
    return;
  }
  net_tls_socket *socket = connection_.socket();
  size_t calls = connection_.transport().log().size();
  size_t pending = net_tls_socket_pending(socket);
  bool is_buffered = net_tls_socket_has_buffered(socket);
  RecordEvent &event = Note(Operation::kQuery);
  event.count = pending;
  Require(pending == 0 || is_buffered, "I8: plaintext is pending and nothing is buffered");
  Require(pending == 0 || IsHandshaked(), "I8: plaintext is pending before the handshake");
  Require((net_tls_socket_version(socket) != nullptr) == IsHandshaked(),
          "I1: the version is known without the handshake, or not known after it");
  Require(connection_.transport().log().size() == calls, "I9: a question has used the transport");
  Require(!IsHandshaked() || has_hard_fault_ || is_holding_ || is_buffered ||
              connection_.transport().NearPending() > 0 || read_.size() == from_peer_.size(),
          "I8: the peer's bytes lie in the socket, and nothing is buffered");
  Require(pending >= promised_ || has_hard_fault_, "I8: fewer bytes are pending than before");
  Require(connection_.Read(0).error == "Invalid argument", "I1: a read of nothing is no mistake");
  Require(connection_.transport().log().size() == calls,
          "I9: a read of nothing uses the transport");
  Require(ERR_peek_error() == 0, "I14: a question has left an error in BoringSSL's queue");
  promised_ = std::max(promised_, pending);
}

// A caller that waits, and gives up at the first want. Only with the try functions is there one.
void RecordRun::Attempt(uint8_t argument) {
  bool is_read = (argument & 1) != 0;
  size_t length = std::max<size_t>(LengthOf(argument >> 4), 1);
  if (input_.test_case.driver != Driver::kTry || options_.is_comparable) {
    return is_read ? Read(length) : Write(length);
  }
  std::string bytes = RecordBytes(std::min(length, MostFor(input_.window)), seed_);
  seed_ += is_read ? 0 : 1;
  Done done = Perform(Operation::kAttempt, is_read ? -1 : static_cast<int64_t>(bytes.size()),
                      [&] { return TryOnce(is_read, length, bytes); });
  if (is_read) {
    NoteRead(done, length, false);
  } else {
    NoteWritten(done, bytes);
  }
}

Done RecordRun::TryOnce(bool is_read, size_t length, const std::string &bytes) {
  net_tls_socket *socket = connection_.socket();
  struct net_tls_operation operation;
  char *buffer = net_testing::ReadBuffer(length);
  size_t count = 0;
  Done done;
  net_tls_socket_begin(socket, is_read ? NET_TLS_READ : NET_TLS_WRITE, &operation);
  done.outcome =
      is_read ? net_tls_socket_try_read(socket, &operation, buffer, length, &count)
              : net_tls_socket_try_write(socket, &operation, bytes.data(), bytes.size(), &count);
  bool is_want = done.outcome == NET_TLS_WANT_READ || done.outcome == NET_TLS_WANT_WRITE;
  Require(!is_want || operation.directions != 0, "I1: a want for no direction");
  done.error = net_tls_socket_error(socket);
  Require(count <= length, "I1: a count beyond its bounds");
  if (is_read) {
    done.bytes.assign(buffer, std::min(count, length));
  } else {
    done.written = std::min(count, length);
  }
  return done;
}

uint64_t RecordRun::Digest() {
  return LogDigest(log_, calls());
}

}  // namespace net_fuzz
