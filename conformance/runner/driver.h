#ifndef CONFORMANCE_RUNNER_DRIVER_H
#define CONFORMANCE_RUNNER_DRIVER_H

// An implementation under test: a process that speaks the line protocol of PROTOCOL.md.

#include <string>
#include <vector>

#include "conformance/runner/child.h"
#include "conformance/runner/pump.h"
#include "conformance/runner/value.h"

namespace conformance {

// The version of the protocol that this runner speaks.
inline constexpr int kProtocolVersion = 2;

// Answer is what came back for one command.
struct Answer {
  enum class Kind {
    kValues,       // the call returned these
    kRaised,       // the call raised an error (Lua), `text`
    kUnsupported,  // the implementation has no such thing
    kBroken,       // the driver itself failed, or its answer makes no sense
    kGone          // the driver ended, `text` says how
  };
  Kind kind = Kind::kBroken;
  std::vector<Value> values;
  std::string text;
};

// ShowAnswer writes an answer for people to read.
std::string ShowAnswer(const Answer &answer);

class Driver : public Pumped {
 public:
  Driver(std::string name, std::vector<std::string> command)
      : name_(std::move(name)), command_(std::move(command)) {}

  const std::string &name() const {
    return name_;
  }
  // What the driver said it drives, e.g. a library and its version.
  const std::string &about() const {
    return about_;
  }
  // Name and version of the TLS library below, as the driver said.
  const std::string &library() const {
    return library_;
  }

  // Start runs the driver unless it runs, and exchanges the greeting. Returns "" or what is wrong.
  std::string Start(std::chrono::milliseconds patience);
  bool running() const {
    return child_.running();
  }
  // Stop kills the driver.
  void Stop() {
    child_.Kill();
  }
  // End ends its input and returns how it ended, "" where it was with exit status 0, or not
  // running.
  std::string End(std::chrono::milliseconds patience);

  // Send gives the driver a command; answered turns true when its answer is there, for Take.
  void Send(const std::string &command);
  bool answered() const {
    return answered_;
  }
  Answer Take();
  const std::string &last_command() const {
    return last_command_;
  }

  // The commands and answers since the last ClearTranscript.
  const std::string &transcript() const {
    return transcript_;
  }
  void ClearTranscript() {
    transcript_.clear();
  }

  // What the kernel says about the driver's process.
  bool HasDescriptor(int64_t fd) const;
  size_t CountDescriptors() const;
  // Whether a program that the driver executes would not inherit it.
  bool IsCloseOnExec(int64_t fd) const;
  // The position of its open file at `path`, -1 where there is none.
  int64_t PositionIn(const std::string &path) const;
  // The masks of ignored and caught signals.
  std::string SignalDispositions() const;
  // The most address space that it has had, in bytes.
  int64_t PeakMemory() const;
  // How long it has been on a processor, which a stopped or sleeping process is not.
  std::chrono::nanoseconds CpuTime() const;
  // Pause stops it until Resume.
  void Pause() {
    child_.Stop();
  }
  void Resume() {
    child_.Continue();
  }
  // The stopped driver's calls that sleep come back with EINTR where it goes on.
  void StopAndContinue();

  int fd() const override {
    return answered_ ? -1 : child_.output();
  }
  short events() const override;
  void Ready() override;

 private:
  int64_t DescriptorField(int64_t fd, const std::string &name, int base) const;
  std::string CheckGreeting(const std::string &line);

  std::string name_;
  std::vector<std::string> command_;
  std::string about_;
  std::string library_;
  Child child_;
  std::string input_;
  std::string line_;
  bool answered_ = true;
  bool gone_ = false;
  std::string last_command_;
  std::string transcript_;
};

}  // namespace conformance

#endif
