// Time by the virtual clock of the driver's command `faults`: deadlines and clock limits to the
// call, however slow the machine is

#include "conformance/cases/cases.h"
#include "conformance/cases/fault_script.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr int kDeadline = 60;
constexpr int kStep = 10;
constexpr int kMoreThanEnough = 20;
constexpr size_t kLength = 100000;

std::string Times(int count, const std::string &word) {
  std::string words;
  for (int i = 0; i < count; i++) {
    words += " " + word;
  }
  return words;
}

// Connected, with a transport for faults that has none yet.
void ConnectForFaults(World &world) {
  SetFaults(world, "");
  world.Connect();
}

void EstablishForFaults(World &world) {
  SetFaults(world, "");
  world.Establish();
}

// Each wait comes back for nothing, a while later. Were the deadline a fresh one each time, there
// would be more of them.
void HasOneDeadline(World &world, const std::string &method, const std::string &arguments,
                    const Tuple &expected, int64_t looks = 0) {
  Deadlines(world, kDeadline, kDeadline);
  SetFaults(world, "s:" + Times(2 * kMoreThanEnough, "again") +
                       " w:" + Times(kMoreThanEnough, "t" + std::to_string(kStep)) + " timeout");
  world.Call(method, arguments).Gives(expected);
  int64_t waits = CountCalls(world).calls[2] - looks;
  world.Expect(waits == kDeadline / kStep,
               method + " waited " + std::to_string(waits) + " times for " + std::to_string(kStep) +
                   " ms with a deadline of " + std::to_string(kDeadline));
}

void DeadlineOfHandshake(World &world) {
  world.setup().peer_handshakes = false;
  ConnectForFaults(world);
  HasOneDeadline(world, "handshake", "", Timeout());
}

void DeadlineOfRead(World &world) {
  EstablishForFaults(world);
  HasOneDeadline(world, "read", "", NilTimeout());
}

void DeadlineOfWrite(World &world) {
  EstablishForFaults(world);
  HasOneDeadline(world, "write", PatternWord(0, kLength), {Between(0, kLength - 1), Nil(), True()});
}

void DeadlineOfTlsClose(World &world) {
  EstablishForFaults(world);
  HasOneDeadline(world, "tls_close", "", Timeout());
  SetFaults(world, "");
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void DeadlineOfClose(World &world) {
  EstablishForFaults(world);
  HasOneDeadline(world, "close", "", Timeout(), 1);
}

// Whatever the clock limit and the deadlines of others say.
void KernelTimeoutOfRead(World &world) {
  EstablishForFaults(world);
  world.Call("setclocklimit", IntegerWord(3600)).Gives({});
  SetFaults(world, "r: timeout");
  world.Call("read").Gives(NilTimeout());
  world.Expect(CountCalls(world).calls[0] == 1, "a timeout of the kernel's was not the end");
  world.peer().Write("later");
  world.Call("read").Gives(ReadOf("later"));
}

void KernelTimeoutOfWrite(World &world) {
  EstablishForFaults(world);
  world.Call("setclocklimit", IntegerWord(3600)).Gives({});
  SetFaults(world, "s: timeout");
  Result result = world.Call("write", PatternWord(0, kLength));
  result.Gives({Between(0, kLength - 1), Nil(), True()});
  world.Expect(CountCalls(world).calls[1] == 1, "a timeout of the kernel's was not the end");
  auto accepted = static_cast<size_t>(result.AsInteger());
  world.Call("write", PatternWord(accepted, kLength - accepted)).Gives(WriteOf(kLength - accepted));
  PeerHas(world, Pattern(0, kLength));
}

// A wait whose time is up, with nobody there.
void WaitTimesOut(World &world, const std::string &method, const std::string &arguments,
                  const Tuple &expected) {
  EstablishForFaults(world);
  Deadlines(world, kLong, kLong);
  SetFaults(world, "s: again w: timeout");
  world.Call(method, arguments).Gives(expected);
  world.Expect(CountCalls(world).calls[2] == 1, method + " waited again when its time was up");
}

void ReadsWaitTimesOut(World &world) {
  WaitTimesOut(world, "read", "", NilTimeout());
  world.peer().Write("later");
  world.Call("read").Gives(ReadOf("later"));
}

void PollWaitTimesOut(World &world) {
  WaitTimesOut(world, "poll_wait", "k:WANT_POLLIN", Timeout());
  world.peer().Write("later");
  world.Call("poll_wait", "k:WANT_POLLIN").Gives(Ok());
}

// Each retry has cost 3 ms of CPU time; the first of them starts the clock.
void IsHeldToClockLimit(World &world, const std::string &words, const std::string &method,
                        const std::string &arguments, const Tuple &expected, double limit_ms) {
  constexpr double kCost = 3;
  SetFaults(world, words + Times(kMoreThanEnough, "c3"));
  world.Call(method, arguments).Gives(expected);
  Counts counts = CountCalls(world);
  auto used = static_cast<double>(counts.faults) * kCost;
  world.Expect(used >= limit_ms && used <= limit_ms + 2 * kCost,
               method + " retried for " + std::to_string(used) +
                   " ms of CPU time with a limit of " + std::to_string(limit_ms));
}

void ClockLimits(World &world) {
  EstablishForFaults(world);
  IsHeldToClockLimit(world, "r:", "read", "", NilTimeout(), 10);
  world.Call("setclocklimit", NumberWord(0.03)).Gives({});
  IsHeldToClockLimit(world, "r:", "read", "", NilTimeout(), 30);
  world.Call("setclocklimit").Gives({});
  IsHeldToClockLimit(world, "s:", "write", PatternWord(0, kLength),
                     {Between(0, kLength - 1), Nil(), True()}, 10);
  IsHeldToClockLimit(world, "s:", "tls_close", "", Timeout(), 10);
}

void ClockLimitOfHandshake(World &world) {
  world.setup().peer_handshakes = false;
  ConnectForFaults(world);
  IsHeldToClockLimit(world, "r:", "handshake", "", Timeout(), 10);
  SetFaults(world, "");
  world.peer().StartHandshake();
  world.Call("handshake").Gives(Ok());
}

// As many as there are words; each is one more call, and that is all.
void Storm(World &world, const std::string &words) {
  EstablishForFaults(world);
  SetFaults(world, words);
  world.Call("write", PatternWord(0, kLength)).Gives(WriteOf(kLength));
  PeerHas(world, Pattern(0, kLength));
  world.peer().Write("calm");
  world.Call("read").Gives(ReadOf("calm"));
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void StormOfSignals(World &world) {
  Storm(world, "s:" + Times(kMoreThanEnough, "intr") + " r:" + Times(kMoreThanEnough, "intr") +
                   " w:" + Times(kMoreThanEnough, "intr"));
}

void StormOfNothing(World &world) {
  Storm(world, "s:" + Times(kMoreThanEnough, "zero") + " r:" + Times(kMoreThanEnough, "again"));
}

}  // namespace

std::vector<Case> VirtualTimeCases() {
  constexpr Vary kNonblockingTcp = {false, true, true, true, true, true, true, false};
  constexpr Vary kBlockingTcp = {true, false, true, true, true, true, true, false};
  constexpr Vary kTcp = {true, true, true, true, true, true, true, false};
  return {
      {"D-13/51",
       "the kernel's timeout ends a read at its first receive",
       kTcp,
       KernelTimeoutOfRead,
       {"D-14"}},
      {"D-13/52",
       "the kernel's timeout ends a write at its first send; it is continued",
       kTcp,
       KernelTimeoutOfWrite,
       {"D-06", "D-14"}},
      {"D-14/51",
       "the clock limit is CPU time, of read, write and tls_close",
       kBlockingTcp,
       ClockLimits,
       {}},
      {"D-14/52",
       "the clock limit is CPU time, of handshake",
       kBlockingTcp,
       ClockLimitOfHandshake,
       {}},
      {"D-15/51",
       "one deadline for all waits of a handshake",
       kNonblockingTcp,
       DeadlineOfHandshake,
       {}},
      {"D-15/52", "one deadline for all waits of a read", kNonblockingTcp, DeadlineOfRead, {}},
      {"D-15/53", "one deadline for all waits of a write", kNonblockingTcp, DeadlineOfWrite, {}},
      {"D-15/54",
       "one deadline for all waits of tls_close; it is continued",
       kNonblockingTcp,
       DeadlineOfTlsClose,
       {"D-19"}},
      {"D-15/55",
       "one deadline for all waits of close",
       kNonblockingTcp,
       DeadlineOfClose,
       {"D-20"}},
      {"D-15/56",
       "a read's wait is over: timeout, at once, and it can be repeated",
       kNonblockingTcp,
       ReadsWaitTimesOut,
       {}},
      {"D-16/51", "poll_wait's time is up: timeout, at once", kTcp, PollWaitTimesOut, {}},
      {"D-17/51", "many signals in all calls: nobody notices", kTcp, StormOfSignals, {}},
      {"D-05/54",
       "many sends of nothing, and would-blocks: nobody notices",
       kTcp,
       StormOfNothing,
       {}},
  };
}

}  // namespace conformance
