#ifndef FUZZ_LUA_CLOCK_H_
#define FUZZ_LUA_CLOCK_H_

// The time of a script of lua_calls: clock_gettime(), poll() and recv() of this program, which
// lua_clock.cc takes the place of (the linker's --wrap). Nobody sleeps in poll(): the clock is
// moved on by as much, so that a script does the same on any machine at any time. A recv() that
// would sleep for ever fails.

namespace net_fuzz {

// While there is one, time is a script's, and begins anew.
class ScriptTime {
 public:
  ScriptTime();
  ~ScriptTime();
  ScriptTime(const ScriptTime &) = delete;
  ScriptTime &operator=(const ScriptTime &) = delete;

  // Whether a poll() or recv() without a timeout found nothing ready: there is nobody who could end
  // it.
  bool WaitsForEver() const;
};

}  // namespace net_fuzz

#endif  // FUZZ_LUA_CLOCK_H_
