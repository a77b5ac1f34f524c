#include "conformance/runner/endpoint.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace conformance {
namespace {

bool Exists(const std::string &path) {
  return access(path.c_str(), F_OK) == 0;
}

// Listens, dials, and sends a byte.
void Reaches(Endpoint *endpoint) {
  int listener = ListenAt(endpoint, 1);
  ASSERT_GE(listener, 0);
  int near = DialTo(*endpoint, 4096);
  ASSERT_GE(near, 0);
  int far = accept(listener, nullptr, nullptr);
  char byte = 0;
  EXPECT_EQ(send(near, "x", 1, 0), 1);
  EXPECT_EQ(recv(far, &byte, 1, 0), 1);
  EXPECT_EQ(byte, 'x');
  for (int fd : {listener, near, far}) {
    close(fd);
  }
  EXPECT_EQ(DialTo(*endpoint, 0), -1);
  EXPECT_EQ(errno, ECONNREFUSED);
}

TEST(Endpoint, IsAPortWhereItHasNoPath) {
  Endpoint endpoint;
  EXPECT_FALSE(endpoint.is_unix());
  Reaches(&endpoint);
  EXPECT_GT(endpoint.port, 0);
  EXPECT_EQ(endpoint.HostWord(), "s:127.0.0.1");
  EXPECT_EQ(endpoint.Words(), "s:127.0.0.1 i:" + std::to_string(endpoint.port));
}

TEST(Endpoint, IsAUnixSocketWhereItHasAPath) {
  SocketDirectory directory;
  Endpoint endpoint{0, directory.NewPath()};
  EXPECT_TRUE(endpoint.is_unix());
  Reaches(&endpoint);
  EXPECT_EQ(endpoint.port, 0);
  EXPECT_EQ(endpoint.Words(), "s:" + endpoint.path + " i:0");
  EXPECT_EQ(ListenAt(&endpoint, 1), -1);
  EXPECT_EQ(errno, EADDRINUSE);
}

TEST(SocketDirectory, IsPrivateAndGoesWithWhatIsInIt) {
  std::string path;
  {
    SocketDirectory directory;
    Endpoint endpoint{0, directory.NewPath()};
    path = endpoint.path;
    EXPECT_NE(path, directory.NewPath());
    close(ListenAt(&endpoint, 1));
    EXPECT_TRUE(Exists(path));
    struct stat status = {};
    ASSERT_EQ(stat(path.substr(0, path.rfind('/')).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
  }
  EXPECT_FALSE(Exists(path.substr(0, path.rfind('/'))));
}

}  // namespace
}  // namespace conformance
