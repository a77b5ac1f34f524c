#include "testing/certificates.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <vector>

namespace net_testing {

namespace {

// The places where Bazel puts a program's data: tests and `bazel run` start in the workspace's
// folder of the runfiles, and other workspaces have ours beside theirs.
std::vector<std::string> Candidates() {
  std::vector<std::string> candidates = {"", "../net_tls/", "external/net_tls/"};
  for (const char *variable : {"TEST_SRCDIR", "RUNFILES_DIR"}) {
    if (const char *directory = getenv(variable)) {
      candidates.push_back(std::string(directory) + "/net_tls/");
    }
  }
  char program[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", program, sizeof(program));
  if (length > 0) {
    candidates.push_back(std::string(program, static_cast<size_t>(length)) + ".runfiles/net_tls/");
  }
  return candidates;
}

}  // namespace

std::string CertificatePath(const std::string &name) {
  for (const std::string &candidate : Candidates()) {
    std::string path = candidate + "testing/certificates/" + name;
    if (access(path.c_str(), R_OK) == 0) {
      return path;
    }
  }
  fprintf(stderr, "testing/certificates/%s is not among the program's data\n", name.c_str());
  abort();
}

std::string ReadCertificate(const std::string &name) {
  std::ifstream file(CertificatePath(name));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace net_testing
