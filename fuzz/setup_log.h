#ifndef FUZZ_SETUP_LOG_H_
#define FUZZ_SETUP_LOG_H_

#include <string>

#include "fuzz/violation.h"

namespace net_fuzz {

// What a run of the setup target has done, for the message of a violation.
class SetupLog {
 public:
  explicit SetupLog(const Tape &input) : input_(input) {}

  void Note(const std::string &name, const std::string &result) {
    script_ += name + " -> " + (result.empty() ? "ok" : result) + "\n";
  }
  void Require(bool condition, const char *what) const {
    if (!condition) {
      Violation(what, script_, RegressionCase("setup", input_));
    }
  }
  const std::string &script() const {
    return script_;
  }

 private:
  Tape input_;
  std::string script_;
};

}  // namespace net_fuzz

#endif  // FUZZ_SETUP_LOG_H_
