// What a violation prints: the input as a script, and as a test that is ready to be pasted.

#include "fuzz/script.h"

#include <stdint.h>

#include <string>
#include <vector>

#include "fuzz/record_run.h"
#include "gtest/gtest.h"

namespace {

using net_fuzz::RecordOptions;
using net_fuzz::RecordRun;
using net_fuzz::Tape;

// TLS 1.3, non-blocking, a session is resumed: a read of 100 bytes, a write of 5, close.
const std::vector<uint8_t> kPlain = {0x0b & ~8, 0, 0, 0, 1, 4, 2, 3, 5};
// With faults, and something that happens in the middle of a read.
const std::vector<uint8_t> kFaulty = {0x03, 0, 2, 2, 1, 3, 0, 18, 1, 1, 4, 5};

std::string ScriptOf(RecordRun &run) {
  return net_fuzz::ScriptOf(run.input(), run.log(), run.calls());
}

bool Has(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

TEST(Script, SaysWhatWasDoneAndWhatCameOfIt) {
  RecordRun run(RecordOptions(), Tape(kPlain.data(), kPlain.size()));
  run.Play();
  std::string script = ScriptOf(run);
  EXPECT_TRUE(Has(script, "ClientTls13Nonblocking\n")) << script;
  EXPECT_TRUE(Has(script, "deadlines 100 ms to receive, 100 ms to send\n")) << script;
  EXPECT_TRUE(Has(script, "read 100 -> TIMEOUT 0\n    send ")) << script;
  EXPECT_TRUE(Has(script, "write 5 -> OK 5\n    send ")) << script;
  EXPECT_TRUE(Has(script, "close -> OK\n")) << script;
}

TEST(Script, SaysFaultsAndWhatHappensMeanwhile) {
  RecordRun run(RecordOptions(), Tape(kFaulty.data(), kFaulty.size()));
  run.Play();
  std::string script = ScriptOf(run);
  EXPECT_TRUE(Has(script, "window of 100 bytes\nfaults: 1 intr\n")) << script;
  EXPECT_TRUE(Has(script, " [1]: ok 1\n")) << script;
  EXPECT_TRUE(Has(script, " [intr]: interrupted\n")) << script;
  EXPECT_TRUE(Has(script, "peer: later in 5 ms: write 5\n")) << script;
  EXPECT_TRUE(Has(script, "  meanwhile peer: write 5\n")) << script;
}

TEST(Script, IsACaseWhereConformanceCanSayIt) {
  RecordRun run(RecordOptions(), Tape(kPlain.data(), kPlain.size()));
  run.Play();
  std::string test = net_fuzz::TestOf("I3: lost", run.input(), run.log());
  EXPECT_TRUE(Has(test, "// For conformance/cases/")) << test;
  EXPECT_TRUE(Has(test, "// I3: lost\nvoid FoundByFuzzing(World &world) {\n")) << test;
  EXPECT_TRUE(Has(test, "  world.Call(\"read\", IntegerWord(100));  // TIMEOUT\n")) << test;
  EXPECT_TRUE(Has(test, "  world.Call(\"close\");  // OK\n}\n")) << test;
}

TEST(Script, IsAGoogleTestOtherwise) {
  RecordRun run(RecordOptions(), Tape(kFaulty.data(), kFaulty.size()));
  run.Play();
  std::string test = net_fuzz::TestOf("I3: lost", run.input(), run.log());
  EXPECT_TRUE(Has(test, "// A GoogleTest over //testing:connection")) << test;
  EXPECT_TRUE(Has(test, "TEST(FoundByFuzzing, ClientTls13Nonblocking) {\n")) << test;
  EXPECT_TRUE(Has(test, "net_testing::Driver::kNonblocking}, \"1 intr\");\n")) << test;
  EXPECT_TRUE(Has(test, "  connection.Close();  // OK\n}\n")) << test;
}

// The model forgets a byte of each write: the check must find that, and say so.
TEST(ScriptDeathTest, ViolationPrintsAllThatIsNeeded) {
  RecordOptions options;
  options.is_planted = true;
  EXPECT_DEATH(RecordRun(options, Tape(kPlain.data(), kPlain.size())).Play(),
               "== violation ==\nI3: the peer has more than what was accepted\n"
               "== script ==\nClientTls13Nonblocking\n(.*\n)*write 5 -> OK 5\n(.*\n)*"
               "== case ==\n// For conformance/cases/(.*\n)*== end ==\n");
}

}  // namespace
