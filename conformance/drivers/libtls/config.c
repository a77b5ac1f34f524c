/* The configuration's methods, most of which have libtls's own names. */

#include <string.h>

#include "conformance/drivers/libtls/connection.h"

static const char *text(const struct arguments *arguments, size_t index) {
  const struct word *word = argument(arguments, index);
  return word->kind == WORD_STRING ? word->bytes : "";
}

static int set_ca_file(struct tls_config *config, const struct arguments *arguments) {
  return tls_config_set_ca_file(config, text(arguments, 0));
}

static int set_keypair_file(struct tls_config *config, const struct arguments *arguments) {
  return tls_config_set_keypair_file(config, text(arguments, 0), text(arguments, 1));
}

/* The flags have libtls's values. */
static int set_protocols(struct tls_config *config, const struct arguments *arguments) {
  int64_t flags = argument(arguments, 0)->integer | argument(arguments, 1)->integer;
  return tls_config_set_protocols(config, (uint32_t)flags);
}

static int set_alpn(struct tls_config *config, const struct arguments *arguments) {
  return tls_config_set_alpn(config, text(arguments, 0));
}

static const struct {
  const char *name;
  int (*set)(struct tls_config *config, const struct arguments *arguments);
} setters[] = {
    {"set_ca_file", set_ca_file},
    {"set_keypair_file", set_keypair_file},
    {"set_protocols", set_protocols},
    {"set_alpn", set_alpn},
};

/* These cannot fail. */
static const struct {
  const char *name;
  void (*turn)(struct tls_config *config);
} switches[] = {
    {"verify_client", tls_config_verify_client},
    {"verify_client_optional", tls_config_verify_client_optional},
    {"insecure_noverifycert", tls_config_insecure_noverifycert},
    {"insecure_noverifyname", tls_config_insecure_noverifyname},
    {"insecure_noverifytime", tls_config_insecure_noverifytime},
};

static void answer(bool ok, struct tls_config *config) {
  say_begin();
  say_boolean(ok);
  if (!ok) {
    say_string(tls_config_error(config));
  }
  say_end();
}

void config_set(struct tls_config *config, const char *method, const struct arguments *arguments) {
  for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++) {
    if (strcmp(setters[i].name, method) == 0) {
      answer(setters[i].set(config, arguments) == 0, config);
      return;
    }
  }
  for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
    if (strcmp(switches[i].name, method) == 0) {
      switches[i].turn(config);
      answer(true, config);
      return;
    }
  }
  say_unsupported(method);
}
