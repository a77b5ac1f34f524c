#include "conformance/runner/html_runs.h"

#include <algorithm>

#include "conformance/runner/escape.h"
#include "conformance/runner/html_marks.h"
#include "conformance/runner/html_text.h"

namespace conformance {
namespace {

bool IsShownAlone(Verdict verdict) {
  return IsRed(verdict) || verdict == Verdict::kXfail;
}

bool IsFromDriver(const std::string &line) {
  size_t begin = line.find_first_not_of(' ');
  bool is_answer = begin != std::string::npos && line.compare(begin, 2, "< ") == 0;
  return is_answer || line.find(" ms  driver -> ") != std::string::npos;
}

// A line of a message or transcript: its key marked, as in "expected: ...", and what the driver
// said told apart from what it was told.
std::string ShowLine(const std::string &line) {
  size_t colon = line.find(": ");
  bool has_key = colon != std::string::npos && colon <= 12 && line.find(' ') == colon + 1;
  if (has_key) {
    return "<b>" + XmlText(line.substr(0, colon + 1)) + "</b>" + XmlText(line.substr(colon + 1));
  }
  return IsFromDriver(line) ? "<span>" + XmlText(line) + "</span>" : XmlText(line);
}

std::string ShowLines(const std::string &text) {
  std::string lines;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    lines += ShowLine(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return lines;
}

std::string Part(const std::string &title, const std::string &text, const char *kind = "") {
  return text.empty()
             ? ""
             : "<h4>" + title + "</h4><pre" + kind + " tabindex=0>" + ShowLines(text) + "</pre>";
}

std::string Transcript(const std::string &title, const std::string &text, size_t *left) {
  std::string part = Part(title, text, " class=transcript");
  if (part.size() > *left) {
    return "<h4>" + title + "</h4><p>Left out, for the page has many: run it again.</p>";
  }
  *left -= part.size();
  return part;
}

std::string Transcripts(const Outcome &outcome, size_t most, size_t *left) {
  return Transcript("Commands and answers", Shorten(outcome.transcript, most), left) +
         Transcript("On the wire, as the peer saw it", Shorten(outcome.wire, most), left);
}

std::string Why(const Outcome &outcome) {
  std::string reason =
      outcome.reason.empty() ? "" : "<p class=why>" + XmlText(outcome.reason) + "</p>";
  std::string title =
      IsShownAlone(outcome.verdict) ? "What was expected, and what came" : "What it said";
  return reason + Part(title, Shorten(outcome.message, RunDetails::kOneFailure));
}

std::string HowAgain(const Outcome &outcome) {
  return "<h4>Again</h4><pre class=again tabindex=0>" + XmlText(Again(outcome)) + "</pre>";
}

std::string Took(const Outcome &outcome) {
  std::string red = outcome.red_runs > 0 && outcome.runs > 1
                        ? ", red in " + std::to_string(outcome.red_runs) + " of " +
                              std::to_string(outcome.runs) + " runs"
                        : "";
  return std::to_string(outcome.milliseconds) + " ms" + red;
}

std::string Begin(const std::string &kind, const Outcome &outcome, const std::string &id) {
  return "<details class=\"run " + kind + "\" data-d=\"" + XmlText(outcome.driver) + "\"" + id +
         "><summary>";
}

std::string Title(const Outcome &outcome) {
  return Badge(outcome.verdict) + " <b>" + XmlText(outcome.driver) + "</b> ";
}

// Takes from `runs` the first and all that are like it.
Runs TakeAlike(Runs *runs) {
  const Outcome *first = runs->front();
  auto others = std::stable_partition(runs->begin(), runs->end(), [first](const Outcome *run) {
    return run->verdict == first->verdict && run->message == first->message &&
           run->reason == first->reason;
  });
  Runs alike(runs->begin(), others);
  runs->erase(runs->begin(), others);
  return alike;
}

const Outcome *FirstPass(const CaseRuns &case_runs) {
  for (const auto &driver : case_runs.by_driver) {
    for (const Outcome *outcome : driver.second) {
      if (outcome->verdict == Verdict::kPass && !outcome->transcript.empty()) {
        return outcome;
      }
    }
  }
  return nullptr;
}

}  // namespace

std::string RunDetails::Of(const CaseRuns &case_runs) {
  std::string details;
  for (size_t driver = 0; driver < model_.stamp().drivers.size(); driver++) {
    auto runs = case_runs.by_driver.find(driver);
    details += runs != case_runs.by_driver.end() ? OfDriver(runs->second) : "";
  }
  return details + Example(case_runs);
}

std::string RunDetails::OfDriver(Runs runs) {
  std::string alone;
  std::string together;
  while (!runs.empty()) {
    if (IsShownAlone(runs.front()->verdict)) {
      alone += Alone(*runs.front());
      runs.erase(runs.begin());
    } else {
      together += Together(TakeAlike(&runs));
    }
  }
  return alone + together;
}

std::string RunDetails::Alone(const Outcome &outcome) {
  return Begin(ClassOf(outcome.verdict), outcome, Id(outcome)) + Title(outcome) +
         XmlText(ShowPoint(outcome.axes)) + " <small>" + Took(outcome) + "</small></summary>" +
         Why(outcome) + HowAgain(outcome) + Transcripts(outcome, kOneFailure, &left_for_failures_) +
         "</details>";
}

std::string RunDetails::Together(const Runs &runs) {
  const Outcome &first = *runs.front();
  return Begin(ClassOf(first.verdict), first, "") + Title(first) + Plural(runs.size(), "run") +
         "</summary>" + Why(first) + List(runs) + HowAgain(first) + "</details>";
}

std::string RunDetails::List(const Runs &runs) {
  std::string list = "<ul>";
  for (const Outcome *outcome : runs) {
    list += "<li" + Id(*outcome) + ">" + XmlText(ShowPoint(outcome->axes)) + ", " + Took(*outcome) +
            "</li>";
  }
  return list + "</ul>";
}

std::string RunDetails::Example(const CaseRuns &case_runs) {
  const Outcome *pass = FirstPass(case_runs);
  if (pass == nullptr) {
    return "";
  }
  return Begin("example", *pass, "") + "Example of a pass: <b>" + XmlText(pass->driver) + "</b> " +
         XmlText(ShowPoint(pass->axes)) + "</summary>" +
         Transcripts(*pass, kOneExample, &left_for_examples_) + "</details>";
}

// A name that comes again is no id.
std::string RunDetails::Id(const Outcome &outcome) {
  std::string name = NameOf(outcome);
  return ids_.insert(name).second ? " id=\"" + XmlText(name) + "\"" : "";
}

}  // namespace conformance
