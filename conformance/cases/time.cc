// Time: one deadline for an operation, and what must not end one

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr int kDeadline = 60;
// A drip each 5 ms lasts far longer than the deadline, unless every wait gets a fresh one.
constexpr int kDrips = 1000;

// The peer lets go of one byte after the other until the call is answered.
Result WhileDripping(World &world) {
  for (int i = 0; i < kDrips && !world.driver().answered(); i++) {
    world.peer().Release(1);
    world.ElapseUnlessAnswered(Milliseconds(5));
  }
  world.Expect(world.driver().answered(), "each wait got a fresh deadline: the call outlived " +
                                              std::to_string(kDrips) +
                                              " bytes, one each 5 ms, with a deadline of " +
                                              std::to_string(kDeadline) + " ms");
  return world.Finish();
}

void DrippedRead(World &world) {
  world.Establish();
  Deadlines(world, kDeadline, kLong);
  world.peer().Hold();
  world.peer().Write(Pattern(0, 16384));
  world.Start("read");
  WhileDripping(world).Gives(NilTimeout()).TookAtLeast(Milliseconds(kDeadline - 1));
}

void DrippedHandshake(World &world, const std::string &method, const std::string &arguments,
                      const Tuple &expected) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kDeadline, kDeadline);
  world.peer().Hold();
  world.peer().SendRaw(std::string("\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb\x03\x03", 11) +
                       std::string(16373, '\x01'));
  world.Start(method, arguments);
  WhileDripping(world).Gives(expected).TookAtLeast(Milliseconds(kDeadline - 1));
}

void DrippedHandshakeOfRead(World &world) {
  DrippedHandshake(world, "read", "", NilTimeout());
}

void DrippedHandshakeOfWrite(World &world) {
  DrippedHandshake(world, "write", StringWord("x"), {Integer(0), Nil(), True()});
}

void DrippedHandshakeAlone(World &world) {
  DrippedHandshake(world, "handshake", "", Timeout());
}

// A peer that sips makes room again and again.
void SippedWrite(World &world) {
  world.setup().peer.receive_buffer = 4096;
  world.Establish();
  Prepare(world, "sndbuf", IntegerWord(8192));
  world.peer().Stall(true);
  Deadlines(world, kLong, kDeadline);
  world.Start("write", PatternWord(0, kTooMuch));
  for (int i = 0; i < kDrips && !world.driver().answered(); i++) {
    world.peer().Sip(256);
    world.ElapseUnlessAnswered(Milliseconds(5));
  }
  world.Expect(world.driver().answered(), "each wait got a fresh deadline");
  world.Finish()
      .Gives({Between(0, kTooMuch - 1), Nil(), True()})
      .TookAtLeast(Milliseconds(kDeadline - 1));
}

// Where poll(2) waits there is no tick of the kernel's to be early by.
void NotEarly(World &world) {
  constexpr int kTiny = 5;
  world.Establish();
  Deadlines(world, kTiny, kLong);
  for (int i = 0; i < 5; i++) {
    world.Call("read").Gives(NilTimeout()).TookAtLeast(Milliseconds(kTiny));
  }
}

// The clock limit has nothing to do with it.
void KernelTimeout(World &world) {
  world.Establish();
  world.Call("setclocklimit", IntegerWord(3600)).Gives({});
  Deadlines(world, kShort, kLong);
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
}

// A stopped process's sleep in the kernel ends with EINTR where the socket has a timeout.
void Interrupted(World &world, const std::string &method, const Tuple &expected) {
  world.Establish();
  Deadlines(world, kLong, kLong);
  world.Start(method, method == "poll_wait" ? "k:WANT_POLLIN" : "");
  for (int i = 0; i < 20; i++) {
    world.driver().StopAndContinue();
  }
  world.peer().Write("signals");
  world.Finish().Gives(expected);
}

// Nor do they lengthen one: the kernel would give each new call its whole timeout again.
void StormOfSignals(World &world) {
  world.Establish();
  Deadlines(world, kDeadline, kLong);
  world.Start("read");
  for (int i = 0; i < kDrips && !world.driver().answered(); i++) {
    world.driver().StopAndContinue();
    world.ElapseUnlessAnswered(Milliseconds(5));
  }
  world.Expect(world.driver().answered(), "signals gave the read a fresh deadline");
  world.Finish().Gives(NilTimeout());
}

void InterruptedRead(World &world) {
  Interrupted(world, "read", ReadOf("signals"));
}

void InterruptedPollWait(World &world) {
  Interrupted(world, "poll_wait", Ok());
}

void InterruptedHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kLong, kLong);
  world.Start("handshake");
  for (int i = 0; i < 20; i++) {
    world.driver().StopAndContinue();
  }
  world.peer().StartHandshake();
  world.Finish().Gives(Ok());
}

void InterruptedWrite(World &world) {
  size_t accepted = TimedOutWrite(world);
  Deadlines(world, kLong, kLong);
  size_t rest = kTooMuch - accepted;
  world.Start("write", PatternWord(accepted, rest));
  for (int i = 0; i < 20; i++) {
    world.driver().StopAndContinue();
  }
  world.peer().Stall(false);
  world.Finish().Gives(WriteOf(rest));
  PeerHas(world, Pattern(0, kTooMuch));
}

}  // namespace

std::vector<Case> TimeCases() {
  return {
      {"D-13/1",
       "the kernel's timeout ends a read, whatever the clock limit",
       kBlocking,
       KernelTimeout,
       {}},
      {"D-15/1",
       "a peer that drips a record: one deadline for the whole read",
       kNonblocking,
       DrippedRead,
       {}},
      {"D-15/2",
       "a peer that drips a handshake: one deadline",
       kNonblocking,
       DrippedHandshakeAlone,
       {}},
      {"D-15/3",
       "a handshake in a read is held to the read's deadline",
       kNonblocking,
       DrippedHandshakeOfRead,
       {}},
      {"D-15/4",
       "a handshake in a write is held to a deadline",
       kNonblocking,
       DrippedHandshakeOfWrite,
       {}},
      {"D-15/5",
       "a peer that sips: one deadline for the whole write",
       kNonblocking,
       SippedWrite,
       {"D-06"}},
      {"D-15/not-early", "a deadline is not over a fraction early", kNonblocking, NotEarly, {}},
      {"D-17/1", "signals do not end a read", kEveryAxis, InterruptedRead, {}},
      {"D-17/2", "signals do not end a write", kEveryAxis, InterruptedWrite, {}},
      {"D-17/3", "signals do not end a handshake", kEveryAxis, InterruptedHandshake, {}},
      {"D-17/5", "signals do not lengthen a read's deadline", kEveryAxis, StormOfSignals, {"D-13"}},
      {"D-17/4", "signals do not end a wait", kEveryAxis, InterruptedPollWait, {}},
  };
}

}  // namespace conformance
