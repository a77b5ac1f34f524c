#include "fuzz/record_raw_run.h"

#include <stdint.h>

#include <algorithm>
#include <utility>

#include "fuzz/random.h"
#include "fuzz/shared_configs.h"

namespace net_fuzz {

namespace {

using net_testing::Case;
using net_testing::Done;
using net_testing::OutcomeName;

constexpr int64_t kSilenceMs = 100;

Case CaseOf(const RawInput &input, const Chunking &chunking) {
  Case test_case = input.test_case;
  test_case.driver = chunking.driver;
  return test_case;
}

}  // namespace

std::string RawChanger::Change(std::string bytes) {
  size_t end = bytes.size();
  for (const RawChange &change : changes_) {
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

RawRun::RawRun(const RawInput &input, const Chunking &chunking,
               std::function<void()> make_memory_short)
    : input_(input),
      chunking_(chunking),
      make_memory_short_(std::move(make_memory_short)),
      connection_(CaseOf(input, chunking), SharedConfig(input.test_case)),
      changer_(input.changes) {
  net_testing::PeerOptions &options = connection_.peer_options();
  options.context = SharedPeerContext(input.test_case);
  options.session = input.resumes ? SharedPeerSession(input.test_case) : nullptr;
}

bool RawRun::Open() {
  ResetRandom();
  if (make_memory_short_) {
    make_memory_short_();
    connection_.TryOpen();
    if (connection_.socket() == nullptr) {
      return false;
    }
  } else {
    connection_.Open();
  }
  net_tls_socket_set_clock_limit(connection_.socket(), INT64_MAX);
  net_tls_socket_set_deadlines(connection_.socket(), kSilenceMs, -1);
  transport().set_socket_timeouts(kSilenceMs, -1);
  transport().SetFaults(chunking_.faults);
  if (input_.resumes && input_.test_case.is_client) {
    net_tls_socket_set_session(connection_.socket(), SharedSession(input_.test_case));
  }
  return true;
}

const RawResult &RawRun::Play() {
  if (!Open()) {
    return result_;
  }
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

void RawRun::StartPeer() {
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
void RawRun::FallSilent() {
  if (!is_silent_) {
    Say();
  }
}

void RawRun::Say() {
  is_silent_ = true;
  transport().FarSend(input_.bytes);
  if (input_.ends) {
    transport().FarFin();
  }
}

void RawRun::ReadAll() {
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
void RawRun::Note(const char *name, const Done &done) {
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

void RawRun::NoteKnown() {
  const net_tls_socket *socket = connection_.socket();
  net_tls_alert alert;
  for (const char *text :
       {net_tls_socket_version(socket), net_tls_socket_cipher(socket), net_tls_socket_group(socket),
        net_tls_closed_by_name(net_tls_socket_closed_by(socket)),
        net_tls_socket_server_name(socket),
        net_tls_socket_alert(socket, &alert) ? alert.name : nullptr}) {
    result_.known += std::string(text != nullptr ? text : "-") + " ";
  }
  result_.known += net_tls_socket_is_reused(socket) ? "reused" : "";
}

void RawRun::Check(bool condition, const char *what) {
  if (!condition && failure_.empty()) {
    failure_ = what;
  }
}

}  // namespace net_fuzz
