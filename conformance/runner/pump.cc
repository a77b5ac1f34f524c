#include "conformance/runner/pump.h"

#include <poll.h>

#include <algorithm>

namespace conformance {
namespace {

using Clock = std::chrono::steady_clock;

int MillisecondsUntil(Clock::time_point end) {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  return static_cast<int>(std::max<decltype(left)>(left + 1, 0));
}

void Turn(const std::vector<Pumped *> &sources, int timeout) {
  std::vector<pollfd> fds;
  for (Pumped *source : sources) {
    fds.push_back({source->fd(), source->events(), 0});
  }
  if (poll(fds.data(), fds.size(), timeout) <= 0) {
    return;
  }
  for (size_t i = 0; i < fds.size(); i++) {
    if (fds[i].revents != 0) {
      sources[i]->Ready();
    }
  }
}

}  // namespace

bool PumpUntil(const std::vector<Pumped *> &sources, std::chrono::milliseconds patience,
               const std::function<bool()> &done) {
  Clock::time_point end = Clock::now() + patience;
  while (!done()) {
    if (Clock::now() >= end) {
      return false;
    }
    Turn(sources, MillisecondsUntil(end));
  }
  return true;
}

}  // namespace conformance
