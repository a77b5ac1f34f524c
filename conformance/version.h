#ifndef CONFORMANCE_VERSION_H
#define CONFORMANCE_VERSION_H

namespace conformance {

// The suite's version, in every report. The first number changes when a case that passed can fail,
// or the protocol changes; the second with new cases; the third with anything else.
inline constexpr char kSuiteVersion[] = "2.1.0";

}  // namespace conformance

#endif
