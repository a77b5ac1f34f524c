// oom_client: what record_ops_client plays, again for each allocation, which fails (oom.h).
//
// Input: record_input.h. What must hold: record_invariants.h, as far as memory allows.

#include <stddef.h>
#include <stdint.h>

#include "fuzz/oom.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  net_fuzz::RecordOptions options;
  options.is_client = true;
  return net_fuzz::PlayRecordOom(options, net_fuzz::Tape(data, size));
}
