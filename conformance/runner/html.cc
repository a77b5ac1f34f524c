#include "conformance/runner/html.h"

namespace conformance {

std::string Html(const Report &report) {
  return "<!DOCTYPE html>\n<title>conformance " + report.stamp.suite_version + "</title>\n";
}

}  // namespace conformance
