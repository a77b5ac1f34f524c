#include "conformance/runner/wire_log.h"

#include <cstdio>

namespace conformance {

size_t WireLog::Add(Direction direction, const std::string &text, size_t size) {
  Line line = {now_(), direction, text, size};
  if (first_.size() < kFirst) {
    first_.push_back(std::move(line));
    return first_.size() - 1;
  }
  last_.push_back(std::move(line));
  if (last_.size() > kLast) {
    LeaveOutOne();
  }
  return kFirst + left_out_ + last_.size() - 1;
}

void WireLog::LeaveOutOne() {
  const Line &line = last_.front();
  bytes_left_out_[static_cast<int>(line.direction)] += line.size;
  left_out_++;
  last_.pop_front();
}

void WireLog::Append(size_t line, const std::string &text) {
  if (line < first_.size()) {
    first_[line].text += text;
  } else if (line >= kFirst + left_out_ && line - kFirst - left_out_ < last_.size()) {
    last_[line - kFirst - left_out_].text += text;
  }
}

std::string WireLog::Show(const Line &line) const {
  char time[32];
  std::snprintf(time, sizeof time, "%8.1f ms  ",
                std::chrono::duration<double, std::milli>(line.time - start_).count());
  return time +
         std::string(line.direction == Direction::kFromDriver ? "driver ->  " : "-> driver  ") +
         line.text + "\n";
}

std::string WireLog::ShowLeftOut() const {
  return "             ... " + std::to_string(left_out_) +
         " lines left out: " + std::to_string(bytes_left_out_[0]) + " bytes from the driver, " +
         std::to_string(bytes_left_out_[1]) + " bytes to it ...\n";
}

std::string WireLog::Text() const {
  std::string text;
  for (const Line &line : first_) {
    text += Show(line);
  }
  text += left_out_ > 0 ? ShowLeftOut() : "";
  for (const Line &line : last_) {
    text += Show(line);
  }
  return text;
}

}  // namespace conformance
