#include "conformance/runner/table.h"

#include <algorithm>

namespace conformance {
namespace {

// Columns of a terminal or a page that the table is to fit in.
constexpr size_t kPageWidth = 116;
constexpr size_t kGap = 2;

struct Cell {
  int passed = 0;
  int red = 0;
  int expected = 0;
};

// The lines of a column's head: driver, transport, mode, version, as far as they are shown.
using Head = std::vector<std::string>;
using Row = std::map<Head, Cell>;

struct Grid {
  std::vector<std::string> headings;
  std::map<std::string, Row> rows;
  Row all;
};

Head HeadOf(const Outcome &outcome, size_t num_lines) {
  Head head = {outcome.driver, outcome.axes.is_unix ? "unix" : "tcp",
               outcome.axes.nonblocking ? "nonblock" : "block", outcome.axes.version};
  head.resize(num_lines);
  return head;
}

void Count(Verdict verdict, Cell *cell) {
  bool is_expected = verdict == Verdict::kUnsupported || verdict == Verdict::kXfail;
  cell->passed += verdict == Verdict::kPass ? 1 : 0;
  cell->red += IsRed(verdict) ? 1 : 0;
  cell->expected += is_expected ? 1 : 0;
}

// Headings in the register's order.
std::vector<std::string> Headings(const std::vector<Clause> &clauses) {
  std::vector<std::string> headings;
  for (const Clause &clause : clauses) {
    if (std::find(headings.begin(), headings.end(), clause.heading) == headings.end()) {
      headings.push_back(clause.heading);
    }
  }
  headings.emplace_back("?");
  return headings;
}

Grid MakeGrid(const Report &report, size_t num_lines) {
  Grid grid;
  grid.headings = Headings(*report.clauses);
  for (const Outcome &outcome : *report.outcomes) {
    if (outcome.verdict == Verdict::kUntested) {
      continue;
    }
    const Clause *clause = FindClause(*report.clauses, ClauseOf(*outcome.a_case));
    Head head = HeadOf(outcome, num_lines);
    Count(outcome.verdict, &grid.rows[clause != nullptr ? clause->heading : "?"][head]);
    Count(outcome.verdict, &grid.all[head]);
  }
  return grid;
}

std::string ShowCell(const Cell &cell) {
  std::string text;
  if (cell.red > 0) {
    text = std::to_string(cell.red) + " FAILED";
  } else if (cell.passed > 0) {
    text = std::to_string(cell.passed);
  }
  if (cell.expected > 0) {
    text += (text.empty() ? "-" : " -") + std::to_string(cell.expected);
  }
  return text.empty() ? "." : text;
}

std::string ShowCell(const Row &row, const Head &head) {
  auto cell = row.find(head);
  return ShowCell(cell == row.end() ? Cell() : cell->second);
}

std::string Pad(const std::string &text, size_t width) {
  return text.size() < width ? text + std::string(width - text.size(), ' ') : text;
}

size_t ColumnWidth(const Grid &grid, const Head &head) {
  size_t width = ShowCell(grid.all, head).size();
  for (const std::string &line : head) {
    width = std::max(width, line.size());
  }
  for (const auto &row : grid.rows) {
    width = std::max(width, ShowCell(row.second, head).size());
  }
  return width + kGap;
}

size_t HeadingWidth(const Grid &grid) {
  size_t width = 0;
  for (const auto &row : grid.rows) {
    width = std::max(width, row.first.size());
  }
  return width + kGap;
}

size_t Width(const Grid &grid) {
  size_t width = HeadingWidth(grid);
  for (const auto &column : grid.all) {
    width += ColumnWidth(grid, column.first);
  }
  return width;
}

// The widest of those that fit on the page.
Grid ChooseGrid(const Report &report) {
  constexpr size_t kMostLines = 4;
  for (size_t num_lines = kMostLines; num_lines > 1; num_lines--) {
    Grid grid = MakeGrid(report, num_lines);
    if (Width(grid) <= kPageWidth) {
      return grid;
    }
  }
  return MakeGrid(report, 1);
}

std::string Line(const std::string &text) {
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

std::string ShowRow(const Grid &grid, const std::string &heading, const Row &row) {
  std::string text = Pad(heading, HeadingWidth(grid));
  for (const auto &column : grid.all) {
    text += Pad(ShowCell(row, column.first), ColumnWidth(grid, column.first));
  }
  return Line(text);
}

std::string ShowHead(const Grid &grid) {
  std::string text;
  for (size_t i = 0; i < grid.all.begin()->first.size(); i++) {
    std::string line(HeadingWidth(grid), ' ');
    for (const auto &column : grid.all) {
      line += Pad(column.first[i], ColumnWidth(grid, column.first));
    }
    text += Line(line);
  }
  return text;
}

}  // namespace

std::string Table(const Report &report) {
  Grid grid = ChooseGrid(report);
  if (grid.all.empty()) {
    return "";
  }
  std::string rule = std::string(Width(grid) - kGap, '-') + "\n";
  std::string table = ShowHead(grid) + rule;
  for (const std::string &heading : grid.headings) {
    auto row = grid.rows.find(heading);
    table += row != grid.rows.end() ? ShowRow(grid, heading, row->second) : "";
  }
  return table + rule + ShowRow(grid, "all", grid.all) +
         "(cases that passed, on all axes that the head does not name together;\n"
         "-N: N more that are expected to be unsupported or to fail)\n";
}

}  // namespace conformance
