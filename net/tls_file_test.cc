// Files of certificates and keys: all lengths, what cannot be read, short memory, and that no copy
// of a key is left in memory that is free.

#include "net/tls_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"
#include "testing/certificates.h"
#include "testing/fail_each.h"

namespace {

// In memory of its own: a string would leave copies, too.
constexpr char kSecret[] = "PRIVATE KEY-----\n";

int unwiped = 0;
int closed = 0;
bool is_buffered = false;
bool has_read_error = false;

// Leaves another error than the one that is to be told, as closing does.
void LookForSecret(const void *bytes, size_t length) {
  errno = EDOM;
  unwiped += memmem(bytes, length, kSecret, strlen(kSecret)) != nullptr ? 1 : 0;
}

}  // namespace

extern "C" {
int __real_ferror(FILE *file);
int __real_fclose(FILE *file);

int __wrap_ferror(FILE *file) {
  if (has_read_error) {
    errno = EIO;
    return 1;
  }
  return __real_ferror(file);
}

int __wrap_fclose(FILE *file) {
  is_buffered = __fbufsize(file) > 1;
  closed++;
  int result = __real_fclose(file);
  errno = EDOM;
  return result;
}
}

namespace {

using net_testing::Arm;
using net_testing::CertificatePath;
using net_testing::FailEach;
using net_testing::IsAboutMemory;
using net_testing::LiveBlocks;

constexpr size_t kMaximum = size_t{16} * 1024 * 1024;

class TlsFileTest : public testing::Test {
 protected:
  void SetUp() override {
    unwiped = closed = 0;
    is_buffered = has_read_error = false;
    net_testing::SetOnFree(LookForSecret);
  }

  void TearDown() override {
    net_testing::SetOnFree(nullptr);
    EXPECT_EQ(0, unwiped) << "memory that was freed with a key in it";
    EXPECT_FALSE(is_buffered) << "the C library's buffer keeps a key";
  }

  // Makes a file of the secret, again and again.
  std::string Make(size_t length) {
    std::string path = testing::TempDir() + "/secret_of_" + std::to_string(length);
    int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    EXPECT_LE(0, fd);
    for (size_t left = length; left > 0;) {
      size_t piece = std::min(left, strlen(kSecret));
      EXPECT_EQ(static_cast<ssize_t>(piece), write(fd, kSecret, piece));
      left -= piece;
    }
    close(fd);
    return path;
  }

  std::string MakeSparse(size_t length) {
    std::string path = Make(100);
    EXPECT_EQ(0, truncate(path.c_str(), static_cast<off_t>(length)));
    return path;
  }

  net_tls_file *Load(const std::string &path, const char *password = nullptr) {
    error_[0] = '\0';
    closed = 0;
    return net_tls_load_file(path.c_str(), password, error_);
  }

  char error_[NET_TLS_ERROR_SIZE] = "";
};

bool IsSecret(const net_tls_file *file) {
  for (size_t i = 0; i < file->length; i++) {
    if (file->bytes[i] != kSecret[i % strlen(kSecret)]) {
      return false;
    }
  }
  return true;
}

TEST_F(TlsFileTest, OfAnyLength) {
  size_t before = LiveBlocks();
  for (size_t length : {0, 1, 8191, 8192, 8193, 16384, 50000}) {
    net_tls_file *file = Load(Make(length));
    ASSERT_NE(nullptr, file) << error_;
    EXPECT_EQ(length, file->length);
    EXPECT_TRUE(IsSecret(file));
    EXPECT_EQ(1, closed);
    net_tls_file_free(file);
  }
  EXPECT_EQ(before, LiveBlocks());
}

TEST_F(TlsFileTest, TooLarge) {
  size_t before = LiveBlocks();
  net_tls_file *file = Load(MakeSparse(kMaximum - 1));
  ASSERT_NE(nullptr, file) << error_;
  EXPECT_EQ(kMaximum - 1, file->length);
  net_tls_file_free(file);
  const std::string path = MakeSparse(kMaximum);
  EXPECT_EQ(nullptr, Load(path));
  EXPECT_EQ("failed to open file '" + path + "': File too large", error_);
  EXPECT_EQ(1, closed);
  EXPECT_EQ(before, LiveBlocks());
}

TEST_F(TlsFileTest, ThatCannotBeRead) {
  size_t before = LiveBlocks();
  EXPECT_EQ(nullptr, Load(testing::TempDir()));
  EXPECT_EQ("failed to open file '" + testing::TempDir() + "': Is a directory", error_);
  const std::string path = Make(100);
  has_read_error = true;
  EXPECT_EQ(nullptr, Load(path));
  EXPECT_EQ("failed to open file '" + path + "': Input/output error", error_);
  EXPECT_EQ(1, closed);
  net_testing::FailAllocation(0);
  EXPECT_EQ(nullptr, Load(path));
  EXPECT_TRUE(IsAboutMemory(error_)) << error_;
  EXPECT_EQ(before, LiveBlocks());
}

TEST_F(TlsFileTest, WithoutMemory) {
  const std::string path = Make(50000);
  size_t allocations = FailEach([&](const Arm &arm) {
    arm();
    net_tls_file *file = Load(path);
    EXPECT_TRUE(file != nullptr ? file->length == 50000 && IsSecret(file) : IsAboutMemory(error_))
        << error_;
    EXPECT_EQ(1, closed);
    net_tls_file_free(file);
  });
  EXPECT_EQ(5u, allocations);
}

TEST_F(TlsFileTest, KeyWithoutMemory) {
  const std::string path = CertificatePath("server_encrypted.key");
  bool is_loaded = false;
  FailEach([&](const Arm &arm) {
    arm();
    net_tls_file *file = Load(path, "secret");
    EXPECT_EQ(file == nullptr, IsAboutMemory(error_)) << error_;
    is_loaded = file != nullptr;
    if (is_loaded) {
      const std::string begin = "-----BEGIN PRIVATE KEY-----\n";
      EXPECT_EQ(0, memcmp(begin.data(), file->bytes, begin.size()));
      const std::string end = "-----END PRIVATE KEY-----\n";
      EXPECT_EQ(0, memcmp(end.data(), file->bytes + file->length - end.size(), end.size()));
    }
    net_tls_file_free(file);
  });
  EXPECT_TRUE(is_loaded);
}

TEST_F(TlsFileTest, ReasonsWhyAKeyIsNone) {
  const std::string text = "failed to read private key '";
  const std::string encrypted = CertificatePath("server_encrypted.key");
  EXPECT_EQ(nullptr, Load(encrypted, "wrong"));
  EXPECT_EQ(text + encrypted + "': malformed private key, or a wrong password", error_);
  // What another call on the thread has left behind is not the reason.
  ERR_put_error(ERR_LIB_SSL, 0, ERR_R_MALLOC_FAILURE, __FILE__, __LINE__);
  EXPECT_EQ(nullptr, Load(encrypted, "wrong"));
  EXPECT_EQ(text + encrypted + "': malformed private key, or a wrong password", error_);
  EXPECT_EQ(0u, ERR_peek_error());
  const std::string certificate = CertificatePath("ca.pem");
  EXPECT_EQ(nullptr, Load(certificate, "secret"));
  EXPECT_EQ(text + certificate + "': no private key found", error_);
}

}  // namespace
