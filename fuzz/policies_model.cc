#include "fuzz/policies_model.h"

#include <ctype.h>

#include <algorithm>
#include <vector>

namespace net_fuzz {

const Alert kNoAlert = {0, "none"};

namespace {

constexpr Alert kHandshakeFailure = {40, "handshake_failure"};
const Alert kBadCertificate = {42, "bad_certificate"};
const Alert kUnsupportedCertificate = {43, "unsupported_certificate"};
const Alert kCertificateRevoked = {44, "certificate_revoked"};
const Alert kCertificateExpired = {45, "certificate_expired"};
const Alert kUnknownCa = {48, "unknown_ca"};
const Alert kProtocolVersion = {70, "protocol_version"};
const Alert kCertificateRequired = {116, "certificate_required"};

const std::vector<std::string> kServerNames = {"localhost", "example.test", "*.wild.example.test",
                                               "127.0.0.1", "::1"};
const Identity kIdentities[] = {
    {"server", Issuer::kTrusted, true, true, false, kServerNames},
    {nullptr, Issuer::kSelf, false, true, false, {}},
    {"server_rsa", Issuer::kTrusted, true, true, false, kServerNames},
    {"server_chain", Issuer::kIntermediate, true, true, false, kServerNames},
    {"expired", Issuer::kTrusted, true, false, false, kServerNames},
    {"not_yet_valid", Issuer::kTrusted, true, false, false, kServerNames},
    {"wrong_name", Issuer::kTrusted, true, true, false, {"wrong.example.test", "192.0.2.1"}},
    {"self_signed", Issuer::kSelf, true, true, false, kServerNames},
    {"revoked", Issuer::kTrusted, true, true, true, kServerNames},
    {"client", Issuer::kTrusted, false, true, false, {"client.example.test"}},
    {"server_p384", Issuer::kTrusted, true, true, false, kServerNames},
};
const Identity kClients[] = {
    {nullptr, Issuer::kSelf, false, true, false, {}},
    {"client", Issuer::kTrusted, false, true, false, {}},
    {"other_client", Issuer::kOther, false, true, false, {}},
    {"revoked_client", Issuer::kTrusted, false, true, true, {}},
    {"server", Issuer::kTrusted, true, true, false, {}},
    {"expired", Issuer::kTrusted, true, false, false, {}},
};

const std::string kTooLong(300, 'a');
const char *const kNames[] = {"localhost",
                              "LocalHost.",
                              "example.test",
                              "a.wild.example.test",
                              "a.b.wild.example.test",
                              "wild.example.test",
                              "wrong.example.test",
                              "127.0.0.1",
                              "::1",
                              "192.0.2.1",
                              "192.0.2.2",
                              nullptr,
                              "",
                              "B.EXAMPLE.test",
                              "other.test",
                              kTooLong.c_str()};

Versions ReadVersions(uint8_t byte) {
  Versions versions = {byte != 0, static_cast<uint16_t>(0x0301 + byte % 4),
                       static_cast<uint16_t>(0x0301 + byte / 4 % 4)};
  if (versions.minimum > versions.maximum) {
    std::swap(versions.minimum, versions.maximum);
  }
  return versions;
}

Versions Effective(const Versions &versions) {
  return versions.is_set ? versions : Versions{false, 0x0303, 0x0304};
}

// A name without an asterisk, by one that may begin with it for one label.
bool IsMatch(const std::string &pattern, const std::string &name) {
  if (pattern == name) {
    return true;
  }
  size_t dot = name.find('.');
  return !IsAddress(name) && pattern.compare(0, 2, "*.") == 0 && dot != std::string::npos &&
         dot > 0 && name.substr(dot) == pattern.substr(1);
}

bool IsFor(const Identity &identity, const std::string &name) {
  return std::any_of(identity.names.begin(), identity.names.end(),
                     [&](const std::string &known) { return IsMatch(known, name); });
}

// Everything but the name, in the order in which a verifier comes upon it.
const Alert &AlertOfChain(const Identity &identity, const Demands &demands, bool is_server) {
  bool is_trusted = demands.trusts_other ? identity.issuer == Issuer::kOther
                                         : identity.issuer == Issuer::kTrusted ||
                                               identity.issuer == Issuer::kIntermediate;
  if (!is_trusted) {
    return kUnknownCa;
  }
  if (identity.is_server != is_server) {
    return kUnsupportedCertificate;
  }
  if (demands.has_crl && identity.is_revoked) {
    return kCertificateRevoked;
  }
  // There is a list of the authority's alone.
  if (demands.has_crl && identity.issuer == Issuer::kIntermediate) {
    return kUnknownCa;
  }
  return demands.verifies_time && !identity.is_valid ? kCertificateExpired : kNoAlert;
}

const Alert &AlertOfServer(const Policies &policies, const std::string &name) {
  const Identity &shown = *ShownTo(policies, name);
  const Demands &demands = policies.of_client;
  if (demands.verifies_certificate) {
    const Alert &alert = AlertOfChain(shown, demands, true);
    if (alert.description != 0) {
      return alert;
    }
  }
  return demands.verifies_name && !IsFor(shown, name) ? kBadCertificate : kNoAlert;
}

const Alert &AlertOfClient(const Policies &policies, uint16_t version) {
  if (policies.client_certificate == 0) {
    return kNoAlert;
  }
  if (policies.client->file != nullptr) {
    return policies.of_server.verifies_certificate
               ? AlertOfChain(*policies.client, policies.of_server, false)
               : kNoAlert;
  }
  if (policies.client_certificate == 1) {
    return kNoAlert;
  }
  return version == 0x0304 ? kCertificateRequired : kHandshakeFailure;
}

std::string DescribeDemands(const Demands &demands) {
  return std::string(demands.verifies_certificate ? "" : " insecure_no_verify_certificate") +
         (demands.verifies_name ? "" : " insecure_no_verify_name") +
         (demands.verifies_time ? "" : " insecure_no_verify_time") +
         (demands.trusts_other ? " other_ca" : " ca") + (demands.has_crl ? " ca_crl" : "");
}

std::string DescribeVersions(const Versions &versions) {
  return versions.is_set ? " versions " + std::to_string(versions.minimum - 0x0301) + " to " +
                               std::to_string(versions.maximum - 0x0301)
                         : "";
}

std::string FileOf(const Identity &identity) {
  return identity.file != nullptr ? identity.file : "no certificate";
}

}  // namespace

Policies ReadPolicies(Tape &tape) {
  Policies policies = {};
  constexpr size_t kNumIdentities = sizeof(kIdentities) / sizeof(kIdentities[0]);
  constexpr size_t kNumClients = sizeof(kClients) / sizeof(kClients[0]);
  policies.server = &kIdentities[tape.Next() % kNumIdentities];
  uint8_t flags = tape.Next();
  policies.insecure = flags & 15;
  uint8_t insecure = (flags & kVerify) != 0 ? 0 : flags;
  policies.of_client = {(insecure & kNoVerifyCertificate) == 0, (insecure & kNoVerifyName) == 0,
                        (insecure & kNoVerifyTime) == 0, (flags & 128) != 0, (flags & 32) != 0};
  policies.allows_truncation = (flags & 16) != 0;
  policies.client_has_tickets = (flags & 64) == 0;
  policies.client_versions = ReadVersions(tape.Next());
  policies.server_versions = ReadVersions(tape.Next());
  uint8_t client = tape.Next();
  policies.client = &kClients[(client & 7) % kNumClients];
  policies.client_certificate = client / 8 % 4 % 3;
  policies.of_server = {(client & 32) == 0, true, (client & 128) == 0, false, false};
  policies.server_has_tickets = (client & 64) == 0;
  policies.table = tape.Next();
  const Identity *last = &kIdentities[kNumIdentities - 1];
  policies.named = policies.server == last ? &kIdentities[0] : last;
  return policies;
}

const char *PickName(uint8_t byte) {
  return kNames[byte % (sizeof(kNames) / sizeof(kNames[0]))];
}

std::string Canonical(const char *name) {
  std::string canonical = name != nullptr ? name : "";
  if (canonical.size() > 1 && canonical.back() == '.') {
    canonical.pop_back();
  }
  std::transform(canonical.begin(), canonical.end(), canonical.begin(),
                 [](unsigned char letter) { return static_cast<char>(tolower(letter)); });
  return canonical;
}

bool IsAddress(const std::string &name) {
  return name.find(':') != std::string::npos || (!name.empty() && isdigit(name.back()) != 0);
}

bool AgreeOnVersion(const Policies &policies, uint16_t *version) {
  Versions client = Effective(policies.client_versions);
  Versions server = Effective(policies.server_versions);
  *version = std::min(client.maximum, server.maximum);
  return *version >= client.minimum && *version >= server.minimum;
}

const Identity *ShownTo(const Policies &policies, const std::string &name) {
  for (size_t i = 0; i < kNumTableNames; i++) {
    bool is_there = (policies.table >> i & 1) != 0;
    if (is_there && !name.empty() && !IsAddress(name) && IsMatch(Canonical(kTableNames[i]), name)) {
      return policies.named;
    }
  }
  return policies.server;
}

const Alert &AlertOf(const Policies &policies, const std::string &name) {
  uint16_t version = 0;
  if (!AgreeOnVersion(policies, &version)) {
    return kProtocolVersion;
  }
  const Alert &alert = AlertOfServer(policies, name);
  return alert.description != 0 ? alert : AlertOfClient(policies, version);
}

std::string Describe(const Policies &policies) {
  return "server: " + FileOf(*policies.server) + DescribeDemands(policies.of_server) +
         DescribeVersions(policies.server_versions) +
         " client certificates: " + std::to_string(policies.client_certificate) +
         " tickets: " + (policies.server_has_tickets ? "on" : "off") +
         " table: " + std::to_string(policies.table) + "\nclient: " + FileOf(*policies.client) +
         DescribeDemands(policies.of_client) + DescribeVersions(policies.client_versions) +
         ((policies.insecure & kVerify) != 0 ? " verify" : "") +
         (policies.allows_truncation ? " insecure_allow_truncation" : "") +
         " tickets: " + (policies.client_has_tickets ? "on" : "off") + "\n";
}

}  // namespace net_fuzz
