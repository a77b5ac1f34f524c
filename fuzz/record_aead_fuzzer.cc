// record_aead: what record_ops_client and record_ops_server do, in both roles and without
// BoringSSL's fuzzer mode: records are encrypted, and Finished and signatures are what they have to
// be. Only here can what comes out of a connection be held against bytes that were changed on their
// way, or came from somebody else.
//
// Input: a byte whose lowest bit is 0 for a client and 1 for a server, then record_input.h.
//
// What must hold: record_invariants.h; and whatever is done to the bytes on their way, what is read
// is what the peer wrote, from its beginning, and a stream that was changed or cut ends in an
// error, never in a close (I2, I8).

#include <stddef.h>
#include <stdint.h>

#include "fuzz/record_ops.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  bool is_client = size == 0 || (data[0] & 1) == 0;
  return net_fuzz::PlayRecordOps(is_client, data + (size > 0 ? 1 : 0), size - (size > 0 ? 1 : 0));
}
