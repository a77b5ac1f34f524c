#ifndef CONFORMANCE_RUNNER_SUITE_H
#define CONFORMANCE_RUNNER_SUITE_H

// The cases as tests of GoogleTest, each for every driver and every point of its axes.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/runner/driver.h"
#include "conformance/runner/expected.h"
#include "conformance/runner/options.h"
#include "conformance/runner/outcome.h"
#include "conformance/runner/world.h"

namespace conformance {

// Subject is an implementation under test.
struct Subject {
  explicit Subject(const DriverOption &wanted)
      : option(wanted), driver(wanted.name, wanted.command) {}

  DriverOption option;
  Driver driver;
  // Whether there is a file of what is expected of it.
  bool has_expectations = false;
  std::vector<Expectation> expectations;
};

// Point is one case at one point of the axes with one driver: one test.
struct Point {
  const Run *run = nullptr;
  Subject *subject = nullptr;
  const Expectation *expectation = nullptr;
  bool is_selected = false;
  // UNTESTED until it has run; what comes of a run is made from it.
  Outcome outcome;
};

class Suite {
 public:
  // Takes one run of the test at points()[index].
  using Sink = std::function<void(size_t index, const Outcome &run)>;

  // `options`, `cases` and `run` outlive the suite.
  Suite(const Options &options, const std::vector<Case> &cases, const Run &run)
      : options_(options), cases_(cases), run_(run) {}

  // Load reads what is expected of the drivers, and selects. Returns "" or what is wrong.
  std::string Load();
  // Start runs each driver, and appends what it says of itself. Returns "" or why one cannot be
  // used.
  std::string Start(std::vector<DriverStamp> *stamps);
  // Register makes the selected points tests, and gives what comes of them to `sink`.
  void Register(const Sink &sink);
  // End ends each driver. Returns a line for each that did not end well.
  std::vector<std::string> End();

  // Every point, in the order of drivers and cases.
  const std::vector<std::unique_ptr<Point>> &points() const {
    return points_;
  }
  size_t num_selected() const;

 private:
  std::string LoadExpectations(Subject *subject);
  void AddPoints(Subject *subject);
  std::unique_ptr<Point> MakePoint(Subject *subject, const Case &a_case, const Axes &axes);
  std::string WhyNotSelected() const;

  const Options &options_;
  const std::vector<Case> &cases_;
  const Run &run_;
  std::vector<std::unique_ptr<Subject>> subjects_;
  std::vector<std::unique_ptr<Point>> points_;
};

}  // namespace conformance

#endif
