#ifndef CONFORMANCE_RUNNER_EXPECT_H
#define CONFORMANCE_RUNNER_EXPECT_H

// What a case expects of one value in a tuple.

#include <functional>
#include <string>
#include <vector>

#include "conformance/runner/value.h"

namespace conformance {

struct Expected {
  std::string description;
  std::function<bool(const Value &)> matches;
};

// The whole tuple, arity included.
using Tuple = std::vector<Expected>;

Expected Nil();
Expected True();
Expected False();
Expected Integer(int64_t integer);
// A number from `least` to `most`, integer or not.
Expected Between(double least, double most);
// Exactly these bytes, as text or by their digest.
Expected Bytes(const std::string &bytes);
// A string that is not empty, as every error has (D-02, D-11).
Expected AnyText();
// Text that contains each of these, whatever its case (D-12).
Expected TextWith(const std::vector<std::string> &parts);
// An object of any type.
Expected Object();
Expected Anything();

// The triples that the document's methods return.
Tuple Ok();
Tuple Timeout();     // of a method whose first value is `ok`
Tuple Error();       // likewise
Tuple NilTimeout();  // of read and of a write's nothing
Tuple NilError();    // of read and write
Tuple Closed();      // by the peer
Tuple ReadOf(const std::string &bytes);
Tuple WriteOf(size_t length);

// ShowTuple writes an expectation for people to read.
std::string ShowTuple(const Tuple &tuple);

// MatchesTuple compares arity, types and values.
bool MatchesTuple(const Tuple &tuple, const std::vector<Value> &values);

}  // namespace conformance

#endif
