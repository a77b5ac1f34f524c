#ifndef TESTING_FAIL_EACH_H_
#define TESTING_FAIL_EACH_H_

// What a test of allocations repeats: each of them fails once, in turn.

#include <openssl/err.h>

#include <functional>
#include <string>

#include "gtest/gtest.h"
#include "testing/allocations.h"

namespace net_testing {

// What a run calls where the allocations that may fail begin.
using Arm = std::function<void()>;

// Calls `run` again and again: once to warm up what lasts as long as the process, and then with
// each of the allocations that follow its call of `arm` failing, until none is left. Returns how
// many there were.
inline size_t FailEach(const std::function<void(const Arm &arm)> &run) {
  run([] {});
  ERR_clear_error();
  for (size_t number = 0;; number++) {
    SCOPED_TRACE("allocation " + std::to_string(number));
    size_t before = LiveBlocks();
    run([number] { FailAllocation(number); });
    bool has_failed = StopFailing();
    EXPECT_EQ(before, LiveBlocks()) << "a leak";
    EXPECT_EQ(0u, ERR_peek_error());
    if (!has_failed || testing::Test::HasFailure()) {
      return number;
    }
  }
}

// In the library's words or the system's.
inline bool IsAboutMemory(const std::string &error) {
  return error.find("out of memory") != std::string::npos ||
         error.find("Cannot allocate memory") != std::string::npos;
}

}  // namespace net_testing

#endif  // TESTING_FAIL_EACH_H_
