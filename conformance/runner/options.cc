#include "conformance/runner/options.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "conformance/runner/escape.h"
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
  // What --expected was given for a driver by name, and for the only one.
  std::map<std::string, std::string> expected;
  std::string expected_of_the_only;
};

std::string FromUsersDirectory(const std::string &path) {
  const char *directory = getenv("BUILD_WORKING_DIRECTORY");
  return path[0] == '/' ? path : std::string(directory != nullptr ? directory : ".") + "/" + path;
}

// A relative path is one of the place where the user called `bazel run`, if it is there.
std::string UserPath(const std::string &path) {
  std::string there = FromUsersDirectory(path);
  return access(there.c_str(), F_OK) == 0 ? there : path;
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
  bool has_driver = equals != std::string::npos && value.find('/') > equals;
  if (has_driver) {
    parser->expected[value.substr(0, equals)] = value.substr(equals + 1);
  } else {
    parser->expected_of_the_only = value;
  }
  return "";
}

std::string SetNumber(const std::string &name, const std::string &value, int most, int *number) {
  const char *end = value.data() + value.size();
  auto parsed = std::from_chars(value.data(), end, *number);
  bool is_number = parsed.ec == std::errc() && parsed.ptr == end && *number >= 1 && *number <= most;
  return is_number
             ? ""
             : name + " wants a number from 1 to " + std::to_string(most) + ", not `" + value + "`";
}

// Returns false for a name that there is not.
bool SetNumberOption(const std::string &name, const std::string &value, Options *options,
                     std::string *error) {
  struct Number {
    int Options::*field;
    int most;
  };
  // GoogleTest takes no greater seed.
  const std::map<std::string, Number> numbers = {
      {"--patience", {&Options::patience_seconds, 86400}},
      {"--repeat", {&Options::repeat, 1000000}},
      {"--seed", {&Options::seed, 99999}},
      {"--jobs", {&Options::jobs, 1000}}};
  auto number = numbers.find(name);
  if (number == numbers.end()) {
    return false;
  }
  *error = SetNumber(name, value, number->second.most, &(options->*number->second.field));
  return true;
}

bool SetFileOption(const std::string &name, const std::string &value, Options *options) {
  const std::map<std::string, std::string Options::*> files = {{"--json", &Options::json_file},
                                                               {"--junit", &Options::junit_file},
                                                               {"--html", &Options::html_file}};
  auto file = files.find(name);
  if (file == files.end()) {
    return false;
  }
  options->*file->second = FromUsersDirectory(value);
  return true;
}

std::string SetOption(const std::string &name, const std::string &value, Parser *parser) {
  std::string error;
  if (SetNumberOption(name, value, parser->options, &error)) {
    return error;
  }
  if (value.empty()) {
    return name + " wants a value";
  }
  if (SetFileOption(name, value, parser->options)) {
    return "";
  }
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
  } else {
    return "there is no option " + name;
  }
  return "";
}

bool SetFlag(const std::string &name, Options *options) {
  const std::map<std::string, bool Options::*> flags = {
      {"--full", &Options::full}, {"--list", &Options::list},       {"--help", &Options::help},
      {"-h", &Options::help},     {"--verbose", &Options::verbose}, {"-v", &Options::verbose}};
  auto flag = flags.find(name);
  if (flag == flags.end()) {
    return false;
  }
  options->*flag->second = true;
  return true;
}

std::string KnownNames(const Parser &parser) {
  std::string names;
  for (const auto &driver : parser.known) {
    names += (names.empty() ? "" : ", ") + driver.first;
  }
  return names;
}

// Commands have spaces between their words; a word without a slash is looked up in PATH.
std::string SelectDriver(const std::string &wanted, Parser *parser) {
  DriverOption driver;
  driver.spelling = wanted;
  auto known = parser->known.find(wanted);
  if (known != parser->known.end()) {
    driver.name = wanted;
    driver.command = known->second;
    parser->options->drivers.push_back(driver);
    return "";
  }
  driver.command = Split(wanted);
  std::string &program = driver.command[0];
  program = program.find('/') == std::string::npos ? program : UserPath(program);
  if (wanted.find('/') == std::string::npos && driver.command.size() == 1) {
    return "there is no driver " + wanted + " (known: " + KnownNames(*parser) +
           "; a command has a slash or a space in it)";
  }
  driver.name = BaseName(program);
  std::replace(driver.name.begin(), driver.name.end(), '.', '_');
  parser->options->drivers.push_back(driver);
  return "";
}

std::string CheckNames(const std::vector<DriverOption> &drivers) {
  for (size_t i = 0; i < drivers.size(); i++) {
    for (size_t j = 0; j < i; j++) {
      if (drivers[i].name == drivers[j].name) {
        return "two drivers are called " + drivers[i].name;
      }
    }
  }
  return drivers.empty() ? "no driver: give one with --driver COMMAND" : "";
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
  return CheckNames(parser->options->drivers);
}

DriverOption *FindDriver(const std::string &name, Options *options) {
  auto found = std::find_if(options->drivers.begin(), options->drivers.end(),
                            [&name](const DriverOption &driver) { return driver.name == name; });
  return found == options->drivers.end() ? nullptr : &*found;
}

std::string SetExpectedFiles(Parser *parser) {
  std::vector<DriverOption> &drivers = parser->options->drivers;
  for (const auto &expected : parser->expected) {
    DriverOption *driver = FindDriver(expected.first, parser->options);
    if (driver != nullptr) {
      driver->expected_file = UserPath(expected.second);
    } else if (parser->known.count(expected.first) == 0) {
      return "--expected: there is no driver " + expected.first;
    }
  }
  if (!parser->expected_of_the_only.empty() && drivers.size() != 1) {
    return "--expected " + parser->expected_of_the_only +
           " is for one driver: say which, as in --expected DRIVER=FILE, or give one --driver";
  }
  if (!parser->expected_of_the_only.empty()) {
    drivers[0].expected_file = UserPath(parser->expected_of_the_only);
  }
  return "";
}

// For a driver that is known by name what is expected of it is known too, unless the user said
// otherwise.
std::string AgainCommand(const Parser &parser, const DriverOption &driver) {
  std::string command = "./bazelw run //conformance -- --driver " + ShellWord(driver.spelling);
  auto expected = parser.expected.find(driver.name);
  if (!parser.expected_of_the_only.empty()) {
    command += " --expected " + ShellWord(parser.expected_of_the_only);
  } else if (parser.known.count(driver.spelling) == 0 && expected != parser.expected.end()) {
    command += " --expected " + ShellWord(expected->second);
  }
  return command;
}

std::string Finish(Parser *parser) {
  std::string error = SelectDrivers(parser);
  if (error.empty()) {
    error = SetExpectedFiles(parser);
  }
  for (DriverOption &driver : parser->options->drivers) {
    driver.again = AgainCommand(*parser, driver);
  }
  return error;
}

}  // namespace

std::string ParseOptions(const std::vector<std::string> &arguments, Options *options) {
  Parser parser;
  parser.options = options;
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
  return options->help ? "" : Finish(&parser);
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
