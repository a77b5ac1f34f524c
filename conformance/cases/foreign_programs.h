#ifndef CONFORMANCE_CASES_FOREIGN_PROGRAMS_H
#define CONFORMANCE_CASES_FOREIGN_PROGRAMS_H

// The programs that play the foreign peer, and how each is told what it is to be.

#include <string>

#include "conformance/cases/steps.h"

namespace conformance {

struct ForeignOptions {
  // Whom it trusts (Certificates).
  std::string authority = "ca";
  // Its identity (Certificates); empty: a server has the good one, a client none.
  std::string certificate;
  // Whether a server demands a certificate of its client.
  bool demands_certificate = false;
  // Application protocols that it offers, or accepts, separated by commas.
  std::string alpn;
  // Further arguments.
  std::vector<std::string> further;
};

// ForeignProgram is a program with TLS of its own.
struct ForeignProgram {
  const char *name;
  // Connects it with the driver: as its server where the driver is the client, and the reverse.
  void (*connect)(World &world, const ForeignOptions &options);
};

extern const ForeignProgram kOpenssl;
extern const ForeignProgram kSocat;
extern const ForeignProgram kGnutls;

// Text for a foreign peer to type or to print: lines of digits, none of which is a command.
std::string ManyLines(size_t count);

}  // namespace conformance

#endif
