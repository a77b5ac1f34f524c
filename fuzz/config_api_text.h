#ifndef FUZZ_CONFIG_API_TEXT_H_
#define FUZZ_CONFIG_API_TEXT_H_

// The texts that the config_api target gives to setters.

#include <stdint.h>
#include <string.h>

#include <string>

#include "fuzz/tape.h"
#include "testing/certificates.h"

namespace net_fuzz {

constexpr const char *kFiles[] = {
    "ca.pem",          "ca_crl.pem",       "client.pem",       "client.key",      "server.pem",
    "server.key",      "server_chain.pem", "server_chain.key", "server_rsa.pem",  "server_rsa.key",
    "server_p384.pem", "server_p384.key",  "server_ocsp.der",  "expired_crl.pem", "other_ca.pem",
    "wrong_name.pem",  "wrong_name.key",   "forged_crl.pem",   "revoked_ocsp.der"};
constexpr size_t kNumFiles = sizeof(kFiles) / sizeof(kFiles[0]);
constexpr const char *kWords[] = {"",           "secure",
                                  "compat",     "legacy",
                                  "all",        "h2,http/1.1",
                                  "h2",         "X25519:P-256",
                                  "P-384",      "x,,y",
                                  "ALL:!ALL",   "ECDHE-ECDSA-AES128-GCM-SHA256",
                                  "!aNULL:ALL", "nonsense",
                                  "localhost",  "*.a.test",
                                  "127.0.0.1",  "/nonexistent/file",
                                  "%s%n",       "/",
                                  "/dev/null",  "ALL:-ALL",
                                  "AES128-SHA", "P-256:X25519:P-384"};
constexpr size_t kNumWords = sizeof(kWords) / sizeof(kWords[0]);

inline std::string Limited(const std::string &text) {
  return text.substr(0, 200);
}

struct Text {
  std::string bytes;
  std::string name;
};

inline Text ReadText(Tape &tape) {
  uint8_t form = tape.Next();
  if (form == 0) {
    Tape taken = tape.Take(tape.Next());
    return {std::string(reinterpret_cast<const char *>(taken.bytes()), taken.length()), "bytes"};
  }
  if (form > kNumFiles) {
    const char *word = kWords[(form - kNumFiles - 1) % kNumWords];
    return {word, word};
  }
  static std::string files[kNumFiles];
  std::string &file = files[form - 1];
  if (file.empty()) {
    file = net_testing::ReadCertificate(kFiles[form - 1]);
  }
  Text text = {file, kFiles[form - 1]};
  for (size_t left = tape.Next() % 8; left > 0; left--) {
    size_t place = text.bytes.empty() ? 0 : tape.Next16() % text.bytes.size();
    uint8_t byte = tape.Next();
    text.name += " changed at " + std::to_string(place) + " to " + std::to_string(byte);
    if (byte == 0) {
      text.bytes.resize(place);
    } else if (!text.bytes.empty()) {
      text.bytes[place] = static_cast<char>(byte);
    }
  }
  return text;
}

// A text that C takes.
inline std::string Terminated(const Text &text) {
  return text.bytes.substr(0, strlen(text.bytes.c_str()));
}

inline int64_t ReadNumber(Tape &tape) {
  uint64_t number = 0;
  for (int i = 0; i < 8; i++) {
    number = number << 8 | tape.Next();
  }
  return static_cast<int64_t>(number);
}

}  // namespace net_fuzz

#endif  // FUZZ_CONFIG_API_TEXT_H_
