// oom_raw: what record_raw plays, in the first of its two chunkings, again for each allocation,
// which fails (oom.h).
//
// Input: that of record_raw. What must hold: R6 and R7 of it.

#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <string>

#include "fuzz/oom.h"
#include "fuzz/record_raw_input.h"
#include "fuzz/record_raw_run.h"
#include "fuzz/violation.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  net_fuzz::RawInput input = net_fuzz::ReadRawInput(net_fuzz::Tape(data, size));
  return net_fuzz::PlayOom(
      [&](const std::function<void()> &make_memory_short, std::string *script) {
        net_fuzz::RawRun run(input, input.chunkings[0], make_memory_short);
        const net_fuzz::RawResult &result = run.Play();
        if (!run.failure().empty()) {
          net_fuzz::Violation(run.failure(), RawScript(input) + result.outcomes + run.LogText(),
                              RawTest(input));
        }
        if (script != nullptr) {
          *script = RawScript(input) + result.outcomes;
        }
      });
}
