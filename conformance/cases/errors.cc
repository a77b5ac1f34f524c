// How a connection ends, and what is said of it

#include "conformance/cases/cases.h"
#include "conformance/cases/deaths.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void Truncated(World &world) {
  world.Establish();
  world.peer().Finish();
  world.Call("read").Gives(NilError());
  world.Call("read").Gives(NilError());
  world.Call("closed_by").Gives({Bytes("eof")});
}

void DataThenTruncated(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Write("data with FIN");
  world.peer().Finish();
  world.peer().Release();
  world.Call("read").Gives(ReadOf("data with FIN"));
  world.Call("read").Gives(NilError());
}

void TruncatedRecord(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Write("never whole");
  world.peer().Release(10);
  world.peer().Finish();
  world.peer().DropHeld();
  world.Call("read").Gives(NilError());
  world.Call("closed_by").Gives({Bytes("eof")});
}

void TruncationAllowed(World &world) {
  world.setup().config = {"insecure_allow_truncation"};
  world.Establish();
  world.peer().Hold();
  world.peer().Write("data");
  world.peer().Finish();
  world.peer().Release();
  world.Call("read").Gives(ReadOf("data"));
  world.Call("read").Gives(Closed());
  world.Call("read").Gives(Closed());
  world.Call("closed_by").Gives({Bytes("eof")});
}

void ReadsReset(World &world) {
  world.Call("read").Gives({Nil(), Bytes("Connection reset by peer"), Nil()});
  world.Call("read").Gives({Nil(), Bytes("Connection reset by peer"), Nil()});
  world.Call("closed_by").Gives({Bytes("reset")});
}

void Reset(World &world) {
  world.Establish();
  world.peer().Reset();
  ReadsReset(world);
}

void ResetByUnreadBytes(World &world) {
  world.Establish();
  LeaveUnread(world);
  ReadsReset(world);
}

void ResetByUnreadBytesEvenIfTruncationIsAllowed(World &world) {
  world.setup().config = {"insecure_allow_truncation"};
  ResetByUnreadBytes(world);
}

void ResetEvenIfTruncationIsAllowed(World &world) {
  world.setup().config = {"insecure_allow_truncation"};
  world.Establish();
  world.peer().Reset();
  ReadsReset(world);
}

// What ended the connection is not forgotten for what comes later.
void FirstEndStays(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  world.Call("read").Gives(Closed());
  world.Call("tls_close").Gives(Ok());
  world.Call("closed_by").Gives({Bytes("close_notify")});
  world.peer().Finish();
  world.Call("read").Gives(Closed());
  world.Call("close").Gives(Ok());
  world.Call("closed_by").Gives({Bytes("close_notify")});
}

void ClosedByNobody(World &world) {
  world.Connect();
  world.Call("closed_by").Gives({Nil()});
  world.Call("handshake").Gives(Ok());
  world.Call("closed_by").Gives({Nil()});
}

void ClosedByAlert(World &world) {
  world.Establish();
  world.peer().FatalAlert(SSL_AD_INTERNAL_ERROR);
  world.Call("read").Gives(NilError());
  world.Call("closed_by").Gives({Bytes("alert")});
}

void ClosedLocally(World &world) {
  world.Establish();
  world.Call("tls_close").Gives(Ok());
  world.Call("closed_by").Gives({Bytes("local")});
}

void StickyAlertInHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().SendRaw(std::string("\x15\x03\x03\x00\x02\x02\x28", 7));
  StaysDead(world, world.Call("handshake").Gives(Error()));
}

void StickyGarbageInHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().SendRaw("220 mail.example ready\r\n");
  StaysDead(world, world.Call("handshake").Gives(Error()));
}

void StickyAlert(World &world) {
  world.Establish();
  world.peer().FatalAlert(SSL_AD_INTERNAL_ERROR);
  StaysDead(world, world.Call("read").Gives(NilError()));
}

void StickyGarbage(World &world) {
  world.Establish();
  SendGarbageRecord(world);
  StaysDead(world, world.Call("read").Gives(NilError()));
}

void StickyReset(World &world) {
  world.Establish();
  world.peer().Reset();
  StaysDead(world, world.Call("read").Gives(NilError()));
}

void NamesOwnAlert(World &world) {
  world.Establish();
  SendGarbageRecord(world);
  world.Call("read").Gives({Nil(), TextWith({"read", "bad_record_mac"}), Nil()});
  world.Call("alert").Gives({Bytes("bad_record_mac"), Anything()});
}

void PlainHttp(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().SendRaw("HTTP/1.0 400 Bad Request\r\n\r\n");
  world.Call("handshake").Gives({False(), TextWith({"handshake"}), Nil()});
}

}  // namespace

std::vector<Case> ErrorCases() {
  return {
      {"D-10/1",
       "FIN without close_notify is an error: eof",
       kEveryAxis,
       Truncated,
       {"NTS-READ-06"}},
      {"D-10/2", "bytes that came with the FIN are read first", kEveryAxis, DataThenTruncated, {}},
      {"D-10/3", "FIN in the middle of a record is an error: eof", kEveryAxis, TruncatedRecord, {}},
      {"D-10/4", "insecure_allow_truncation: FIN is a close", kEveryAxis, TruncationAllowed, {}},
      {"D-10/5", "a reset: Connection reset by peer", kOnlyTcp, Reset, {"D-12"}},
      {"D-10/6",
       "a reset is an error also where truncation is allowed",
       kOnlyTcp,
       ResetEvenIfTruncationIsAllowed,
       {}},
      {"D-10/7", "closed_by is nil while nobody has closed", kEveryAxis, ClosedByNobody, {}},
      {"D-10/8", "closed_by after a fatal alert: alert", kEveryAxis, ClosedByAlert, {}},
      {"D-10/9", "closed_by after tls_close: local", kEveryAxis, ClosedLocally, {}},
      {"D-10/21",
       "the peer leaves with bytes unread: Connection reset by peer",
       kOnlyUnix,
       ResetByUnreadBytes,
       {"D-12"}},
      {"D-10/22",
       "that is an error also where truncation is allowed",
       kOnlyUnix,
       ResetByUnreadBytesEvenIfTruncationIsAllowed,
       {}},
      {"D-10/first-end-stays",
       "closed_by tells what came first, whatever comes later",
       kEveryAxis,
       FirstEndStays,
       {}},
      {"D-11/1",
       "a fatal alert in the handshake is sticky",
       kEveryAxis,
       StickyAlertInHandshake,
       {}},
      {"D-11/2", "a failed handshake is sticky", kEveryAxis, StickyGarbageInHandshake, {}},
      {"D-11/3", "a fatal alert is sticky", kEveryAxis, StickyAlert, {}},
      {"D-11/4", "a record that does not decrypt is sticky", kEveryAxis, StickyGarbage, {}},
      {"D-11/5", "a reset is sticky", kEveryAxis, StickyReset, {}},
      {"D-12/5", "the own alert by name: bad_record_mac", kEveryAxis, NamesOwnAlert, {}},
      {"D-12/6", "a handshake's error says that it was the handshake", kEveryAxis, PlainHttp, {}},
  };
}

}  // namespace conformance
