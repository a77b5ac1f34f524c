// The hooks, locks and poll_wait of net.Socket, as sockets without TLS have them

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void CountsLocks(World &world, int taken) {
  world.Command("poller locks").Gives({Integer(taken), Integer(taken)});
}

void ReadsUnderLock(World &world) {
  world.Connect();
  world.plain().Write("locked");
  world.Call("readsync", IntegerWord(4)).Gives(ReadOf("lock"));
  world.Call("recvsync").Gives(ReadOf("ed"));
  CountsLocks(world, 2);
}

void WritesUnderLock(World &world) {
  world.Connect();
  world.Call("writesync", StringWord("lock")).Gives(WriteOf(4));
  world.Call("sendsync", StringWord("ed")).Gives(WriteOf(2));
  PlainHas(world, "locked");
  CountsLocks(world, 2);
}

void WithoutPoller(World &world) {
  world.Connect();
  world.plain().Write("in");
  world.Call("readsync").Gives(ReadOf("in"));
  world.Call("writesync", StringWord("out")).Gives(WriteOf(3));
  PlainHas(world, "out");
}

void CallsUnderLock(World &world) {
  world.Connect();
  world.Command("function 1 i:7 s:err true s:extra").Gives({});
  Tuple all = {Integer(7), Bytes("err"), True(), Bytes("extra")};
  world.Call("syncread", "f:1").Gives(all);
  world.Call("syncwrite", "f:1 i:1").Gives(all);
  world.Command("calls 1").Gives({Integer(2)});
  CountsLocks(world, 2);
}

void RaisesUnderLock(World &world) {
  world.Connect();
  world.Command("function 1 raise " + StringWord("on purpose")).Gives({});
  world.Call("syncread", "f:1").Raises({"on purpose"});
  world.Call("syncwrite", "f:1").Raises({"on purpose"});
  CountsLocks(world, 2);
}

void LockRefused(World &world) {
  world.Connect();
  world.Command("poller refuse").Gives({});
  world.Command("function 1 i:1").Gives({});
  Tuple refused = {Nil(), Bytes("refused"), Nil()};
  world.Call("readsync").Gives(refused);
  world.Call("writesync", StringWord("x")).Gives(refused);
  world.Call("syncread", "f:1").Gives(refused);
  world.Call("syncwrite", "f:1").Gives(refused);
  world.Command("calls 1").Gives({Integer(0)});
}

void HookRuns(World &world) {
  world.Connect();
  world.Command("function 1 true").Gives({});
  world.Command("function 2 true").Gives({});
  world.Call("onwaitrecv", "f:1").Gives({Nil()});
  world.Start("read");
  world.Elapse(Milliseconds(kShort));
  world.plain().Write("late");
  world.Finish().Gives(ReadOf("late"));
  Result calls = world.Command("calls 1");
  world.Expect(calls.AsInteger() >= 1, "the hook has not run");
  world.Call("onwaitrecv", "f:2").Gives({Object()});
}

void HookRefuses(World &world) {
  world.Connect();
  world.Command("function 1 false " + StringWord("not now")).Gives({});
  world.Call("onwaitrecv", "f:1").Gives({Nil()});
  world.Call("read").Gives({Nil(), Bytes("not now"), Nil()});
  world.Call("onwaitrecv", "nil").Gives({Object()});
  world.plain().Write("now");
  world.Call("read").Gives(ReadOf("now"));
}

}  // namespace

std::vector<Case> PlainWaitCases() {
  return {
      {"NS-LOCK-01/1",
       "readsync and recvsync: under the read lock",
       kPlainNonblocking,
       ReadsUnderLock,
       {"D-27"}},
      {"NS-LOCK-01/2",
       "writesync and sendsync: under the write lock",
       kPlainNonblocking,
       WritesUnderLock,
       {"D-27"}},
      {"NS-LOCK-01/3",
       "without a poller there is nothing to wait for",
       kPlainBlocking,
       WithoutPoller,
       {"D-27"}},
      {"NS-LOCK-02/1",
       "syncread and syncwrite: all that the function returns",
       kPlainNonblocking,
       CallsUnderLock,
       {"D-27"}},
      {"NS-LOCK-02/2",
       "a function that raises leaves no lock behind",
       kPlainNonblocking,
       RaisesUnderLock,
       {"D-27"}},
      {"NS-LOCK-03/1",
       "refused: nil, err, nil, and nothing is called",
       kPlainNonblocking,
       LockRefused,
       {"D-27"}},
      {"NS-HOOK-01/1", "onwaitrecv runs before a wait", kPlainNonblocking, HookRuns, {"D-16"}},
      {"NS-HOOK-01/2",
       "a hook that says false ends the wait",
       kPlainNonblocking,
       HookRefuses,
       {"D-16"}},
  };
}

}  // namespace conformance
