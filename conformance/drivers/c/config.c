/* The configuration's methods. */

#include <string.h>

#include "conformance/drivers/c/allocations.h"
#include "conformance/drivers/c/slots.h"

/* Flags of set_protocols. */
enum {
  PROTOCOL_TLS_1_2 = 8,
  PROTOCOL_TLS_1_3 = 16
};

typedef bool (*setter)(struct net_tls_config *config, const struct arguments *arguments);

static const char *text(const struct arguments *arguments, size_t index) {
  const struct word *word = argument(arguments, index);
  return word->kind == WORD_STRING ? word->bytes : "";
}

static bool set_ca_file(struct net_tls_config *config, const struct arguments *arguments) {
  return net_tls_config_set_ca_file(config, text(arguments, 0));
}

static bool set_keypair_file(struct net_tls_config *config, const struct arguments *arguments) {
  return net_tls_config_set_keypair_file(config, text(arguments, 0), text(arguments, 1));
}

static bool set_protocols(struct net_tls_config *config, const struct arguments *arguments) {
  int64_t flags = argument(arguments, 0)->integer | argument(arguments, 1)->integer;
  return net_tls_config_set_versions(config,
                                     (flags & PROTOCOL_TLS_1_2) != 0 ? NET_TLS_1_2 : NET_TLS_1_3,
                                     (flags & PROTOCOL_TLS_1_3) != 0 ? NET_TLS_1_3 : NET_TLS_1_2);
}

static bool set_alpn(struct net_tls_config *config, const struct arguments *arguments) {
  return net_tls_config_set_alpn(config, text(arguments, 0));
}

static bool verify_client(struct net_tls_config *config, const struct arguments *arguments) {
  (void)arguments;
  return net_tls_config_set_client_certificate(config, NET_TLS_CLIENT_CERTIFICATE_REQUIRED);
}

static bool verify_client_optional(struct net_tls_config *config,
                                   const struct arguments *arguments) {
  (void)arguments;
  return net_tls_config_set_client_certificate(config, NET_TLS_CLIENT_CERTIFICATE_OPTIONAL);
}

static bool insecure_noverifycert(struct net_tls_config *config,
                                  const struct arguments *arguments) {
  (void)arguments;
  return net_tls_config_insecure_no_verify_certificate(config);
}

static bool insecure_noverifyname(struct net_tls_config *config,
                                  const struct arguments *arguments) {
  (void)arguments;
  return net_tls_config_insecure_no_verify_name(config);
}

static bool insecure_noverifytime(struct net_tls_config *config,
                                  const struct arguments *arguments) {
  (void)arguments;
  return net_tls_config_insecure_no_verify_time(config);
}

static bool insecure_allow_truncation(struct net_tls_config *config,
                                      const struct arguments *arguments) {
  (void)arguments;
  return net_tls_config_insecure_allow_truncation(config);
}

static const struct {
  const char *name;
  setter set;
} setters[] = {
    {"set_ca_file", set_ca_file},
    {"set_keypair_file", set_keypair_file},
    {"set_protocols", set_protocols},
    {"set_alpn", set_alpn},
    {"verify_client", verify_client},
    {"verify_client_optional", verify_client_optional},
    {"insecure_noverifycert", insecure_noverifycert},
    {"insecure_noverifyname", insecure_noverifyname},
    {"insecure_noverifytime", insecure_noverifytime},
    {"insecure_allow_truncation", insecure_allow_truncation},
};

static void answer(bool ok, const struct net_tls_config *config) {
  say_begin();
  say_boolean(ok);
  if (!ok) {
    say_string(net_tls_config_error(config));
  }
  say_end();
}

static bool any_has_zeros(const struct arguments *arguments) {
  for (size_t i = 0; i < arguments->count; i++) {
    if (word_has_zeros(&arguments->words[i])) {
      return true;
    }
  }
  return false;
}

void config_set(struct net_tls_config *config, const char *method,
                const struct arguments *arguments) {
  if (any_has_zeros(arguments)) {
    say_unsupported("a string with zeros in it");
    return;
  }
  for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++) {
    if (strcmp(setters[i].name, method) == 0) {
      allocations_enter();
      bool is_set = setters[i].set(config, arguments);
      allocations_leave();
      answer(is_set, config);
      return;
    }
  }
  say_unsupported(method);
}
