#include "conformance/runner/report.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace conformance {
namespace {

constexpr size_t kHeadingWidth = 24;

struct Cell {
  int passed = 0;
  int failed = 0;
  int unsupported = 0;
};

// A column is a driver, a transport and a mode; versions and roles are added up in it.
struct Column {
  std::string driver;
  bool is_unix;
  bool nonblocking;

  bool operator<(const Column &other) const {
    return std::tie(driver, is_unix, nonblocking) <
           std::tie(other.driver, other.is_unix, other.nonblocking);
  }
};

using Cells = std::map<std::string, std::map<Column, Cell>>;

Column ColumnOf(const Outcome &outcome) {
  return {outcome.driver, outcome.axes.is_unix, outcome.axes.nonblocking};
}

void Count(Verdict verdict, Cell *cell) {
  cell->passed += verdict == Verdict::kPass ? 1 : 0;
  cell->unsupported += verdict == Verdict::kUnsupported ? 1 : 0;
  cell->failed += verdict == Verdict::kFail || verdict == Verdict::kUnresolved ? 1 : 0;
}

std::string Pad(const std::string &text, size_t width) {
  return text.size() < width ? text + std::string(width - text.size(), ' ') : text;
}

std::string ShowCell(const Cell &cell) {
  std::string text;
  if (cell.failed > 0) {
    text = std::to_string(cell.failed) + " FAILED";
  } else if (cell.passed > 0) {
    text = std::to_string(cell.passed);
  }
  if (cell.unsupported > 0) {
    text += (text.empty() ? "-" : " -") + std::to_string(cell.unsupported);
  }
  return text.empty() ? "." : text;
}

// Headings in the register's order.
std::vector<std::string> Headings(const std::vector<Clause> &clauses) {
  std::vector<std::string> headings;
  for (const Clause &clause : clauses) {
    if (std::find(headings.begin(), headings.end(), clause.heading) == headings.end()) {
      headings.push_back(clause.heading);
    }
  }
  return headings;
}

std::string Row(const std::string &heading, const std::map<Column, Cell> &cells,
                const std::map<Column, Cell> &all) {
  std::string row = Pad(heading, kHeadingWidth);
  for (const auto &column : all) {
    auto cell = cells.find(column.first);
    row += Pad(cell == cells.end() ? "." : ShowCell(cell->second), 10);
  }
  return row + "\n";
}

std::string Head(const std::map<Column, Cell> &all) {
  std::string drivers = Pad("", kHeadingWidth);
  std::string transports = drivers;
  std::string modes = drivers;
  for (const auto &entry : all) {
    drivers += Pad(entry.first.driver, 10);
    transports += Pad(entry.first.is_unix ? "unix" : "tcp", 10);
    modes += Pad(entry.first.nonblocking ? "nonblock." : "blocking", 10);
  }
  return drivers + "\n" + transports + "\n" + modes + "\n";
}

}  // namespace

std::string Table(const std::vector<Clause> &clauses, const std::vector<Outcome> &outcomes) {
  Cells cells;
  std::map<Column, Cell> all;
  for (const Outcome &outcome : outcomes) {
    const Clause *clause = FindClause(clauses, ClauseOf(*outcome.a_case));
    Count(outcome.verdict, &cells[clause != nullptr ? clause->heading : "?"][ColumnOf(outcome)]);
    Count(outcome.verdict, &all[ColumnOf(outcome)]);
  }
  std::string line = std::string(kHeadingWidth + 10 * all.size(), '-') + "\n";
  std::string table = Head(all) + line;
  for (const std::string &heading : Headings(clauses)) {
    if (cells.count(heading) != 0) {
      table += Row(heading, cells[heading], all);
    }
  }
  return table + line + Row("all", all, all) +
         "(cases passed in both versions and roles together; -N: unsupported by the driver)\n";
}

std::string Failures(const std::vector<Clause> &clauses, const std::vector<Outcome> &outcomes) {
  std::string text;
  for (const Outcome &outcome : outcomes) {
    if (!IsRed(outcome.verdict)) {
      continue;
    }
    const Clause *clause = FindClause(clauses, ClauseOf(*outcome.a_case));
    std::string name = NameOf(*outcome.a_case, outcome.driver, outcome.axes);
    text += (outcome.verdict == Verdict::kFail ? "FAIL " : "UNRESOLVED ") + name + "\n";
    text += "case:     " + outcome.a_case->title + "\n";
    text += clause != nullptr ? "clause:   " + clause->text + " (" + clause->document + ":" +
                                    std::to_string(clause->line) + ")\n"
                              : "";
    text += outcome.message;
    text += "again:    " + Again(outcome) + "\n\n";
  }
  return text;
}

std::string Summary(const std::vector<Outcome> &outcomes) {
  std::map<Verdict, int> counts;
  for (const Outcome &outcome : outcomes) {
    counts[outcome.verdict]++;
  }
  return std::to_string(counts[Verdict::kPass]) + " passed, " +
         std::to_string(counts[Verdict::kFail]) + " failed, " +
         std::to_string(counts[Verdict::kUnsupported]) + " unsupported, " +
         std::to_string(counts[Verdict::kUnresolved]) + " unresolved";
}

}  // namespace conformance
