// sock:read() and sock:recv() without TLS

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// What a read takes where it is not told: the reference's default.
constexpr size_t kDefaultSize = 4096;

Tuple Invalid() {
  return {Nil(), Bytes("Invalid argument"), Nil()};
}

// All of `bytes` is there to be read.
void Arrive(World &world, const std::string &bytes) {
  world.Connect();
  world.plain().Write(bytes);
  std::string size = IntegerWord(static_cast<int64_t>(bytes.size()));
  world.Call("recv", size + " k:MSG_PEEK k:MSG_WAITALL").Gives(ReadOf(bytes));
}

void Reads(World &world) {
  world.Connect();
  world.plain().Write("hello");
  world.Call("read").Gives(ReadOf("hello"));
}

void WaitsForTheFirstByte(World &world) {
  world.Connect();
  world.Start("read");
  world.Elapse(Milliseconds(kShort));
  world.plain().Write("late");
  world.Finish().Gives(ReadOf("late"));
}

void KeepsTheRest(World &world) {
  world.Connect();
  world.plain().Write("hello");
  world.Call("read", IntegerWord(3)).Gives(ReadOf("hel"));
  world.Call("recv", IntegerWord(3)).Gives(ReadOf("lo"));
}

void DefaultSize(World &world) {
  Arrive(world, Pattern(0, 2 * kDefaultSize));
  world.Call("read").Gives(ReadOf(Pattern(0, kDefaultSize)));
  world.Call("recv").Gives(ReadOf(Pattern(kDefaultSize, kDefaultSize)));
}

void SizeOfNothing(World &world) {
  world.Connect();
  world.plain().Write("kept");
  world.Call("read", IntegerWord(0)).Gives(Invalid());
  world.Call("recv", IntegerWord(-1)).Gives(Invalid());
  world.Call("read").Gives(ReadOf("kept"));
}

void HugeSize(World &world) {
  world.Connect();
  world.plain().Write("small");
  world.Call("read", IntegerWord(int64_t{1} << 31)).Gives(ReadOf("small"));
}

void PeerCloses(World &world) {
  world.Connect();
  world.plain().Write("last");
  world.plain().Finish();
  world.Call("read").Gives(ReadOf("last"));
  world.Call("read").Gives(Closed());
  world.Call("recv").Gives(Closed());
  world.Call("write", StringWord("still")).Gives(WriteOf(5));
  PlainHas(world, "still");
}

void PeerResets(World &world) {
  world.Connect();
  int64_t fd = Descriptor(world);
  world.plain().Reset();
  world.Call("read").Gives({Nil(), Bytes("Connection reset by peer"), Nil()});
  IsOpen(world, fd);
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
}

void TimesOut(World &world) {
  world.Connect();
  Deadlines(world, kShort, kLong);
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
  world.plain().Write("after");
  Deadlines(world, kLong, kLong);
  world.Call("read").Gives(ReadOf("after"));
}

void Peeks(World &world) {
  world.Connect();
  world.plain().Write("twice");
  world.Call("recv", "nil k:MSG_PEEK").Gives(ReadOf("twice"));
  world.Call("recv").Gives(ReadOf("twice"));
}

void DoesNotWait(World &world) {
  world.Connect();
  Deadlines(world, kLong, kLong);
  world.Call("recv", "nil k:MSG_DONTWAIT").Gives(NilTimeout());
}

void WaitsForAll(World &world) {
  world.Connect();
  world.plain().Write("one");
  world.Start("recv", IntegerWord(6) + " k:MSG_WAITALL");
  world.Elapse(Milliseconds(kShort));
  world.plain().Write("two");
  world.Finish().Gives(ReadOf("onetwo"));
}

void OutOfBand(World &world) {
  world.Connect();
  world.plain().Write("in");
  world.plain().WriteUrgent("!");
  world.Call("read").Gives(ReadOf("in"));
  world.Call("recv", IntegerWord(1) + " k:MSG_OOB").Gives(ReadOf("!"));
}

void AfterClose(World &world) {
  world.Connect();
  world.Call("close").Gives(Ok());
  world.Call("read").Gives({Nil(), TextWith({"read", "Bad file descriptor"}), Nil()});
  world.Call("recv").Gives({Nil(), TextWith({"Bad file descriptor"}), Nil()});
}

void WrongTypes(World &world) {
  world.Connect();
  world.Call("read", StringWord("1")).Raises({"number expected", "string"});
  world.Call("read", "n:1.5").Raises({"integer"});
  world.Call("recv", IntegerWord(1) + " " + StringWord("peek"))
      .Raises({"number expected, got string"});
}

}  // namespace

std::vector<Case> PlainReadCases() {
  return {
      {"NS-READ-01/1", "what has come: str, nil, nil", kPlainRoles, Reads, {"D-01"}},
      {"NS-READ-01/2", "waits for the first byte", kPlain, WaitsForTheFirstByte, {}},
      {"NS-READ-01/3", "at most bufsize, the rest at the next call", kPlain, KeepsTheRest, {}},
      {"NS-READ-01/4", "bufsize 2^31: what has come", kPlain, HugeSize, {}},
      {"NS-READ-02/1", "4096 bytes by default", kPlainBlocking, DefaultSize, {}},
      {"NS-READ-03/1", "bufsize 0 or less: an error, nothing lost", kPlain, SizeOfNothing, {}},
      {"NS-READ-04/1",
       "FIN: nil, nil, nil, after all data",
       kPlainRoles,
       PeerCloses,
       {"NS-WRITE-01"}},
      {"NS-READ-05/1", "reset: its error, in the system's words", OverTcp(kPlain), PeerResets, {}},
      {"NS-READ-06/1",
       "deadline: nil, nil, true, and goes on",
       kPlain,
       TimesOut,
       {"NS-DEADLINES-01"}},
      {"NS-READ-07/1", "closed: an error that names the call", kPlain, AfterClose, {"NS-CLOSE-01"}},
      {"NS-READ-08/1", "wrong types raise", kPlainOnce, WrongTypes, {"D-03"}},
      {"NS-RECV-01/1", "MSG_PEEK: the bytes stay", kPlain, Peeks, {}},
      {"NS-RECV-01/2", "MSG_DONTWAIT: nil, nil, true at once", kPlain, DoesNotWait, {}},
      {"NS-RECV-01/3", "MSG_WAITALL: all of bufsize", kPlainBlocking, WaitsForAll, {}},
      {"NS-RECV-01/4", "MSG_OOB: the urgent byte", OverTcp(kPlain), OutOfBand, {}},
  };
}

}  // namespace conformance
