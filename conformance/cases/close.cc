// sock:close()

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void Closes(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
  PeerSeesEnd(world, 1);
  world.Expect(world.peer().saw_fin(), "the peer saw a reset");
}

void Again(World &world) {
  world.Establish();
  world.Call("close").Gives(Ok());
  world.Call("close").Gives(Ok());
  world.Call("fd").Gives({Integer(-1)});
  world.Call("close").Gives(Ok());
}

void WithoutHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  int64_t fd = Descriptor(world);
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
  PeerSeesEnd(world, 0);
}

void AfterTlsClose(World &world) {
  world.Establish();
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void PeerHasClosed(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  world.peer().CloseNotify();
  world.peer().Finish();
  world.Call("read").Gives(Closed());
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
  PeerSeesEnd(world, 1);
}

// Nobody is there for the close_notify, and nothing is lost by that.
void PeerHasClosedAndIsGone(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  world.peer().CloseNotify();
  world.Call("read").Gives(Closed());
  world.peer().Reset();
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
}

void AllDataFirst(World &world) {
  world.Establish();
  world.Call("write", PatternWord(0, 100000)).Gives(WriteOf(100000));
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
  PeerHas(world, Pattern(0, 100000));
}

void TlsCloseFails(World &world) {
  TimedOutWrite(world);
  int64_t fd = Descriptor(world);
  Deadlines(world, kLong, kLong);
  world.peer().Reset();
  world.Call("close").Gives(Error());
  IsClosed(world, fd);
  world.Call("close").Gives(Ok());
}

void NamesTheReset(World &world) {
  TimedOutWrite(world);
  int64_t fd = Descriptor(world);
  Deadlines(world, kLong, kLong);
  world.peer().Reset();
  world.Call("close").Gives({False(), TextWith({"Connection reset by peer"}), Nil()});
  IsClosed(world, fd);
  world.Call("fd").Gives({Integer(-1)});
  world.Call("close").Gives(Ok());
  world.Call("tls_close").Gives(Ok());
  world.Call("read").Gives(NilError());
}

void TlsCloseTimesOut(World &world) {
  TimedOutWrite(world);
  int64_t fd = Descriptor(world);
  Deadlines(world, kLong, kShort);
  world.Call("close").Gives(Timeout()).TookAtLeast(kNotBefore);
  IsClosed(world, fd);
  world.Call("close").Gives(Ok());
}

void NothingAfterwards(World &world) {
  world.Establish();
  world.Call("close").Gives(Ok());
  world.Call("fd").Gives({Integer(-1)});
  world.Call("handshake").Gives(Error());
  world.Call("read").Gives(NilError());
  world.Call("write", StringWord("x")).Gives(NilError());
  world.Call("write", StringWord("")).Gives(NilError());
  world.Call("poll_wait", "k:WANT_POLLIN").Gives(Error());
  world.Call("poll_wait", "k:WANT_POLLOUT").Gives(Error());
  world.Call("closed_by").Gives({Bytes("local")});
}

// A kernel that closes over unread input resets the connection, which may cost the peer what it has
// not read yet.
void UnreadInput(World &world) {
  world.Establish();
  world.Call("write", StringWord("last words")).Gives(WriteOf(10));
  world.peer().Stall(true);
  world.peer().Write("never read");
  world.Call("poll_wait", "k:WANT_POLLIN").Gives(Ok());
  world.Call("close").Gives(Ok());
  world.peer().Stall(false);
  PeerSeesEnd(world, 1);
  PeerHas(world, "last words");
  world.Expect(world.peer().saw_fin(), "the peer saw a reset");
}

void Collected(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  world.Call("write", StringWord("x")).Gives(WriteOf(1));
  PeerHas(world, "x");
  world.Command("drop 1").Gives({});
  IsClosed(world, fd);
  PeerSeesEnd(world, 0);
}

void LeavesScope(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  world.Command("leave 1").Gives({});
  IsClosed(world, fd);
  PeerSeesEnd(world, 1);
}

}  // namespace

std::vector<Case> CloseCases() {
  return {
      {"NTS-CLOSE-01/1", "true, nil, nil, and three values again", kEveryAxis, Again, {"D-01"}},
      {"NTS-CLOSE-02/1",
       "close_notify once, then FIN; the descriptor is closed",
       kEveryAxis,
       Closes,
       {"D-20"}},
      {"NTS-CLOSE-02/2", "all that was written comes before", kEveryAxis, AllDataFirst, {}},
      {"NTS-CLOSE-02/3",
       "after tls_close no second close_notify",
       kEveryAxis,
       AfterTlsClose,
       {"D-19"}},
      {"NTS-CLOSE-02/4",
       "unread input does not cost the peer the last words",
       kEveryAxis,
       UnreadInput,
       {}},
      {"NTS-CLOSE-03/1", "closed by the peer: true, nil, nil", kEveryAxis, PeerHasClosed, {}},
      {"NTS-CLOSE-03/3",
       "closed by the peer, which is gone: true, nil, nil",
       kEveryAxis,
       PeerHasClosedAndIsGone,
       {"D-19"}},
      {"NTS-CLOSE-03/2",
       "before the handshake: true, nil, nil, no TLS on the wire",
       kEveryAxis,
       WithoutHandshake,
       {"D-19"}},
      {"NTS-CLOSE-04/1",
       "tls_close fails in it: false, err, nil, and the descriptor is closed",
       kEveryAxis,
       TlsCloseFails,
       {"D-20", "D-02"}},
      {"NTS-CLOSE-04/names-the-reset",
       "its error names the cause, once",
       kOnlyTcp,
       NamesTheReset,
       {"NTS-CLOSE-01", "D-12", "D-20"}},
      {"NTS-CLOSE-05/1",
       "tls_close times out in it: false, nil, true, and the descriptor is closed",
       kEveryAxis,
       TlsCloseTimesOut,
       {"D-20", "D-02", "D-15"}},
      {"D-20/3",
       "afterwards fd is -1 and every I/O method returns an error",
       kEveryAxis,
       NothingAfterwards,
       {"D-10"}},
      {"D-21/1", "collected: the descriptor is closed, no close_notify", kEveryAxis, Collected, {}},
      {"D-21/2", "a variable's scope ends (<close>): as by close", kEveryAxis, LeavesScope, {}},
  };
}

}  // namespace conformance
