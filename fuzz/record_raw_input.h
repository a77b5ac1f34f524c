#ifndef FUZZ_RECORD_RAW_INPUT_H_
#define FUZZ_RECORD_RAW_INPUT_H_

// The input of record_raw: what a peer says, and in which pieces it comes.

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <vector>

#include "fuzz/tape.h"
#include "testing/connection.h"

namespace net_fuzz {

struct RawChange {
  size_t offset;
  uint8_t mask;
};

struct Chunking {
  net_testing::Driver driver = net_testing::Driver::kBlocking;
  size_t capacity = 65536;
  std::string faults;
};

struct RawInput {
  net_testing::Case test_case;
  bool resumes = false;
  bool ends = false;
  bool has_handshake = false;
  bool has_changes = false;
  Chunking chunkings[2];
  std::vector<RawChange> changes;
  std::string bytes;
};

// Reads what record_raw_fuzzer.cc describes.
RawInput ReadRawInput(Tape tape);

// The input as it is read, and the part of it that a test can play: changes of what a live peer
// says are not.
std::string RawScript(const RawInput &input);
std::string RawTest(const RawInput &input);

}  // namespace net_fuzz

#endif  // FUZZ_RECORD_RAW_INPUT_H_
