#include "conformance/runner/progress.h"

#include <gtest/gtest.h>

#include <sstream>

#include "conformance/runner/reports_testing.h"

namespace conformance {
namespace {

TEST(Progress, AMarkForEachRunAndTheNamesOfRedOnes) {
  std::ostringstream output;
  Progress progress(&output, false, 108);
  MadeUpReport made_up;
  for (Verdict verdict : kVerdicts) {
    progress.Show(made_up.Add(verdict));
  }
  for (int i = 0; i < 94; i++) {
    progress.Show(made_up.Add(Verdict::kPass));
  }
  progress.End();
  std::string name = NameOf(made_up.Add(Verdict::kPass));
  EXPECT_EQ(output.str(), ".F " + name + "\nxX " + name + "\n-? " + name + "\n?" +
                              std::string(93, '.') + "\n.\n");
}

TEST(Progress, NoEmptyLineAfterAFullOne) {
  std::ostringstream output;
  Progress progress(&output, false, 100);
  MadeUpReport made_up;
  for (int i = 0; i < 100; i++) {
    progress.Show(made_up.Add(Verdict::kPass));
  }
  progress.End();
  EXPECT_EQ(output.str(), std::string(100, '.') + "\n");
}

TEST(Progress, OnATerminalOneLineThatIsGoneAtTheEnd) {
  std::ostringstream output;
  Progress progress(&output, true, 3);
  MadeUpReport made_up;
  progress.Show(made_up.Add(Verdict::kPass));
  EXPECT_EQ(output.str(), "\r\x1b[K1/3, 0 failed, lua: NTS-READ-01/1");
  output.str("");
  progress.Show(made_up.Add(Verdict::kFail, "c"));
  EXPECT_EQ(output.str(), "\r\x1b[K2/3, 1 failed, c: NTS-READ-01/1");
  output.str("");
  progress.End();
  EXPECT_EQ(output.str(), "\r\x1b[K");
}

TEST(Progress, OnATerminalTheLastRunIsAlwaysShown) {
  std::ostringstream output;
  Progress progress(&output, true, 1000);
  MadeUpReport made_up;
  for (int i = 0; i < 1000; i++) {
    progress.Show(made_up.Add(Verdict::kPass));
  }
  EXPECT_NE(output.str().find("1000/1000"), std::string::npos);
  EXPECT_EQ(output.str().find(" 2/1000"), std::string::npos);
}

}  // namespace
}  // namespace conformance
