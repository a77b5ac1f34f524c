#include "conformance/runner/progress.h"

namespace conformance {
namespace {

constexpr size_t kMarksInLine = 100;
// A terminal that is far away is not to slow the cases down.
constexpr std::chrono::milliseconds kPause{50};

char MarkOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return '.';
    case Verdict::kFail:
      return 'F';
    case Verdict::kXfail:
      return 'x';
    case Verdict::kXpass:
      return 'X';
    case Verdict::kUnsupported:
      return '-';
    default:
      return '?';
  }
}

}  // namespace

void Progress::Show(const Outcome &run) {
  count_++;
  red_ += IsRed(run.verdict) ? 1 : 0;
  if (is_terminal_) {
    ShowLine(run);
  } else {
    ShowMark(run);
  }
}

void Progress::ShowLine(const Outcome &run) {
  auto now = std::chrono::steady_clock::now();
  if (now - shown_ < kPause && count_ < total_ && !IsRed(run.verdict)) {
    return;
  }
  shown_ = now;
  output_ << "\r\x1b[K" << count_ << "/" << total_ << ", " << red_ << " failed, " << run.driver
          << ": " << run.a_case->id << std::flush;
}

// A run may be stopped before its summary: what is red has its name at once.
void Progress::ShowMark(const Outcome &run) {
  output_ << MarkOf(run.verdict);
  if (IsRed(run.verdict)) {
    output_ << " " << NameOf(run);
  }
  is_line_begun_ = !IsRed(run.verdict) && count_ % kMarksInLine != 0;
  output_ << (is_line_begun_ ? "" : "\n") << std::flush;
}

void Progress::End() {
  if (is_terminal_) {
    output_ << "\r\x1b[K";
  } else if (is_line_begun_) {
    output_ << "\n";
  }
  output_ << std::flush;
}

}  // namespace conformance
