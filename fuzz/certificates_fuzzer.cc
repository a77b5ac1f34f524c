// certificates: what a certificate says to its reader, whose alternative names and subject the
// peer has made up as the input says.
//
// Input: a byte: with bit 0 the subject is empty, with bit 1 there are no alternative names at all;
// then names: a byte for the kind (modulo 7), one for the length (modulo 32), and the bytes.
//
// What must hold, with the name that the message of a violation begins with:
//   X1  there is a certificate, and it has the bytes that the peer has shown
//   X2  the names are those that were made, in their order, in printable characters that tell
//       everything; names of kinds that nobody verifies are left out
//   X3  the subject is what it was made

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdint.h>

#include <string>
#include <vector>

#include "fuzz/random.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "net/tls_certificate.h"
#include "testing/connection.h"
#include "testing/ocsp.h"

namespace {

using net_fuzz::Tape;
using net_testing::Connection;
using net_testing::OcspCertificate;
using net_testing::Sequence;
using net_testing::Tlv;

// Tags of RFC 5280, section 4.2.1.6, and what stands before the name; NULL: it is left out.
struct Kind {
  int tag;
  const char *prefix;
};
constexpr Kind kKinds[] = {{0x82, "DNS:"},  {0x81, "email:"}, {0x86, "URI:"}, {0x87, "IP:"},
                           {0x88, nullptr}, {0xa4, nullptr},  {0x87, "IP:"}};

struct Made {
  OcspCertificate certificate;
  std::string subject;
  std::vector<std::string> names;
};

std::string Escaped(const std::string &bytes) {
  std::string text;
  for (char byte : bytes) {
    char hex[8];
    bool is_plain = byte > ' ' && byte <= '~' && byte != '\\';
    snprintf(hex, sizeof(hex), "\\x%02X", static_cast<uint8_t>(byte));
    text += is_plain ? std::string(1, byte) : hex;
  }
  return text;
}

std::string Address(const std::string &bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  if (bytes.size() != 4 && bytes.size() != 16) {
    return Escaped(bytes);
  }
  inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof(text));
  return text;
}

// The DER of a name, which is added to those that are expected.
std::string ReadName(Tape *tape, std::vector<std::string> *names) {
  const Kind &kind = kKinds[tape->Next() % 7];
  Tape taken = tape->Take(tape->Next() % 32);
  std::string bytes(reinterpret_cast<const char *>(taken.bytes()), taken.length());
  if (kind.tag == 0x88) {
    bytes = "\x2a\x03";
  }
  if (kind.tag == 0xa4) {
    bytes = Sequence("");
  }
  if (kind.prefix != nullptr) {
    names->push_back(kind.prefix + (kind.tag == 0x87 ? Address(bytes) : Escaped(bytes)));
  }
  return Tlv(kind.tag, bytes);
}

void AddNames(X509 *x509, const std::string &list) {
  std::string der = Sequence(list);
  bssl::UniquePtr<ASN1_OCTET_STRING> bytes(ASN1_OCTET_STRING_new());
  ASN1_STRING_set(bytes.get(), der.data(), static_cast<ossl_ssize_t>(der.size()));
  bssl::UniquePtr<X509_EXTENSION> extension(
      X509_EXTENSION_create_by_NID(nullptr, NID_subject_alt_name, 0, bytes.get()));
  X509_add_ext(x509, extension.get(), -1);
}

Made MakeCertificate(Tape tape) {
  uint8_t form = tape.Next();
  Made made = {net_testing::Make("made", nullptr), "CN=made", {}};
  X509 *x509 = made.certificate.x509.get();
  if ((form & 1) != 0) {
    bssl::UniquePtr<X509_NAME> empty(X509_NAME_new());
    X509_set_subject_name(x509, empty.get());
    made.subject = "";
  }
  std::string list;
  while (!tape.IsAtEnd() && (form & 2) == 0) {
    list += ReadName(&tape, &made.names);
  }
  if (!list.empty()) {
    AddNames(x509, list);
  }
  X509_sign(x509, made.certificate.key.get(), EVP_sha256());
  return made;
}

std::string Script(const Made &made) {
  std::string text = "subject " + made.subject + "\n";
  for (const std::string &name : made.names) {
    text += name + "\n";
  }
  return text;
}

void Check(const net_tls_certificate *certificate, const Made &made, const Tape &input) {
  auto require = [&](bool condition, const char *what) {
    if (!condition) {
      net_fuzz::Violation(what, Script(made), net_fuzz::RegressionCase("certificates", input));
    }
  };
  require(certificate != nullptr, "X1: there is no certificate");
  require(net_testing::Pem(made.certificate.x509.get()) == net_tls_certificate_pem(certificate),
          "X1: another certificate");
  size_t count = net_tls_certificate_num_names(certificate);
  require(count == made.names.size(), "X2: another number of names");
  for (size_t i = 0; i < count; i++) {
    require(made.names[i] == net_tls_certificate_name(certificate, i), "X2: another name");
  }
  require(made.subject == net_tls_certificate_subject(certificate), "X3: another subject");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  net_fuzz::ResetRandom();
  const Tape input(data, size);
  Made made = MakeCertificate(input);
  if (net_fuzz::ScriptIsWanted() || net_fuzz::LogIsWanted()) {
    net_fuzz::PrintSection("script", Script(made));
  }
  Connection connection((net_testing::Case()));
  net_tls_config_insecure_no_verify_certificate(connection.config());
  net_tls_config_insecure_no_verify_name(connection.config());
  net_tls_config_insecure_no_verify_time(connection.config());
  connection.Open();
  SSL *peer = connection.peer().ssl();
  SSL_use_certificate(peer, made.certificate.x509.get());
  SSL_use_PrivateKey(peer, made.certificate.key.get());
  connection.Handshake();
  net_tls_certificate *certificate = net_tls_socket_peer_certificate(connection.socket());
  Check(certificate, made, input);
  net_tls_certificate_free(certificate);
  return 0;
}
