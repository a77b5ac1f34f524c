#ifndef CONFORMANCE_RUNNER_PROGRESS_H
#define CONFORMANCE_RUNNER_PROGRESS_H

// What is shown while cases run.

#include <chrono>
#include <ostream>
#include <string>

#include "conformance/runner/outcome.h"

namespace conformance {

// Progress writes one line that stays up to date on a terminal; elsewhere a mark for each
// case, and the names of those that are red.
class Progress {
 public:
  // `total` is how many runs there will be.
  Progress(std::ostream *output, bool is_terminal, size_t total)
      : output_(*output), is_terminal_(is_terminal), total_(total) {}

  // Show counts one run that has ended.
  void Show(const Outcome &run);
  // End leaves the cursor at the begin of a line.
  void End();

 private:
  void ShowLine(const Outcome &run);
  void ShowMark(const Outcome &run);

  std::ostream &output_;
  bool is_terminal_;
  size_t total_;
  size_t count_ = 0;
  size_t red_ = 0;
  bool is_line_begun_ = false;
  std::chrono::steady_clock::time_point shown_;
};

}  // namespace conformance

#endif
