#include "fuzz/oom.h"

#include <stdio.h>

#include <string>

#include "fuzz/script.h"
#include "fuzz/violation.h"
#include "testing/allocations.h"

namespace net_fuzz {

namespace {

using net_testing::Shortage;

struct Total {
  ~Total() {
    fprintf(stderr, "oom: %zu runs, in each of which memory is short from another allocation on\n",
            runs);
  }
  size_t runs = 0;
};

// One run of the input.
struct Short {
  size_t number;
  Shortage shortage;
  // By how many blocks there are more after it.
  size_t grown = 0;
  std::string script;

  // Returns whether there was such an allocation.
  bool Play(const RecordOptions &options, Tape input, bool wants_script) {
    RecordOptions short_options = options;
    short_options.make_memory_short = [this] { net_testing::FailAllocation(number, shortage); };
    size_t before = net_testing::LiveBlocks();
    {
      RecordRun run(short_options, input);
      run.Play();
      if (wants_script) {
        script = "allocation " + std::to_string(number) +
                 (shortage == Shortage::kLasting ? " and all after it fail\n" : " fails\n") +
                 ScriptOf(run.input(), run.log(), run.calls());
      }
    }
    bool has_failed = net_testing::StopFailing();
    grown = net_testing::LiveBlocks() - before;
    return has_failed;
  }
};

// A cache grows once, a leak each time.
bool PlayTwiceIfGrown(const RecordOptions &options, Tape input, Short once) {
  bool has_failed = once.Play(options, input, false);
  if (has_failed && once.grown != 0) {
    once.Play(options, input, true);
    if (once.grown != 0) {
      Violation("I14: memory is not given back after an allocation has failed", once.script,
                "// See testing/allocations.h and net/tls_memory_test.cc.\n");
    }
  }
  return has_failed;
}

}  // namespace

int PlayOom(const RecordOptions &options, Tape input) {
  static Total total;
  // What lasts as long as the process is made now.
  RecordRun(options, input).Play();
  size_t runs = 0;
  for (Shortage shortage : {Shortage::kOnce, Shortage::kLasting}) {
    for (size_t number = 0; PlayTwiceIfGrown(options, input, {number, shortage, 0, ""}); number++) {
      runs++;
    }
  }
  total.runs += runs;
  if (LogIsWanted()) {
    fprintf(stderr, "oom: %zu runs\n", runs);
  }
  return 0;
}

}  // namespace net_fuzz
