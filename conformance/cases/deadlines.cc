// Deadlines: none, tiny and fractional ones, and what can still be done after one has passed

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr int kTiny = 1;

// Long enough that a deadline of kShort would have passed three times over.
constexpr Milliseconds kPastShort{3 * kShort};

void TinyRead(World &world) {
  world.Establish();
  Deadlines(world, kTiny, kLong);
  world.Call("read").Gives(NilTimeout());
  world.Call("recv").Gives(NilTimeout());
  world.Call("poll_wait", "k:WANT_POLLIN").Gives(Timeout());
  Deadlines(world, kLong, kLong);
  world.peer().Write("in time");
  world.Call("read").Gives(ReadOf("in time"));
}

void TinyHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kTiny, kTiny);
  world.Call("handshake").Gives(Timeout());
  world.Call("read").Gives(NilTimeout());
  world.Call("write", StringWord("x")).Gives({Integer(0), Nil(), True()});
  world.Call("handshake").Gives(Timeout());
  Deadlines(world, kLong, kLong);
  world.peer().StartHandshake();
  world.Call("handshake").Gives(Ok());
  world.Call("write", StringWord("y")).Gives(WriteOf(1));
  PeerHas(world, "y");
}

void TinyWrite(World &world) {
  size_t accepted = TimedOutWrite(world);
  Deadlines(world, kLong, kTiny);
  Result result = world.Call("write", PatternWord(accepted, kTooMuch));
  result.Gives({Between(0, kTooMuch - 1), Nil(), True()});
  accepted += static_cast<size_t>(result.AsInteger());
  Unstall(world);
  world.Call("write", StringWord("end")).Gives(WriteOf(3));
  PeerHas(world, Pattern(0, accepted) + "end");
}

void TinyTlsClose(World &world) {
  size_t accepted = TimedOutWrite(world);
  Deadlines(world, kLong, kTiny);
  world.Call("tls_close").Gives(Timeout());
  world.Call("tls_close").Gives(Timeout());
  Unstall(world);
  world.Call("tls_close").Gives(Ok());
  PeerHas(world, Pattern(0, accepted));
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void TinyClose(World &world) {
  TimedOutWrite(world);
  int64_t fd = Descriptor(world);
  Deadlines(world, kTiny, kTiny);
  world.Call("close").Gives(Timeout());
  IsClosed(world, fd);
  world.Call("fd").Gives({Integer(-1)});
}

// What need not be waited for is done however little time there is.
void TinyButNoWait(World &world) {
  world.Establish();
  world.peer().Write("two");
  world.Call("read", IntegerWord(1)).Gives(ReadOf("t"));
  Deadlines(world, kTiny, kTiny);
  world.Call("read").Gives(ReadOf("wo"));
  world.Call("handshake").Gives(Ok());
  world.Call("write", StringWord("")).Gives(WriteOf(0));
  world.Call("poll_wait", "k:WANT_POLLOUT").Gives(Ok());
}

// A deadline that was set and is taken away again.
void NoneAgain(World &world, const std::string &method, const std::string &arguments,
               const Tuple &expected) {
  world.Establish();
  Deadlines(world, kShort, kShort);
  world.Call("read").Gives(NilTimeout());
  Deadlines(world, 0, 0);
  world.Start(method, arguments);
  world.ElapseUnlessAnswered(kPastShort);
  world.Expect(!world.driver().answered(), "a deadline of none passed");
  world.peer().Write("late");
  world.Finish().Gives(expected).TookAtLeast(kPastShort - Milliseconds(1));
}

void NoneForRead(World &world) {
  NoneAgain(world, "read", "", ReadOf("late"));
}

void NoneForPollWait(World &world) {
  NoneAgain(world, "poll_wait", "k:WANT_POLLIN", Ok());
}

void NoneForHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kShort, kShort);
  world.Call("handshake").Gives(Timeout());
  Deadlines(world, 0, 0);
  world.Start("handshake");
  world.ElapseUnlessAnswered(kPastShort);
  world.Expect(!world.driver().answered(), "a deadline of none passed");
  world.peer().StartHandshake();
  world.Finish().Gives(Ok());
}

void NoneForWrite(World &world) {
  size_t accepted = TimedOutWrite(world);
  Deadlines(world, 0, 0);
  size_t rest = kTooMuch - accepted;
  world.Start("write", PatternWord(accepted, rest));
  world.ElapseUnlessAnswered(kPastShort);
  world.Expect(!world.driver().answered(), "a deadline of none passed");
  world.peer().Stall(false);
  world.Finish().Gives(WriteOf(rest));
  PeerHas(world, Pattern(0, kTooMuch));
}

// Each direction has its own.
void SendersIsNotReads(World &world) {
  world.Establish();
  Deadlines(world, 0, kShort);
  world.Start("read");
  world.ElapseUnlessAnswered(kPastShort);
  world.Expect(!world.driver().answered(), "the deadline for sending ended a read");
  world.peer().Write("late");
  world.Finish().Gives(ReadOf("late"));
}

void ReceiversIsNotWrites(World &world) {
  size_t accepted = TimedOutWrite(world);
  Deadlines(world, kShort, 0);
  size_t rest = kTooMuch - accepted;
  world.Start("write", PatternWord(accepted, rest));
  world.ElapseUnlessAnswered(kPastShort);
  world.Expect(!world.driver().answered(), "the deadline for receiving ended a write");
  world.peer().Stall(false);
  world.Finish().Gives(WriteOf(rest));
  PeerHas(world, Pattern(0, kTooMuch));
}

// The kernel's timeouts are in seconds, and fractions of a millisecond are more than nothing.
void Fractions(World &world) {
  world.Establish();
  Prepare(world, "rcvtimeo", NumberWord(0.0005));
  world.Call("read").Gives(NilTimeout());
  Prepare(world, "rcvtimeo", NumberWord(0.0205));
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
  Prepare(world, "rcvtimeo", NumberWord(1e-9));
  world.Call("read").Gives(NilTimeout());
  Prepare(world, "rcvtimeo", NumberWord(1.5));
  world.peer().Write("within 1.5 seconds");
  world.Call("read").Gives(ReadOf("within 1.5 seconds"));
}

void FractionsOfSending(World &world) {
  size_t accepted = TimedOutWrite(world);
  Prepare(world, "sndtimeo", NumberWord(0.0005));
  Result result = world.Call("write", PatternWord(accepted, kTooMuch));
  result.Gives({Between(0, kTooMuch - 1), Nil(), True()});
  accepted += static_cast<size_t>(result.AsInteger());
  world.Call("tls_close").Gives(Timeout());
  Prepare(world, "sndtimeo", IntegerWord(0));
  world.peer().Stall(false);
  world.Call("tls_close").Gives(Ok());
  PeerHas(world, Pattern(0, accepted));
}

void FractionsOfHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Prepare(world, "rcvtimeo", NumberWord(0.0005));
  world.Call("handshake").Gives(Timeout());
  world.Call("read").Gives(NilTimeout());
  world.Call("write", StringWord("x")).Gives({Integer(0), Nil(), True()});
  Prepare(world, "rcvtimeo", IntegerWord(0));
  world.peer().StartHandshake();
  world.Call("write", StringWord("x")).Gives(WriteOf(1));
  PeerHas(world, "x");
}

// The handshake in a read is part of it.
void ReadWithHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kShort, kLong);
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
  Deadlines(world, kLong, kLong);
  world.peer().StartHandshake();
  world.peer().Write("hello");
  world.Call("read").Gives(ReadOf("hello"));
}

// Half of the peer's flight comes, and the other half after the timeout.
void HandshakeInHalves(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kShort, kShort);
  world.peer().Hold();
  world.Start("handshake");
  world.peer().StartHandshake();
  world.Finish().Gives(Timeout()).TookAtLeast(kNotBefore);
  world.Until("the peer has an answer", [&] { return world.peer().held() > 50; });
  world.peer().Release(world.peer().held() / 2);
  world.Call("handshake").Gives(Timeout()).TookAtLeast(kNotBefore);
  Deadlines(world, kLong, kLong);
  world.peer().Release();
  world.Call("handshake").Gives(Ok());
  world.peer().Write("whole");
  world.Call("read").Gives(ReadOf("whole"));
}

void PeerEndsAfterTimeout(World &world) {
  world.Establish();
  Deadlines(world, kShort, kShort);
  world.Call("read").Gives(NilTimeout());
  world.peer().CloseNotify();
  Deadlines(world, kLong, kLong);
  world.Call("poll_wait", "k:WANT_POLLIN").Gives(Ok());
  world.Call("read").Gives(Closed());
  world.Call("read").Gives(Closed());
}

}  // namespace

std::vector<Case> DeadlineCases() {
  return {
      {"NTS-READ-07/31", "a deadline of 1 ms: nil, nil, true", kOnlyTcp, TinyRead, {"D-15"}},
      {"NTS-READ-07/32",
       "the handshake times out in a read: nil, nil, true; then it goes on",
       kOnlyTcp,
       ReadWithHandshake,
       {"D-15", "NTS-HANDSHAKE-02"}},
      {"NTS-HANDSHAKE-05/31",
       "a deadline of 1 ms, again and again, and then success",
       kOnlyTcp,
       TinyHandshake,
       {"D-15", "D-06"}},
      {"NTS-HANDSHAKE-05/32",
       "half of the peer's flight: false, nil, true; with the rest it succeeds",
       kOnlyTcp,
       HandshakeInHalves,
       {}},
      {"NTS-WRITE-06/31",
       "a deadline of 1 ms, then other bytes",
       kOnlyTcp,
       TinyWrite,
       {"D-06", "D-15"}},
      {"NTS-TLSCLOSE-05/31",
       "a deadline of 1 ms, twice, and then success",
       kOnlyTcp,
       TinyTlsClose,
       {"D-06", "D-19"}},
      {"NTS-CLOSE-05/31",
       "a deadline of 1 ms: false, nil, true, and the descriptor is closed",
       kOnlyTcp,
       TinyClose,
       {"D-20"}},
      {"D-15/21", "what need not wait has no use for a deadline", kOnlyTcp, TinyButNoWait, {}},
      {"D-15/22", "a deadline of none is no deadline: read", kOnlyTcp, NoneForRead, {}},
      {"D-15/23",
       "a deadline of none is no deadline: poll_wait",
       OverTcp(kModesAndRoles),
       NoneForPollWait,
       {"D-16"}},
      {"D-15/24", "a deadline of none is no deadline: handshake", kOnlyTcp, NoneForHandshake, {}},
      {"D-15/25",
       "a deadline of none is no deadline: write",
       OverTcp(kModesAndRoles),
       NoneForWrite,
       {}},
      {"D-15/26",
       "a read is not held to the deadline for sending",
       OverTcp(kModesAndRoles),
       SendersIsNotReads,
       {}},
      {"D-15/27",
       "a write is not held to the deadline for receiving",
       OverTcp(kModesAndRoles),
       ReceiversIsNotWrites,
       {}},
      {"D-15/28",
       "the peer closes after a deadline has passed: nil, nil, nil",
       kOnlyTcp,
       PeerEndsAfterTimeout,
       {"D-09"}},
      {"D-13/6",
       "fractions of a millisecond are timeouts too: read",
       OverTcp(kBlocking),
       Fractions,
       {}},
      {"D-13/7",
       "fractions of a millisecond are timeouts too: write, tls_close",
       OverTcp(kBlocking),
       FractionsOfSending,
       {"D-06"}},
      {"D-13/8",
       "fractions of a millisecond are timeouts too: handshake",
       OverTcp(kBlocking),
       FractionsOfHandshake,
       {}},
  };
}

}  // namespace conformance
