// sock:poll_wait( want )

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr char kRead[] = "k:WANT_POLLIN";
constexpr char kWrite[] = "k:WANT_POLLOUT";

void Readable(World &world) {
  world.Establish();
  world.Start("poll_wait", kRead);
  world.peer().Write("x");
  world.Finish().Gives(Ok());
  world.Call("read").Gives(ReadOf("x"));
}

void Writable(World &world) {
  world.Establish();
  world.Call("poll_wait", kWrite).Gives(Ok());
}

void BeforeHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kShort, kLong);
  world.Call("poll_wait", kWrite).Gives(Ok());
  world.Call("poll_wait", kRead).Gives(Timeout());
}

void NotReadable(World &world) {
  world.Establish();
  Deadlines(world, kShort, kLong);
  world.Call("poll_wait", kRead).Gives(Timeout()).TookAtLeast(kNotBefore);
}

// The kernels make room now and then, until both their buffers are really full.
void NotWritable(World &world) {
  TimedOutWrite(world);
  for (int i = 0; i < 100; i++) {
    Result result = world.Call("poll_wait", kWrite);
    if (!MatchesTuple(Ok(), result.answer().values)) {
      result.Gives(Timeout()).TookAtLeast(kNotBefore);
      return;
    }
    world.Call("write", PatternWord(0, kTooMuch)).Gives({Between(0, kTooMuch), Nil(), Anything()});
  }
  world.Expect(false, "there is always room to write");
}

void ClosedByPeer(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  world.peer().Finish();
  world.Call("poll_wait", kRead).Gives(Ok());
  world.Call("read").Gives(Closed());
}

// What has been decrypted already must not be waited for.
void Buffered(World &world) {
  world.Establish();
  world.peer().Write("two");
  world.Call("read", IntegerWord(1)).Gives(ReadOf("t"));
  Deadlines(world, kShort, kLong);
  world.Call("poll_wait", kRead).Gives(Ok());
  world.Call("read").Gives(ReadOf("wo"));
}

void UnknownWant(World &world) {
  world.Establish();
  world.Call("poll_wait", IntegerWord(12345))
      .Gives({False(), TextWith({"unsupported want type"}), Nil()});
}

void UnknownWantNamed(World &world) {
  world.Establish();
  world.Call("poll_wait", StringWord("sideways"))
      .Gives({False(), Bytes("unsupported want type \"sideways\""), Nil()});
  world.Call("poll_wait").Gives({False(), Bytes("unsupported want type \"nil\""), Nil()});
}

void AfterClose(World &world) {
  world.Establish();
  world.Call("close").Gives(Ok());
  world.Call("poll_wait", kRead).Gives(Error());
  world.Call("poll_wait", kWrite).Gives(Error());
}

// A hook that lets the wait go on runs once at least, before it.
void HookRuns(World &world) {
  world.Establish();
  world.Command("function 1 true").Gives({});
  world.Call("onwaitrecv", "f:1").Gives({Nil()});
  Deadlines(world, kShort, kLong);
  world.Call("read").Gives(NilTimeout());
  world.Expect(world.Command("calls 1").AsInteger() >= 1, "onwaitrecv never ran");
}

void SendHookRuns(World &world) {
  TimedOutWrite(world);
  Deadlines(world, kLong, kShort);
  world.Command("function 1 true").Gives({});
  world.Call("onwaitsend", "f:1").Gives({Nil()});
  world.Call("write", PatternWord(0, kTooMuch)).Gives({Between(0, kTooMuch - 1), Nil(), True()});
  world.Expect(world.Command("calls 1").AsInteger() >= 1, "onwaitsend never ran");
}

void HookRefuses(World &world) {
  world.Establish();
  world.Command("function 1 false " + StringWord("not now") + " nil").Gives({});
  world.Call("onwaitrecv", "f:1").Gives({Nil()});
  world.Call("poll_wait", kRead).Gives({False(), TextWith({"not now"}), Nil()});
  world.Call("read").Gives({Nil(), TextWith({"not now"}), Nil()});
}

void HookTimesOut(World &world) {
  world.Establish();
  world.Command("function 1 false nil true").Gives({});
  world.Call("onwaitrecv", "f:1").Gives({Nil()});
  world.Call("poll_wait", kRead).Gives(Timeout());
  world.Call("read").Gives(NilTimeout());
  // The refusal is the wait's, not the connection's.
  world.Call("onwaitrecv").Gives({Object()});
  world.peer().Write("fine");
  world.Call("read").Gives(ReadOf("fine"));
}

}  // namespace

std::vector<Case> PollWaitCases() {
  return {
      {"NTS-POLLWAIT-01/1",
       "something to read: true, nil, nil",
       kEveryAxis,
       Readable,
       {"NTS-POLLWAIT-02", "NTS-POLLWAIT-03", "NTS-POLLWAIT-04", "D-01", "D-16"}},
      {"NTS-POLLWAIT-02/1", "room to write: true, nil, nil", kEveryAxis, Writable, {"D-16"}},
      {"NTS-POLLWAIT-02/2",
       "it needs no handshake, and its two wants differ",
       kEveryAxis,
       BeforeHandshake,
       {"NTS-POLLWAIT-03"}},
      {"NTS-POLLWAIT-04/1",
       "closed by the peer: true, nil, nil, for a read will tell",
       kEveryAxis,
       ClosedByPeer,
       {}},
      {"NTS-POLLWAIT-04/2", "bytes are buffered: true, nil, nil at once", kEveryAxis, Buffered, {}},
      {"NTS-POLLWAIT-05/1", "an unknown want: false, err, nil", kEveryAxis, UnknownWant, {"D-16"}},
      {"NTS-POLLWAIT-05/2", "after close: false, err, nil", kEveryAxis, AfterClose, {"D-20"}},
      {"NTS-POLLWAIT-06/1",
       "nothing to read: false, nil, true, not before the deadline",
       kEveryAxis,
       NotReadable,
       {"D-02", "D-13", "D-15"}},
      {"NTS-POLLWAIT-06/2",
       "no room to write: false, nil, true, not before the deadline",
       kEveryAxis,
       NotWritable,
       {"D-15"}},
      {"D-16/1", "the error names the want", kEitherMode, UnknownWantNamed, {}},
      {"D-16/2", "onwaitrecv runs before a wait", kNonblocking, HookRuns, {}},
      {"D-16/3", "onwaitsend runs before a wait", kNonblocking, SendHookRuns, {}},
      {"D-16/4",
       "a hook that returns false ends the wait with its err",
       kNonblocking,
       HookRefuses,
       {}},
      {"D-16/5",
       "a hook that returns false ends the wait with its timeout",
       kNonblocking,
       HookTimesOut,
       {}},
  };
}

}  // namespace conformance
