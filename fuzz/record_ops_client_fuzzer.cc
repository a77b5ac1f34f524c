// record_ops_client: a TLS client between any sequence of operations above it, any faults of the
// transport below it and a live BoringSSL server at the far end, with a virtual clock.
//
// Input: record_input.h. What must hold: record_invariants.h, I1 to I14.

#include <stddef.h>
#include <stdint.h>

#include "fuzz/record_ops.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return net_fuzz::PlayRecordOps(true, data, size);
}
