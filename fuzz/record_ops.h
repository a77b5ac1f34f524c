#ifndef FUZZ_RECORD_OPS_H_
#define FUZZ_RECORD_OPS_H_

#include <stddef.h>
#include <stdint.h>

namespace net_fuzz {

// PlayRecordOps plays an input as record_run.h says and prints what the environment asks for
// (violation.h). Returns what a target returns.
int PlayRecordOps(bool is_client, const uint8_t *data, size_t size);

}  // namespace net_fuzz

#endif  // FUZZ_RECORD_OPS_H_
