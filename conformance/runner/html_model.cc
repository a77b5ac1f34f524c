#include "conformance/runner/html_model.h"

#include <algorithm>
#include <tuple>

namespace conformance {
namespace {

auto ColumnKey(const Axes &axes) {
  return std::tie(axes.is_unix, axes.nonblocking, axes.version);
}

int Rank(Verdict verdict) {
  return static_cast<int>(std::find(std::begin(kBySeverity), std::end(kBySeverity), verdict) -
                          std::begin(kBySeverity));
}

void Append(const CaseRuns &runs, size_t driver, Runs *all) {
  auto found = runs.by_driver.find(driver);
  if (found != runs.by_driver.end()) {
    all->insert(all->end(), found->second.begin(), found->second.end());
  }
}

}  // namespace

Runs ClauseRuns::Of(size_t driver) const {
  Runs runs;
  for (const CaseRuns *case_runs : own) {
    Append(*case_runs, driver, &runs);
  }
  for (const CaseRuns *case_runs : also) {
    Append(*case_runs, driver, &runs);
  }
  return runs;
}

HtmlModel::HtmlModel(const Report &report) : stamp_(report.stamp), problems_(report.problems) {
  for (const Outcome &outcome : *report.outcomes) {
    if (outcome.a_case != nullptr) {
      all_.push_back(&outcome);
    }
  }
  AddDrivers(*report.outcomes);
  AddPoints();
  AddCases();
  AddClauses(*report.clauses);
}

// A driver that says nothing of itself is there all the same.
void HtmlModel::AddDrivers(const std::vector<Outcome> &outcomes) {
  for (const Outcome &outcome : outcomes) {
    if (PlaceOf(outcome.driver) == stamp_.drivers.size()) {
      stamp_.drivers.push_back({outcome.driver, outcome.spelling, "", ""});
    }
  }
  of_driver_.resize(stamp_.drivers.size());
  for (const Outcome *outcome : all_) {
    of_driver_[PlaceOf(outcome->driver)].push_back(outcome);
  }
}

size_t HtmlModel::PlaceOf(const std::string &driver) const {
  return static_cast<size_t>(
      std::find_if(stamp_.drivers.begin(), stamp_.drivers.end(),
                   [&driver](const DriverStamp &stamp) { return stamp.name == driver; }) -
      stamp_.drivers.begin());
}

void HtmlModel::AddPoints() {
  for (const Outcome *outcome : all_) {
    columns_.push_back(outcome->axes);
    roles_.push_back(outcome->axes.is_client);
  }
  std::sort(columns_.begin(), columns_.end(),
            [](const Axes &a, const Axes &b) { return ColumnKey(a) < ColumnKey(b); });
  columns_.erase(
      std::unique(columns_.begin(), columns_.end(),
                  [](const Axes &a, const Axes &b) { return ColumnKey(a) == ColumnKey(b); }),
      columns_.end());
  std::sort(roles_.rbegin(), roles_.rend());
  roles_.erase(std::unique(roles_.begin(), roles_.end()), roles_.end());
}

void HtmlModel::AddCases() {
  for (const Outcome *outcome : all_) {
    CaseRuns &runs = cases_[outcome->a_case->id];
    if (runs.a_case == nullptr) {
      runs.a_case = outcome->a_case;
      order_.push_back(outcome->a_case->id);
    }
    runs.by_driver[PlaceOf(outcome->driver)].push_back(outcome);
  }
}

void HtmlModel::AddClauses(const std::vector<Clause> &clauses) {
  for (const Clause &clause : clauses) {
    AddClause(clause);
  }
  AddUnknownClauses(clauses);
}

void HtmlModel::AddUnknownClauses(const std::vector<Clause> &clauses) {
  for (const std::string &id : order_) {
    Clause clause;
    clause.id = ClauseOf(*cases_[id].a_case);
    clause.heading = "not in the register";
    bool is_new = FindClause(clauses, clause.id) == nullptr &&
                  std::none_of(unknown_.begin(), unknown_.end(),
                               [&clause](const Clause &known) { return known.id == clause.id; });
    if (is_new) {
      unknown_.push_back(clause);
      AddClause(unknown_.back());
    }
  }
}

void HtmlModel::AddClause(const Clause &clause) {
  ClauseRuns runs;
  runs.clause = &clause;
  for (const std::string &id : order_) {
    const CaseRuns &case_runs = cases_[id];
    const std::vector<std::string> &also = case_runs.a_case->also;
    if (ClauseOf(*case_runs.a_case) == clause.id) {
      runs.own.push_back(&case_runs);
    } else if (std::find(also.begin(), also.end(), clause.id) != also.end()) {
      runs.also.push_back(&case_runs);
    }
  }
  clauses_.push_back(runs);
}

Counts Count(const Runs &runs) {
  Counts counts;
  for (const Outcome *outcome : runs) {
    counts[outcome->verdict]++;
  }
  return counts;
}

int CountOf(const Counts &counts, Verdict verdict) {
  auto count = counts.find(verdict);
  return count != counts.end() ? count->second : 0;
}

const Outcome *Worst(const Runs &runs) {
  auto worst = std::min_element(runs.begin(), runs.end(), [](const Outcome *a, const Outcome *b) {
    return Rank(a->verdict) < Rank(b->verdict);
  });
  return worst != runs.end() ? *worst : nullptr;
}

bool IsAt(const Outcome &outcome, const Axes &column, bool is_client) {
  return outcome.axes.is_client == is_client && ColumnKey(outcome.axes) == ColumnKey(column);
}

}  // namespace conformance
