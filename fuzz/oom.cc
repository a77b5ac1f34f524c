#include "fuzz/oom.h"

#include <stdio.h>

#include <string>

#include "fuzz/record_run.h"
#include "fuzz/script.h"
#include "fuzz/violation.h"
#include "testing/allocations.h"

namespace net_fuzz {

namespace {

struct Total {
  ~Total() {
    fprintf(stderr, "oom: %zu runs, each with another allocation failing\n", runs);
  }
  size_t runs = 0;
};

// Plays the input with that allocation failing, and returns whether there was one. `*grown` is by
// how many blocks there are more after it, and `*script` what happened.
bool PlayShort(bool is_client, Tape tape, size_t number, size_t *grown, std::string *script) {
  RecordOptions options;
  options.is_client = is_client;
  options.make_memory_short = [number] { net_testing::FailAllocation(number); };
  size_t before = net_testing::LiveBlocks();
  {
    RecordRun run(options, tape);
    run.Play();
    if (script != nullptr) {
      *script = "allocation " + std::to_string(number) + " fails\n" +
                ScriptOf(run.input(), run.log(), run.calls());
    }
  }
  bool has_failed = net_testing::StopFailing();
  size_t after = net_testing::LiveBlocks();
  *grown = after - before;
  return has_failed;
}

// A cache grows once, a leak each time.
void CheckLeak(bool is_client, Tape tape, size_t number) {
  size_t grown = 0;
  std::string script;
  PlayShort(is_client, tape, number, &grown, &script);
  if (grown != 0) {
    Violation("I14: memory is not given back after an allocation has failed", script,
              "// See testing/allocations.h and net/tls_memory_test.cc.\n");
  }
}

}  // namespace

int PlayOom(bool is_client, const uint8_t *data, size_t size) {
  static Total total;
  Tape tape(data, size);
  RecordOptions options;
  options.is_client = is_client;
  // What lasts as long as the process is made now.
  RecordRun(options, tape).Play();
  size_t number = 0;
  size_t grown = 0;
  while (PlayShort(is_client, tape, number, &grown, nullptr)) {
    if (grown != 0) {
      CheckLeak(is_client, tape, number);
    }
    number++;
  }
  total.runs += number;
  if (LogIsWanted()) {
    fprintf(stderr, "oom: %zu runs\n", number);
  }
  return 0;
}

}  // namespace net_fuzz
