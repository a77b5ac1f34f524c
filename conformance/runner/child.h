#ifndef CONFORMANCE_RUNNER_CHILD_H
#define CONFORMANCE_RUNNER_CHILD_H

// A child process whose standard input and output are pipes to the runner.

#include <sys/types.h>

#include <string>
#include <vector>

namespace conformance {

class Child {
 public:
  Child() = default;
  ~Child() {
    Kill();
  }
  Child(const Child &) = delete;
  Child &operator=(const Child &) = delete;

  // Start runs `arguments` (the first is looked up in PATH) with default signal dispositions and,
  // with `merge_stderr`, its standard error in the same pipe as its output. Returns "" or why it
  // could not be run.
  std::string Start(const std::vector<std::string> &arguments, bool merge_stderr);

  bool running() const {
    return pid_ > 0;
  }
  pid_t pid() const {
    return pid_;
  }
  // The runner's end of the child's standard input, and of its output.
  int input() const {
    return input_;
  }
  int output() const {
    return output_;
  }

  // Write gives `bytes` to the child's standard input; false when it reads no more.
  bool Write(const std::string &bytes);
  void CloseInput();

  // Receive takes what is in the output pipe, waiting for it where it is empty, and appends it to
  // `*bytes`. Returns false at its end.
  bool Receive(std::string *bytes);

  // Wait waits for the end of a child that has closed its output and returns how it ended: "exit
  // status 0", "signal 11 (Segmentation fault)".
  std::string Wait();

  // Kill ends the child, if it runs, and waits for it.
  void Kill();

  // Terminate sends it SIGTERM.
  void Terminate();

  // Stop and Continue send SIGSTOP and SIGCONT and return when the child is stopped, or continued.
  void Stop();
  void Continue();

 private:
  void CloseOutput();
  void Forget();

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
};

}  // namespace conformance

#endif
