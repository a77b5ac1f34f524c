// The conformance runner: a GoogleTest program whose tests are registered when it starts.

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "conformance/cases/cases.h"
#include "conformance/runner/suite.h"

namespace conformance {
namespace {

enum Exit {
  kAsExpected = 0,
  kUnexpected = 1,
  kBroken = 2,
  kUsage = 3
};

int Complain(Exit status, const std::string &message) {
  std::cerr << "conformance: " << message << "\n";
  return status;
}

std::string LoadRegister(const std::string &file, std::vector<Clause> *clauses) {
  std::ifstream input(file);
  return input ? ParseRegister(input, clauses) : "cannot be read";
}

void List(const Suite &suite) {
  for (const auto &point : suite.points()) {
    const Outcome &outcome = point->outcome;
    std::cout << NameOf(*outcome.a_case, outcome.driver, outcome.axes) << "  "
              << outcome.a_case->title << "\n";
  }
}

int Report(const std::vector<Clause> &clauses, const std::vector<Outcome> &outcomes,
           const std::string &bad_ends, int status) {
  std::cout << "\n\n"
            << Failures(clauses, outcomes) << Table(clauses, outcomes) << Summary(outcomes) << "\n"
            << bad_ends;
  bool is_sharded =
      getenv("TEST_TOTAL_SHARDS") != nullptr || getenv("GTEST_TOTAL_SHARDS") != nullptr;
  if (outcomes.empty() && !is_sharded) {
    return Complain(kUsage, "no case matches the filter");
  }
  bool is_broken = std::any_of(outcomes.begin(), outcomes.end(), [](const Outcome &outcome) {
    return outcome.verdict == Verdict::kUnresolved;
  });
  return is_broken ? kBroken : status != 0 || !bad_ends.empty() ? kUnexpected : kAsExpected;
}

int RunSuite(const Options &options, const std::vector<Clause> &clauses, Suite *suite) {
  std::string error = suite->Load();
  if (!error.empty()) {
    return Complain(kUsage, error);
  }
  if (options.list) {
    List(*suite);
    return kAsExpected;
  }
  suite->Register();
  if (testing::GTEST_FLAG(list_tests)) {
    return RUN_ALL_TESTS();
  }
  error = suite->Start();
  if (!error.empty()) {
    return Complain(kBroken, error);
  }
  testing::TestEventListeners &listeners = testing::UnitTest::GetInstance()->listeners();
  if (!options.verbose) {
    delete listeners.Release(listeners.default_result_printer());
  }
  int status = RUN_ALL_TESTS();
  std::string bad_ends = suite->End();
  return Report(clauses, suite->outcomes(), bad_ends, status);
}

int Main(const std::vector<std::string> &arguments) {
  Options options;
  std::string error = ParseOptions(arguments, &options);
  if (!error.empty()) {
    return Complain(kUsage, error + " (--help tells more)");
  }
  if (options.help) {
    std::cout << Help();
    return kAsExpected;
  }
  std::vector<Clause> clauses;
  error = LoadRegister(options.register_file, &clauses);
  if (!error.empty()) {
    return Complain(kBroken, "register of clauses " + options.register_file + ": " + error);
  }
  Certificates certificates;
  if (!certificates.error().empty()) {
    return Complain(kBroken, certificates.error());
  }
  std::vector<Case> cases = AllCases();
  Run run{&certificates, std::chrono::seconds(options.patience_seconds), options.verbose,
          options.memory_drivers};
  Suite suite(options, cases, run);
  return RunSuite(options, clauses, &suite);
}

// GoogleTest would answer these itself, and not with ours.
bool WantsHelp(const std::vector<std::string> &arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string &argument) {
    return argument == "--help" || argument == "-h";
  });
}

}  // namespace
}  // namespace conformance

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);  // A driver that is gone is seen where its answer is read.
  if (!conformance::WantsHelp(std::vector<std::string>(argv + 1, argv + argc))) {
    testing::InitGoogleTest(&argc, argv);
  }
  return conformance::Main(std::vector<std::string>(argv + 1, argv + argc));
}
