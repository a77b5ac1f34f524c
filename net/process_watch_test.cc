// Forks are watched once, whoever begins and whatever fails at first.

#include <errno.h>
#include <pthread.h>

#include <atomic>
#include <thread>

#include "gtest/gtest.h"

extern "C" {
#include "net/process.h"

// The linker sends the calls of net/ here (--wrap).
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);

static std::atomic<int> num_registered{0};
static std::atomic<int> num_locks{0};
static int error_of_next = 0;
// The one who is registering goes on when another has come to the lock, or past it.
static bool waits_for_another = false;

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex) {
  num_locks++;
  return __real_pthread_mutex_lock(mutex);
}

int __wrap_pthread_atfork(void (*)(), void (*)(), void (*)()) {
  if (error_of_next != 0) {
    return error_of_next;
  }
  num_registered++;
  while (waits_for_another && num_locks < 2 && num_registered < 2) {
    std::this_thread::yield();
  }
  return 0;
}
}

namespace {

TEST(ProcessWatch, BeginsOnce) {
  error_of_next = ENOMEM;
  EXPECT_FALSE(net_process_watch());
  error_of_next = 0;
  num_locks = 0;
  waits_for_another = true;
  std::thread other([] { EXPECT_TRUE(net_process_watch()); });
  EXPECT_TRUE(net_process_watch());
  other.join();
  EXPECT_EQ(1, num_registered);
  EXPECT_TRUE(net_process_watch());
  EXPECT_EQ(1, num_registered);
}

}  // namespace
