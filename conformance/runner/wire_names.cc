#include "conformance/runner/wire_names.h"

#include <cstring>
#include <map>

namespace conformance {
namespace {

using Names = std::map<int, const char *>;

std::string Find(const Names &names, int number, const std::string &kind) {
  auto name = names.find(number);
  return name != names.end() ? name->second : kind + " " + std::to_string(number);
}

constexpr uint8_t kServerHello = 2;
constexpr uint8_t kKeyUpdate = 24;
constexpr size_t kMessageHeader = 4;

// A ServerHello with this random (its first bytes here) is a HelloRetryRequest.
bool IsHelloRetryRequest(const uint8_t *message, size_t length) {
  constexpr size_t kRandom = kMessageHeader + 2;
  constexpr uint8_t kRetry[] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11};
  return length >= kRandom + sizeof kRetry &&
         std::memcmp(message + kRandom, kRetry, sizeof kRetry) == 0;
}

}  // namespace

std::string RecordName(uint8_t type) {
  static const Names kNames = {{kChangeCipherSpec, "change_cipher_spec"},
                               {kAlert, "alert"},
                               {kHandshake, "handshake"},
                               {kApplicationData, "application_data"},
                               {kHeartbeat, "heartbeat"}};
  return Find(kNames, type, "type");
}

std::string HandshakeName(const uint8_t *message, size_t length) {
  static const Names kNames = {{0, "HelloRequest"},
                               {1, "ClientHello"},
                               {kServerHello, "ServerHello"},
                               {4, "NewSessionTicket"},
                               {5, "EndOfEarlyData"},
                               {8, "EncryptedExtensions"},
                               {11, "Certificate"},
                               {12, "ServerKeyExchange"},
                               {13, "CertificateRequest"},
                               {14, "ServerHelloDone"},
                               {15, "CertificateVerify"},
                               {16, "ClientKeyExchange"},
                               {20, "Finished"},
                               {22, "CertificateStatus"},
                               {kKeyUpdate, "KeyUpdate"},
                               {25, "CompressedCertificate"}};
  if (length == 0) {
    return "an empty message";
  }
  if (message[0] == kServerHello && IsHelloRetryRequest(message, length)) {
    return "HelloRetryRequest";
  }
  bool asks = message[0] == kKeyUpdate && length > kMessageHeader && message[kMessageHeader] == 1;
  return Find(kNames, message[0], "message") + (asks ? " (update_requested)" : "");
}

std::string AlertDescription(uint8_t description) {
  static const Names kNames = {{0, "close_notify"},
                               {10, "unexpected_message"},
                               {20, "bad_record_mac"},
                               {21, "decryption_failed"},
                               {22, "record_overflow"},
                               {30, "decompression_failure"},
                               {40, "handshake_failure"},
                               {41, "no_certificate"},
                               {42, "bad_certificate"},
                               {43, "unsupported_certificate"},
                               {44, "certificate_revoked"},
                               {45, "certificate_expired"},
                               {46, "certificate_unknown"},
                               {47, "illegal_parameter"},
                               {48, "unknown_ca"},
                               {49, "access_denied"},
                               {50, "decode_error"},
                               {51, "decrypt_error"},
                               {60, "export_restriction"},
                               {70, "protocol_version"},
                               {71, "insufficient_security"},
                               {80, "internal_error"},
                               {86, "inappropriate_fallback"},
                               {90, "user_canceled"},
                               {100, "no_renegotiation"},
                               {109, "missing_extension"},
                               {110, "unsupported_extension"},
                               {112, "unrecognized_name"},
                               {113, "bad_certificate_status_response"},
                               {115, "unknown_psk_identity"},
                               {116, "certificate_required"},
                               {120, "no_application_protocol"}};
  return Find(kNames, description, "number");
}

std::string AlertName(uint8_t level, uint8_t description) {
  static const Names kLevels = {{1, "warning"}, {2, "fatal"}};
  return "alert " + Find(kLevels, level, "level") + " " + AlertDescription(description);
}

}  // namespace conformance
