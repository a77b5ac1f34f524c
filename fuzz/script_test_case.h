#ifndef FUZZ_SCRIPT_TEST_CASE_H_
#define FUZZ_SCRIPT_TEST_CASE_H_

// What script.cc and script_test_case.cc share.

#include <string>

#include "fuzz/record_input.h"

namespace net_fuzz {

// What a script calls an operation.
const char *NameOf(Operation operation);

// The words for VirtualTransport::SetFaults.
std::string FaultWords(const RecordInput &input);

}  // namespace net_fuzz

#endif  // FUZZ_SCRIPT_TEST_CASE_H_
