// trust_fuzzer: what a program of the monorepo is told to trust.
//
// Input: certificates as PEM. What must hold: a refusal has a text.

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/tls_config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct net_tls_config *config = net_tls_config_new();
  if (config == nullptr) {
    return 0;
  }
  if (!net_tls_config_set_ca(config, reinterpret_cast<const char *>(data), size) &&
      net_tls_config_error(config)[0] == '\0') {
    fprintf(stderr, "a refusal without a text\n");
    abort();
  }
  net_tls_config_release(config);
  return 0;
}
