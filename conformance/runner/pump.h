#ifndef CONFORMANCE_RUNNER_PUMP_H
#define CONFORMANCE_RUNNER_PUMP_H

// One thread plays everything beside the driver: whatever has a descriptor is asked to go on when
// it can, until what a case waits for has happened. Nothing ever sleeps for a time and hopes.

#include <chrono>
#include <functional>
#include <vector>

namespace conformance {

// Pumped is something that goes on when its descriptor is ready.
class Pumped {
 public:
  virtual ~Pumped() = default;
  // fd returns the descriptor, negative where there is nothing to wait for.
  virtual int fd() const = 0;
  // events returns what to wait for, as in poll(2).
  virtual short events() const = 0;
  virtual void Ready() = 0;
};

// PumpUntil runs `sources` until `done` returns true. Returns false when `patience` is over first.
bool PumpUntil(const std::vector<Pumped *> &sources, std::chrono::milliseconds patience,
               const std::function<bool()> &done);

}  // namespace conformance

#endif
