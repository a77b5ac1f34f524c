#include "conformance/runner/foreign.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace conformance {
namespace {

// The inodes of a process's sockets.
std::set<std::string> SocketsOf(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd/";
  const std::string prefix = "socket:[";
  std::set<std::string> inodes;
  DIR *directory = opendir(path.c_str());
  while (const dirent *entry = directory != nullptr ? readdir(directory) : nullptr) {
    char target[PATH_MAX];
    ssize_t length = readlink((path + entry->d_name).c_str(), target, sizeof target);
    std::string name(target, length > 0 ? static_cast<size_t>(length) : 0);
    if (name.rfind(prefix, 0) == 0) {
      inodes.insert(name.substr(prefix.size(), name.size() - prefix.size() - 1));
    }
  }
  if (directory != nullptr) {
    closedir(directory);
  }
  return inodes;
}

}  // namespace

short ForeignInput::events() const {
  return POLLOUT;
}

void ForeignInput::Ready() {
  // No more than PIPE_BUF fits for certain without a wait.
  size_t length = unwritten_.size() < PIPE_BUF ? unwritten_.size() : PIPE_BUF;
  ssize_t count = write(child_->input(), unwritten_.data(), length);
  if (count < 0 && errno != EINTR) {
    unwritten_.clear();  // It reads no more.
  } else {
    unwritten_.erase(0, count > 0 ? static_cast<size_t>(count) : 0);
  }
}

// A line of /proc/net/tcp: number, local address:port, remote one, state, queues, timer,
// retransmits, user, timeout, inode.
int Foreign::ListeningPort() const {
  const std::set<std::string> sockets = SocketsOf(child_.pid());
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
        timeout >> inode;
    if (state == "0A" && sockets.count(inode) != 0) {
      return static_cast<int>(std::strtol(local.substr(local.find(':') + 1).c_str(), nullptr, 16));
    }
  }
  return 0;
}

int Foreign::PortAfter(const std::string &text) const {
  size_t begin = output_.find(text);
  size_t end = begin == std::string::npos ? begin : output_.find('\n', begin);
  if (end == std::string::npos) {
    return 0;
  }
  size_t colon = output_.rfind(':', end);
  return colon == std::string::npos || colon < begin ? 0 : std::atoi(output_.c_str() + colon + 1);
}

short Foreign::events() const {
  return POLLIN;
}

}  // namespace conformance
