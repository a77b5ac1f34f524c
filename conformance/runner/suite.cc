#include "conformance/runner/suite.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "conformance/runner/case_runner.h"

namespace conformance {
namespace {

class CaseTest : public testing::Test {
 public:
  CaseTest(const Point *point, Outcome *run) : point_(point), run_(run) {}

  void TestBody() override {
    *run_ = point_->outcome;
    run_->reason.clear();
    RunCase(*point_->run, &point_->subject->driver, run_);
    Judge(point_->expectation, point_->subject->has_expectations, run_);
    if (IsRed(run_->verdict)) {
      ADD_FAILURE() << run_->message;
    } else if (run_->verdict != Verdict::kPass) {
      GTEST_SKIP() << run_->reason;
    }
  }

 private:
  const Point *point_;
  Outcome *run_;
};

// Hands on what comes of each test.
class Collector : public testing::EmptyTestEventListener {
 public:
  explicit Collector(Suite::Sink sink) : sink_(std::move(sink)) {}

  void Add(const std::string &suite, const std::string &name, size_t index) {
    indices_[suite + "." + name] = index;
  }
  // The run that is going on.
  Outcome *run() {
    return &run_;
  }

  void OnTestStart(const testing::TestInfo &) override {
    run_.a_case = nullptr;
  }
  void OnTestEnd(const testing::TestInfo &test) override {
    auto index = indices_.find(std::string(test.test_suite_name()) + "." + test.name());
    if (run_.a_case != nullptr && index != indices_.end()) {
      run_.milliseconds = test.result()->elapsed_time();
      sink_(index->second, run_);
    }
  }

 private:
  Suite::Sink sink_;
  std::map<std::string, size_t> indices_;
  Outcome run_;
};

}  // namespace

std::string Suite::LoadExpectations(Subject *subject) {
  const std::string &file = subject->option.expected_file;
  if (file.empty()) {
    return "";
  }
  std::ifstream input(file);
  subject->has_expectations = true;
  std::string error =
      input ? ParseExpected(input, &subject->expectations) : std::string("cannot be read");
  return error.empty() ? "" : file + ": " + error;
}

std::unique_ptr<Point> Suite::MakePoint(Subject *subject, const Case &a_case, const Axes &axes) {
  auto point = std::make_unique<Point>();
  point->run = &run_;
  point->subject = subject;
  Outcome &outcome = point->outcome;
  outcome.a_case = &a_case;
  outcome.driver = subject->option.name;
  outcome.spelling = subject->option.spelling;
  outcome.command = subject->option.again;
  outcome.axes = axes;
  outcome.verdict = Verdict::kUntested;
  point->expectation = FindExpectation(subject->expectations, NameOf(outcome));
  bool is_of_clause = options_.clauses.empty() || ShowsAny(a_case, options_.clauses);
  bool is_wanted = is_of_clause && MatchesFilters(options_.filters, NameOf(outcome));
  bool is_due = options_.full || options_.list || !a_case.full;
  point->is_selected = is_wanted && is_due;
  outcome.reason = !is_wanted ? "not selected"
                   : !is_due  ? "takes long: runs with --full"
                              : "was not reached";
  return point;
}

void Suite::AddPoints(Subject *subject) {
  for (const Case &a_case : cases_) {
    for (const Axes &axes : Points(a_case.vary)) {
      points_.push_back(MakePoint(subject, a_case, axes));
    }
  }
}

std::string Suite::Load() {
  for (const DriverOption &option : options_.drivers) {
    subjects_.push_back(std::make_unique<Subject>(option));
    Subject *subject = subjects_.back().get();
    std::string error = LoadExpectations(subject);
    if (!error.empty()) {
      return error;
    }
    size_t first = points_.size();
    AddPoints(subject);
    std::vector<std::string> names;
    for (size_t i = first; i < points_.size(); i++) {
      names.push_back(NameOf(points_[i]->outcome));
    }
    error = CheckExpectations(subject->expectations, names);
    if (!error.empty()) {
      return option.expected_file + ": " + error;
    }
  }
  return num_selected() == 0 ? WhyNotSelected() : "";
}

std::string Suite::WhyNotSelected() const {
  bool is_full = std::any_of(points_.begin(), points_.end(), [this](const auto &point) {
    bool is_of_clause =
        options_.clauses.empty() || ShowsAny(*point->outcome.a_case, options_.clauses);
    return is_of_clause && MatchesFilters(options_.filters, NameOf(point->outcome));
  });
  return is_full ? "no case matches the filter without --full" : "no case matches the filter";
}

size_t Suite::num_selected() const {
  return static_cast<size_t>(std::count_if(points_.begin(), points_.end(),
                                           [](const auto &point) { return point->is_selected; }));
}

std::string Suite::Start(std::vector<DriverStamp> *stamps) {
  for (const auto &subject : subjects_) {
    Driver &driver = subject->driver;
    std::string error = driver.Start(run_.patience);
    if (!error.empty()) {
      return "driver " + driver.name() + " cannot be used: " + error;
    }
    stamps->push_back({driver.name(), subject->option.spelling, driver.about(), driver.library()});
  }
  return "";
}

std::vector<std::string> Suite::End() {
  std::vector<std::string> problems;
  for (const auto &subject : subjects_) {
    std::string problem = subject->driver.End(run_.patience);
    if (!problem.empty()) {
      problems.push_back("driver " + subject->driver.name() + " ended badly: " + problem);
    }
  }
  return problems;
}

void Suite::Register(const Sink &sink) {
  auto collector = std::make_unique<Collector>(sink);
  Outcome *run = collector->run();
  for (size_t i = 0; i < points_.size(); i++) {
    const Point *point = points_[i].get();
    if (!point->is_selected) {
      continue;
    }
    const Case &a_case = *point->outcome.a_case;
    std::string name = TestName(point->outcome.driver, point->outcome.axes);
    collector->Add(SuiteName(a_case), name, i);
    testing::RegisterTest(SuiteName(a_case).c_str(), name.c_str(), nullptr, a_case.title.c_str(),
                          __FILE__, __LINE__,
                          [point, run]() -> CaseTest * { return new CaseTest(point, run); });
  }
  testing::UnitTest::GetInstance()->listeners().Append(collector.release());
}

}  // namespace conformance
