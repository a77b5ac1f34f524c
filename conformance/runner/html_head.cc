#include "conformance/runner/html_head.h"

#include <algorithm>

#include "conformance/runner/escape.h"
#include "conformance/runner/html_marks.h"
#include "conformance/runner/html_text.h"

namespace conformance {
namespace {

constexpr size_t kMostSurprises = 30;

size_t CountRed(const Runs &runs) {
  return static_cast<size_t>(std::count_if(
      runs.begin(), runs.end(), [](const Outcome *outcome) { return IsRed(outcome->verdict); }));
}

std::string Item(const std::string &name, const std::string &value) {
  return value.empty() ? "" : "<div><dt>" + name + "</dt><dd>" + XmlText(value) + "</dd></div>";
}

std::string ShowClauses(const HtmlModel &model) {
  size_t tested = 0;
  size_t waived = 0;
  for (const ClauseRuns &runs : model.clauses()) {
    bool is_tested = !runs.own.empty() || !runs.also.empty();
    tested += is_tested ? 1 : 0;
    waived += !is_tested && !runs.clause->waiver.empty() ? 1 : 0;
  }
  return std::to_string(model.clauses().size()) + ", " + std::to_string(tested) + " with cases, " +
         std::to_string(waived) + " waived";
}

std::string ShowProtocol(const Stamp &stamp) {
  return stamp.protocol_version > 0 ? "version " + std::to_string(stamp.protocol_version) : "";
}

std::string ShowOrder(const Stamp &stamp) {
  std::string order = stamp.seed == 0 ? "of the cases" : "seed " + std::to_string(stamp.seed);
  return order + (stamp.repeat > 1 ? ", each " + std::to_string(stamp.repeat) + " times" : "");
}

std::string Bar(const DriverStamp &driver, const Counts &counts) {
  std::string parts;
  for (Verdict verdict : kVerdicts) {
    int count = CountOf(counts, verdict);
    if (count > 0) {
      parts += "<span class=" + ClassOf(verdict) + " style=\"flex-grow:" + std::to_string(count) +
               "\"></span>";
    }
  }
  return "<div class=bar role=img aria-label=\"" + XmlText(driver.name + ": " + Tally(counts)) +
         "\">" + parts + "</div>";
}

std::string ShowCounts(const Counts &counts) {
  std::string items;
  for (Verdict verdict : kVerdicts) {
    int count = CountOf(counts, verdict);
    if (count > 0) {
      items += "<li>" + Badge(verdict) + " " + std::to_string(count) + "</li>";
    }
  }
  return "<ul class=counts>" + items + "</ul>";
}

std::string Card(const DriverStamp &driver, const Runs &runs) {
  Counts counts = Count(runs);
  std::string library =
      driver.library.empty() ? "" : "<p class=library>over " + XmlText(driver.library) + "</p>";
  return "<li class=card data-d=\"" + XmlText(driver.name) + "\"><h3>" + XmlText(driver.name) +
         "</h3><p>" + XmlText(driver.about) + "</p>" + library + Bar(driver, counts) +
         ShowCounts(counts) + "</li>\n";
}

std::string Meaning(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "all as expected";
    case Verdict::kFail:
      return "something else came";
    case Verdict::kXfail:
      return "fails, as is known of the driver";
    case Verdict::kXpass:
      return "passes, although a failure is known";
    case Verdict::kUnsupported:
      return "the driver has no such thing";
    case Verdict::kUnresolved:
      return "the machine lacks something";
    case Verdict::kUntested:
      break;
  }
  return "has not run";
}

std::string Meanings() {
  std::string items;
  for (Verdict verdict : kVerdicts) {
    items += "<li>" + Badge(verdict) + " " + Meaning(verdict) + "</li>";
  }
  return "<ul class=meanings>" + items + "</ul>";
}

// One grid, taken apart into its axes.
std::string GridKey(const HtmlModel &model) {
  std::string head = "<tr><td></td>";
  for (const Axes &column : model.columns()) {
    head += std::string("<th scope=col>") + (column.is_unix ? "unix" : "tcp") + "<br>" +
            (column.nonblocking ? "non-bl." : "block.") + "<br>" +
            (column.version == "tls12"   ? "1.2"
             : column.version == "tls13" ? "1.3"
                                         : XmlText(column.version)) +
            "</th>";
  }
  std::string rows;
  for (bool is_client : model.roles()) {
    rows += std::string("<tr><th scope=row>") + (is_client ? "client" : "server") + "</th>";
    for (size_t i = 0; i < model.columns().size(); i++) {
      rows += "<td><i class=pass>✓</i></td>";
    }
    rows += "</tr>";
  }
  return "<table class=key><caption>A cell of the matrix: transport, mode and version of TLS "
         "across, "
         "the driver's role down</caption>" +
         head + "</tr>" + rows + "</table>";
}

std::string Choice(const std::string &kind, const std::string &value, const std::string &label) {
  return "<label><input type=checkbox name=" + kind + " value=\"" + XmlText(value) + "\">" + label +
         "</label>";
}

std::string Problems(const std::vector<std::string> &problems) {
  std::string items;
  for (const std::string &problem : problems) {
    items += "<li>" + XmlText(problem) + "</li>";
  }
  return items;
}

// The red runs of a case with one driver and one verdict together.
std::vector<Runs> RedByCase(const HtmlModel &model) {
  std::vector<Runs> together;
  std::map<std::string, size_t> places;
  for (const Outcome *outcome : model.all()) {
    if (IsRed(outcome->verdict)) {
      std::string key =
          outcome->a_case->id + "." + outcome->driver + "." + ClassOf(outcome->verdict);
      if (places.emplace(key, together.size()).second) {
        together.emplace_back();
      }
      together[places[key]].push_back(outcome);
    }
  }
  return together;
}

std::string Surprise(const Runs &runs) {
  const Outcome &first = *runs.front();
  return "<li>" + Badge(first.verdict) + " <a href=\"" + Fragment(NameOf(first)) + "\">" +
         XmlText(first.a_case->id) + "</a> <span>" + XmlText(first.a_case->title) +
         "</span> <small>" + XmlText(first.driver) + ", " + Plural(runs.size(), "run") +
         "</small></li>";
}

}  // namespace

std::string Headline(const HtmlModel &model) {
  size_t red = CountRed(model.all());
  Counts counts = Count(model.all());
  size_t all = model.all().size() - static_cast<size_t>(CountOf(counts, Verdict::kUntested));
  size_t problems = model.problems().size();
  std::string besides = problems > 0 ? ", and " + Plural(problems, "problem") + " besides" : "";
  return (red == 0 ? Plural(all, "run") + ", all as expected"
                   : std::to_string(red) + " of " + Plural(all, "run") + " not as expected") +
         besides;
}

std::string Banner(const HtmlModel &model) {
  const Stamp &stamp = model.stamp();
  bool is_green = CountRed(model.all()) == 0 && model.problems().empty();
  return std::string(
             "<header class=banner><p class=eyebrow>Conformance report</p>"
             "<h1>net.tls.Socket</h1><p class=\"headline ") +
         (is_green ? "good" : "bad") + "\"><span aria-hidden=true>" + (is_green ? "✓" : "✕") +
         "</span> " + XmlText(Headline(model)) + "</p><dl>" + Item("Suite", stamp.suite_version) +
         Item("Document", stamp.document_hash) + Item("Register", stamp.register_hash) +
         Item("Clauses", ShowClauses(model)) + Item("Driver protocol", ShowProtocol(stamp)) +
         Item("Peer", stamp.peer_library) + Item("Platform", stamp.platform) +
         Item("Started", stamp.started) + Item("Order", ShowOrder(stamp)) + "</dl></header>\n";
}

std::string Totals(const HtmlModel &model) {
  std::string cards;
  for (size_t driver = 0; driver < model.stamp().drivers.size(); driver++) {
    cards += Card(model.stamp().drivers[driver], model.of_driver(driver));
  }
  return "<section aria-labelledby=drivers><h2 id=drivers>Drivers</h2><ul class=cards>" + cards +
         "</ul></section>\n";
}

std::string Surprises(const HtmlModel &model) {
  std::vector<Runs> surprises = RedByCase(model);
  std::string items = Problems(model.problems());
  for (size_t i = 0; i < std::min(surprises.size(), kMostSurprises); i++) {
    items += Surprise(surprises[i]);
  }
  size_t more = surprises.size() - std::min(surprises.size(), kMostSurprises);
  std::string rest =
      more > 0 ? "<li>… and " + std::to_string(more) + " more: filter by verdict below</li>" : "";
  return items.empty() ? ""
                       : "<section aria-labelledby=surprises><h2 id=surprises>Not as expected</h2>"
                         "<ul class=surprises>" +
                             items + rest + "</ul></section>\n";
}

std::string Legend(const HtmlModel &model) {
  return "<details class=legend><summary>How to read the matrix</summary><div>" + Meanings() +
         GridKey(model) + "</div></details>\n";
}

std::string Toolbar(const HtmlModel &model) {
  Counts counts = Count(model.all());
  std::string verdicts;
  for (Verdict verdict : kVerdicts) {
    if (CountOf(counts, verdict) > 0) {
      verdicts += Choice("verdict", ClassOf(verdict), Badge(verdict));
    }
  }
  std::string drivers;
  for (const DriverStamp &driver : model.stamp().drivers) {
    drivers += Choice("driver", driver.name, "<b class=v>" + XmlText(driver.name) + "</b>");
  }
  return "<form class=toolbar role=search aria-label=\"Filter of the matrix\">"
         "<input type=search name=text placeholder=\"Filter: id, words, message\" "
         "aria-label=\"Text to filter by\">"
         "<fieldset><legend>Verdict</legend>" +
         verdicts + "</fieldset><fieldset><legend>Driver</legend>" + drivers +
         "</fieldset><output aria-live=polite></output>"
         "<button type=button name=all>Open all</button></form>\n";
}

}  // namespace conformance
