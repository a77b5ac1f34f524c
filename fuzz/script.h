#ifndef FUZZ_SCRIPT_H_
#define FUZZ_SCRIPT_H_

// A run of the record targets in words for people, and as a test that does the same.

#include <string>
#include <vector>

#include "fuzz/record_input.h"
#include "fuzz/record_log.h"
#include "testing/transport_call.h"

namespace net_fuzz {

// What the input means, then each operation with its outcome ("write 16384 -> OK 16384"), and below
// it the calls of the transport that it made.
std::string ScriptOf(const RecordInput &input, const RecordLog &log,
                     const std::vector<net_testing::TransportCall> &calls);

// A case in the style of conformance/cases/ where its steps can say all that was done, and
// otherwise a GoogleTest over //testing:connection; the first line tells which. It has what the
// operations did as comments: what they should do is for its reader to put there.
std::string TestOf(const std::string &message, const RecordInput &input, const RecordLog &log);

}  // namespace net_fuzz

#endif  // FUZZ_SCRIPT_H_
