#ifndef CONFORMANCE_RUNNER_WIRE_NAMES_H
#define CONFORMANCE_RUNNER_WIRE_NAMES_H

// What TLS calls the numbers that go over the wire.

#include <cstddef>
#include <cstdint>
#include <string>

namespace conformance {

enum RecordType : uint8_t {
  kChangeCipherSpec = 20,
  kAlert = 21,
  kHandshake = 22,
  kApplicationData = 23,
  kHeartbeat = 24
};

// RecordName returns "handshake", or "type 99" for a type that does not exist.
std::string RecordName(uint8_t type);

// HandshakeName names a whole handshake message: "ClientHello", "KeyUpdate (update_requested)".
std::string HandshakeName(const uint8_t *message, size_t length);

// AlertDescription returns "bad_record_mac", or "number 99" for a description that does not exist.
std::string AlertDescription(uint8_t description);

// AlertName returns "alert fatal bad_record_mac".
std::string AlertName(uint8_t level, uint8_t description);

}  // namespace conformance

#endif
