#include "conformance/runner/html_matrix.h"

#include <algorithm>

#include "conformance/runner/escape.h"
#include "conformance/runner/html_marks.h"
#include "conformance/runner/html_runs.h"
#include "conformance/runner/html_text.h"

namespace conformance {
namespace {

// Tables that a narrow page shows as blocks keep their roles.
std::string Cell(const std::string &driver, const std::string &content) {
  return "<td role=cell data-d=\"" + XmlText(driver) + "\">" + content + "</td>";
}

std::string Across(const HtmlModel &model, const std::string &content) {
  return "<td role=cell colspan=" + std::to_string(model.stamp().drivers.size() + 1) + ">" +
         content + "</td>";
}

std::string Span(const std::string &name, std::ptrdiff_t columns) {
  return columns == 0 ? ""
                      : "<span style=\"grid-column:span " + std::to_string(columns) + "\">" + name +
                            "</span>";
}

// Whose columns the transports have in the grids below.
std::string Axis(const HtmlModel &model) {
  const std::vector<Axes> &columns = model.columns();
  auto is_unix = [](const Axes &axes) { return axes.is_unix; };
  auto unix_columns = std::count_if(columns.begin(), columns.end(), is_unix);
  auto tcp_columns = static_cast<std::ptrdiff_t>(columns.size()) - unix_columns;
  return "<span class=axis aria-hidden=true>" + Span("tcp", tcp_columns) +
         Span("unix", unix_columns) + "</span>";
}

std::string Head(const HtmlModel &model) {
  std::string cells;
  for (const DriverStamp &driver : model.stamp().drivers) {
    cells += "<th role=columnheader scope=col data-d=\"" + XmlText(driver.name) + "\">" +
             XmlText(driver.name) + Axis(model) + "</th>";
  }
  return "<thead role=rowgroup><tr role=row><th role=columnheader scope=col>Clause</th>" + cells +
         "</tr></thead>";
}

// Tallies of one heading's own cases.
std::string HeadingTally(const HtmlModel &model, size_t driver, const std::string &heading) {
  Runs runs;
  for (const ClauseRuns &clause : model.clauses()) {
    for (const CaseRuns *case_runs : clause.own) {
      auto found = case_runs->by_driver.find(driver);
      if (clause.clause->heading == heading && found != case_runs->by_driver.end()) {
        runs.insert(runs.end(), found->second.begin(), found->second.end());
      }
    }
  }
  return TallyMarks(Count(runs));
}

std::string Heading(const HtmlModel &model, const std::string &heading) {
  std::string cells;
  for (size_t driver = 0; driver < model.stamp().drivers.size(); driver++) {
    cells += Cell(model.stamp().drivers[driver].name, HeadingTally(model, driver, heading));
  }
  return "<tbody role=rowgroup class=heading><tr role=row><th role=rowheader scope=row>" +
         XmlText(heading) + "</th>" + cells + "</tr></tbody>\n";
}

std::string Source(const Clause &clause) {
  return clause.document.empty() ? ""
                                 : " <span class=source>" + XmlText(clause.document) + ":" +
                                       std::to_string(clause.line) + "</span>";
}

std::string WhyUntested(const ClauseRuns &runs) {
  if (!runs.own.empty() || !runs.also.empty()) {
    return "";
  }
  const std::string &waiver = runs.clause->waiver;
  return "<p class=why>" + Badge(Verdict::kUntested) + " " +
         (waiver.empty() ? "No case of it was selected." : XmlText(waiver)) + "</p>";
}

std::string ClauseRow(const HtmlModel &model, const ClauseRuns &runs) {
  const Clause &clause = *runs.clause;
  std::string row = "<tr role=row class=clause><th role=rowheader scope=row><a class=id href=\"" +
                    Fragment(clause.id) + "\">" + XmlText(clause.id) + "</a> <span class=level>" +
                    XmlText(clause.level) + "</span>" + Source(clause) + "<p class=text>" +
                    XmlText(clause.text) + "</p>" + WhyUntested(runs) + "</th>";
  for (size_t driver = 0; driver < model.stamp().drivers.size(); driver++) {
    const std::string &name = model.stamp().drivers[driver].name;
    row += Cell(name, Grid(model, runs.Of(driver), name));
  }
  return row + "</tr>";
}

std::string CaseRow(const HtmlModel &model, const CaseRuns &runs) {
  const Case &a_case = *runs.a_case;
  std::string row = "<tr role=row class=case id=\"" + XmlText(a_case.id) +
                    "\"><th role=rowheader scope=row><a class=id href=\"" + Fragment(a_case.id) +
                    "\">" + XmlText(a_case.id) + "</a>" +
                    (a_case.full ? " <span class=level>full run</span>" : "") + "<p class=text>" +
                    XmlText(a_case.title) + "</p></th>";
  for (size_t driver = 0; driver < model.stamp().drivers.size(); driver++) {
    const std::string &name = model.stamp().drivers[driver].name;
    auto of_driver = runs.by_driver.find(driver);
    row += Cell(name,
                Grid(model, of_driver != runs.by_driver.end() ? of_driver->second : Runs(), name));
  }
  return row + "</tr>";
}

std::string AlsoRow(const HtmlModel &model, const ClauseRuns &runs) {
  if (runs.also.empty()) {
    return "";
  }
  std::string links;
  for (const CaseRuns *case_runs : runs.also) {
    links += "<li><a href=\"" + Fragment(case_runs->a_case->id) + "\">" +
             XmlText(case_runs->a_case->id) + "</a> " + XmlText(case_runs->a_case->title) + "</li>";
  }
  return "<tr role=row class=also>" + Across(model, "Also shown by<ul>" + links + "</ul>") +
         "</tr>";
}

std::string ClauseBody(const HtmlModel &model, const ClauseRuns &runs, RunDetails *details) {
  std::string body = "<tbody role=rowgroup class=body id=\"" + XmlText(runs.clause->id) + "\">" +
                     ClauseRow(model, runs);
  for (const CaseRuns *case_runs : runs.own) {
    body += CaseRow(model, *case_runs) + "<tr role=row class=runs>" +
            Across(model, "<div class=list>" + details->Of(*case_runs) + "</div>") + "</tr>";
  }
  return body + AlsoRow(model, runs) + "</tbody>\n";
}

std::string PointNames(const HtmlModel &model) {
  std::string names;
  for (bool is_client : model.roles()) {
    for (Axes axes : model.columns()) {
      axes.is_client = is_client;
      names += (names.empty() ? "" : " ") + PointName(axes);
    }
  }
  return names;
}

}  // namespace

std::string Matrix(const HtmlModel &model) {
  RunDetails details(model);
  std::string table = "<table id=matrix role=table data-points=\"" + XmlText(PointNames(model)) +
                      "\"><caption>Clauses and their cases by driver</caption>" + Head(model) +
                      "\n";
  std::string heading;
  for (const ClauseRuns &runs : model.clauses()) {
    if (runs.clause->heading != heading) {
      heading = runs.clause->heading;
      table += Heading(model, heading);
    }
    table += ClauseBody(model, runs, &details);
  }
  return table + "</table>\n";
}

}  // namespace conformance
