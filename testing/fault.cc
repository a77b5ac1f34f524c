#include "testing/fault.h"

#include <ctype.h>
#include <stdlib.h>

#include <algorithm>

namespace net_testing {

namespace {

struct Word {
  Fault::Kind kind;
  const char *word;
};

constexpr Word kWords[] = {
    {Fault::kNone, "ok"},   {Fault::kAgain, "again"},     {Fault::kInterrupted, "intr"},
    {Fault::kZero, "zero"}, {Fault::kTimeout, "timeout"}, {Fault::kReset, "reset"},
    {Fault::kPipe, "pipe"}, {Fault::kEnd, "end"},         {Fault::kEarly, "early"},
    {Fault::kLate, "late"},
};

bool IsNumber(const std::string &word, size_t from) {
  return word.size() > from && isdigit(static_cast<unsigned char>(word[from])) != 0;
}

}  // namespace

Fault ParseFault(const std::string &word) {
  for (const Word &known : kWords) {
    if (word == known.word) {
      return {known.kind, 0};
    }
  }
  if (IsNumber(word, 0)) {
    return {Fault::kLimit, std::max(1, atoi(word.c_str()))};
  }
  if (word[0] == 'e' && IsNumber(word, 1)) {
    return {Fault::kErrno, atoi(word.c_str() + 1)};
  }
  return {};
}

std::string FaultWord(const Fault &fault) {
  for (const Word &known : kWords) {
    if (fault.kind == known.kind) {
      return known.word;
    }
  }
  return (fault.kind == Fault::kErrno ? "e" : "") + std::to_string(fault.number);
}

}  // namespace net_testing
