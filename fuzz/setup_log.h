#ifndef FUZZ_SETUP_LOG_H_
#define FUZZ_SETUP_LOG_H_

#include <string>

#include "fuzz/violation.h"

namespace net_fuzz {

// What a run of the setup target has done, for the message of a violation.
class SetupLog {
 public:
  void Note(const std::string &name, const std::string &result) {
    script_ += name + " -> " + (result.empty() ? "ok" : result) + "\n";
  }
  void Require(bool condition, const char *what) const {
    if (!condition) {
      Violation(what, script_, "// A test for net/tls_connect_test.cc.\n");
    }
  }
  const std::string &script() const {
    return script_;
  }

 private:
  std::string script_;
};

}  // namespace net_fuzz

#endif  // FUZZ_SETUP_LOG_H_
