#include "fuzz/violation.h"

#include <stdlib.h>

#include "gtest/gtest.h"

namespace {

TEST(ViolationDeathTest, SaysWhatTheScriptAndTheCase) {
  EXPECT_DEATH(net_fuzz::Violation("I3: lost", "write 5 -> ok 5", "TEST(...)\n"),
               "== violation ==\nI3: lost\n== script ==\nwrite 5 -> ok 5\n"
               "== case ==\nTEST.*\n== end ==\n");
}

TEST(Violation, CaseOfARegressionIsACommand) {
  const uint8_t bytes[] = {0, 'a', '\'', '%', 255};
  EXPECT_EQ(
      "# //fuzz:toy replays it from now on; NAME is the bug's.\n"
      "printf '\\000\\141\\047\\045\\377' >fuzz/regressions/toy/NAME\n",
      net_fuzz::RegressionCase("toy", net_fuzz::Tape(bytes, sizeof(bytes))));
}

// Each in a process of its own, which reads the environment anew.
TEST(ViolationDeathTest, IsSilentWithoutInvariants) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("NET_FUZZ_INVARIANTS", "off", 1);
        net_fuzz::Violation("I3: lost", "", "");
        exit(net_fuzz::InvariantsAreOn() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "^$");
}

TEST(ViolationDeathTest, PrintsWhatIsAskedFor) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("NET_FUZZ_SCRIPT", "1", 1);
        setenv("NET_FUZZ_LOG", "1", 1);
        exit(net_fuzz::ScriptIsWanted() && net_fuzz::LogIsWanted() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "^$");
}

}  // namespace
