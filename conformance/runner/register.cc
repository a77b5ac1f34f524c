#include "conformance/runner/register.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <sstream>

namespace conformance {
namespace {

// SetField stores one "key value" line. Returns false for a key that there is not.
bool SetField(const std::string &key, const std::string &value, Clause *clause) {
  if (key == "source") {
    size_t colon = value.rfind(':');
    clause->document = value.substr(0, colon);
    clause->line = colon == std::string::npos ? 0 : std::atoi(value.c_str() + colon + 1);
    return clause->line > 0;
  }
  const std::map<std::string, std::string Clause::*> fields = {{"heading", &Clause::heading},
                                                               {"level", &Clause::level},
                                                               {"hash", &Clause::hash},
                                                               {"clause", &Clause::text},
                                                               {"waiver", &Clause::waiver}};
  auto field = fields.find(key);
  if (field == fields.end() || value.empty()) {
    return false;
  }
  clause->*field->second = value;
  return true;
}

std::string CollapseSpaces(const std::string &text) {
  std::istringstream words(text);
  std::string collapsed;
  for (std::string word; words >> word;) {
    collapsed += (collapsed.empty() ? "" : " ") + word;
  }
  return collapsed;
}

bool StartsDecision(const std::string &line) {
  return line.rfind("- D-", 0) == 0;
}

bool IsMark(const std::string &text) {
  bool is_heading = text.rfind('#', 0) == 0 && text.find("sock:") == std::string::npos;
  bool is_bold_alone =
      text.size() > 4 && text.rfind("**", 0) == 0 && text.find("**", 2) == text.size() - 2;
  return is_heading || is_bold_alone;
}

void AddSentence(int line, const std::string &words, std::vector<Sentence> *sentences) {
  std::string text = CollapseSpaces(words);
  if (!text.empty() && !IsMark(text)) {
    sentences->push_back({line, HashOf(text), text});
  }
}

void AddLine(int number, const std::string &line, std::vector<Sentence> *sentences) {
  size_t begin = 0;
  for (size_t stop; (stop = line.find(". ", begin)) != std::string::npos; begin = stop + 2) {
    AddSentence(number, line.substr(begin, stop + 1 - begin), sentences);
  }
  AddSentence(number, line.substr(begin), sentences);
}

bool ParseDocument(const std::string &line, Register *all) {
  std::istringstream words(line);
  std::string word;
  words >> word >> all->document >> all->document_hash;
  return word == "document" && all->document_hash.size() == 8 && !(words >> word);
}

bool IsContract(const std::vector<Clause> &clauses, const std::string &document) {
  return !std::any_of(clauses.begin(), clauses.end(), [&document](const Clause &clause) {
    return clause.document == document && clause.level == "EXTENSION";
  });
}

std::vector<Sentence> Lines(std::istream &document) {
  std::vector<Sentence> lines;
  int number = 0;
  for (std::string line; std::getline(document, line);) {
    std::string text = CollapseSpaces(line);
    lines.push_back({++number, HashOf(text), text});
  }
  return lines;
}

}  // namespace

std::string HashOf(const std::string &text) {
  uint8_t hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const uint8_t *>(text.data()), text.size(), hash);
  char hex[9];
  std::snprintf(hex, sizeof hex, "%02x%02x%02x%02x", hash[0], hash[1], hash[2], hash[3]);
  return hex;
}

std::string ParseRegister(std::istream &input, Register *all) {
  std::vector<Clause> *clauses = &all->clauses;
  int number = 0;
  for (std::string line; std::getline(input, line);) {
    number++;
    if (line.empty() || line[0] == '#') {
      continue;
    }
    if (line[0] == '[' && line.back() == ']') {
      clauses->emplace_back();
      clauses->back().id = line.substr(1, line.size() - 2);
      continue;
    }
    if (clauses->empty() && ParseDocument(line, all)) {
      continue;
    }
    size_t end = line.find(' ');
    size_t value = line.find_first_not_of(' ', end);
    bool is_field = end != std::string::npos && value != std::string::npos && !clauses->empty();
    if (!is_field || !SetField(line.substr(0, end), line.substr(value), &clauses->back())) {
      return "line " + std::to_string(number) + ": `" + line + "` is not a field of a clause";
    }
  }
  if (all->document_hash.empty()) {
    return "there is no line `document NAME HASH` before its clauses";
  }
  return clauses->empty() ? "there is no clause in it" : "";
}

std::vector<std::string> CheckCoverage(const std::vector<Clause> &clauses,
                                       const std::vector<Case> &cases) {
  std::set<std::string> shown;
  std::set<std::string> case_ids;
  std::set<std::string> clause_ids;
  std::vector<std::string> problems;
  for (const Case &a_case : cases) {
    shown.insert(ClauseOf(a_case));
    shown.insert(a_case.also.begin(), a_case.also.end());
    if (!case_ids.insert(a_case.id).second) {
      problems.push_back("two cases are called " + a_case.id);
    }
  }
  for (const Clause &clause : clauses) {
    bool is_shown = shown.count(clause.id) != 0;
    if (!clause_ids.insert(clause.id).second) {
      problems.push_back("two clauses are called " + clause.id);
    }
    if (!is_shown && clause.waiver.empty()) {
      problems.push_back("clause " + clause.id + " has neither a case nor a waiver");
    }
    if (is_shown && !clause.waiver.empty()) {
      problems.push_back("clause " + clause.id + " has a waiver and a case");
    }
  }
  for (const std::string &id : shown) {
    if (clause_ids.count(id) == 0) {
      problems.push_back("a case names clause " + id + ", which is not in the register");
    }
  }
  return problems;
}

std::vector<Sentence> Sentences(std::istream &document) {
  std::vector<Sentence> sentences;
  std::string decision;
  int decision_line = 0;
  int number = 0;
  auto end_decision = [&] {
    AddSentence(decision_line, decision, &sentences);
    decision.clear();
  };
  for (std::string line; std::getline(document, line);) {
    number++;
    bool continues = !decision.empty() && line.rfind("  ", 0) == 0;
    if (continues) {
      decision += " " + line;
      continue;
    }
    end_decision();
    if (StartsDecision(line)) {
      decision = line;
      decision_line = number;
    } else {
      AddLine(number, line, &sentences);
    }
  }
  end_decision();
  // A page of decisions has nothing else that counts.
  auto is_decision = [](const Sentence &sentence) { return StartsDecision(sentence.text); };
  if (std::any_of(sentences.begin(), sentences.end(), is_decision)) {
    sentences.erase(std::remove_if(sentences.begin(), sentences.end(), std::not_fn(is_decision)),
                    sentences.end());
  }
  return sentences;
}

std::vector<std::string> CheckDocument(const std::vector<Clause> &clauses, const std::string &name,
                                       std::istream &document) {
  bool is_contract = IsContract(clauses, name);
  std::vector<Sentence> sentences = is_contract ? Sentences(document) : Lines(document);
  std::set<std::pair<int, std::string>> registered;
  std::vector<std::string> problems;
  for (const Clause &clause : clauses) {
    if (clause.document != name) {
      continue;
    }
    registered.insert({clause.line, clause.hash});
    bool is_there =
        std::any_of(sentences.begin(), sentences.end(), [&clause](const Sentence &sentence) {
          return sentence.line == clause.line && sentence.hash == clause.hash;
        });
    if (!is_there) {
      problems.push_back(clause.id + ": " + name + ":" + std::to_string(clause.line) +
                         " no longer has its sentence");
    }
  }
  for (const Sentence &sentence : sentences) {
    if (is_contract && registered.count({sentence.line, sentence.hash}) == 0) {
      problems.push_back(name + ":" + std::to_string(sentence.line) + " (hash " + sentence.hash +
                         ") has no clause: " + sentence.text);
    }
  }
  return problems;
}

}  // namespace conformance
