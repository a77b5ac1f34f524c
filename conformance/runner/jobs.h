#ifndef CONFORMANCE_RUNNER_JOBS_H
#define CONFORMANCE_RUNNER_JOBS_H

// Cases in several processes at the same time: copies of the runner, each of which runs its shard
// of the tests, as GoogleTest divides them, with drivers of its own.

#include <functional>
#include <string>
#include <vector>

#include "conformance/runner/suite.h"

namespace conformance {

// Job runs the tests of this process and gives each run to `sink`. Returns what went wrong beside
// the cases, a line each.
using Job = std::function<std::vector<std::string>(const Suite::Sink &sink)>;

// RunJobs runs `job` in `count` processes and gives all that comes of it to `sink`, in this one. No
// driver may be running. Returns what went wrong, a line each; sets `*is_broken` where a process
// did not come to its end.
std::vector<std::string> RunJobs(int count, const Suite &suite, const Job &job,
                                 const Suite::Sink &sink, bool *is_broken);

// DefaultJobs returns how many processes suit the machine. Cases wait as long as they compute.
int DefaultJobs();

// RunLine and ParseRunLine carry a run from one process to another, as one line of words. `run` is
// filled in.
std::string RunLine(size_t index, const Outcome &run);
bool ParseRunLine(const std::vector<std::string> &words, Outcome *run);

}  // namespace conformance

#endif
