#include "conformance/runner/certificates.h"

#include <openssl/bio.h>
#include <openssl/bytestring.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace conformance {

struct Identity {
  bssl::UniquePtr<EVP_PKEY> key;
  bssl::UniquePtr<X509> certificate;
};

namespace {

constexpr char kForever[] = "99991231235959Z";

struct Request {
  std::string name;
  // In the notation of OpenSSL's configuration files; empty: none.
  std::string alternative_names;
  // Without one it signs itself.
  const Identity *issuer = nullptr;
  std::string not_before = "20000101000000Z";
  std::string not_after = kForever;
  bool is_authority = false;
  // Extended key usage in the same notation; empty: good for everything.
  std::string usage = "";
};

void Check(bool ok, const char *what) {
  if (!ok) {
    throw std::runtime_error(std::string("cannot make certificates: ") + what);
  }
}

bssl::UniquePtr<EVP_PKEY> MakeKey() {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  Check(ec && EC_KEY_generate_key(ec.get()), "key");
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  Check(key && EVP_PKEY_set1_EC_KEY(key.get(), ec.get()), "key");
  return key;
}

void AddExtension(X509 *certificate, X509 *issuer, int nid, const std::string &value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  bssl::UniquePtr<X509_EXTENSION> extension(
      X509V3_EXT_nconf_nid(nullptr, &context, nid, const_cast<char *>(value.c_str())));
  Check(extension && X509_add_ext(certificate, extension.get(), -1), value.c_str());
}

void SetSubject(X509 *certificate, const std::string &name) {
  X509_NAME *subject = X509_get_subject_name(certificate);
  const auto *bytes = reinterpret_cast<const uint8_t *>(name.data());
  Check(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, bytes,
                                   static_cast<ossl_ssize_t>(name.size()), -1, 0),
        "name");
}

void SetValidity(X509 *certificate, const Request &request) {
  bssl::UniquePtr<ASN1_TIME> before(ASN1_TIME_new());
  bssl::UniquePtr<ASN1_TIME> after(ASN1_TIME_new());
  Check(ASN1_TIME_set_string(before.get(), request.not_before.c_str()) &&
            ASN1_TIME_set_string(after.get(), request.not_after.c_str()) &&
            X509_set1_notBefore(certificate, before.get()) &&
            X509_set1_notAfter(certificate, after.get()),
        "validity");
}

void SetSerial(X509 *certificate) {
  static long serial = 0;
  Check(ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial), "serial");
}

Identity Make(const Request &request) {
  Identity made{MakeKey(), bssl::UniquePtr<X509>(X509_new())};
  X509 *certificate = made.certificate.get();
  const Identity &issuer = request.issuer != nullptr ? *request.issuer : made;
  Check(certificate && X509_set_version(certificate, X509_VERSION_3), "version");
  SetSerial(certificate);
  SetSubject(certificate, request.name);
  SetValidity(certificate, request);
  Check(X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate.get())) &&
            X509_set_pubkey(certificate, made.key.get()),
        "issuer");
  if (request.is_authority) {
    AddExtension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  }
  if (!request.alternative_names.empty()) {
    AddExtension(certificate, issuer.certificate.get(), NID_subject_alt_name,
                 request.alternative_names);
  }
  if (!request.usage.empty()) {
    AddExtension(certificate, issuer.certificate.get(), NID_ext_key_usage, request.usage);
  }
  Check(X509_sign(certificate, issuer.key.get(), EVP_sha256()) > 0, "signature");
  return made;
}

Identity MakeAuthority(const std::string &name, const Identity *issuer) {
  Request request = {name, "", issuer};
  request.is_authority = true;
  return Make(request);
}

Identity MakeFor(const std::string &usage, const std::string &names, const Identity *issuer) {
  Request request = {usage, names, issuer};
  request.usage = usage;
  return Make(request);
}

void Save(const Identity &identity, const std::string &certificate_file,
          const std::string &key_file) {
  bssl::UniquePtr<BIO> certificate(BIO_new_file(certificate_file.c_str(), "w"));
  Check(certificate && PEM_write_bio_X509(certificate.get(), identity.certificate.get()),
        certificate_file.c_str());
  bssl::UniquePtr<BIO> key(BIO_new_file(key_file.c_str(), "w"));
  Check(key && PEM_write_bio_PrivateKey(key.get(), identity.key.get(), nullptr, nullptr, 0, nullptr,
                                        nullptr),
        key_file.c_str());
}

void SaveEncrypted(const std::string &pem, const std::string &file) {
  bssl::UniquePtr<BIO> text(BIO_new_mem_buf(pem.data(), static_cast<ossl_ssize_t>(pem.size())));
  bssl::UniquePtr<EVP_PKEY> key(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
  bssl::UniquePtr<BIO> output(BIO_new_file(file.c_str(), "w"));
  char password[] = "secret";
  Check(output && PEM_write_bio_PKCS8PrivateKey(output.get(), key.get(), EVP_aes_128_cbc(),
                                                password, sizeof password - 1, nullptr, nullptr),
        file.c_str());
}

std::string MakeDirectory() {
  const char *parent = getenv("TEST_TMPDIR");
  std::string path = std::string(parent != nullptr ? parent : "/tmp") + "/conformance.XXXXXX";
  Check(mkdtemp(path.data()) != nullptr, path.c_str());
  return path;
}

}  // namespace

Certificates::Certificates() {
  try {
    directory_ = MakeDirectory();
    MakeAll();
  } catch (const std::exception &failure) {
    error_ = failure.what();
  }
}

Certificates::~Certificates() {
  std::error_code ignored;
  if (!directory_.empty()) {
    std::filesystem::remove_all(directory_, ignored);
  }
}

void Certificates::MakeAll() {
  const std::string name = std::string("DNS:") + kServerName;
  const std::string name_and_address = name + ",IP:127.0.0.1";
  Identity ca = MakeAuthority("conformance authority", nullptr);
  Identity other_ca = MakeAuthority("another authority", nullptr);
  auto save = [this](const char *file, const Identity &identity) {
    Save(identity, Certificate(file), Key(file));
  };
  save("ca", ca);
  save("other_ca", other_ca);
  save("server", Make({"server", name_and_address, &ca}));
  save("named", Make({"named", name, &ca}));
  save("expired", Make({"expired", name_and_address, &ca, "20000101000000Z", "20010101000000Z"}));
  save("future", Make({"future", name_and_address, &ca, "90000101000000Z"}));
  save("untrusted", Make({"untrusted", name_and_address, &other_ca}));
  save("client", Make({"client", "DNS:client.example", &ca}));
  save("intruder", Make({"intruder", "DNS:client.example", &other_ca}));
  MakeNames(ca);
  MakeChains(ca);
  save("for_clients", MakeFor("clientAuth", name_and_address, &ca));
  save("for_servers", MakeFor("serverAuth", "DNS:client.example", &ca));
  std::ofstream(Path("cut.pem")) << Contents("server.pem").substr(0, 200);
  SaveEncrypted(Contents("server.key"), Path("encrypted.key"));
  std::ofstream(Path("garbage.pem")) << "-----BEGIN CERTIFICATE-----\n!\n";
  std::ofstream(Path("empty.pem"));
}

void Certificates::MakeNames(const Identity &ca) {
  const std::string named = std::string("DNS:") + kServerName;
  auto save = [this](const char *file, const Identity &identity) {
    Save(identity, Certificate(file), Key(file));
  };
  save("wildcard", Make({"wildcard", "DNS:*.wild.example", &ca}));
  save("common", Make({kServerName, "", &ca}));
  save("elsewhere", Make({kServerName, "DNS:elsewhere.example", &ca}));
  save("address", Make({"address", "IP:::1,DNS:127.0.0.1", &ca}));
  save("self_signed", Make({"self-signed", named}));
}

void Certificates::MakeChains(const Identity &ca) {
  const std::string named = std::string("DNS:") + kServerName;
  Identity inner_ca = MakeAuthority("inner authority", &ca);
  Identity server = Make({"a mere server", named, &ca});
  Save(inner_ca, Certificate("inner_ca"), Key("inner_ca"));
  Save(Make({"inner", named, &inner_ca}), Certificate("inner"), Key("inner"));
  Save(server, Certificate("mere"), Key("mere"));
  Save(Make({"by a server", named, &server}), Certificate("by_mere"), Key("by_mere"));
  std::ofstream(Certificate("chain")) << Contents("inner.pem") << Contents("inner_ca.pem");
  std::ofstream(Key("chain")) << Contents("inner.key");
  std::ofstream(Certificate("no_ca_chain")) << Contents("by_mere.pem") << Contents("mere.pem");
  std::ofstream(Key("no_ca_chain")) << Contents("by_mere.key");
}

std::string Certificates::Contents(const std::string &file) const {
  std::ifstream stream(Path(file));
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace conformance
