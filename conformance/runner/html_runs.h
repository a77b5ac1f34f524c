#ifndef CONFORMANCE_RUNNER_HTML_RUNS_H
#define CONFORMANCE_RUNNER_HTML_RUNS_H

// What there is to know about single runs, to be opened.

#include <set>
#include <string>

#include "conformance/runner/html_model.h"

namespace conformance {

class RunDetails {
 public:
  // What the transcripts of failures and of examples take of the page at most, so that it stays one
  // that opens; and how long one text of theirs is at most.
  static constexpr size_t kAllFailures = 2 << 20;
  static constexpr size_t kAllExamples = 1 << 20;
  static constexpr size_t kOneFailure = 24 << 10;
  static constexpr size_t kOneExample = 4 << 10;

  explicit RunDetails(const HtmlModel &model) : model_(model) {}

  // Of shows the runs of a case: each failure with all that is known of it, passes and what is not
  // supported as lists, and one pass as an example.
  std::string Of(const CaseRuns &case_runs);

 private:
  std::string OfDriver(Runs runs);
  std::string Alone(const Outcome &outcome);
  std::string Together(const Runs &runs);
  std::string List(const Runs &runs);
  std::string Example(const CaseRuns &case_runs);
  std::string Id(const Outcome &outcome);

  const HtmlModel &model_;
  size_t left_for_failures_ = kAllFailures;
  size_t left_for_examples_ = kAllExamples;
  std::set<std::string> ids_;
};

}  // namespace conformance

#endif
