#include "conformance/runner/html_marks.h"

#include <algorithm>
#include <cctype>

#include "conformance/runner/escape.h"
#include "conformance/runner/html_text.h"

namespace conformance {
namespace {

Runs At(const Runs &runs, const Axes &column, bool is_client) {
  Runs there;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(there),
               [&](const Outcome *outcome) { return IsAt(*outcome, column, is_client); });
  return there;
}

std::string Mark(const Outcome *worst) {
  return worst == nullptr
             ? "<i></i>"
             : "<i class=" + ClassOf(worst->verdict) + ">" + SymbolOf(worst->verdict) + "</i>";
}

// The width of a column: the first of a transport, or of a mode, stands apart.
std::string Track(const std::vector<Axes> &columns, size_t i) {
  bool other_transport = i > 0 && columns[i].is_unix != columns[i - 1].is_unix;
  bool other_mode = i > 0 && columns[i].nonblocking != columns[i - 1].nonblocking;
  return other_transport ? " calc(var(--mark)*1.5)"
         : other_mode    ? " calc(var(--mark) + 2px)"
                         : " var(--mark)";
}

}  // namespace

std::string ClassOf(Verdict verdict) {
  std::string name = ShowVerdict(verdict);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return std::tolower(letter); });
  return name;
}

std::string SymbolOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "✓";
    case Verdict::kFail:
      return "✕";
    case Verdict::kXfail:
      return "x";
    case Verdict::kXpass:
      return "!";
    case Verdict::kUnsupported:
      return "–";
    case Verdict::kUnresolved:
      return "?";
    case Verdict::kUntested:
      break;
  }
  return "○";
}

std::string Badge(Verdict verdict) {
  return "<b class=\"v " + ClassOf(verdict) + "\"><span aria-hidden=true>" + SymbolOf(verdict) +
         "</span> " + ShowVerdict(verdict) + "</b>";
}

std::string Tally(const Counts &counts) {
  std::string text;
  for (Verdict verdict : kVerdicts) {
    int count = CountOf(counts, verdict);
    if (count > 0) {
      text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + ShowVerdict(verdict);
    }
  }
  return text.empty() ? "nothing ran" : text;
}

std::string TallyMarks(const Counts &counts) {
  std::string marks;
  for (Verdict verdict : kVerdicts) {
    int count = CountOf(counts, verdict);
    if (count > 0) {
      marks += "<b class=\"n " + ClassOf(verdict) + "\" title=" + ShowVerdict(verdict) + ">" +
               SymbolOf(verdict) + " " + std::to_string(count) + "</b>";
    }
  }
  return marks;
}

std::string Grid(const HtmlModel &model, const Runs &runs, const std::string &driver) {
  const Outcome *worst = Worst(runs);
  if (worst == nullptr) {
    return "<span class=none>not run</span>";
  }
  std::string grid = "<a class=g href=\"" + Fragment(NameOf(*worst)) + "\" aria-label=\"" +
                     XmlText(driver + ": " + Tally(Count(runs))) + "\">";
  for (bool is_client : model.roles()) {
    for (const Axes &column : model.columns()) {
      grid += Mark(Worst(At(runs, column, is_client)));
    }
  }
  return grid + "</a>";
}

std::string GridStyle(const HtmlModel &model) {
  std::string tracks;
  for (size_t i = 0; i < model.columns().size(); i++) {
    tracks += Track(model.columns(), i);
  }
  return ".g,.axis{grid-template-columns:" + (tracks.empty() ? "auto" : tracks) + "}";
}

std::string PointName(const Axes &axes) {
  return TestName("", axes).substr(1);
}

std::string ShowPoint(const Axes &axes) {
  std::string version = axes.version == "tls12"   ? "TLS 1.2"
                        : axes.version == "tls13" ? "TLS 1.3"
                                                  : axes.version;
  return std::string(axes.is_unix ? "unix" : "tcp") +
         (axes.nonblocking ? " · non-blocking · " : " · blocking · ") + version +
         (axes.is_client ? " · client" : " · server");
}

std::string Plural(size_t count, const std::string &noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace conformance
