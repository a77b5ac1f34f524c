#ifndef CONFORMANCE_RUNNER_HTML_RUNS_H
#define CONFORMANCE_RUNNER_HTML_RUNS_H

// What there is to know about single runs, to be opened.

#include <set>
#include <string>

#include "conformance/runner/html_model.h"

namespace conformance {

class RunDetails {
 public:
  // Transcripts take at most `budget` bytes of the page, so that it stays one that opens.
  RunDetails(const HtmlModel &model, size_t budget) : model_(model), budget_(budget) {}

  // Of shows the runs of a case: each failure with all that is known of it, passes and what is not
  // supported as lists, and one pass as an example.
  std::string Of(const CaseRuns &case_runs);

 private:
  std::string OfDriver(Runs runs);
  std::string Alone(const Outcome &outcome);
  std::string Together(const Runs &runs);
  std::string List(const Runs &runs);
  std::string Example(const CaseRuns &case_runs);
  std::string Transcripts(const Outcome &outcome);
  std::string Transcript(const std::string &title, const std::string &text);
  std::string Id(const Outcome &outcome);

  const HtmlModel &model_;
  size_t budget_;
  std::set<std::string> ids_;
};

}  // namespace conformance

#endif
