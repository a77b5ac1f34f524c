#ifndef TESTING_PLAYED_SYSTEM_H_
#define TESTING_PLAYED_SYSTEM_H_

// The system below net/'s streams as an input wants it: its calls are real, but any of them can be
// made to fail, none sleeps, and the monotonic clock moves by what would have been slept alone. A
// program that is linked with it needs linkstatic and SYSTEM_LINKOPTS (played_system.bzl).

#include <stddef.h>
#include <stdint.h>

#include <functional>

namespace net_testing {

enum SystemCall {
  kAccept,
  kBind,
  kCalloc,
  kClose,
  kConnect,
  kFcntl,
  kGetaddrinfo,
  kGetnameinfo,
  kGetsockname,
  kGetsockopt,
  kListen,
  kMalloc,
  kPoll,
  kPread,
  kPthreadAtfork,
  kReadv,
  kRecv,
  kRecvmsg,
  kSend,
  kSendfile,
  kSendmsg,
  kSetsockopt,
  kSigtimedwait,
  kSocket,
  kSocketpair,
  kStrdup,
  kTimerfdCreate,
  kTimerfdSettime,
  kWritev,
  kNumSystemCalls,
  // What no input picks.
  kPthreadMutexInit = kNumSystemCalls,
  kNumPlayedCalls
};

// Whether a signal can end the call.
bool CouldSleep(SystemCall call);

// While one lives, the system is played.
class PlayedSystem {
 public:
  // `on_sleep` is called where a call would sleep for ever: it makes `fd` ready for `directions`
  // (net/transport.h), or returns false: then the call fails.
  explicit PlayedSystem(std::function<bool(int fd, unsigned directions)> on_sleep);
  ~PlayedSystem();
  PlayedSystem(const PlayedSystem &) = delete;
  PlayedSystem &operator=(const PlayedSystem &) = delete;

  // Lets `after` calls pass and then makes `times` of them fail with `error`: an errno, or the
  // value that a resolver's or a pthread function returns. A poll that fails with 0 finds
  // nothing ready. A signal (EINTR) comes after kSignalNanoseconds.
  void Fail(SystemCall call, unsigned after, int error, unsigned times);
  // Returns whether a call has failed since.
  bool StopFailing();

  // Nanoseconds of the clock that is played.
  int64_t now() const;

  static constexpr int64_t kSignalNanoseconds = 700000;
};

// While one lives, the thread's calls are those of the test and not played.
class RealSystem {
 public:
  RealSystem();
  ~RealSystem();
  RealSystem(const RealSystem &) = delete;
  RealSystem &operator=(const RealSystem &) = delete;

 private:
  bool was_played_;
};

}  // namespace net_testing

#endif  // TESTING_PLAYED_SYSTEM_H_
