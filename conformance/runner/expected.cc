#include "conformance/runner/expected.h"

#include <fnmatch.h>

#include <algorithm>
#include <sstream>

namespace conformance {
namespace {

bool Matches(const Expectation &expectation, const std::string &name) {
  return fnmatch(expectation.pattern.c_str(), name.c_str(), 0) == 0;
}

bool MatchesAny(const Expectation &expectation, const std::vector<std::string> &names) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string &name) { return Matches(expectation, name); });
}

bool IsUsed(const std::vector<Expectation> &expectations, const Expectation &expectation,
            const std::vector<std::string> &names) {
  return std::any_of(names.begin(), names.end(), [&](const std::string &name) {
    return FindExpectation(expectations, name) == &expectation;
  });
}

// Returns false for a line that is none.
bool ParseLine(const std::string &line, Expectation *expectation) {
  std::istringstream words(line);
  std::string verdict;
  words >> verdict >> expectation->pattern >> std::ws;
  std::getline(words, expectation->reason);
  expectation->verdict = verdict == "fail" ? Verdict::kFail : Verdict::kUnsupported;
  return (verdict == "fail" || verdict == "unsupported") && !expectation->reason.empty();
}

std::string Describe(const Expectation &expectation) {
  return (expectation.verdict == Verdict::kFail ? "fail " : "unsupported ") + expectation.pattern +
         " (line " + std::to_string(expectation.line) + ")";
}

void JudgePass(const Expectation *expectation, Outcome *outcome) {
  if (expectation != nullptr) {
    outcome->verdict = Verdict::kXpass;
    outcome->message = "it passes, although the line says: " + Describe(*expectation) + "\n";
  }
}

void JudgeFailure(const Expectation *expectation, Outcome *outcome) {
  if (expectation != nullptr && expectation->verdict == Verdict::kFail) {
    outcome->verdict = Verdict::kXfail;
  }
}

void JudgeUnsupported(const Expectation *expectation, bool has_file, Outcome *outcome) {
  bool is_expected =
      expectation != nullptr ? expectation->verdict == Verdict::kUnsupported : !has_file;
  if (!is_expected) {
    outcome->verdict = Verdict::kFail;
    outcome->message = "unsupported, which was not expected: " + outcome->message;
  }
}

}  // namespace

std::string ParseExpected(std::istream &input, std::vector<Expectation> *expectations) {
  int number = 0;
  for (std::string line; std::getline(input, line);) {
    number++;
    size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos || line[first] == '#') {
      continue;
    }
    Expectation expectation;
    if (!ParseLine(line, &expectation)) {
      return "line " + std::to_string(number) + ": `" + line +
             "` is neither `unsupported PATTERN REASON` nor `fail PATTERN REASON`";
    }
    expectation.line = number;
    expectations->push_back(expectation);
  }
  return "";
}

const Expectation *FindExpectation(const std::vector<Expectation> &expectations,
                                   const std::string &name) {
  auto found =
      std::find_if(expectations.begin(), expectations.end(),
                   [&name](const Expectation &expectation) { return Matches(expectation, name); });
  return found == expectations.end() ? nullptr : &*found;
}

std::string CheckExpectations(const std::vector<Expectation> &expectations,
                              const std::vector<std::string> &names) {
  std::string problems;
  for (const Expectation &expectation : expectations) {
    if (IsUsed(expectations, expectation, names)) {
      continue;
    }
    problems += problems.empty() ? "" : "; ";
    problems += "line " + std::to_string(expectation.line) + ": the pattern " + expectation.pattern;
    problems += MatchesAny(expectation, names) ? " matches only what earlier lines match"
                                               : " matches no case";
  }
  return problems;
}

void Judge(const Expectation *expectation, bool has_file, Outcome *outcome) {
  outcome->reason = expectation != nullptr ? expectation->reason : "";
  switch (outcome->verdict) {
    case Verdict::kPass:
      JudgePass(expectation, outcome);
      break;
    case Verdict::kFail:
      JudgeFailure(expectation, outcome);
      break;
    case Verdict::kUnsupported:
      JudgeUnsupported(expectation, has_file, outcome);
      break;
    default:
      break;
  }
}

}  // namespace conformance
