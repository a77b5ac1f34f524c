#include "conformance/runner/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace conformance {
namespace {

// Signals that the runner ignores or a shell above it may have: the child starts with the defaults,
// so that a SIGPIPE in it is seen.
void SetSignals(posix_spawnattr_t *attributes) {
  sigset_t all;
  sigfillset(&all);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(attributes, &all);
  posix_spawnattr_setsigmask(attributes, &none);
  posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

int Spawn(const std::vector<std::string> &arguments, int input, int output, bool merge_stderr,
          pid_t *pid) {
  std::vector<char *> argv;
  for (const std::string &argument : arguments) {
    argv.push_back(const_cast<char *>(argument.c_str()));
  }
  argv.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  SetSignals(&attributes);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  if (merge_stderr) {
    posix_spawn_file_actions_adddup2(&actions, output, 2);
  }
  int error = posix_spawnp(pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

// A child that has closed its output is about to end; returns false where it is not.
bool WaitAWhile(pid_t pid, int *status) {
  constexpr int kMostMilliseconds = 10000;
  for (int i = 0; i < kMostMilliseconds; i++) {
    if (waitpid(pid, status, WNOHANG) == pid) {
      return true;
    }
    poll(nullptr, 0, 1);
  }
  return false;
}

std::string DescribeEnd(int status) {
  if (WIFSIGNALED(status)) {
    return "signal " + std::to_string(WTERMSIG(status)) + " (" + strsignal(WTERMSIG(status)) + ")";
  }
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

void CloseFd(int *fd) {
  if (*fd >= 0) {
    close(*fd);
  }
  *fd = -1;
}

}  // namespace

std::string Child::Start(const std::vector<std::string> &arguments, bool merge_stderr) {
  int to_child[2];
  int from_child[2];
  if (pipe2(to_child, O_CLOEXEC) != 0) {
    return std::string("pipe: ") + strerror(errno);
  }
  if (pipe2(from_child, O_CLOEXEC) != 0) {
    close(to_child[0]);
    close(to_child[1]);
    return std::string("pipe: ") + strerror(errno);
  }
  int error = Spawn(arguments, to_child[0], from_child[1], merge_stderr, &pid_);
  close(to_child[0]);
  close(from_child[1]);
  input_ = to_child[1];
  output_ = from_child[0];
  if (error == 0) {
    return "";
  }
  pid_ = -1;
  CloseInput();
  CloseOutput();
  return arguments[0] + ": " + strerror(error);
}

bool Child::Write(const std::string &bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    ssize_t count = write(input_, bytes.data() + sent, bytes.size() - sent);
    if (count < 0 && errno != EINTR) {
      return false;
    }
    sent += count > 0 ? static_cast<size_t>(count) : 0;
  }
  return true;
}

bool Child::Receive(std::string *bytes) {
  char buffer[65536];
  ssize_t count;
  do {
    count = read(output_, buffer, sizeof buffer);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) {
    return false;
  }
  bytes->append(buffer, static_cast<size_t>(count));
  return true;
}

std::string Child::Wait() {
  int status = 0;
  CloseInput();
  if (!WaitAWhile(pid_, &status)) {
    Kill();
    return "its output closed but no end, so it was killed";
  }
  Forget();
  return DescribeEnd(status);
}

void Child::Forget() {
  pid_ = -1;
  CloseInput();
  CloseOutput();
}

void Child::Kill() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    Forget();
  }
}

void Child::Terminate() {
  kill(pid_, SIGTERM);
}

void Child::Stop() {
  int status;
  kill(pid_, SIGSTOP);
  while (waitpid(pid_, &status, WUNTRACED) < 0 && errno == EINTR) {
  }
}

void Child::Continue() {
  int status;
  kill(pid_, SIGCONT);
  while (waitpid(pid_, &status, WCONTINUED) < 0 && errno == EINTR) {
  }
}

void Child::CloseInput() {
  CloseFd(&input_);
}

void Child::CloseOutput() {
  CloseFd(&output_);
}

}  // namespace conformance
