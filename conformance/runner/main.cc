// The conformance runner: a GoogleTest program whose tests are registered when it starts.

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>

#include "conformance/cases/cases.h"
#include "conformance/runner/files.h"
#include "conformance/runner/jobs.h"
#include "conformance/runner/progress.h"
#include "conformance/runner/report.h"
#include "conformance/runner/stamp.h"
#include "conformance/runner/suite.h"

namespace conformance {
namespace {

enum Exit {
  kAsExpected = 0,
  kUnexpected = 1,
  kBroken = 2,
  kUsage = 3
};

using Arguments = std::vector<std::string>;

int Complain(Exit status, const std::string &message) {
  std::cerr << "conformance: " << message << "\n";
  return status;
}

// What a run gathers.
struct Session {
  const Options &options;
  Suite *suite;
  std::vector<ReportFile> files;
  std::vector<Outcome> outcomes;
  Report report;
  // Whether the runner itself, or GoogleTest, failed.
  bool is_broken = false;
  bool has_failed = false;
};

std::string LoadRegister(const std::string &file, Register *all, Stamp *stamp) {
  std::ifstream input(file);
  std::ostringstream text;
  text << input.rdbuf();
  std::istringstream lines(text.str());
  std::string error = input ? ParseRegister(lines, all) : "cannot be read";
  stamp->document_hash = all->document_hash;
  stamp->register_hash = HashOf(text.str());
  return error.empty() ? "" : "register of clauses " + file + ": " + error;
}

void List(const Suite &suite) {
  for (const auto &point : suite.points()) {
    if (point->is_selected) {
      const Case &a_case = *point->outcome.a_case;
      std::cout << NameOf(point->outcome) << "  " << a_case.title
                << (a_case.full ? "  (only with --full)" : "") << "\n";
    }
  }
}

bool IsShard() {
  return getenv("GTEST_TOTAL_SHARDS") != nullptr || getenv("TEST_TOTAL_SHARDS") != nullptr;
}

// What GoogleTest was asked for on its own command line counts too.
void AgreeWithGoogleTest(Options *options) {
  if (options->repeat > 1) {
    testing::GTEST_FLAG(repeat) = options->repeat;
  }
  options->repeat = testing::GTEST_FLAG(repeat);
  bool is_shuffled = testing::GTEST_FLAG(shuffle);
  if (options->seed == 0 && is_shuffled) {
    constexpr int kMostSeed = 99999;
    int seed = testing::GTEST_FLAG(random_seed);
    options->seed = seed != 0 ? seed : static_cast<int>(time(nullptr) % kMostSeed) + 1;
  }
  if (options->seed != 0) {
    testing::GTEST_FLAG(shuffle) = true;
    testing::GTEST_FLAG(random_seed) = options->seed;
  }
}

// A debugger, GoogleTest's own XML and Bazel's shards want one process.
int CountJobs(const Session &session) {
  bool is_alone = IsShard() || getenv("TEST_TARGET") != nullptr ||
                  testing::GTEST_FLAG(break_on_failure) || testing::GTEST_FLAG(fail_fast) ||
                  !testing::GTEST_FLAG(output).empty();
  int wanted = session.options.jobs;
  int jobs = wanted != 0 ? wanted : is_alone ? 1 : DefaultJobs();
  return IsShard() ? 1 : std::min(jobs, static_cast<int>(session.suite->num_selected()));
}

void Show(const Session &session, const Outcome &run, Progress *progress) {
  if (session.options.verbose) {
    std::cout << ShowRun(run) << std::flush;
  } else {
    progress->Show(run);
  }
}

// What was not run because it is another shard's is left out.
void GatherOutcomes(std::vector<Outcome> all, Session *session) {
  const auto &points = session->suite->points();
  for (size_t i = 0; i < all.size(); i++) {
    bool is_others = IsShard() && points[i]->is_selected && all[i].verdict == Verdict::kUntested;
    if (!is_others) {
      session->outcomes.push_back(std::move(all[i]));
    }
  }
}

void RunCases(Session *session) {
  Suite *suite = session->suite;
  std::vector<Outcome> all;
  for (const auto &point : suite->points()) {
    all.push_back(point->outcome);
  }
  size_t total = suite->num_selected() * static_cast<size_t>(session->options.repeat);
  Progress progress(&std::cout, isatty(STDOUT_FILENO) != 0, total);
  Suite::Sink sink = [&](size_t index, const Outcome &run) {
    AddRun(run, &all[index]);
    Show(*session, run, &progress);
  };
  Job job = [&](const Suite::Sink &to) {
    suite->Register(to);
    session->has_failed = RUN_ALL_TESTS() != 0;
    return suite->End();
  };
  int jobs = CountJobs(*session);
  if (jobs == 1) {
    session->report.problems = job(sink);
  } else {
    suite->End();
    session->report.problems = RunJobs(jobs, *suite, job, sink, &session->is_broken);
  }
  progress.End();
  GatherOutcomes(std::move(all), session);
}

int ExitStatus(const Session &session) {
  Counts counts = CountVerdicts(session.outcomes);
  if (session.is_broken || counts[Verdict::kUnresolved] > 0) {
    return kBroken;
  }
  bool is_red = counts[Verdict::kFail] > 0 || counts[Verdict::kXpass] > 0;
  return is_red || session.has_failed || !session.report.problems.empty() ? kUnexpected
                                                                          : kAsExpected;
}

int ReportAll(Session *session) {
  bool has_run = std::any_of(session->outcomes.begin(), session->outcomes.end(),
                             [](const Outcome &outcome) { return outcome.runs > 0; });
  if (!has_run && !IsShard() && !session->is_broken) {
    return Complain(kUsage, "no case matches the filter");
  }
  session->report.outcomes = &session->outcomes;
  std::cout << "\n" << Text(session->report) << std::flush;
  std::string error = WriteReports(session->files, session->report);
  return error.empty() ? ExitStatus(*session) : Complain(kBroken, error);
}

int RunSession(Session *session) {
  std::string error = session->suite->Load();
  if (!error.empty()) {
    return Complain(kUsage, error);
  }
  if (session->options.list) {
    List(*session->suite);
    return kAsExpected;
  }
  if (testing::GTEST_FLAG(list_tests)) {
    session->suite->Register([](size_t, const Outcome &) {});
    return RUN_ALL_TESTS();
  }
  session->files = ReportFiles(session->options);
  error = CheckWritable(session->files);
  if (error.empty()) {
    error = session->suite->Start(&session->report.stamp.drivers);
  }
  if (!error.empty()) {
    return Complain(kBroken, error);
  }
  std::cout << ShowStamp(session->report.stamp) << "\n";
  for (const DriverStamp &driver : session->report.stamp.drivers) {
    std::cout << ShowDriver(driver) << std::endl;
  }
  RunCases(session);
  return ReportAll(session);
}

int Main(const Arguments &arguments) {
  Options options;
  std::string error = ParseOptions(arguments, &options);
  if (!error.empty()) {
    return Complain(kUsage, error + " (--help tells more)");
  }
  if (options.help) {
    std::cout << Help();
    return kAsExpected;
  }
  AgreeWithGoogleTest(&options);
  Register all;
  Stamp stamp = MakeStamp();
  stamp.seed = options.seed;
  stamp.repeat = options.repeat;
  Certificates certificates;
  error = LoadRegister(options.register_file, &all, &stamp);
  if (error.empty()) {
    error = certificates.error();
  }
  if (!error.empty()) {
    return Complain(kBroken, error);
  }
  std::vector<Case> cases = AllCases();
  Run run{&certificates, std::chrono::seconds(options.patience_seconds), options.memory_drivers,
          nullptr};
  Suite suite(options, cases, run);
  Session session{options, &suite, {}, {}, {stamp, &all.clauses, nullptr, {}}, false, false};
  return RunSession(&session);
}

// GoogleTest would answer these itself, and not with ours.
bool WantsHelp(const Arguments &arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string &argument) {
    return argument == "--help" || argument == "-h";
  });
}

void InitGoogleTest(int *argc, char **argv) {
  if (getenv("XML_OUTPUT_FILE") != nullptr) {
    testing::GTEST_FLAG(output) = "";  // What is there is ours.
  }
  testing::InitGoogleTest(argc, argv);
  testing::TestEventListeners &listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
}

}  // namespace
}  // namespace conformance

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);  // A driver that is gone is seen where its answer is read.
  if (!conformance::WantsHelp(conformance::Arguments(argv + 1, argv + argc))) {
    conformance::InitGoogleTest(&argc, argv);
  }
  return conformance::Main(conformance::Arguments(argv + 1, argv + argc));
}
