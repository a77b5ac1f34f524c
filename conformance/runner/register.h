#ifndef CONFORMANCE_RUNNER_REGISTER_H
#define CONFORMANCE_RUNNER_REGISTER_H

// The register of clauses: what conformance means, sentence by sentence (conformance/spec).

#include <istream>
#include <map>
#include <string>
#include <vector>

#include "conformance/runner/case.h"

namespace conformance {

struct Clause {
  std::string id;
  // The part of the document that it is of; a row of the table.
  std::string heading;
  // MUST (the document says it), DECISION (the project's reading of it), EXTENSION, or NOTE (a
  // sentence that demands nothing).
  std::string level;
  // File and line of the sentence, and the hash of its words.
  std::string document;
  int line = 0;
  std::string hash;
  std::string text;
  // Why no case shows it; "" where one must.
  std::string waiver;
};

struct Register {
  // The document that conformance is to, and the hash of its bytes.
  std::string document;
  std::string document_hash;
  std::vector<Clause> clauses;
};

// ParseRegister reads the line `document NAME HASH` and clauses. Returns "" or what is wrong, with
// the line.
std::string ParseRegister(std::istream &input, Register *all);

// HashOf returns the first 8 hex digits of SHA-256 of `text`.
std::string HashOf(const std::string &text);

// CheckCoverage compares clauses and cases both ways. Returns a line for each clause without a case
// or waiver, each waiver that has a case, and each case that names no clause.
std::vector<std::string> CheckCoverage(const std::vector<Clause> &clauses,
                                       const std::vector<Case> &cases);

// Sentence is a unit of a document that a clause stands for.
struct Sentence {
  int line;
  std::string hash;
  std::string text;
};

// Sentences cuts a document: in a page of decisions each list item that starts with a decision's id
// is one, over all its lines, and nothing else is; in any other each line is cut after ". ".
// Headings without a method and marks such as **Returns** are left out.
std::vector<Sentence> Sentences(std::istream &document);

// CheckDocument compares the clauses of `name` with the document itself. Returns a line for each
// clause whose sentence has moved or is gone and for each sentence without a clause. A page of
// which only EXTENSION clauses are is no contract: its clauses name whole lines of it, and not
// every line has one.
std::vector<std::string> CheckDocument(const std::vector<Clause> &clauses, const std::string &name,
                                       std::istream &document);

}  // namespace conformance

#endif
