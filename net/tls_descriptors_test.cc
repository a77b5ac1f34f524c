// The files that a configuration opens: each is closed with it, and no other one is.

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_config.h"
#include "testing/certificates.h"

namespace {

using net_testing::CertificatePath;

size_t OpenFiles() {
  size_t count = 0;
  DIR *directory = opendir("/proc/self/fd");
  while (readdir(directory) != nullptr) {
    count++;
  }
  closedir(directory);
  return count;
}

// Standard input, output and error are open when it returns.
void OpenStandardFiles() {
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO) {
    fd = open("/dev/null", O_RDWR);
  }
  close(fd);
}

TEST(TlsDescriptors, NoFileOfOthersIsClosed) {
  OpenStandardFiles();
  net_tls_config_release(net_tls_config_new());
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    EXPECT_NE(-1, fcntl(fd, F_GETFD)) << fd;
  }
}

TEST(TlsDescriptors, NoFileStaysOpen) {
  size_t before = OpenFiles();
  for (int count : {0, 1, 3}) {
    net_tls_config *config = net_tls_config_new();
    for (int i = 0; i < count; i++) {
      std::string file = testing::TempDir() + "/key_log" + std::to_string(i);
      EXPECT_TRUE(net_tls_config_set_key_log_file(config, file.c_str()));
      EXPECT_TRUE(net_tls_config_set_ca_path(config, CertificatePath("ca_path").c_str()));
    }
    net_tls_config_release(config);
    EXPECT_EQ(before, OpenFiles()) << count;
  }
}

// Where standard input is closed, its number is one like any other.
TEST(TlsDescriptors, AFileOfTheFirstNumber) {
  OpenStandardFiles();
  int kept = dup(STDIN_FILENO);
  ASSERT_GE(kept, 0);
  close(STDIN_FILENO);
  net_tls_config *config = net_tls_config_new();
  EXPECT_EQ(-1, fcntl(STDIN_FILENO, F_GETFD));
  for (int i = 0; i < 2; i++) {
    std::string file = testing::TempDir() + "/key_log_first" + std::to_string(i);
    EXPECT_TRUE(net_tls_config_set_key_log_file(config, file.c_str()));
  }
  net_tls_config_release(config);
  EXPECT_EQ(-1, fcntl(STDIN_FILENO, F_GETFD));
  dup2(kept, STDIN_FILENO);
  close(kept);
}

}  // namespace
