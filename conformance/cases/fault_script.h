#ifndef CONFORMANCE_CASES_FAULT_SCRIPT_H
#define CONFORMANCE_CASES_FAULT_SCRIPT_H

// A whole connection, call by call, to which something happens: handshake, messages of one record
// and of several in both directions, tls_close, the peer's close_notify, close. Whatever happens,
// each call gives what it gives without, or what the effect allows, and no byte is lost or doubled
// in silence.

#include <functional>
#include <string>
#include <vector>

#include "conformance/runner/world.h"

namespace conformance {

// The most that a fault may do.
enum class Effect {
  kNone,     // nobody notices
  kTimeout,  // a call times out, and can be continued
  kFatal     // a call fails, and so does every later one
};

// Plan is what is going to happen.
struct Plan {
  Effect effect = Effect::kNone;
  // How many timeouts there may be.
  int timeouts = 0;
  // The errors' texts have one of these in them.
  std::vector<std::string> texts;
  // What closed_by says after an error of handshake, read, write or poll_wait; "": anything.
  std::string closed_by;
  // Whether close is the first to say goodbye, without tls_close before it.
  bool closes_at_once = false;
  // Whether it may be that none of it happens.
  bool is_uncertain = false;
  // Runs a call in place of World::Call; may be empty.
  std::function<Result(World &, const std::string &method, const std::string &arguments)> call;
  // Happens once, before call number `strike_at` (from 0); may be empty.
  std::function<void(World &)> strike;
  int strike_at = -1;
};

// What the driver's transport was called for, by its command `faults`.
struct Counts {
  // Receives, sends and waits.
  int64_t calls[3] = {0, 0, 0};
  // Words that were applied.
  int64_t faults = 0;
  int64_t all() const {
    return calls[0] + calls[1] + calls[2];
  }
};
Counts CountCalls(World &world);

// The driver's transport has the faults of `words` from its next call on.
void SetFaults(World &world, const std::string &words);

class FaultScript {
 public:
  FaultScript(World *world, Plan plan) : world_(*world), plan_(std::move(plan)) {}

  // The connection is there, and nothing has been called.
  void RunToEnd();
  void RunClose();

  bool was_struck() const {
    return is_struck_;
  }
  bool has_failed() const {
    return !error_.empty();
  }

  // After a failure: what all later calls give. Each of them is called once.
  void CallsAreSticky();

 private:
  Result Call(const std::string &method, const std::string &arguments);
  bool Do(const std::string &method, const std::string &arguments, const Tuple &expected);
  bool TimedOut(const Result &result, const Tuple &timeout);
  bool Failed(const std::string &method, const Result &result);
  void CheckText(const std::string &method);
  void Handshake();
  void Write(size_t length);
  void Read(size_t length);
  void End();
  void CheckPeer(bool is_complete);

  World &world_;
  Plan plan_;
  int calls_ = 0;
  int timeouts_ = 0;
  bool is_struck_ = false;
  bool is_sticky_ = false;
  bool is_tls_closed_ = false;
  int64_t fd_ = -1;
  size_t written_ = 0;
  std::string error_;
};

}  // namespace conformance

#endif
