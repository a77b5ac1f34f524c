#include "fuzz/oom.h"

#include <stdio.h>

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

// Plays the input with that allocation failing, and returns whether there was one. `*grown` is by
// how many blocks there are more after it.
bool PlayShort(const PlayInput &play, size_t number, Shortage shortage, size_t *grown,
               std::string *script) {
  size_t before = net_testing::LiveBlocks();
  play([number, shortage] { net_testing::FailAllocation(number, shortage); }, script);
  bool has_failed = net_testing::StopFailing();
  *grown = net_testing::LiveBlocks() - before;
  return has_failed;
}

// A cache grows once, a leak each time.
void CheckLeak(const PlayInput &play, size_t number, Shortage shortage) {
  size_t grown = 0;
  std::string script;
  PlayShort(play, number, shortage, &grown, &script);
  if (grown != 0) {
    Violation("I14: memory is not given back after an allocation has failed",
              "allocation " + std::to_string(number) +
                  (shortage == Shortage::kOnce ? " fails\n" : " and all after it fail\n") + script,
              "// See testing/allocations.h and net/tls_memory_test.cc.\n");
  }
}

// Returns how many runs there were.
size_t PlayEach(const PlayInput &play, Shortage shortage) {
  size_t number = 0;
  size_t grown = 0;
  while (PlayShort(play, number, shortage, &grown, nullptr)) {
    if (grown != 0) {
      CheckLeak(play, number, shortage);
    }
    number++;
  }
  return number;
}

}  // namespace

int PlayOom(const PlayInput &play) {
  static Total total;
  // What lasts as long as the process is made now.
  play(nullptr, nullptr);
  size_t runs = PlayEach(play, Shortage::kOnce) + PlayEach(play, Shortage::kLasting);
  total.runs += runs;
  if (LogIsWanted()) {
    fprintf(stderr, "oom: %zu runs\n", runs);
  }
  return 0;
}

int PlayRecordOom(const RecordOptions &options, Tape input) {
  return PlayOom([&](const std::function<void()> &make_memory_short, std::string *script) {
    RecordOptions short_options = options;
    short_options.make_memory_short = make_memory_short;
    RecordRun run(short_options, input);
    run.Play();
    if (script != nullptr) {
      *script = ScriptOf(run.input(), run.log(), run.calls());
    }
  });
}

}  // namespace net_fuzz
