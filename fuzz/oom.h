#ifndef FUZZ_OOM_H_
#define FUZZ_OOM_H_

// An input of a record target again and again, each time with another allocation of ours or of
// BoringSSL's failing, first alone and then with all after it, until there is none left that could.
// What the peer and the test allocate does not count.
//
// What must hold: record_invariants.h, but that a connection may end, with an error that says that
// memory is short; the socket can be freed, and no block of memory is left. NET_FUZZ_LOG=1 prints
// how many runs an input took, and the end of the process how many all took.

#include "fuzz/record_run.h"
#include "fuzz/tape.h"

namespace net_fuzz {

// PlayOom plays an input (record_input.h) twice for each allocation. Returns what a target returns.
int PlayOom(const RecordOptions &options, Tape input);

}  // namespace net_fuzz

#endif  // FUZZ_OOM_H_
