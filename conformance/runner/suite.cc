#include "conformance/runner/suite.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>

namespace conformance {
namespace {

class CaseTest : public testing::Test {
 public:
  explicit CaseTest(Point *point) : point_(point) {}

  void TestBody() override {
    Driver &driver = point_->subject->driver;
    std::string error = driver.Start(point_->run->patience);
    ASSERT_EQ(error, "") << "the driver cannot be started again";
    std::string unsupported = RunCase();
    if (point_->run->verbose) {
      std::cout << driver.transcript();
    }
    if (HasFailure() || !driver.answered()) {
      driver.Stop();
    }
    CompareWithExpectation(unsupported);
    if (!unsupported.empty()) {
      GTEST_SKIP() << unsupported;
    }
  }

 private:
  // Returns what the driver does not support, "" where it supports all.
  std::string RunCase() {
    std::string unsupported;
    try {
      World world(*point_->run, &point_->subject->driver, point_->outcome.axes);
      unsupported = RunIn(world);
      world.CheckLeftovers();
    } catch (const CaseEnded &) {
      return "";
    } catch (const CaseUnresolved &) {
      point_->outcome.verdict = Verdict::kUnresolved;
    } catch (const std::exception &failure) {
      ADD_FAILURE() << failure.what();
    }
    return unsupported;
  }

  std::string RunIn(World &world) {
    try {
      point_->outcome.a_case->run(world);
    } catch (const CaseUnsupported &reason) {
      return reason.what;
    }
    return "";
  }

  void CompareWithExpectation(const std::string &unsupported) {
    const Outcome &outcome = point_->outcome;
    if (!point_->subject->has_expectations || HasFailure()) {
      return;
    }
    const Expectation *expectation = FindExpectation(
        point_->subject->expectations, NameOf(*outcome.a_case, outcome.driver, outcome.axes));
    if (expectation == nullptr && !unsupported.empty()) {
      ADD_FAILURE() << "unsupported, which was not expected: " << unsupported;
    }
    if (expectation != nullptr && unsupported.empty()) {
      ADD_FAILURE() << "supported, although " << expectation->pattern
                    << " is expected not to be: " << expectation->reason;
    }
  }

  Point *point_;
};

std::string FullName(const Outcome &outcome) {
  return SuiteName(*outcome.a_case) + "." + TestName(outcome.driver, outcome.axes);
}

// Collects verdicts and shows progress.
class Collector : public testing::EmptyTestEventListener {
 public:
  Collector(const std::vector<std::unique_ptr<Point>> &points, std::vector<Outcome> *outcomes)
      : outcomes_(outcomes) {
    for (const auto &point : points) {
      points_[FullName(point->outcome)] = point.get();
    }
  }

  void OnTestStart(const testing::TestInfo &test) override {
    current_ = &points_.at(std::string(test.test_suite_name()) + "." + test.name())->outcome;
    current_->message.clear();
    current_->verdict = Verdict::kPass;
  }

  void OnTestPartResult(const testing::TestPartResult &part) override {
    if (current_ == nullptr || part.type() == testing::TestPartResult::kSuccess) {
      return;
    }
    current_->message += part.message() + std::string("\n");
    if (part.failed() && part.file_name() != nullptr) {
      current_->message += "at:       " + std::string(part.file_name()) + ":" +
                           std::to_string(part.line_number()) + "\n";
    }
  }

  void OnTestEnd(const testing::TestInfo &test) override {
    current_->milliseconds = test.result()->elapsed_time();
    current_->transcript = points_.at(FullName(*current_))->subject->driver.transcript();
    if (current_->verdict != Verdict::kUnresolved) {
      current_->verdict = test.result()->Failed()    ? Verdict::kFail
                          : test.result()->Skipped() ? Verdict::kUnsupported
                                                     : Verdict::kPass;
    }
    outcomes_->push_back(*current_);
    constexpr char kMarks[] = {'.', 'F', 'x', 'X', '-', '?', ' '};
    std::cout << kMarks[static_cast<int>(current_->verdict)]
              << (outcomes_->size() % 100 == 0 ? "\n" : "") << std::flush;
    current_ = nullptr;
  }

 private:
  std::map<std::string, Point *> points_;
  std::vector<Outcome> *outcomes_;
  Outcome *current_ = nullptr;
};

}  // namespace

std::string Suite::LoadExpectations(Subject *subject) {
  auto file = options_.expected_files.find(subject->driver.name());
  if (file == options_.expected_files.end()) {
    return "";
  }
  std::ifstream input(file->second);
  subject->has_expectations = true;
  std::string error =
      input ? ParseExpected(input, &subject->expectations) : std::string("cannot be read");
  return error.empty() ? "" : file->second + ": " + error;
}

void Suite::Select(Subject *subject, std::vector<std::string> *names) {
  const std::string &driver = subject->driver.name();
  for (const Case &a_case : cases_) {
    for (const Axes &axes : Points(a_case.vary)) {
      names->push_back(NameOf(a_case, driver, axes));
      bool is_due = options_.full || !a_case.full;
      bool is_of_clause = options_.clauses.empty() || ShowsAny(a_case, options_.clauses);
      if (is_due && is_of_clause && MatchesFilters(options_.filters, names->back())) {
        auto point = std::make_unique<Point>();
        point->run = &run_;
        point->subject = subject;
        point->outcome.a_case = &a_case;
        point->outcome.driver = driver;
        point->outcome.spelling = subject->spelling;
        point->outcome.axes = axes;
        points_.push_back(std::move(point));
      }
    }
  }
}

std::string Suite::Load() {
  for (const auto &driver : options_.drivers) {
    subjects_.push_back(std::unique_ptr<Subject>(
        new Subject{Driver(driver.name, driver.command), driver.spelling, false, {}}));
    Subject *subject = subjects_.back().get();
    std::vector<std::string> names;
    std::string error = LoadExpectations(subject);
    if (!error.empty()) {
      return error;
    }
    Select(subject, &names);
    for (const std::string &pattern : StalePatterns(subject->expectations, names)) {
      return "what is expected of driver " + driver.name +
             " has a pattern that matches no case: " + pattern;
    }
  }
  return points_.empty() ? "no case matches the filter" : "";
}

std::string Suite::Start() {
  for (const auto &subject : subjects_) {
    Driver &driver = subject->driver;
    std::string error = driver.Start(run_.patience);
    if (!error.empty()) {
      return "driver " + driver.name() + " cannot be used: " + error;
    }
    std::cout << "driver " << driver.name() << ": " << driver.about() << std::endl;
  }
  return "";
}

std::string Suite::End() {
  std::string problems;
  for (const auto &subject : subjects_) {
    std::string problem = subject->driver.End(run_.patience);
    if (!problem.empty()) {
      problems += "driver " + subject->driver.name() + " ended badly: " + problem + "\n";
    }
  }
  return problems;
}

void Suite::Register() {
  for (const auto &unique : points_) {
    Point *point = unique.get();
    const Outcome &outcome = point->outcome;
    testing::RegisterTest(SuiteName(*outcome.a_case).c_str(),
                          TestName(outcome.driver, outcome.axes).c_str(), nullptr,
                          outcome.a_case->title.c_str(), __FILE__, __LINE__,
                          [point]() -> CaseTest * { return new CaseTest(point); });
  }
  testing::UnitTest::GetInstance()->listeners().Append(new Collector(points_, &outcomes_));
}

}  // namespace conformance
