#include "fuzz/setup_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing/certificates.h"

extern "C" {
int __real_access(const char *path, int mode);
FILE *__real_fopen(const char *path, const char *mode);
}

namespace net_fuzz {

namespace {

using net_testing::CertificatePath;

int machine_has = 0;

bool IsPlayed(const char *path) {
  return strncmp(path, "/etc/", 5) == 0;
}

bool IsFile(const char *path) {
  return strstr(path, ".crt") != nullptr || strstr(path, ".pem") != nullptr;
}

bool IsThere(const char *path) {
  return IsFile(path) ? machine_has == 1 || machine_has == 2 : machine_has >= 2;
}

void SetVariable(const char *name, const std::string &value) {
  if (value.empty()) {
    unsetenv(name);
  } else {
    setenv(name, value.c_str(), 1);
  }
}

}  // namespace

void SetStore(uint8_t variables, uint8_t machine) {
  const std::string files[] = {CertificatePath("ca.pem"), "", "/nonexistent",
                               CertificatePath("server.key")};
  machine_has = machine % 4;
  SetVariable("SSL_CERT_FILE", files[variables % 4]);
  SetVariable("SSL_CERT_DIR", (variables & 4) != 0 ? CertificatePath("ca_path") : "");
}

std::string DefaultFile() {
  const char *file = getenv("SSL_CERT_FILE");
  return file != nullptr ? file : "/etc/ssl/certs/ca-certificates.crt";
}

}  // namespace net_fuzz

using namespace net_fuzz;

extern "C" {

int __wrap_access(const char *path, int mode) {
  if (!IsPlayed(path)) {
    return __real_access(path, mode);
  }
  errno = ENOENT;
  return IsThere(path) ? 0 : -1;
}

FILE *__wrap_fopen(const char *path, const char *mode) {
  if (!IsPlayed(path)) {
    return __real_fopen(path, mode);
  }
  return __real_fopen(CertificatePath(machine_has == 1 ? "ca.pem" : "server.key").c_str(), mode);
}
}
