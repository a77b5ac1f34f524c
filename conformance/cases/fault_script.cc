#include "conformance/cases/fault_script.h"

#include <algorithm>

#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// A record, and more than two of them.
constexpr size_t kLengths[] = {5, 40000};
constexpr size_t kPeersOffset = 77;

Tuple TimeoutOf(const std::string &method) {
  return method == "read"    ? NilTimeout()
         : method == "write" ? Tuple{Integer(0), Nil(), True()}
                             : Timeout();
}

Tuple ErrorOf(const std::string &method) {
  return method == "read" || method == "write" ? NilError() : Error();
}

}  // namespace

Counts CountCalls(World &world) {
  Result result = world.Command("faults");
  result.Gives({Anything(), Anything(), Anything(), Anything()});
  const std::vector<Value> &values = result.answer().values;
  return {{values[0].integer, values[1].integer, values[2].integer}, values[3].integer};
}

void SetFaults(World &world, const std::string &words) {
  world.Command("faults " + StringWord(words)).Gives({});
}

Result FaultScript::Call(const std::string &method, const std::string &arguments) {
  if (calls_++ == plan_.strike_at && plan_.strike) {
    plan_.strike(world_);
    is_struck_ = true;
  }
  return plan_.call ? plan_.call(world_, method, arguments) : world_.Call(method, arguments);
}

bool FaultScript::TimedOut(const Result &result, const Tuple &timeout) {
  if (timeouts_ >= plan_.timeouts || !MatchesTuple(timeout, result.answer().values)) {
    return false;
  }
  timeouts_++;
  return true;
}

bool FaultScript::Failed(const std::string &method, const Result &result) {
  if (plan_.effect != Effect::kFatal || !MatchesTuple(ErrorOf(method), result.answer().values)) {
    return false;
  }
  error_ = result.TextOf(1);
  is_sticky_ = method != "tls_close" && method != "close";
  CheckText(method);
  return true;
}

void FaultScript::CheckText(const std::string &method) {
  bool is_told = std::any_of(
      plan_.texts.begin(), plan_.texts.end(),
      [this](const std::string &text) { return error_.find(text) != std::string::npos; });
  world_.Expect(is_told, "the error of " + method + " does not tell its cause: " + error_);
  if (is_sticky_ && !is_tls_closed_ && !plan_.closed_by.empty()) {
    world_.Call("closed_by").Gives({Bytes(plan_.closed_by)});
  }
}

// Calls it until it is done. Returns false once something has failed.
bool FaultScript::Do(const std::string &method, const std::string &arguments,
                     const Tuple &expected) {
  while (!has_failed()) {
    Result result = Call(method, arguments);
    if (!TimedOut(result, TimeoutOf(method)) && !Failed(method, result)) {
      result.Gives(expected);
      return true;
    }
  }
  return false;
}

void FaultScript::Handshake() {
  if (Do("handshake", "", Ok()) && !is_struck_) {
    world_.Until("the peer's handshake is done", [this] { return world_.peer().handshaked(); });
  }
}

void FaultScript::Write(size_t length) {
  Do("poll_wait", "k:WANT_POLLOUT", Ok());
  size_t begin = written_;
  written_ += length;
  for (size_t done = 0; done < length && !has_failed();) {
    size_t rest = length - done;
    Result result = Call("write", PatternWord(begin + done, rest));
    if (TimedOut(result, {Between(0, static_cast<double>(rest - 1)), Nil(), True()})) {
      done += static_cast<size_t>(result.AsInteger());
    } else if (!Failed("write", result)) {
      result.Gives(WriteOf(rest));
      done = length;
    }
  }
  // What has been accepted may still be on its way to the kernel.
  if (Do("write", StringWord(""), WriteOf(0)) && !is_struck_) {
    PeerHas(world_, Pattern(0, written_));
  }
}

void FaultScript::Read(size_t length) {
  std::string bytes = Pattern(kPeersOffset, length);
  if (!has_failed() && !is_struck_) {
    world_.peer().Write(bytes);
  }
  Do("poll_wait", "k:WANT_POLLIN", Ok());
  for (size_t done = 0; done < length && !has_failed();) {
    Result result = Call("read", IntegerWord(static_cast<int64_t>(length - done)));
    if (TimedOut(result, NilTimeout()) || Failed("read", result)) {
      continue;
    }
    size_t count = BytesRead(result);
    result.Gives(ReadOf(bytes.substr(done, count)));
    world_.Expect(count > 0, "a read of nothing");
    done += count;
  }
}

void FaultScript::End() {
  if (Do("tls_close", "", Ok()) && !is_struck_) {
    world_.Until("the peer sees close_notify",
                 [this] { return world_.peer().close_notifies() > 0; });
    world_.peer().CloseNotify();
  }
  is_tls_closed_ = true;
  Do("read", "", is_struck_ ? NilError() : Closed());
}

void FaultScript::RunToEnd() {
  fd_ = Descriptor(world_);
  Deadlines(world_, kLong, kLong);
  Handshake();
  for (size_t length : kLengths) {
    Write(length);
    Read(length);
  }
  if (!plan_.closes_at_once) {
    End();
  }
}

void FaultScript::CallsAreSticky() {
  if (is_sticky_) {
    world_.Call("handshake").Gives({False(), Bytes(error_), Nil()});
    world_.Call("read").Gives({Nil(), Bytes(error_), Nil()});
    world_.Call("write", StringWord("x")).Gives({Nil(), Bytes(error_), Nil()});
  }
}

void FaultScript::RunClose() {
  Result result = Call("close", "");
  bool is_cut = TimedOut(result, Timeout()) || Failed("close", result);
  if (!is_cut) {
    result.Gives(Ok());
  }
  IsClosed(world_, fd_);
  world_.Call("close").Gives(Ok());
  world_.Call("fd").Gives({Integer(-1)});
  if (!is_struck_) {
    CheckPeer(!is_cut && !has_failed());
  }
}

void FaultScript::CheckPeer(bool is_complete) {
  Peer &peer = world_.peer();
  world_.Until("the peer sees the end of the connection", [&] { return peer.saw_end(); });
  world_.Expect(Pattern(0, written_).compare(0, peer.received().size(), peer.received()) == 0,
                "the peer read what was not written, or twice");
  world_.Expect(peer.close_notifies() <= 1, "more than one close_notify");
  if (is_complete) {
    PeerSeesEnd(world_, 1);
    PeerHas(world_, Pattern(0, written_));
  }
}

}  // namespace conformance
