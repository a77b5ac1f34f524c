// sock:write() and sock:send() without TLS

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void Writes(World &world) {
  world.Connect();
  world.Call("write", StringWord("hello")).Gives(WriteOf(5));
  PlainHas(world, "hello");
  world.Call("send", StringWord("!")).Gives(WriteOf(1));
  PlainHas(world, "hello!");
}

void WritesAll(World &world) {
  world.Connect();
  world.Call("write", PatternWord(0, 1 << 20)).Gives(WriteOf(1 << 20));
  PlainHas(world, Pattern(0, 1 << 20));
}

void Empty(World &world) {
  world.Connect();
  world.Call("write", StringWord("")).Gives({Nil(), Bytes("Invalid argument"), Nil()});
  world.Call("send", StringWord("")).Gives({Nil(), Bytes("Invalid argument"), Nil()});
  world.Call("write", StringWord("x")).Gives(WriteOf(1));
  PlainHas(world, "x");
}

// A write that the peer does not take, and the number of bytes that have gone.
size_t TimedOut(World &world) {
  world.setup().peer.receive_buffer = 4096;
  world.Connect();
  world.plain().Stall(true);
  Prepare(world, "sndbuf", IntegerWord(8192));
  Deadlines(world, kLong, kShort);
  Result result = world.Call("write", PatternWord(0, kTooMuch));
  result.Gives({Between(1, kTooMuch - 1), Nil(), True()}).TookAtLeast(kNotBefore);
  return static_cast<size_t>(result.AsInteger());
}

void TimesOutAndGoesOn(World &world) {
  size_t done = TimedOut(world);
  Deadlines(world, kLong, kLong);
  world.plain().Stall(false);
  world.Call("write", PatternWord(done, kTooMuch - done)).Gives(WriteOf(kTooMuch - done));
  PlainHas(world, Pattern(0, kTooMuch));
}

void DoesNotWait(World &world) {
  size_t done = TimedOut(world);
  Deadlines(world, kLong, kLong);
  Result result = world.Call("send", PatternWord(done, kTooMuch) + " k:MSG_DONTWAIT");
  result.Gives({Between(0, kTooMuch - 1), Nil(), True()});
  done += static_cast<size_t>(result.AsInteger());
  world.plain().Stall(false);
  PlainHas(world, Pattern(0, done));
}

// The first write may still go: the kernel does not know yet.
void PeerIsGone(World &world) {
  TimedOut(world);
  Deadlines(world, kLong, kLong);
  world.plain().Reset();
  world.Call("write", PatternWord(0, kTooMuch)).Gives(Closed());
  world.Call("write", StringWord("x")).Gives(Closed());
  world.Call("close").Gives(Ok());
}

void AfterClose(World &world) {
  world.Connect();
  world.Call("close").Gives(Ok());
  world.Call("write", StringWord("x"))
      .Gives({Nil(), TextWith({"write", "Bad file descriptor"}), Nil()});
}

void WrongTypes(World &world) {
  world.Connect();
  world.Call("write").Raises({"string expected"});
  world.Call("write", IntegerWord(1)).Raises({"string expected, got number"});
  world.Call("send", StringWord("x") + " " + StringWord("oob"))
      .Raises({"number expected, got string"});
  world.Call("write", StringWord("ok")).Gives(WriteOf(2));
  PlainHas(world, "ok");
}

}  // namespace

std::vector<Case> PlainWriteCases() {
  return {
      {"NS-WRITE-01/1",
       "the number of bytes, nil, nil",
       kPlainRoles,
       Writes,
       {"D-01", "D-02", "NS-SEND-01"}},
      {"NS-WRITE-01/2", "all of 1 MiB, in either mode", kPlain, WritesAll, {"D-05"}},
      {"NS-WRITE-02/1",
       "deadline: the count, nil, true; goes on after it",
       kPlain,
       TimesOutAndGoesOn,
       {"NS-DEADLINES-01"}},
      {"NS-WRITE-03/1", "nothing: an error, nothing sent", kPlain, Empty, {}},
      {"NS-WRITE-04/1",
       "the peer is gone: nil, nil, nil, and no SIGPIPE",
       kPlain,
       PeerIsGone,
       {"D-22"}},
      {"NS-WRITE-05/1",
       "closed: an error that names the call",
       kPlain,
       AfterClose,
       {"NS-CLOSE-01"}},
      {"NS-WRITE-06/1", "wrong types raise", kPlainOnce, WrongTypes, {"D-03"}},
      {"NS-SEND-01/1", "MSG_DONTWAIT: what goes at once", kPlain, DoesNotWait, {}},
  };
}

}  // namespace conformance
