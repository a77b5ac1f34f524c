#ifndef CONFORMANCE_RUNNER_FOREIGN_H
#define CONFORMANCE_RUNNER_FOREIGN_H

// A foreign peer: socat or openssl, a child process that is spoken to through its standard streams.

#include <string>
#include <vector>

#include "conformance/runner/child.h"
#include "conformance/runner/pump.h"

namespace conformance {

class Foreign : public Pumped {
 public:
  // Returns "" or why it could not be run.
  std::string Start(const std::vector<std::string> &command) {
    return child_.Start(command, true);
  }

  // All that it has printed so far, its standard error included.
  const std::string &output() const {
    return output_;
  }
  bool Printed(const std::string &text) const {
    return output_.find(text) != std::string::npos;
  }
  bool ended() const {
    return ended_;
  }
  // PortAfter returns the port that follows `text` (and an address and a colon), 0 until the line
  // is complete.
  int PortAfter(const std::string &text) const;

  void Type(const std::string &bytes) {
    child_.Write(bytes);
  }
  void CloseInput() {
    child_.CloseInput();
  }

  int fd() const override {
    return ended_ ? -1 : child_.output();
  }
  short events() const override;
  void Ready() override {
    ended_ = !child_.Receive(&output_);
  }

 private:
  Child child_;
  std::string output_;
  bool ended_ = false;
};

}  // namespace conformance

#endif
