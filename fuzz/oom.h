#ifndef FUZZ_OOM_H_
#define FUZZ_OOM_H_

// An input of another target again and again, each time with another allocation of ours or of
// BoringSSL's failing, first alone and then with all after it, until there is none left that could.
// What the peer and the test allocate does not count.
//
// What must hold: what the other target checks, but that a connection may end, with an error that
// says that memory is short; the socket can be freed, and no block of memory is left.
// NET_FUZZ_LOG=1 prints how many runs an input took, and the end of the process how many all took.

#include <functional>
#include <string>

#include "fuzz/record_run.h"
#include "fuzz/tape.h"

namespace net_fuzz {

// Plays the input once, and calls `make_memory_short` where allocations may fail from then on; null
// in the first run, in which none does. Leaves in `*script` what was played, unless that is null.
using PlayInput =
    std::function<void(const std::function<void()> &make_memory_short, std::string *script)>;

// PlayOom plays an input twice for each allocation. Returns what a target returns.
int PlayOom(const PlayInput &play);

// PlayRecordOom does so with one of record_input.h.
int PlayRecordOom(const RecordOptions &options, Tape input);

}  // namespace net_fuzz

#endif  // FUZZ_OOM_H_
