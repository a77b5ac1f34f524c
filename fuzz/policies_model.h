#ifndef FUZZ_POLICIES_MODEL_H_
#define FUZZ_POLICIES_MODEL_H_

// What the policies target expects of two configurations: a model of verification, versions and
// names that knows nothing of how net/ does it.

#include <stdint.h>

#include <string>
#include <vector>

#include "fuzz/tape.h"

namespace net_fuzz {

// An alert of RFC 8446, section 6.
struct Alert {
  uint8_t description;
  const char *name;
};
extern const Alert kNoAlert;

enum class Issuer {
  kTrusted,
  kIntermediate,
  kOther,
  kSelf
};

// A pair of //testing/certificates, as testing/certificates/BUILD.bazel describes it.
struct Identity {
  const char *file;  // without its extension; NULL: none
  Issuer issuer;
  bool is_server;
  bool is_valid;  // now
  bool is_revoked;
  std::vector<std::string> names;
};

// The versions that a configuration allows.
struct Versions {
  bool is_set;
  uint16_t minimum;
  uint16_t maximum;
};

// What one side asks of the other's certificate.
struct Demands {
  bool verifies_certificate;
  bool verifies_name;
  bool verifies_time;
  bool trusts_other;
  bool has_crl;
};

constexpr uint8_t kNoVerifyCertificate = 1;
constexpr uint8_t kNoVerifyName = 2;
constexpr uint8_t kNoVerifyTime = 4;
constexpr uint8_t kVerify = 8;

struct Policies {
  const Identity *server;
  // Shown for the names of the table.
  const Identity *named;
  const Identity *client;
  Demands of_server;
  Demands of_client;
  // The client's insecure_ flags as they are set one after the other, kVerify last.
  uint8_t insecure;
  bool allows_truncation;
  bool client_has_tickets;
  bool server_has_tickets;
  // net_tls_client_certificate
  int client_certificate;
  Versions client_versions;
  Versions server_versions;
  // A bit for each of kTableNames.
  uint8_t table;
};

constexpr const char *kTableNames[] = {"localhost", "*.Wild.example.test", "WRONG.example.test",
                                       "*.test",    "*.example.test",      "b.example.test"};
constexpr size_t kNumTableNames = sizeof(kTableNames) / sizeof(kTableNames[0]);

Policies ReadPolicies(Tape &tape);

// One of the names that a client can be given; NULL: none.
const char *PickName(uint8_t byte);

// "" for none, otherwise in lower case and without the dot at its end.
std::string Canonical(const char *name);
bool IsAddress(const std::string &name);

// Whether the two have a version in common, and the highest that they have.
bool AgreeOnVersion(const Policies &policies, uint16_t *version);

// What the server shows to a client of that name.
const Identity *ShownTo(const Policies &policies, const std::string &name);

// The alert that ends the handshake, kNoAlert where it succeeds.
const Alert &AlertOf(const Policies &policies, const std::string &name);

std::string Describe(const Policies &policies);

}  // namespace net_fuzz

#endif  // FUZZ_POLICIES_MODEL_H_
