#ifndef CONFORMANCE_RUNNER_SUITE_H
#define CONFORMANCE_RUNNER_SUITE_H

// The selected cases as tests of GoogleTest, each for every driver and every point of its axes.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance/runner/case.h"
#include "conformance/runner/driver.h"
#include "conformance/runner/expected.h"
#include "conformance/runner/options.h"
#include "conformance/runner/report.h"
#include "conformance/runner/world.h"

namespace conformance {

// Subject is an implementation under test.
struct Subject {
  Driver driver;
  // What --driver takes for it.
  std::string spelling;
  // Whether what it does not support is known; then all else must be supported.
  bool has_expectations = false;
  std::vector<Expectation> expectations;
};

// Point is one registered test.
struct Point {
  const Run *run = nullptr;
  Subject *subject = nullptr;
  Outcome outcome;
};

class Suite {
 public:
  // `cases` outlives the suite.
  Suite(const Options &options, const std::vector<Case> &cases, const Run &run)
      : options_(options), cases_(cases), run_(run) {}

  // Load reads what drivers are known not to support, and selects. Returns "" or what is wrong.
  std::string Load();
  // Start runs each driver. Returns "" or why one cannot be used.
  std::string Start();
  // Register makes the tests, and listens to what comes of them.
  void Register();

  // End ends each driver. Returns "" or which of them did not end well, and how.
  std::string End();

  const std::vector<std::unique_ptr<Point>> &points() const {
    return points_;
  }
  // What came of the tests, in the order in which they ran.
  const std::vector<Outcome> &outcomes() const {
    return outcomes_;
  }

 private:
  std::string LoadExpectations(Subject *subject);
  void Select(Subject *subject, std::vector<std::string> *names);

  const Options &options_;
  const std::vector<Case> &cases_;
  const Run &run_;
  std::vector<std::unique_ptr<Subject>> subjects_;
  std::vector<std::unique_ptr<Point>> points_;
  std::vector<Outcome> outcomes_;
};

}  // namespace conformance

#endif
