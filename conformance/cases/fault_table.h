#ifndef CONFORMANCE_CASES_FAULT_TABLE_H
#define CONFORMANCE_CASES_FAULT_TABLE_H

// The faults, each with what it may do, and how a kernel can be made to play it.

#include <string>
#include <vector>

#include "conformance/cases/fault_script.h"

namespace conformance {

// Recipe is how a real connection is made to have a fault, with any driver.
struct Recipe {
  // In words.
  const char *how;
  // Before the connection is made, and once it is there; may be null.
  void (*prepare)(World &world);
  void (*settle)(World &world);
  // Runs each call, may be null; and what happens at one call, null where it happens all the time.
  Result (*call)(World &world, const std::string &method, const std::string &arguments);
  void (*strike)(World &world);
};

struct Fault {
  // A word of the protocol, or, of "e", the errno's number.
  std::string word;
  // The calls that the word makes sense for: r, s and w; "" where the row is for the kernel alone.
  const char *functions;
  Effect effect;
  // What errors say; and what closed_by says then, "" for anything.
  std::vector<std::string> texts;
  const char *closed_by;
  // Null where no kernel does it at once, or at will.
  const Recipe *kernel;
};

const std::vector<Fault> &FaultTable();

// What a script may expect of one of them.
Plan PlanOf(const Fault &fault);

}  // namespace conformance

#endif
