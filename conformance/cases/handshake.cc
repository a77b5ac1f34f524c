// sock:handshake()

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void Succeeds(World &world) {
  world.Connect();
  world.Call("handshake").Gives(Ok());
  // Its last flight is out: the peer needs no further call of the driver (D-18).
  world.Until("the peer's handshake is done", [&] { return world.peer().handshaked(); });
}

void Version(World &world) {
  world.Connect();
  world.Call("version").Gives({Nil()});
  world.Call("handshake").Gives(Ok());
  world.Call("version").Gives({Bytes(world.is_tls13() ? "TLSv1.3" : "TLSv1.2")});
}

void ReadHandshakes(World &world) {
  world.Connect();
  world.peer().Write("hello");
  world.Call("read").Gives(ReadOf("hello"));
  world.Expect(world.peer().handshaked(), "the peer's handshake is not done");
}

void WriteHandshakes(World &world) {
  world.Connect();
  world.Call("write", StringWord("hello")).Gives(WriteOf(5));
  PeerHas(world, "hello");
}

void Garbage(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().SendRaw("220 mail.example ready\r\n");
  world.Call("handshake").Gives(Error());
}

void FatalAlert(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().SendRaw(std::string("\x15\x03\x03\x00\x02\x02\x28", 7));
  world.Call("handshake")
      .Gives({False(), TextWith({"handshake", "handshake_failure", "peer"}), Nil()});
}

void PeerFinishes(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().Finish();
  world.Call("handshake").Gives(Error());
  world.Call("read").Gives(NilError());
}

void PeerResets(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().Reset();
  world.Call("handshake").Gives({False(), TextWith({"Connection reset by peer"}), Nil()});
}

// Its first flight is never read.
void PeerLeavesUnread(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().Stall(true);
  Deadlines(world, kShort, kLong);
  world.Call("handshake").Gives(Timeout());
  world.peer().Leave();
  world.Call("handshake").Gives({False(), TextWith({"Connection reset by peer"}), Nil()});
}

// Both versions' handshakes end in the middle of what the peer has to say.
void PeerFinishesMidway(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().Hold();
  world.Start("handshake");
  world.peer().StartHandshake();
  world.Until("the peer has an answer", [&] { return world.peer().held() > 20; });
  world.peer().Release(20);
  world.peer().Finish();
  world.peer().DropHeld();
  world.Finish().Gives(Error());
}

// Its flight is all there, but it does not stay for the driver's last one.
void PeerLeavesEarly(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kShort, kLong);
  world.Call("handshake").Gives(Timeout());
  Deadlines(world, kLong, kLong);
  world.peer().Hold();
  world.peer().StartHandshake();
  world.Until("the peer has an answer", [&] { return world.peer().held() > 20; });
  world.peer().Release();
  world.peer().Leave();
  world.Call("handshake").Gives({False(), TextWith({"handshake", "Broken pipe"}), Nil()});
  world.Call("handshake").Gives(Error());
}

void SilentPeer(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kShort, kLong);
  world.Call("handshake").Gives(Timeout()).TookAtLeast(kNotBefore);
}

void ContinuedAfterTimeout(World &world) {
  SilentPeer(world);
  Deadlines(world, kLong, kLong);
  world.peer().StartHandshake();
  world.Call("handshake").Gives(Ok());
  world.Call("write", StringWord("on")).Gives(WriteOf(2));
  PeerHas(world, "on");
}

void NoCommonVersion(World &world) {
  bool is_tls13 = world.is_tls13();
  world.setup().config = {"set_protocols " + IntegerWord(is_tls13 ? 8 : 16)};
  world.Connect();
  world.Call("handshake").Gives(Error());
}

void Again(World &world) {
  world.Establish();
  world.Call("write", StringWord("a")).Gives(WriteOf(1));
  PeerHas(world, "a");  // And with it all that the handshake sent late.
  size_t received = world.peer().received_raw();
  world.Call("handshake").Gives(Ok());
  world.Call("write", StringWord("b")).Gives(WriteOf(1));
  PeerHas(world, "ab");
  world.Expect(world.peer().received_raw() - received <= kRecordOfOneByte,
               "a second handshake sent something");
}

void AfterClose(World &world) {
  world.Establish();
  world.Call("close").Gives(Ok());
  world.Call("handshake").Gives(Error());
}

// More than a handshake has bytes, and then a while: beyond, it is a hang.
constexpr int kMostSteps = 30000;

// One byte at a time, and the handshake goes on.
void ByteByByte(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().Hold();
  world.peer().StartHandshake();
  world.Start("handshake");
  for (int i = 0; i < kMostSteps && !world.driver().answered(); i++) {
    bool has_more = world.peer().held() > 0;
    world.peer().Release(1);
    world.ElapseUnlessAnswered(Milliseconds(has_more ? 0 : 1));
  }
  world.Finish().Gives(Ok());
}

}  // namespace

std::vector<Case> HandshakeCases() {
  return {
      {"NTS-HANDSHAKE-01/1",
       "true, nil, nil, and the peer's handshake is done too",
       kEveryAxis,
       Succeeds,
       {"NTS-HANDSHAKE-03", "D-01", "D-02"}},
      {"NTS-HANDSHAKE-02/1",
       "a read does the handshake where it has not been done",
       kEveryAxis,
       ReadHandshakes,
       {}},
      {"NTS-HANDSHAKE-02/2",
       "a write does the handshake where it has not been done",
       kEveryAxis,
       WriteHandshakes,
       {}},
      {"NTS-HANDSHAKE-03/1", "after it the version is known", kEveryAxis, Version, {"D-25"}},
      {"NTS-HANDSHAKE-03/2",
       "the peer's flight comes byte by byte: true, nil, nil",
       kEveryAxis,
       ByteByByte,
       {}},
      {"NTS-HANDSHAKE-04/1",
       "a peer that speaks no TLS: false, err, nil",
       kEveryAxis,
       Garbage,
       {"D-02"}},
      {"NTS-HANDSHAKE-04/2",
       "the peer's fatal alert: an error that names it",
       kEveryAxis,
       FatalAlert,
       {"D-12"}},
      {"NTS-HANDSHAKE-04/3",
       "the peer closes before it says anything: false, err, nil",
       kEveryAxis,
       PeerFinishes,
       {"D-10"}},
      {"NTS-HANDSHAKE-04/4",
       "the peer resets: the system's words",
       kOnlyTcp,
       PeerResets,
       {"D-10", "D-12"}},
      {"NTS-HANDSHAKE-04/21",
       "the peer leaves with the first flight unread: the system's words",
       OverUnix(kOnlyClient),
       PeerLeavesUnread,
       {"D-10", "D-12"}},
      {"NTS-HANDSHAKE-04/5",
       "the peer closes in the middle of a record: false, err, nil",
       kEveryAxis,
       PeerFinishesMidway,
       {"D-10"}},
      {"NTS-HANDSHAKE-04/unsent",
       "the peer leaves before the last flight is sent: false, err, nil",
       OverUnix(kEitherMode),
       PeerLeavesEarly,
       {"D-11", "D-12"}},
      {"NTS-HANDSHAKE-04/6",
       "no version in common: false, err, nil",
       kEveryAxis,
       NoCommonVersion,
       {"D-25"}},
      {"NTS-HANDSHAKE-05/1",
       "a silent peer: false, nil, true, not before the deadline",
       kEveryAxis,
       SilentPeer,
       {"D-02", "D-13", "D-15"}},
      {"NTS-HANDSHAKE-05/2",
       "after a timeout it can be continued",
       kEveryAxis,
       ContinuedAfterTimeout,
       {}},
      {"D-18/1", "after success it is true, nil, nil and sends nothing", kEveryAxis, Again, {}},
      {"D-20/1", "handshake after close: false, err, nil", kEveryAxis, AfterClose, {}},
  };
}

}  // namespace conformance
