#ifndef CONFORMANCE_RUNNER_STAMP_H
#define CONFORMANCE_RUNNER_STAMP_H

// Which run it was: what every report is stamped with.

#include <string>

#include "conformance/runner/outcome.h"

namespace conformance {

// MakeStamp fills in all but what the register, the drivers and the options say.
Stamp MakeStamp();

// ShowStamp returns it as one line, without the drivers.
std::string ShowStamp(const Stamp &stamp);

// ShowDriver returns one line about a driver.
std::string ShowDriver(const DriverStamp &driver);

}  // namespace conformance

#endif
