#ifndef CONFORMANCE_RUNNER_CASE_RUNNER_H
#define CONFORMANCE_RUNNER_CASE_RUNNER_H

// One run of one case at one point of the axes with one driver.

#include "conformance/runner/driver.h"
#include "conformance/runner/outcome.h"
#include "conformance/runner/world.h"

namespace conformance {

// RunCase runs the case of `outcome`, and sets verdict (kPass, kFail, kUnsupported or kUnresolved),
// message, transcript and wire. What GoogleTest's assertions find in it becomes part of the message
// alone. A driver that has failed is not used again: it is ended.
void RunCase(const Run &run, Driver *driver, Outcome *outcome);

}  // namespace conformance

#endif
