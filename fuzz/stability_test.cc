// I15: an input gives the same log of events, to the call of the transport and the nanosecond, each
// time: each of the inputs that are the arguments, as a client and as a server, and 1,000 replays
// at least.
//
// Only with --config=fuzz: elsewhere BoringSSL's random numbers are not the same ones in each run,
// and lengths of signatures and tickets with them.

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/record_run.h"
#include "gtest/gtest.h"

namespace {

constexpr size_t kFewestReplays = 1000;

std::vector<std::string> &Inputs() {
  static auto *inputs = new std::vector<std::string>;
  return *inputs;
}

#if defined(BORINGSSL_UNSAFE_DETERMINISTIC_MODE)
constexpr bool kIsDeterministic = true;
#else
constexpr bool kIsDeterministic = false;
#endif

uint64_t Replay(bool is_client, const std::string &input) {
  net_fuzz::RecordOptions options;
  options.is_client = is_client;
  const auto *bytes = reinterpret_cast<const uint8_t *>(input.data());
  net_fuzz::RecordRun run(options, net_fuzz::Tape(bytes, input.size()));
  run.Play();
  return run.Digest();
}

TEST(Stability, OfEachInput) {
  if (!kIsDeterministic) {
    GTEST_SKIP() << "BoringSSL's random numbers differ: --config=fuzz";
  }
  std::vector<std::string> inputs;
  for (const std::string &path : Inputs()) {
    std::ifstream file(path, std::ios::binary);
    std::string input((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    inputs.push_back(input);
  }
  ASSERT_FALSE(inputs.empty());
  std::vector<uint64_t> digests;
  const size_t replays = std::max(kFewestReplays, 2 * inputs.size());
  for (size_t i = 0; i < replays; i++) {
    size_t number = i % (2 * inputs.size());
    uint64_t digest = Replay(number % 2 == 0, inputs[number / 2]);
    if (i < 2 * inputs.size()) {
      // What lasts as long as the process has been made by now.
      digests.push_back(Replay(number % 2 == 0, inputs[number / 2]));
      digest = Replay(number % 2 == 0, inputs[number / 2]);
    }
    EXPECT_EQ(digests[number], digest) << "I15: input " << number / 2;
  }
}

TEST(Stability, DigestTellsRunsApart) {
  EXPECT_NE(Replay(true, std::string("\x09", 1)), Replay(true, std::string("\x0b", 1)));
  EXPECT_NE(Replay(true, std::string("\x09\x00\x00\x00\x02\x01", 6)),
            Replay(true, std::string("\x09\x00\x00\x00\x02\x03", 6)));
}

}  // namespace

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  Inputs().assign(argv + 1, argv + argc);
  return RUN_ALL_TESTS();
}
