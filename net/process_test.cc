// Forks are counted, in parent and child, once each however often they are watched.

#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "gtest/gtest.h"

extern "C" {
#include "net/process.h"
}

namespace {

// What the child returns from `check`.
template <typename Check>
int InAChild(Check check) {
  pid_t child = fork();
  if (child == 0) {
    _exit(check());
  }
  int status = -1;
  EXPECT_EQ(child, waitpid(child, &status, 0));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Process, ForksAreCountedOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) {
    threads.emplace_back([] { EXPECT_TRUE(net_process_watch()); });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(net_process_watch());
  unsigned generation = net_process_generation();
  unsigned forks = net_process_forks();
  int child = InAChild([=] {
    int grandchild = InAChild([=] {
      return net_process_generation() == generation + 2 && net_process_forks() == forks + 2 ? 7 : 1;
    });
    bool is_counted =
        net_process_generation() == generation + 1 && net_process_forks() == forks + 2;
    return grandchild == 7 && is_counted ? 7 : 1;
  });
  EXPECT_EQ(7, child);
  EXPECT_EQ(generation, net_process_generation());
  EXPECT_EQ(forks + 1, net_process_forks());
}

}  // namespace
