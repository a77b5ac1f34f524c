// oom_aead: what record_aead plays, encrypted, again for each allocation, which fails (oom.h).
//
// Input: a byte whose lowest bit is 0 for a client and 1 for a server, then record_input.h. What
// must hold: record_invariants.h, as far as memory allows.

#include <stddef.h>
#include <stdint.h>

#include "fuzz/oom.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  net_fuzz::Tape tape(data, size);
  net_fuzz::RecordOptions options;
  options.is_client = (tape.Next() & 1) == 0;
  return net_fuzz::PlayRecordOom(options, tape);
}
