#include "fuzz/setup_configs.h"

#include <string>

#include "fuzz/setup_parts.h"
#include "testing/certificates.h"

namespace net_fuzz {

namespace {

using net_testing::CertificatePath;
using net_testing::ReadCertificate;

constexpr const char *kCiphers[] = {"compat", "nonsense", "!nonsense:AES128-SHA",
                                    "ECDHE-RSA-AES128-GCM-SHA256", "!aNULL:-ALL"};
constexpr const char *kGroups[] = {"P-384:X25519", "P-256", "X25519", "nonsense", ""};
constexpr const char *kLogs[] = {"/dev/null", "/nonexistent/key_log", "/"};
constexpr enum net_tls_version kVersions[][2] = {{NET_TLS_1_2, NET_TLS_1_2},
                                                 {NET_TLS_1_3, NET_TLS_1_3},
                                                 {NET_TLS_1_2, NET_TLS_1_3},
                                                 {NET_TLS_1_0, NET_TLS_1_1},
                                                 {NET_TLS_1_3, NET_TLS_1_2}};
constexpr int64_t kLifetimes[] = {0, 3, 4, 86400, 86401, -1};

template <typename Value, size_t number>
Value Choose(const Value (&values)[number], uint8_t byte) {
  return values[byte % number];
}

// A list of rules, some of which BoringSSL is not asked about.
std::string Ciphers(uint8_t byte) {
  return byte >= 128 ? "ALL:!" + std::string(byte, 'x') : Choose(kCiphers, byte);
}

std::string Protocols(uint8_t byte) {
  static const std::string kProtocols[] = {
      "x", "h2,x", "y", "a,,b", std::string(256, 'a'), std::string(70000, 'a')};
  return Choose(kProtocols, byte);
}

bool AddTicketKey(net_tls_config *config, uint8_t byte) {
  const std::string key(NET_TLS_TICKET_KEY_SIZE - byte / 128, static_cast<char>('a' + byte / 8));
  return net_tls_config_add_ticket_key(config, byte % 8, key.data(), key.size());
}

bool SetFlag(net_tls_config *config, uint8_t byte) {
  static bool (*const kFlags[])(net_tls_config *) = {net_tls_config_insecure_no_verify_certificate,
                                                     net_tls_config_insecure_no_verify_name,
                                                     net_tls_config_insecure_no_verify_time,
                                                     net_tls_config_verify,
                                                     net_tls_config_insecure_allow_truncation,
                                                     net_tls_config_require_ocsp_staple,
                                                     net_tls_config_prefer_ciphers_client,
                                                     net_tls_config_prefer_ciphers_server,
                                                     net_tls_config_clear_keys};
  return Choose(kFlags, byte)(config);
}

struct Setter {
  const char *name;
  bool (*set)(net_tls_config *config, uint8_t byte);
};

constexpr Setter kSetters[] = {
    {"ciphers",
     [](net_tls_config *config, uint8_t byte) {
       return net_tls_config_set_ciphers(config, Ciphers(byte).c_str());
     }},
    {"groups",
     [](net_tls_config *config, uint8_t byte) {
       return net_tls_config_set_groups(config, Choose(kGroups, byte));
     }},
    {"alpn", [](net_tls_config *config,
                uint8_t byte) { return net_tls_config_set_alpn(config, Protocols(byte).c_str()); }},
    {"versions",
     [](net_tls_config *config, uint8_t byte) {
       const enum net_tls_version *versions = kVersions[byte % 5];
       return net_tls_config_set_versions(config, versions[0], versions[1]);
     }},
    {"key log",
     [](net_tls_config *config, uint8_t byte) {
       return net_tls_config_set_key_log_file(config, Choose(kLogs, byte));
     }},
    {"verify depth",
     [](net_tls_config *config, uint8_t byte) {
       return net_tls_config_set_verify_depth(config, static_cast<int8_t>(byte));
     }},
    {"ticket key", AddTicketKey},
    {"session ID",
     [](net_tls_config *config, uint8_t byte) {
       return net_tls_config_set_session_id(config, std::string(byte, 'i').data(), byte);
     }},
    {"session lifetime",
     [](net_tls_config *config, uint8_t byte) {
       return net_tls_config_set_session_lifetime(config, Choose(kLifetimes, byte));
     }},
    {"flag", SetFlag},
    {"client certificate",
     [](net_tls_config *config, uint8_t byte) {
       return net_tls_config_set_client_certificate(
           config, static_cast<enum net_tls_client_certificate>(byte % 4));
     }},
    {"session tickets",
     [](net_tls_config *config, uint8_t byte) {
       return net_tls_config_set_session_tickets(config, (byte & 1) != 0);
     }},
};

}  // namespace

SetupConfigs::~SetupConfigs() {
  net_tls_config_release(configs_[0]);
  net_tls_config_release(configs_[1]);
}

void SetupConfigs::Make(uint8_t a, uint8_t b) {
  net_tls_config_release(configs_[0]);
  net_tls_config_release(configs_[1]);
  net_tls_config *server = configs_[0] = net_tls_config_new();
  net_tls_config *client = configs_[1] = net_tls_config_new();
  if (server == nullptr || client == nullptr) {
    return;
  }
  // One of an authority below the one that is trusted, one that is trusted itself, and one revoked.
  std::string identity = (b & 16) != 0      ? "server_rsa"
                         : (b & 192) == 192 ? "revoked"
                         : (b & 64) != 0    ? "server_chain"
                         : (b & 128) != 0   ? "self_signed"
                                            : "server";
  std::string authority = CertificatePath((b & 192) == 128 ? "self_signed.pem" : "ca.pem");
  std::string staple =
      CertificatePath(identity == "revoked" ? "revoked_ocsp.der" : "server_ocsp.der");
  Set(server, "server",
      net_tls_config_set_keypair_ocsp_file(server, CertificatePath(identity + ".pem").c_str(),
                                           CertificatePath(identity + ".key").c_str(),
                                           (a & 1) != 0 ? staple.c_str() : nullptr));
  Set(client, "ca", (a & 2) != 0 || net_tls_config_set_ca_file(client, authority.c_str()));
  if ((a & 4) != 0) {
    Set(client, "client",
        net_tls_config_set_keypair_file(client, CertificatePath("client.pem").c_str(),
                                        CertificatePath("client.key").c_str()));
    Set(server, "policy",
        net_tls_config_set_client_certificate(server, NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
    Set(server, "ca", net_tls_config_set_ca_file(server, CertificatePath("ca.pem").c_str()));
  }
  MakeMore(a, b);
}

void SetupConfigs::MakeMore(uint8_t a, uint8_t b) {
  net_tls_config *server = configs_[0];
  net_tls_config *client = configs_[1];
  enum net_tls_version version = (a & 8) != 0 ? NET_TLS_1_2 : NET_TLS_1_3;
  Set(client, "versions", net_tls_config_set_versions(client, version, version));
  if ((a & 16) != 0) {
    Set(client, "alpn", net_tls_config_set_alpn(client, "h2,x"));
    Set(server, "alpn", net_tls_config_set_alpn(server, (b & 8) != 0 ? "y" : "x,h2"));
  }
  if ((a & 32) != 0) {
    const std::string key(NET_TLS_TICKET_KEY_SIZE, 'k');
    Set(server, "ticket key", net_tls_config_add_ticket_key(server, 1, key.data(), key.size()));
  }
  if ((a & 64) != 0) {
    Set(server, "key pair",
        net_tls_config_add_keypair_file(server, CertificatePath("server_p384.pem").c_str(),
                                        CertificatePath("server_p384.key").c_str(), nullptr));
  }
  if ((a & 128) != 0) {
    Set(client, "crl", net_tls_config_set_crl_file(client, CertificatePath("ca_crl.pem").c_str()));
  }
  if ((b & 1) != 0) {
    Set(client, "staple", net_tls_config_require_ocsp_staple(client));
  }
  if ((b & 2) != 0) {
    Set(client, "tickets", net_tls_config_set_session_tickets(client, false));
  }
  if ((b & 4) != 0) {
    Set(client, "ciphers", net_tls_config_set_ciphers(client, "AES128-SHA:ECDHE-RSA-AES128-SHA"));
  }
  if ((b & 32) != 0) {
    Set(client, "key log", net_tls_config_set_key_log_file(client, "/dev/null"));
    Set(client, "groups", net_tls_config_set_groups(client, "P-384:X25519"));
  }
}

void SetupConfigs::SetFile(uint8_t a, uint8_t b) {
  net_tls_config *config = configs_[a >> 7];
  if (config == nullptr) {
    return;
  }
  std::string file = SetupPath(b);
  std::string second = SetupPath(static_cast<uint8_t>(b + 1));
  const char *path = file.c_str();
  switch (a % 8) {
    case 0:
      return Set(config, path, net_tls_config_set_certificate_file(config, path));
    case 1:
      return Set(config, path, net_tls_config_set_key_file(config, path));
    case 2:
      return Set(config, path, net_tls_config_set_ocsp_staple_file(config, path));
    case 3:
      return Set(config, path, net_tls_config_add_keypair_file(config, path, second.c_str(), path));
    case 4:
      return Set(config, path,
                 net_tls_config_set_keypair_ocsp_file(config, path, second.c_str(), path));
    case 5:
      return Set(config, path, net_tls_config_set_ca_path(config, path));
    case 6:
      return Set(config, path, net_tls_config_set_crl_file(config, path));
    default:
      return Set(config, path, net_tls_config_set_ca_file(config, path));
  }
}

// Half of a text is malformed; five of them are more than a list has room for at first.
void SetupConfigs::SetBytes(uint8_t a, uint8_t b) {
  net_tls_config *config = configs_[a >> 7];
  if (config == nullptr) {
    return;
  }
  const char *name = Choose(kSetupFiles, b);
  std::string once = ReadCertificate(name);
  std::string bytes = (b & 64) != 0 ? once + once + once + once + once : once;
  std::string second = ReadCertificate(Choose(kSetupFiles, static_cast<uint8_t>(b + 1)));
  size_t length = (b & 128) != 0 ? bytes.size() / 2 : bytes.size();
  const char *text = bytes.data();
  switch (a % 8) {
    case 0:
      return Set(config, name, net_tls_config_set_certificate(config, text, length));
    case 1:
      return Set(config, name, net_tls_config_set_key(config, text, length));
    case 2:
      return Set(config, name, net_tls_config_set_ocsp_staple(config, text, length));
    case 3:
      return Set(config, name,
                 net_tls_config_add_keypair(config, text, length, second.data(), second.size(),
                                            nullptr, 0));
    case 4:
      return Set(config, name,
                 net_tls_config_set_keypair(config, text, length, second.data(), second.size()));
    case 5:
      return Set(config, name, net_tls_config_set_crl(config, text, length));
    default:
      return Set(config, name, net_tls_config_set_ca(config, text, length));
  }
}

void SetupConfigs::SetOther(uint8_t a, uint8_t b) {
  net_tls_config *config = configs_[a >> 7];
  if (config != nullptr) {
    const Setter &setter = kSetters[a % 128 % (sizeof(kSetters) / sizeof(kSetters[0]))];
    Set(config, setter.name, setter.set(config, b));
  }
}

void SetupConfigs::Set(net_tls_config *config, const char *what, bool is_set) {
  const char *error = net_tls_config_error(config);
  log_.Note(what, error);
  log_.Require(is_set || *error != '\0', "T1: a setter fails and says nothing");
}

}  // namespace net_fuzz
