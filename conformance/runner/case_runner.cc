#include "conformance/runner/case_runner.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

namespace conformance {
namespace {

using Interceptor = testing::ScopedFakeTestPartResultReporter;

void ActIn(World &world, Outcome *outcome) {
  try {
    outcome->a_case->run(world);
  } catch (const CaseUnsupported &reason) {
    outcome->verdict = Verdict::kUnsupported;
    outcome->message = reason.what;
  }
  world.CheckLeftovers();
}

void Act(const Run &run, Driver *driver, Outcome *outcome) {
  try {
    World world(run, driver, outcome->axes);
    ActIn(world, outcome);
  } catch (const CaseEnded &) {
    // What there was to say has been said.
  } catch (const CaseUnresolved &) {
    outcome->verdict = Verdict::kUnresolved;
  } catch (const CaseUnsupported &reason) {
    ADD_FAILURE() << "every driver must know the command " << reason.what;
  } catch (const std::exception &failure) {
    ADD_FAILURE() << failure.what();
  }
}

std::string ShowPart(const testing::TestPartResult &part) {
  constexpr std::string_view kTitle = "Failed\n";
  std::string text = part.message();
  if (text.compare(0, kTitle.size(), kTitle) == 0) {
    text.erase(0, kTitle.size());
  }
  text += text.empty() || text.back() == '\n' ? "" : "\n";
  if (part.file_name() != nullptr) {
    text += "at:       " + std::string(part.file_name()) + ":" +
            std::to_string(part.line_number()) + "\n";
  }
  return text;
}

void CollectFailures(const testing::TestPartResultArray &parts, Outcome *outcome) {
  std::string text;
  for (int i = 0; i < parts.size(); i++) {
    const testing::TestPartResult &part = parts.GetTestPartResult(i);
    text += part.failed() ? ShowPart(part) : "";
  }
  if (text.empty()) {
    return;
  }
  if (outcome->verdict != Verdict::kUnresolved) {
    outcome->verdict = Verdict::kFail;
  }
  outcome->message = text;
}

}  // namespace

void RunCase(const Run &run, Driver *driver, Outcome *outcome) {
  outcome->verdict = Verdict::kPass;
  std::string error = driver->Start(run.patience);
  if (!error.empty()) {
    outcome->verdict = Verdict::kUnresolved;
    outcome->message = "the driver cannot be started again: " + error + "\n";
    return;
  }
  testing::TestPartResultArray parts;
  Trace trace;
  {
    Interceptor interceptor(Interceptor::INTERCEPT_ONLY_CURRENT_THREAD, &parts);
    Run own_run = run;
    own_run.trace = &trace;
    Act(own_run, driver, outcome);
  }
  CollectFailures(parts, outcome);
  outcome->transcript = trace.transcript;
  outcome->wire = trace.wire;
  if (outcome->verdict == Verdict::kFail || !driver->answered()) {
    driver->Stop();
  }
}

}  // namespace conformance
