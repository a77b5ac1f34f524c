#ifndef CONFORMANCE_RUNNER_HTML_MODEL_H
#define CONFORMANCE_RUNNER_HTML_MODEL_H

// A report by clause, case, driver and point: what the page shows.

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "conformance/runner/outcome.h"

namespace conformance {

// From the worst to the least telling: what a mark for several runs shows is the first of these.
inline constexpr Verdict kBySeverity[] = {
    Verdict::kFail,        Verdict::kXpass, Verdict::kUnresolved, Verdict::kXfail,
    Verdict::kUnsupported, Verdict::kPass,  Verdict::kUntested};

using Runs = std::vector<const Outcome *>;

// All runs of one case, by the driver's place in the stamp.
struct CaseRuns {
  const Case *a_case = nullptr;
  std::map<size_t, Runs> by_driver;
};

struct ClauseRuns {
  const Clause *clause = nullptr;
  std::vector<const CaseRuns *> own;
  // Cases of other clauses that show this one, too.
  std::vector<const CaseRuns *> also;

  // Those of its own and the others'.
  Runs Of(size_t driver) const;
};

class HtmlModel {
 public:
  explicit HtmlModel(const Report &report);

  const Stamp &stamp() const {
    return stamp_;
  }
  const std::vector<std::string> &problems() const {
    return problems_;
  }
  const std::vector<ClauseRuns> &clauses() const {
    return clauses_;
  }
  // The points at which anything ran: roles in rows, all else in columns.
  const std::vector<Axes> &columns() const {
    return columns_;
  }
  const std::vector<bool> &roles() const {
    return roles_;
  }
  const Runs &of_driver(size_t driver) const {
    return of_driver_.at(driver);
  }
  const Runs &all() const {
    return all_;
  }

 private:
  void AddDrivers(const std::vector<Outcome> &outcomes);
  void AddPoints();
  void AddCases();
  void AddClauses(const std::vector<Clause> &clauses);
  void AddUnknownClauses(const std::vector<Clause> &clauses);
  void AddClause(const Clause &clause);
  size_t PlaceOf(const std::string &driver) const;

  Stamp stamp_;
  std::vector<std::string> problems_;
  Runs all_;
  std::vector<Runs> of_driver_;
  std::vector<Axes> columns_;
  std::vector<bool> roles_;
  // By id.
  std::map<std::string, CaseRuns> cases_;
  // The ids in the order in which they ran.
  std::vector<std::string> order_;
  std::vector<ClauseRuns> clauses_;
  // Those that cases name and the register lacks.
  std::deque<Clause> unknown_;
};

Counts Count(const Runs &runs);
int CountOf(const Counts &counts, Verdict verdict);
// The worst of `runs`, the first of several; nullptr for none.
const Outcome *Worst(const Runs &runs);
bool IsAt(const Outcome &outcome, const Axes &column, bool is_client);

}  // namespace conformance

#endif
