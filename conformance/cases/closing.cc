// Each way in which a connection ends, in what every method says of it

#include "conformance/cases/cases.h"
#include "conformance/cases/deaths.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

const Vary kTcp = OverTcp(kEveryAxis);

// The peer has closed its direction: that is an end for reading alone.
void ClosedByPeer(World &world, const std::string &closed_by) {
  int64_t fd = Descriptor(world);
  world.Call("read").Gives(Closed());
  world.Call("recv").Gives(Closed());
  world.Call("read", IntegerWord(1)).Gives(Closed());
  world.Call("closed_by").Gives({Bytes(closed_by)});
  world.Call("handshake").Gives(Ok());
  world.Call("write", StringWord("still here")).Gives(WriteOf(10));
  PeerHas(world, "still here");
  world.Call("tls_close").Gives(Ok());
  world.Until("the peer sees close_notify", [&] { return world.peer().close_notifies() == 1; });
  IsOpen(world, fd);
  world.Call("tls_close").Gives(Ok());
  world.Call("read").Gives(Closed());
  world.Call("write", StringWord("too late")).Gives(NilError());
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
  PeerSeesEnd(world, 1);
  PeerHas(world, "still here");
  world.Call("closed_by").Gives({Bytes(closed_by)});
}

void CloseNotify(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  ClosedByPeer(world, "close_notify");
}

void CloseNotifyAndFin(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  world.peer().Finish();
  ClosedByPeer(world, "close_notify");
}

void AllowedFin(World &world) {
  world.setup().config = {"insecure_allow_truncation"};
  world.Establish();
  world.peer().Finish();
  ClosedByPeer(world, "eof");
}

// Who allows truncation asks for bytes without an end, not for half a record.
void AllowedFinInHandshake(World &world) {
  world.setup().config = {"insecure_allow_truncation"};
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().Finish();
  StaysDead(world, world.Call("handshake").Gives({False(), TextWith({"handshake"}), Nil()}));
  EndsDead(world);
}

// The connection is dead, and the peer still there.
void Truncated(World &world, const Result &result) {
  StaysDead(world, result);
  world.Call("closed_by").Gives({Bytes("eof")});
  EndsDead(world);
  world.Expect(world.peer().alerts().empty(), "the peer got an alert");
  world.Call("closed_by").Gives({Bytes("eof")});
}

// The peer sends the first `sent` bytes of a record, and `end` happens.
void EndsInRecord(World &world, size_t sent, void (Peer::*end)()) {
  world.Establish();
  world.peer().Hold();
  world.peer().Write("never whole");
  world.peer().Release(sent);
  (world.peer().*end)();
}

void FinAfter(World &world, size_t sent) {
  EndsInRecord(world, sent, &Peer::Finish);
  world.peer().DropHeld();
  Truncated(world, world.Call("read").Gives({Nil(), TextWith({"read"}), Nil()}));
}

void FinAlone(World &world) {
  FinAfter(world, 0);
}

void FinInHeader(World &world) {
  FinAfter(world, 3);
}

void FinInBody(World &world) {
  FinAfter(world, 10);
}

void FinFirstThing(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().Finish();
  Truncated(world, world.Call("handshake").Gives({False(), TextWith({"handshake"}), Nil()}));
}

// The peer's first flight is cut after 20 bytes, and `end` happens.
void EndsInFlight(World &world, void (Peer::*end)()) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().Hold();
  world.Start("handshake");
  world.peer().StartHandshake();
  world.Until("the peer has a flight", [&] { return world.peer().held() > 20; });
  world.peer().Release(20);
  (world.peer().*end)();
}

void FinInFlight(World &world) {
  EndsInFlight(world, &Peer::Finish);
  world.peer().DropHeld();
  Truncated(world, world.Finish().Gives({False(), TextWith({"handshake"}), Nil()}));
}

// Nobody is there to see the end.
void WasReset(World &world, const Result &result) {
  int64_t fd = Descriptor(world);
  StaysDead(world, result);
  world.Call("closed_by").Gives({Bytes("reset")});
  world.Call("tls_close").Gives(Ok());
  IsOpen(world, fd);
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
  world.Call("closed_by").Gives({Bytes("reset")});
}

Tuple ReadsReset() {
  return {Nil(), Bytes("Connection reset by peer"), Nil()};
}

void ResetIdle(World &world) {
  world.Establish();
  world.peer().Reset();
  WasReset(world, world.Call("read").Gives(ReadsReset()));
}

void ResetInRecord(World &world) {
  EndsInRecord(world, 10, &Peer::Reset);
  WasReset(world, world.Call("read").Gives(ReadsReset()));
}

void ResetInFlight(World &world) {
  EndsInFlight(world, &Peer::Reset);
  WasReset(world, world.Finish().Gives({False(), TextWith({"Connection reset by peer"}), Nil()}));
}

void ResetWhileReading(World &world) {
  world.Establish();
  world.Start("read");
  world.peer().Reset();
  WasReset(world, world.Finish().Gives(ReadsReset()));
}

// Its close_notify comes while the write waits for the peer to take bytes.
void CloseNotifyInWrite(World &world) {
  world.setup().peer.receive_buffer = 4096;
  world.Establish();
  Prepare(world, "sndbuf", IntegerWord(8192));
  world.peer().Stall(true);
  world.Start("write", PatternWord(0, kTooMuch));
  world.peer().CloseNotify();
  world.peer().Stall(false);
  world.Finish().Gives(WriteOf(kTooMuch));
  PeerHas(world, Pattern(0, kTooMuch));
  world.Call("read").Gives(Closed());
  world.Call("closed_by").Gives({Bytes("close_notify")});
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

// The two close_notify alerts cross.
void BothAtOnce(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().CloseNotify();
  world.Call("tls_close").Gives(Ok());
  world.Call("closed_by").Gives({Bytes("local")});
  world.peer().Release();
  world.Call("read").Gives(Closed());
  world.Call("read").Gives(Closed());
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
  world.Expect(world.peer().alerts().size() == 1, "the peer got more than one alert");
}

void NeverRead(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  world.peer().CloseNotify();
  world.peer().Finish();
  world.Call("poll_wait", "k:WANT_POLLIN").Gives(Ok());
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
  PeerSeesEnd(world, 1);
  world.Expect(world.peer().saw_fin(), "the peer saw a reset");
}

void ThenPeersDataAndClose(World &world) {
  std::string bytes = Pattern(0, 100000);
  world.Establish();
  world.Call("tls_close").Gives(Ok());
  world.peer().Write(bytes);
  world.peer().CloseNotify();
  world.peer().Finish();
  ReadsAll(world, bytes);
  world.Call("read").Gives(Closed());
  world.Call("read").Gives(Closed());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

// What the driver has closed is its own direction: the peer's can still be cut off.
void ThenPeersFin(World &world) {
  world.Establish();
  world.Call("tls_close").Gives(Ok());
  world.peer().Write("last words");
  world.peer().Finish();
  world.Call("read").Gives(ReadOf("last words"));
  world.Call("read").Gives({Nil(), TextWith({"read"}), Nil()});
  world.Call("read").Gives(NilError());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void ThenPeersAlert(World &world) {
  world.Establish();
  world.Call("tls_close").Gives(Ok());
  world.peer().FatalAlert(SSL_AD_INTERNAL_ERROR);
  world.Call("read").Gives({Nil(), TextWith({"internal_error", "peer"}), Nil()});
  world.Call("read").Gives({Nil(), TextWith({"internal_error", "peer"}), Nil()});
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void ThenReset(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  world.Call("tls_close").Gives(Ok());
  world.Until("the peer sees close_notify", [&] { return world.peer().close_notifies() == 1; });
  world.peer().Reset();
  world.Call("read").Gives(ReadsReset());
  world.Call("read").Gives(ReadsReset());
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
}

// The first write that the kernel refuses, and all after it, say that the peer has closed.
void WritesUntilClosed(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  world.peer().Leave();
  world.Call("read").Gives(Closed());
  Result result = world.Call("write", StringWord("x"));
  for (int i = 0; i < 1000 && MatchesTuple(WriteOf(1), result.answer().values); i++) {
    result = world.Call("write", StringWord("x"));
  }
  result.Gives(Closed());
  world.Call("send", StringWord("x")).Gives(Closed());
  world.Call("read").Gives(Closed());
  world.Call("closed_by").Gives({Bytes("close_notify")});
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
}

}  // namespace

std::vector<Case> ClosingCases() {
  const std::vector<std::string> closed = {"NTS-READ-08", "D-10", "D-18", "D-19", "D-20"};
  const std::vector<std::string> dead = {"NTS-READ-06", "D-11", "D-12", "D-19", "D-20"};
  return {
      {"D-09/close-notify", "the peer closes its direction alone", kEveryAxis, CloseNotify, closed},
      {"D-09/close-notify-and-fin", "close_notify, FIN", kEveryAxis, CloseNotifyAndFin, closed},
      {"D-09/close-notify-in-write", "in a write under way", kEveryAxis, CloseNotifyInWrite, {}},
      {"D-09/refused", "write once the peer is gone", kEveryAxis, WritesUntilClosed, closed},
      {"D-09/both-at-once", "both close at once", kEveryAxis, BothAtOnce, closed},
      {"D-10/allowed-fin", "FIN where it counts as a close", kEveryAxis, AllowedFin, {"D-19"}},
      {"D-10/allowed-fin-in-handshake",
       "FIN in the handshake is an error also where truncation is allowed",
       kEveryAxis,
       AllowedFinInHandshake,
       {"D-11"}},
      {"D-10/fin", "FIN alone", kEveryAxis, FinAlone, dead},
      {"D-10/fin-in-header", "FIN in the header of a record", kEveryAxis, FinInHeader, dead},
      {"D-10/fin-in-body", "FIN in the body of a record", kEveryAxis, FinInBody, dead},
      {"D-10/fin-first", "FIN instead of a handshake", kEveryAxis, FinFirstThing, dead},
      {"D-10/fin-in-flight", "FIN in the peer's first flight", kEveryAxis, FinInFlight, dead},
      {"D-10/reset", "RST while nothing happens", kTcp, ResetIdle, dead},
      {"D-10/reset-in-record", "RST in the middle of a record", kTcp, ResetInRecord, dead},
      {"D-10/reset-in-flight", "RST in the peer's first flight", kTcp, ResetInFlight, dead},
      {"D-10/reset-while-reading", "RST in a read that waits", kTcp, ResetWhileReading, dead},
      {"NTS-CLOSE-03/never-read",
       "the peer's close_notify and FIN have come, and nobody has read them",
       kEveryAxis,
       NeverRead,
       {"D-20"}},
      {"D-19/then-data-and-close",
       "after tls_close the peer's data and its close_notify are read",
       kEveryAxis,
       ThenPeersDataAndClose,
       {"D-09"}},
      {"D-19/then-fin", "after tls_close FIN is an error", kEveryAxis, ThenPeersFin, {"D-10"}},
      {"D-19/then-alert", "after tls_close an alert", kEveryAxis, ThenPeersAlert, {"D-12"}},
      {"D-19/then-reset", "after tls_close a RST", kTcp, ThenReset, {"D-10"}},
  };
}

}  // namespace conformance
