#include "conformance/runner/stamp.h"

#include <openssl/base.h>
#include <sys/utsname.h>
#include <time.h>

#include "conformance/runner/driver.h"
#include "conformance/runner/escape.h"
#include "conformance/version.h"

namespace conformance {
namespace {

std::string Platform() {
  utsname name = {};
  uname(&name);
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

std::string Now() {
  time_t now = time(nullptr);
  tm utc = {};
  gmtime_r(&now, &utc);
  char text[32];
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace

Stamp MakeStamp() {
  Stamp stamp;
  stamp.suite_version = kSuiteVersion;
  stamp.protocol_version = kProtocolVersion;
  stamp.platform = Platform();
  stamp.peer_library = "BoringSSL, API version " + std::to_string(BORINGSSL_API_VERSION);
  stamp.started = Now();
  return stamp;
}

std::string ShowStamp(const Stamp &stamp) {
  return "conformance suite " + stamp.suite_version + " (document " + stamp.document_hash +
         ", register " + stamp.register_hash + ", protocol " +
         std::to_string(stamp.protocol_version) + ", peer " + stamp.peer_library + ") on " +
         stamp.platform + " at " + stamp.started +
         (stamp.seed != 0 ? ", seed " + std::to_string(stamp.seed) : "");
}

std::string ShowDriver(const DriverStamp &driver) {
  return PlainText("driver " + driver.name + ": " + driver.about + " (" + driver.library + ")");
}

}  // namespace conformance
