// sock:tls_close()

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void SendsCloseNotify(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  world.Call("tls_close").Gives(Ok());
  world.Until("the peer sees close_notify", [&] { return world.peer().close_notifies() == 1; });
  world.Expect(!world.peer().saw_end(), "tls_close closed the connection");
  IsOpen(world, fd);
}

void Once(World &world) {
  world.Establish();
  world.Call("tls_close").Gives(Ok());
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void WithoutHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.Call("tls_close").Gives(Ok());
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 0);
  world.Expect(world.peer().received_raw() == 0, "it sent something");
}

void UnfinishedHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kShort, kLong);
  world.Call("handshake").Gives(Timeout());
  world.Until("the driver's first flight has come",
              [&] { return !world.axes().is_client || world.peer().received_raw() > 0; });
  size_t received = world.peer().received_raw();
  world.Call("tls_close").Gives(Ok());
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 0);
  world.Expect(world.peer().received_raw() == received, "it sent something");
}

void AfterFatalError(World &world) {
  world.Establish();
  SendGarbageRecord(world);
  world.Call("read").Gives(NilError());
  world.Call("tls_close").Gives(Ok());
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 0);
}

void PeerHasClosed(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  world.Call("read").Gives(Closed());
  world.Call("tls_close").Gives(Ok());
  world.Until("the peer sees close_notify", [&] { return world.peer().close_notifies() == 1; });
}

void PeerHasReset(World &world) {
  world.Establish();
  world.peer().Reset();
  world.Call("read").Gives(NilError());
  world.Call("tls_close").Gives(Ok());
}

// The error is that of the bytes which it has to send first.
void PeerResetMeanwhile(World &world) {
  TimedOutWrite(world);
  Deadlines(world, kLong, kLong);
  world.peer().Reset();
  world.Call("tls_close").Gives(Error());
}

// What could not be sent is gone: there is nothing left to notify, and nobody.
void ResetForGood(World &world) {
  TimedOutWrite(world);
  int64_t fd = Descriptor(world);
  Deadlines(world, kLong, kLong);
  world.peer().Reset();
  world.Call("tls_close").Gives({False(), TextWith({"Connection reset by peer"}), Nil()});
  world.Call("tls_close").Gives(Ok());
  IsOpen(world, fd);
  world.Call("write", StringWord("x")).Gives(NilError());
  world.Call("closed_by").Gives({AnyText()});
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
}

void ReadingGoesOn(World &world) {
  world.Establish();
  world.Call("tls_close").Gives(Ok());
  world.Until("the peer sees close_notify", [&] { return world.peer().close_notifies() == 1; });
  world.peer().Write("still talking");
  world.Call("read").Gives(ReadOf("still talking"));
  world.peer().CloseNotify();
  world.Call("read").Gives(Closed());
}

void TimesOut(World &world) {
  size_t accepted = TimedOutWrite(world);
  Deadlines(world, kLong, kShort);
  world.Call("tls_close").Gives(Timeout());
  Unstall(world);
  world.Call("tls_close").Gives(Ok());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
  PeerHas(world, Pattern(0, accepted));
}

void AfterClose(World &world) {
  world.Establish();
  world.Call("close").Gives(Ok());
  world.Call("tls_close").Gives(Ok());
}

}  // namespace

std::vector<Case> TlsCloseCases() {
  return {
      {"NTS-TLSCLOSE-01/1",
       "true, nil, nil",
       kEveryAxis,
       SendsCloseNotify,
       {"NTS-TLSCLOSE-02", "NTS-TLSCLOSE-03", "D-01", "D-19"}},
      {"NTS-TLSCLOSE-03/1",
       "again: true, nil, nil, and close_notify goes out once",
       kEveryAxis,
       Once,
       {"D-19"}},
      {"NTS-TLSCLOSE-03/2",
       "after the peer's close_notify it answers with its own",
       kEveryAxis,
       PeerHasClosed,
       {}},
      {"NTS-TLSCLOSE-04/1",
       "the peer resets while accepted bytes wait: false, err, nil",
       kEveryAxis,
       PeerResetMeanwhile,
       {"D-02"}},
      {"NTS-TLSCLOSE-04/reset-for-good",
       "the error names the reset; again it is true, nil, nil",
       kOnlyTcp,
       ResetForGood,
       {"NTS-TLSCLOSE-02", "D-12", "D-19", "D-20"}},
      {"NTS-TLSCLOSE-05/1",
       "the peer takes nothing: false, nil, true; then it goes on",
       kEveryAxis,
       TimesOut,
       {"D-02", "D-06", "D-15"}},
      {"D-19/1",
       "handshake never begun: true, nil, nil, nothing sent",
       kEveryAxis,
       WithoutHandshake,
       {}},
      {"D-19/2",
       "handshake not finished: true, nil, nil, nothing sent",
       kEveryAxis,
       UnfinishedHandshake,
       {}},
      {"D-19/3",
       "dead by a fatal error: true, nil, nil, no close_notify",
       kEveryAxis,
       AfterFatalError,
       {}},
      {"D-19/4", "dead by a reset: true, nil, nil", kEveryAxis, PeerHasReset, {}},
      {"D-19/5", "what the peer still sends can be read", kEveryAxis, ReadingGoesOn, {}},
      {"D-20/2", "tls_close after close: true, nil, nil", kEveryAxis, AfterClose, {}},
  };
}

}  // namespace conformance
