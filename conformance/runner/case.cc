#include "conformance/runner/case.h"

#include <algorithm>

namespace conformance {

std::vector<Axes> Points(const Vary &vary) {
  std::vector<Axes> points;
  for (bool nonblocking : {false, true}) {
    for (const char *version : {"tls12", "tls13"}) {
      for (bool is_client : {true, false}) {
        bool is_tls12 = std::string(version) == "tls12";
        bool wanted = (nonblocking ? vary.nonblocking : vary.blocking) &&
                      (is_tls12 ? vary.tls12 : vary.tls13) &&
                      (is_client ? vary.client : vary.server);
        if (wanted) {
          points.push_back({nonblocking, version, is_client});
        }
      }
    }
  }
  return points;
}

std::string ClauseOf(const Case &a_case) {
  return a_case.id.substr(0, a_case.id.find('/'));
}

std::string SuiteName(const Case &a_case) {
  std::string name = a_case.id;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string TestName(const std::string &driver, const Axes &axes) {
  return driver + (axes.nonblocking ? ".nonblocking." : ".blocking.") + axes.version +
         (axes.is_client ? ".client" : ".server");
}

}  // namespace conformance
