#include "conformance/runner/case.h"

#include <algorithm>

namespace conformance {

namespace {

bool IsVersionWanted(const Vary &vary, const std::string &version) {
  return version == "plain" ? vary.plain : version == "tls12" ? vary.tls12 : vary.tls13;
}

bool IsWanted(const Vary &vary, const Axes &axes) {
  return (axes.is_unix ? vary.unix_socket : vary.tcp) &&
         (axes.nonblocking ? vary.nonblocking : vary.blocking) &&
         IsVersionWanted(vary, axes.version) && (axes.is_client ? vary.client : vary.server);
}

}  // namespace

std::vector<Axes> Points(const Vary &vary) {
  std::vector<Axes> points;
  for (bool is_unix : {false, true}) {
    for (bool nonblocking : {false, true}) {
      for (const char *version : {"tls12", "tls13", "plain"}) {
        for (bool is_client : {true, false}) {
          Axes axes{nonblocking, version, is_client, is_unix};
          if (IsWanted(vary, axes)) {
            points.push_back(axes);
          }
        }
      }
    }
  }
  return points;
}

std::string ClauseOf(const Case &a_case) {
  return a_case.id.substr(0, a_case.id.find('/'));
}

bool ShowsAny(const Case &a_case, const std::vector<std::string> &ids) {
  return std::any_of(ids.begin(), ids.end(), [&a_case](const std::string &id) {
    return id == ClauseOf(a_case) ||
           std::find(a_case.also.begin(), a_case.also.end(), id) != a_case.also.end();
  });
}

std::string SuiteName(const Case &a_case) {
  std::string name = a_case.id;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string TestName(const std::string &driver, const Axes &axes) {
  return driver + (axes.is_unix ? ".unix" : ".tcp") +
         (axes.nonblocking ? ".nonblocking." : ".blocking.") + axes.version +
         (axes.is_client ? ".client" : ".server");
}

}  // namespace conformance
