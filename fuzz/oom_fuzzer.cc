// oom: an input of record_ops_client and record_ops_server again and again, each time with another
// allocation of ours or of BoringSSL's failing, until there is none left that could. What the peer
// and the test allocate does not count.
//
// Input: record_input.h; a client's where the sum of its bytes is even, otherwise a server's.
//
// What must hold: record_invariants.h, but that a connection may end, with an error that says that
// memory is short; the socket can be freed, and no block of memory is left. NET_FUZZ_LOG=1 prints
// how many runs an input took, and the end of the process how many all took.

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <numeric>
#include <string>

#include "fuzz/record_run.h"
#include "fuzz/script.h"
#include "fuzz/violation.h"
#include "testing/allocations.h"

namespace {

using net_fuzz::RecordOptions;
using net_fuzz::RecordRun;
using net_fuzz::Tape;

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
    net_fuzz::Violation("I14: memory is not given back after an allocation has failed", script,
                        "// See testing/allocations.h and net/tls_memory_test.cc.\n");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Total total;
  bool is_client = std::accumulate(data, data + size, 0u) % 2 == 0;
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
  if (net_fuzz::LogIsWanted()) {
    fprintf(stderr, "oom: %zu runs\n", number);
  }
  return 0;
}
