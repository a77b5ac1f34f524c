#ifndef CONFORMANCE_RUNNER_OPTIONS_H
#define CONFORMANCE_RUNNER_OPTIONS_H

// The runner's command line.

#include <map>
#include <string>
#include <vector>

namespace conformance {

// DriverOption is a driver to run.
struct DriverOption {
  std::string name;
  std::vector<std::string> command;
  // What --driver was, or would be, given.
  std::string spelling;
  // The file of what is expected of it; empty: none.
  std::string expected_file;
  // The command that runs its cases once more.
  std::string again;
};

struct Options {
  std::vector<DriverOption> drivers;
  // By the driver's name, the command of one of which single allocations can fail.
  std::map<std::string, std::vector<std::string>> memory_drivers;
  std::vector<std::string> filters;
  // Ids of the clauses whose cases are wanted; empty: of all.
  std::vector<std::string> clauses;
  std::string register_file;
  // Where reports go; empty: nowhere.
  std::string json_file;
  std::string junit_file;
  std::string html_file;
  int patience_seconds = 20;
  // How often each case runs.
  int repeat = 1;
  // Of the random order; 0: the order of the cases.
  int seed = 0;
  // Processes that run cases at the same time; 0: as many as suit the machine.
  int jobs = 0;
  // Whether cases that take long run too.
  bool full = false;
  bool list = false;
  bool help = false;
  bool verbose = false;
};

// ParseOptions reads the arguments that GoogleTest has left. Returns "" or what is wrong with them.
std::string ParseOptions(const std::vector<std::string> &arguments, Options *options);

// Help is what --help prints.
std::string Help();

// MatchesFilters tells whether a case's name ("NTS-READ-04/1.lua.tcp.blocking.tls13.client") is
// selected: by any filter, a glob, or without wildcards the begin of the name; by none given,
// always.
bool MatchesFilters(const std::vector<std::string> &filters, const std::string &name);

}  // namespace conformance

#endif
