#ifndef CONFORMANCE_RUNNER_FOREIGN_H
#define CONFORMANCE_RUNNER_FOREIGN_H

// A foreign peer: a child process with TLS of its own, which is spoken to through its standard
// streams.

#include <string>
#include <vector>

#include "conformance/runner/child.h"
#include "conformance/runner/pump.h"

namespace conformance {

// ForeignInput is what is still to be typed: it is written as far as the child reads it.
class ForeignInput : public Pumped {
 public:
  explicit ForeignInput(Child *child) : child_(child) {}
  void Add(const std::string &bytes) {
    unwritten_ += bytes;
  }
  bool is_done() const {
    return unwritten_.empty();
  }
  int fd() const override {
    return unwritten_.empty() ? -1 : child_->input();
  }
  short events() const override;
  void Ready() override;

 private:
  Child *child_;
  std::string unwritten_;
};

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
  // ListeningPort returns the IPv4 port that its process listens on, as the kernel tells it; 0 for
  // none.
  int ListeningPort() const;

  // Type is done while everything is pumped.
  void Type(const std::string &bytes) {
    input_.Add(bytes);
  }
  bool has_typed() const {
    return input_.is_done();
  }
  ForeignInput &input() {
    return input_;
  }
  void CloseInput() {
    child_.CloseInput();
  }
  // Terminate asks it by a signal to end.
  void Terminate() {
    child_.Terminate();
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
  ForeignInput input_{&child_};
  std::string output_;
  bool ended_ = false;
};

}  // namespace conformance

#endif
