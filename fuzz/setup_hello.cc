#include "fuzz/setup_hello.h"

#include <openssl/tls1.h>

#include <initializer_list>

namespace net_fuzz {

namespace {

std::string Number(size_t number, int width) {
  std::string bytes;
  for (int i = width - 1; i >= 0; i--) {
    bytes += static_cast<char>(number >> 8 * i);
  }
  return bytes;
}

// Behind its length of `width` bytes.
std::string Vector(const std::string &bytes, int width) {
  return Number(bytes.size(), width) + bytes;
}

std::string List(std::initializer_list<int> numbers) {
  std::string bytes;
  for (int number : numbers) {
    bytes += Number(static_cast<size_t>(number), 2);
  }
  return bytes;
}

std::string Extension(int type, const std::string &bytes) {
  return Number(static_cast<size_t>(type), 2) + Vector(bytes, 2);
}

std::string Suites(int which) {
  switch (which) {
    case 0:
      return List({0x1301, 0x1302, 0xc02b});
    case 1:
      return List({0x0a0a, 0xc02b, 0xc02f});
    case 2:
      return List({0x0a0a, 0xc02f});
    default:
      return List({0x0005, 0xc023, 0xcca9});
  }
}

std::string ServerName(int which) {
  std::string long_name = "a.";
  for (int i = 0; i < 126; i++) {
    long_name += "b.";
  }
  const std::string names[] = {"", "localhost", ".example.test", long_name + "b"};
  std::string name = names[which];
  return name.empty() ? ""
                      : Extension(TLSEXT_TYPE_server_name,
                                  Vector(std::string(1, '\0') + Vector(name, 2), 2));
}

std::string Algorithms(uint8_t which) {
  switch (which % 6) {
    case 0:
      return "";
    case 1:  // P-521, SHA-1, P-384, P-256
      return Extension(TLSEXT_TYPE_signature_algorithms,
                       Vector(List({0x0603, 0x0203, 0x0503, 0x0403}), 2));
    case 2:  // RSA, PKCS #1 before PSS
      return Extension(TLSEXT_TYPE_signature_algorithms, Vector(List({0x0401, 0x0804}), 2));
    case 3:
      return Extension(TLSEXT_TYPE_signature_algorithms, Vector(List({0x0401}), 2));
    case 4:  // Ed25519
      return Extension(TLSEXT_TYPE_signature_algorithms, Vector(List({0x0807}), 2));
    default:  // half a number
      return Extension(TLSEXT_TYPE_signature_algorithms, Vector("\x04", 2));
  }
}

std::string Record(uint8_t type, const std::string &bytes) {
  return std::string(1, static_cast<char>(type)) + Number(0x0303, 2) + Vector(bytes, 2);
}

}  // namespace

std::string ClientHello(uint8_t a, uint8_t b) {
  if (a >= 224) {
    return Record(21, std::string("\x01\x00", 2));
  }
  bool is_tls13 = (a & 1) != 0;
  std::string extensions =
      ServerName(a / 16 % 4) + Algorithms(b) +
      Extension(TLSEXT_TYPE_supported_groups, Vector(List({0x001d, 0x0017}), 2)) +
      Extension(TLSEXT_TYPE_ec_point_formats, Vector(std::string(1, '\0'), 1)) +
      Extension(TLSEXT_TYPE_supported_versions,
                Vector(is_tls13 ? List({0x0a0a, 0x0304, 0x0303}) : List({0x0a0a, 0x0303}), 1));
  if (is_tls13) {
    extensions += Extension(TLSEXT_TYPE_key_share,
                            Vector(List({0x001d}) + Vector(std::string(32, '\x09'), 2), 2));
  }
  std::string body = Number(0x0303, 2) + std::string(32, 'r') + Vector("", 1) +
                     Vector(Suites(a / 4 % 4), 2) + Vector(std::string(1, '\0'), 1) +
                     Vector(extensions, 2);
  return Record(22, std::string(1, '\x01') + Vector(body, 3));
}

}  // namespace net_fuzz
