#include "conformance/runner/expected.h"

#include <fnmatch.h>

#include <algorithm>
#include <sstream>

namespace conformance {
namespace {

bool Matches(const Expectation &expectation, const std::string &name) {
  return fnmatch(expectation.pattern.c_str(), name.c_str(), 0) == 0;
}

}  // namespace

std::string ParseExpected(std::istream &input, std::vector<Expectation> *expectations) {
  int number = 0;
  for (std::string line; std::getline(input, line);) {
    number++;
    std::istringstream words(line);
    std::string verdict;
    Expectation expectation;
    if (!(words >> verdict) || verdict[0] == '#') {
      continue;
    }
    words >> expectation.pattern >> std::ws;
    std::getline(words, expectation.reason);
    if (verdict != "unsupported" || expectation.reason.empty()) {
      return "line " + std::to_string(number) + ": `" + line +
             "` is not `unsupported PATTERN REASON`";
    }
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

std::vector<std::string> StalePatterns(const std::vector<Expectation> &expectations,
                                       const std::vector<std::string> &names) {
  std::vector<std::string> stale;
  for (const Expectation &expectation : expectations) {
    bool is_used = std::any_of(names.begin(), names.end(),
                               [&](const std::string &name) { return Matches(expectation, name); });
    if (!is_used) {
      stale.push_back(expectation.pattern);
    }
  }
  return stale;
}

}  // namespace conformance
