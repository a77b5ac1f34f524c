#include "conformance/runner/options.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>

#include "conformance/runner/value.h"

namespace conformance {
namespace {

using Command = std::vector<std::string>;

struct Parser {
  Options *options;
  std::map<std::string, Command> known;
  // Those that run where none is asked for.
  std::vector<std::string> own;
  std::vector<std::string> wanted;
};

// A relative path is one of the place where the user called `bazel run`, if it is there.
std::string UserPath(const std::string &path) {
  const char *directory = getenv("BUILD_WORKING_DIRECTORY");
  std::string there = std::string(directory != nullptr ? directory : ".") + "/" + path;
  return path[0] != '/' && access(there.c_str(), F_OK) == 0 ? there : path;
}

std::string BaseName(const std::string &path) {
  return path.substr(path.rfind('/') + 1);
}

std::string AddKnown(const std::string &option, const std::string &value, Parser *parser) {
  size_t equals = value.find('=');
  if (equals == std::string::npos) {
    return option + " wants NAME=COMMAND, not `" + value + "`";
  }
  std::string name = value.substr(0, equals);
  parser->known[name] = Split(value.substr(equals + 1));
  if (option == "--known-driver") {
    parser->own.push_back(name);
  }
  return "";
}

std::string AddMemoryDriver(const std::string &value, Parser *parser) {
  size_t equals = value.find('=');
  if (equals == std::string::npos) {
    return "--memory-driver wants NAME=COMMAND, not `" + value + "`";
  }
  parser->options->memory_drivers[value.substr(0, equals)] = Split(value.substr(equals + 1));
  return "";
}

std::string AddExpected(const std::string &value, Parser *parser) {
  size_t equals = value.find('=');
  if (equals == std::string::npos) {
    return "--expected wants DRIVER=FILE, not `" + value + "`";
  }
  parser->options->expected_files[value.substr(0, equals)] = UserPath(value.substr(equals + 1));
  return "";
}

std::string SetPatience(const std::string &value, Parser *parser) {
  parser->options->patience_seconds = atoi(value.c_str());
  return parser->options->patience_seconds > 0 ? ""
                                               : "--patience wants seconds, not `" + value + "`";
}

std::string SetOption(const std::string &name, const std::string &value, Parser *parser) {
  if (name == "--known-driver" || name == "--other-driver") {
    return AddKnown(name, value, parser);
  }
  if (name == "--memory-driver") {
    return AddMemoryDriver(value, parser);
  }
  if (name == "--expected") {
    return AddExpected(value, parser);
  }
  if (name == "--driver") {
    parser->wanted.push_back(value);
  } else if (name == "--filter") {
    parser->options->filters.push_back(value);
  } else if (name == "--clause") {
    parser->options->clauses.push_back(value);
  } else if (name == "--register") {
    parser->options->register_file = value;
  } else if (name == "--patience") {
    return SetPatience(value, parser);
  } else {
    return "there is no option " + name;
  }
  return "";
}

bool SetFlag(const std::string &name, Options *options) {
  if (name == "--full") {
    options->full = true;
  } else if (name == "--list") {
    options->list = true;
  } else if (name == "--help" || name == "-h") {
    options->help = true;
  } else if (name == "--verbose" || name == "-v") {
    options->verbose = true;
  } else {
    return false;
  }
  return true;
}

std::string KnownNames(const Parser &parser) {
  std::string names;
  for (const auto &driver : parser.known) {
    names += (names.empty() ? "" : ", ") + driver.first;
  }
  return names;
}

std::string SelectDriver(const std::string &wanted, Parser *parser) {
  auto known = parser->known.find(wanted);
  if (known != parser->known.end()) {
    parser->options->drivers.push_back({wanted, known->second, wanted});
    return "";
  }
  Command command = Split(wanted);
  command[0] = command[0].find('/') == std::string::npos ? command[0] : UserPath(command[0]);
  if (wanted.find('/') == std::string::npos && command.size() == 1) {
    return "there is no driver " + wanted + " (known: " + KnownNames(*parser) +
           "; a command has a slash or a space in it)";
  }
  std::string name = BaseName(command[0]);
  std::replace(name.begin(), name.end(), '.', '_');
  parser->options->drivers.push_back({name, command, wanted});
  return "";
}

std::string SelectDrivers(Parser *parser) {
  if (parser->wanted.empty()) {
    parser->wanted = parser->own;
  }
  for (const std::string &wanted : parser->wanted) {
    std::string error = SelectDriver(wanted, parser);
    if (!error.empty()) {
      return error;
    }
  }
  return parser->options->drivers.empty() ? "no driver: give one with --driver COMMAND" : "";
}

}  // namespace

std::string ParseOptions(const std::vector<std::string> &arguments, Options *options) {
  Parser parser{options, {}, {}, {}};
  for (size_t i = 0; i < arguments.size(); i++) {
    if (SetFlag(arguments[i], options)) {
      continue;
    }
    size_t equals = arguments[i].find('=');
    std::string name = arguments[i].substr(0, equals);
    bool has_value = equals != std::string::npos || i + 1 < arguments.size();
    bool is_option = name.rfind("--", 0) == 0;
    if (!is_option || !has_value) {
      return is_option ? name + " wants a value" : "`" + name + "` is not an option";
    }
    std::string value =
        equals != std::string::npos ? arguments[i].substr(equals + 1) : arguments[++i];
    std::string error = SetOption(name, value, &parser);
    if (!error.empty()) {
      return error;
    }
  }
  return options->help ? "" : SelectDrivers(&parser);
}

std::string Help() {
  return R"(Runs the conformance suite for the contract of net.tls.Socket.

  ./bazelw run //conformance -- [options]

  --driver NAME|COMMAND  the implementation to test: c, lua, for comparison cqueues, libtls or luasec,
                         or the command of a driver of your own, which speaks the protocol of
                         conformance/PROTOCOL.md; may be given more than once (default: c and lua)
  --filter PATTERN       only cases whose name begins with PATTERN, or matches it where it has * or
                         ?; may be given more than once; names are CASE.DRIVER.TRANSPORT.MODE.VERSION.ROLE,
                         e.g. NTS-READ-04/1.lua.tcp.blocking.tls13.client
  --clause ID            only cases that show this clause, as their own or besides; may be given more
                         than once, e.g. D-06
  --expected DRIVER=FILE what a driver is known not to support, a line each: unsupported PATTERN
                         REASON. Whatever else it does not support is then a failure, and so is what
                         it supports all the same (c and lua have theirs)
  --full                 also the cases that take long
  --memory-driver NAME=COMMAND
                         the driver that stands in for driver NAME where single allocations are to
                         fail, if that cannot do so itself
  --list                 prints names and titles of the selected cases and runs nothing
  --patience SECONDS     how long a driver may keep silent before that is a hang (default: 20)
  -v, --verbose          prints each case as it runs, with its commands and answers
  -h, --help             this

and GoogleTest's own, e.g. --gtest_repeat=N --gtest_shuffle --gtest_random_seed=N
--gtest_output=xml:FILE --gtest_break_on_failure --gtest_fail_fast.

Exit status: 0 all as expected, 1 a case failed, 2 the environment is broken (a driver cannot be
run, socat or openssl is missing), 3 usage.
)";
}

bool MatchesFilters(const std::vector<std::string> &filters, const std::string &name) {
  return filters.empty() ||
         std::any_of(filters.begin(), filters.end(), [&name](const std::string &filter) {
           bool is_glob = filter.find_first_of("*?[") != std::string::npos;
           return is_glob ? fnmatch(filter.c_str(), name.c_str(), 0) == 0
                          : name.rfind(filter, 0) == 0;
         });
}

}  // namespace conformance
