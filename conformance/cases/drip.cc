// Drips: what a peer that sends or takes a byte now and then does to timeouts and deadlines

#include <algorithm>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// The drip would go on for a minute, were it not for the deadline.
constexpr Milliseconds kGap{20};
constexpr int kDrips = 3000;
constexpr int kDeadline = 60;

// Lets `drip` happen at each gap until the call is answered.
Result Outlives(World &world, const std::function<void()> &drip) {
  for (int i = 0; i < kDrips && !world.driver().answered(); i++) {
    drip();
    world.ElapseUnlessAnswered(kGap);
  }
  world.Expect(world.driver().answered(), "the call outlived its time by a minute");
  return world.Finish();
}

std::function<void()> ByteFrom(World &world) {
  return [&world] { world.peer().Release(1); };
}

std::function<void()> SipOf(World &world) {
  return [&world] { world.peer().Sip(16); };
}

// A socket that cannot send: the peer takes only what a case lets it have.
void Clog(World &world) {
  world.setup().peer.receive_buffer = 4096;
  world.Establish();
  Prepare(world, "sndbuf", IntegerWord(8192));
  world.peer().Stall(true);
}

// The real flight, so that the handshake goes on from message to message.
void DrippedFlight(World &world, const std::string &method, const std::string &arguments,
                   const Tuple &expected) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kDeadline, kDeadline);
  world.peer().Hold();
  world.peer().StartHandshake();
  world.Start(method, arguments);
  Outlives(world, ByteFrom(world)).Gives(expected).TookAtLeast(Milliseconds(kDeadline - 1));
  Deadlines(world, kLong, kLong);
  world.peer().Release();
  world.Call("handshake").Gives(Ok());
  world.Call("write", StringWord("after all")).Gives(WriteOf(9));
  PeerHas(world, "after all");
}

void DrippedFlightOfHandshake(World &world) {
  DrippedFlight(world, "handshake", "", Timeout());
}

void DrippedFlightOfRead(World &world) {
  DrippedFlight(world, "read", "", NilTimeout());
}

void DrippedFlightOfWrite(World &world) {
  DrippedFlight(world, "write", StringWord("x"), {Integer(0), Nil(), True()});
}

void DrippedReadGoesOn(World &world) {
  std::string bytes = Pattern(0, 5000);
  world.Establish();
  Deadlines(world, kDeadline, kLong);
  world.peer().Hold();
  world.peer().Write(bytes);
  world.Start("read");
  Outlives(world, ByteFrom(world)).Gives(NilTimeout()).TookAtLeast(Milliseconds(kDeadline - 1));
  Deadlines(world, kLong, kLong);
  world.peer().Release();
  ReadsAll(world, bytes);
}

// In blocking mode the kernel's timeout is for one system call, which a sip does not lengthen.
void SippedBlockingWrite(World &world) {
  Clog(world);
  Prepare(world, "sndtimeo", NumberWord(kDeadline / 1e3));
  world.Start("write", PatternWord(0, kTooMuch));
  Result result = Outlives(world, SipOf(world));
  result.Gives({Between(0, kTooMuch - 1), Nil(), True()}).TookAtLeast(Milliseconds(kDeadline - 10));
  size_t accepted = static_cast<size_t>(result.AsInteger());
  Prepare(world, "sndtimeo", IntegerWord(0));
  world.peer().Stall(false);
  size_t rest = kTooMuch - accepted;
  world.Call("write", PatternWord(accepted, rest)).Gives(WriteOf(rest));
  PeerHas(world, Pattern(0, kTooMuch));
}

// What was accepted has to leave before the close_notify can.
void SippedClose(World &world) {
  TimedOutWrite(world);
  int64_t fd = Descriptor(world);
  Deadlines(world, kLong, kDeadline);
  world.Start("close");
  Outlives(world, SipOf(world)).Gives(Timeout()).TookAtLeast(Milliseconds(kDeadline - 10));
  IsClosed(world, fd);
}

void SippedTlsClose(World &world) {
  size_t accepted = TimedOutWrite(world);
  Deadlines(world, kLong, kDeadline);
  world.Start("tls_close");
  Outlives(world, SipOf(world)).Gives(Timeout()).TookAtLeast(Milliseconds(kDeadline - 10));
  Unstall(world);
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
  PeerHas(world, Pattern(0, accepted));
}

// Each timed-out write accepts something or nothing; none of it is lost or sent twice.
void SipsAndWrites(World &world) {
  size_t accepted = TimedOutWrite(world);
  for (int i = 0; i < 3; i++) {
    world.peer().Sip(4096);
    Deadlines(world, kLong, 5);
    Result result = world.Call("write", PatternWord(accepted, kTooMuch - accepted));
    result.Gives({Between(0, static_cast<double>(kTooMuch - accepted)), Nil(), Anything()});
    accepted += static_cast<size_t>(result.AsInteger());
  }
  Unstall(world);
  world.Call("write", PatternWord(accepted, kTooMuch - accepted))
      .Gives(WriteOf(kTooMuch - accepted));
  PeerHas(world, Pattern(0, kTooMuch));
}

// Longer than the timeout in all, with no gap as long as it. Returns the longest gap.
constexpr Milliseconds kTimeout{150};

Milliseconds DripPast(World &world, Milliseconds time) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now();
  Clock::time_point last = start;
  Clock::duration longest{0};
  while (Clock::now() - start < time && !world.driver().answered()) {
    world.peer().Release(1);
    longest = std::max(longest, Clock::now() - last);
    last = Clock::now();
    world.ElapseUnlessAnswered(Milliseconds(5));
  }
  world.peer().Release();
  longest = std::max(longest, Clock::now() - last);
  return std::chrono::duration_cast<Milliseconds>(longest);
}

// No system call ends by the timeout, so the operation does not. A runner that was itself too slow
// has made one end: then it is to say so, and to go on.
void LivesOn(World &world, const std::string &method, const Tuple &expected,
             const Tuple &if_too_slow) {
  world.Start(method);
  Milliseconds gap = DripPast(world, kTimeout + Milliseconds(30));
  Result result = world.Finish();
  if (gap >= kTimeout && MatchesTuple(if_too_slow, result.answer().values)) {
    world.Call(method).Gives(expected);
    return;
  }
  result.Gives(expected).TookAtLeast(kTimeout);
}

void DrippedBlockingRead(World &world) {
  std::string bytes = Pattern(0, 1000);
  world.Establish();
  Prepare(world, "rcvtimeo", NumberWord(kTimeout.count() / 1e3));
  world.peer().Hold();
  world.peer().Write(bytes);
  LivesOn(world, "read", ReadOf(bytes), NilTimeout());
}

void DrippedBlockingHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Prepare(world, "rcvtimeo", NumberWord(kTimeout.count() / 1e3));
  world.peer().Hold();
  world.peer().StartHandshake();
  LivesOn(world, "handshake", Ok(), Timeout());
}

// The drip has dried up: the system call that waits for more is the one that the timeout ends.
void DriesUp(World &world) {
  std::string bytes = Pattern(0, 1000);
  world.Establish();
  Prepare(world, "rcvtimeo", NumberWord(kShort / 1e3));
  world.peer().Hold();
  world.peer().Write(bytes);
  world.peer().Release(3);
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
  world.peer().Release(30);
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
  Prepare(world, "rcvtimeo", IntegerWord(0));
  world.peer().Release();
  world.Call("read").Gives(ReadOf(bytes));
}

}  // namespace

std::vector<Case> DripCases() {
  return {
      {"D-13/2",
       "a drip in a blocking read: no system call times out, nor does the read",
       OverTcp(kBlockingOnce),
       DrippedBlockingRead,
       {"D-14"}},
      {"D-13/3",
       "a drip in a blocking handshake: no system call times out, nor does it",
       OverTcp(kBlocking),
       DrippedBlockingHandshake,
       {"D-14"}},
      {"D-13/4",
       "a drip that dries up times out, again and again, and nothing is lost",
       OverTcp(kBlocking),
       DriesUp,
       {"D-14"}},
      {"D-13/5",
       "a peer that sips does not lengthen the kernel's timeout of a blocking write",
       OverTcp(kBlocking),
       SippedBlockingWrite,
       {"D-06"}},
      {"D-15/11",
       "a handshake whose real messages drip: one deadline, then it goes on",
       OverTcp(kNonblocking),
       DrippedFlightOfHandshake,
       {}},
      {"D-15/12", "the same within a read", OverTcp(kNonblocking), DrippedFlightOfRead, {}},
      {"D-15/13", "the same within a write", OverTcp(kNonblocking), DrippedFlightOfWrite, {"D-06"}},
      {"D-15/14",
       "a dripped record that timed out is read whole later",
       OverTcp(kNonblocking),
       DrippedReadGoesOn,
       {}},
      {"D-20/31",
       "a peer that sips does not keep close: timeout, and the descriptor is closed",
       kOnlyTcp,
       SippedClose,
       {"D-15"}},
      {"D-20/32",
       "a peer that sips does not keep tls_close; then close sends all",
       kOnlyTcp,
       SippedTlsClose,
       {"D-15", "D-06"}},
      {"D-06/31",
       "writes that time out again and again lose and double nothing",
       kOnlyTcp,
       SipsAndWrites,
       {}},
  };
}

}  // namespace conformance
