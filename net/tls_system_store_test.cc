// Where the system's own CA certificates are found: the linker sends access, fopen and stat here
// (--wrap), which play a system that has nothing below /etc but what a test puts there.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Done;

struct Place {
  std::string target;
  int modes;
};

// What the system has: a file, or a folder with all that is in it.
std::map<std::string, Place> &System() {
  static auto *system = new std::map<std::string, Place>;
  return *system;
}

// Returns the path of what stands for `path`, "" where that may not be used in this way.
std::string Find(const std::string &path, int mode) {
  for (const auto &[name, place] : System()) {
    bool is_inside = path.compare(0, name.size() + 1, name + "/") == 0;
    if (path == name || is_inside) {
      errno = EACCES;
      return (mode & ~place.modes) == 0 ? place.target + path.substr(name.size()) : "";
    }
  }
  errno = ENOENT;
  return path.compare(0, 5, "/etc/") == 0 ? "" : path;
}

}  // namespace

extern "C" {
int __real_access(const char *path, int mode);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__real_fopen64(const char *path, const char *mode);
int __real_stat(const char *path, struct stat *status);

int __wrap_access(const char *path, int mode) {
  std::string found = Find(path, mode);
  return found.empty() ? -1 : __real_access(found.c_str(), mode);
}

FILE *__wrap_fopen(const char *path, const char *mode) {
  std::string found = Find(path, R_OK);
  return found.empty() ? nullptr : __real_fopen(found.c_str(), mode);
}

// BoringSSL's.
FILE *__wrap_fopen64(const char *path, const char *mode) {
  std::string found = Find(path, R_OK);
  return found.empty() ? nullptr : __real_fopen64(found.c_str(), mode);
}

int __wrap_stat(const char *path, struct stat *status) {
  std::string found = Find(path, X_OK);
  return found.empty() ? -1 : __real_stat(found.c_str(), status);
}
}

namespace {

constexpr char kFailed[] = "handshake failed: certificate verification failed: ";
constexpr char kUnknownIssuer[] = "unable to get local issuer certificate (sent alert unknown_ca)";
constexpr char kNoStore[] = "no CA store found on this system: set a CA file or SSL_CERT_FILE";

const char *const kFiles[] = {"/etc/ssl/certs/ca-certificates.crt",
                              "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                              "/etc/ssl/cert.pem"};
const char *const kFolders[] = {"/etc/ssl/certs", "/etc/pki/tls/certs"};

class TlsSystemStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    System().clear();
  }

  static void Put(const std::string &path, const std::string &certificate,
                  int modes = R_OK | W_OK | X_OK) {
    System()[path] = {CertificatePath(certificate), modes};
  }

  static void Name(const char *variable, const std::string &certificate) {
    setenv(variable, CertificatePath(certificate).c_str(), 1);
  }

  // Returns "" where a client that trusts what the system trusts believes the server, and
  // otherwise its error.
  static std::string Connect(net_tls_config *config) {
    Connection connection((Case()));
    connection.UseConfig(config);
    std::string error = connection.TryOpen();
    if (!error.empty()) {
      return error;
    }
    Done done = connection.Handshake();
    return done.outcome == NET_TLS_OK
               ? ""
               : done.error.substr(std::min(done.error.size(), sizeof(kFailed) - 1));
  }

  static std::string Connect() {
    net_tls_config *config = net_tls_config_new();
    std::string error = Connect(config);
    net_tls_config_release(config);
    return error;
  }
};

TEST_F(TlsSystemStoreTest, EachKnownFile) {
  for (const char *file : kFiles) {
    System().clear();
    Put(file, "ca.pem");
    EXPECT_EQ("", Connect()) << file;
    EXPECT_STREQ(file, net_tls_default_ca_file());
    Put(file, "other_ca.pem");
    EXPECT_EQ(kUnknownIssuer, Connect()) << file;
  }
}

TEST_F(TlsSystemStoreTest, EachKnownFolder) {
  for (const char *folder : kFolders) {
    System().clear();
    Put(folder, "ca_path");
    EXPECT_EQ("", Connect()) << folder;
    Put(folder, "ca_path", W_OK | X_OK);
    EXPECT_EQ(kNoStore, Connect()) << folder << " cannot be read";
    Put(folder, "ca_path", R_OK | W_OK);
    EXPECT_EQ(kNoStore, Connect()) << folder << " cannot be searched";
  }
}

TEST_F(TlsSystemStoreTest, None) {
  EXPECT_EQ(kNoStore, Connect());
  EXPECT_STREQ(kFiles[0], net_tls_default_ca_file());
}

// Nobody trusts what is in the others.
TEST_F(TlsSystemStoreTest, TheFirstFileCounts) {
  Put(kFiles[0], "other_ca.pem");
  Put(kFiles[1], "ca.pem");
  EXPECT_EQ(kUnknownIssuer, Connect());
  EXPECT_STREQ(kFiles[0], net_tls_default_ca_file());
}

TEST_F(TlsSystemStoreTest, FilesCountBeforeFolders) {
  Put(kFiles[3], "other_ca.pem");
  Put(kFolders[0], "ca_path");
  EXPECT_EQ(kUnknownIssuer, Connect());
}

TEST_F(TlsSystemStoreTest, TheFirstFolderCounts) {
  Put(kFolders[1], "ca_path");
  System()[kFolders[0]] = {testing::TempDir(), R_OK | X_OK};
  EXPECT_EQ(kUnknownIssuer, Connect());
}

TEST_F(TlsSystemStoreTest, AFileWithoutCertificatesIsPassedOver) {
  Put(kFiles[0], "server.key");
  Put(kFiles[2], "ca.pem");
  EXPECT_EQ("", Connect());
}

TEST_F(TlsSystemStoreTest, AFileThatCannotBeReadIsPassedOver) {
  Put(kFiles[0], "other_ca.pem", W_OK | X_OK);
  Put(kFiles[1], "ca.pem");
  EXPECT_EQ("", Connect());
  EXPECT_STREQ(kFiles[1], net_tls_default_ca_file());
}

// What the variables name replaces what the system has.
TEST_F(TlsSystemStoreTest, AFileThatIsNamed) {
  Put(kFiles[0], "ca.pem");
  Name("SSL_CERT_FILE", "other_ca.pem");
  EXPECT_EQ(kUnknownIssuer, Connect());
  EXPECT_EQ(CertificatePath("other_ca.pem"), net_tls_default_ca_file());
}

TEST_F(TlsSystemStoreTest, AFolderThatIsNamed) {
  Put(kFiles[0], "ca.pem");
  setenv("SSL_CERT_DIR", testing::TempDir().c_str(), 1);
  EXPECT_EQ(kUnknownIssuer, Connect());
  EXPECT_STREQ(kFiles[0], net_tls_default_ca_file());
}

TEST_F(TlsSystemStoreTest, AFileAndAFolderThatAreNamed) {
  Name("SSL_CERT_FILE", "other_ca.pem");
  Name("SSL_CERT_DIR", "ca_path");
  EXPECT_EQ("", Connect());
  Name("SSL_CERT_FILE", "ca.pem");
  setenv("SSL_CERT_DIR", testing::TempDir().c_str(), 1);
  EXPECT_EQ("", Connect());
  Name("SSL_CERT_FILE", "server.key");
  Name("SSL_CERT_DIR", "ca_path");
  EXPECT_EQ(
      "failed to read CA file '" + CertificatePath("server.key") + "' that SSL_CERT_FILE names",
      Connect());
}

// It is looked for once, by the first socket of a configuration.
TEST_F(TlsSystemStoreTest, WhatWasFoundStays) {
  net_tls_config *config = net_tls_config_new();
  Put(kFiles[0], "ca.pem");
  EXPECT_EQ("", Connect(config));
  System().clear();
  EXPECT_EQ("", Connect(config));
  net_tls_config_release(config);
}

TEST_F(TlsSystemStoreTest, WhatWasNotFoundIsLookedForAgain) {
  net_tls_config *config = net_tls_config_new();
  EXPECT_EQ(kNoStore, Connect(config));
  Put(kFiles[0], "ca.pem");
  EXPECT_EQ("", Connect(config));
  net_tls_config_release(config);
}

// Whoever names a CA trusts nobody else.
TEST_F(TlsSystemStoreTest, OwnCertificatesReplaceIt) {
  Put(kFiles[0], "ca.pem");
  using Set = bool (*)(net_tls_config *);
  for (Set set : {Set([](net_tls_config *config) {
                    const std::string text = net_testing::ReadCertificate("other_ca.pem");
                    return net_tls_config_set_ca(config, text.data(), text.size());
                  }),
                  Set([](net_tls_config *config) {
                    return net_tls_config_set_ca_file(config,
                                                      CertificatePath("other_ca.pem").c_str());
                  }),
                  Set([](net_tls_config *config) {
                    return net_tls_config_set_ca_path(config, testing::TempDir().c_str());
                  })}) {
    net_tls_config *config = net_tls_config_new();
    EXPECT_TRUE(set(config));
    EXPECT_EQ(kUnknownIssuer, Connect(config));
    net_tls_config_release(config);
  }
}

}  // namespace
