#ifndef CONFORMANCE_RUNNER_WIRE_LOG_H
#define CONFORMANCE_RUNNER_WIRE_LOG_H

// The lines of a wire transcript: all of a short one, the beginning and the end of a long one.

#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace conformance {

// The two directions of a connection, as the peer sees them.
enum class Direction {
  kFromDriver,
  kToDriver
};

class WireLog {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kFirst = 100;
  static constexpr size_t kLast = 50;

  // Times are relative to that of its making.
  explicit WireLog(std::function<Clock::time_point()> now) : now_(std::move(now)), start_(now_()) {}

  // Add returns the line's number. `size` is how many bytes it is about.
  size_t Add(Direction direction, const std::string &text, size_t size);
  // Append says more about a line, unless that has been left out since.
  void Append(size_t line, const std::string &text);

  // One line each, with its time in milliseconds.
  std::string Text() const;

 private:
  struct Line {
    Clock::time_point time;
    Direction direction = Direction::kFromDriver;
    std::string text;
    size_t size = 0;
  };

  std::string Show(const Line &line) const;
  std::string ShowLeftOut() const;
  void LeaveOutOne();

  std::function<Clock::time_point()> now_;
  Clock::time_point start_;
  std::vector<Line> first_;
  std::deque<Line> last_;
  size_t left_out_ = 0;
  size_t bytes_left_out_[2] = {0, 0};
};

}  // namespace conformance

#endif
