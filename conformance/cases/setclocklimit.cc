// sock:setclocklimit( [sec] ) and the retries of blocking sockets

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void ReturnsNothing(World &world) {
  world.Establish();
  world.Call("setclocklimit", NumberWord(0.5)).Gives({});
  world.Call("setclocklimit", IntegerWord(1)).Gives({});
  world.Call("setclocklimit", IntegerWord(0)).Gives({});
  world.Call("setclocklimit").Gives({});
}

void IsInSeconds(World &world) {
  world.Connect();
  world.Call("getclocklimit").Gives({Between(0.01, 0.01)});
  world.Call("setclocklimit", NumberWord(0.5)).Gives({});
  world.Call("getclocklimit").Gives({Between(0.5, 0.5)});
  world.Call("setclocklimit", "nil").Gives({});
  world.Call("getclocklimit").Gives({Between(0.01, 0.01)});
}

// A blocking socket whose descriptor has been made non-blocking behind its back asks for a retry
// whenever nothing is there.
void MakeBusy(World &world) {
  Prepare(world, "nonblock", "true");
}

void EndsBusyRead(World &world) {
  world.Establish();
  MakeBusy(world);
  world.Call("read").Gives(NilTimeout()).TookAtLeast(Milliseconds(9));
  world.peer().Write("fine");
  world.Call("setclocklimit", IntegerWord(60)).Gives({});
  world.Call("read").Gives(ReadOf("fine"));
}

void EndsBusyHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  MakeBusy(world);
  world.Call("handshake").Gives(Timeout());
  world.Call("setclocklimit", IntegerWord(60)).Gives({});
  world.peer().StartHandshake();
  world.Call("handshake").Gives(Ok());
}

void LongerLimit(World &world) {
  world.Establish();
  MakeBusy(world);
  world.Call("setclocklimit", NumberWord(0.05)).Gives({});
  world.Call("read").Gives(NilTimeout()).TookAtLeast(Milliseconds(49));
}

void ZeroLimit(World &world) {
  world.Establish();
  MakeBusy(world);
  world.Call("setclocklimit", IntegerWord(0)).Gives({});
  world.Call("read").Gives(NilTimeout());
  world.peer().Write("there");
  world.Until("the bytes have come", [&] {
    return MatchesTuple(Ok(), world.Call("poll_wait", "k:WANT_POLLIN").answer().values);
  });
  world.Call("read").Gives(ReadOf("there"));
}

// Asleep in the kernel it uses nothing up, however long that takes.
void SleepIsFree(World &world) {
  world.Establish();
  world.Start("read");
  world.Elapse(Milliseconds(30));
  world.peer().Write("late");
  world.Finish().Gives(ReadOf("late"));
}

void SleepInHandshakeIsFree(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.Start("handshake");
  world.Elapse(Milliseconds(30));
  world.peer().StartHandshake();
  world.Finish().Gives(Ok());
}

// The bytes that it reads in between are no data: it asks the kernel again and again.
void RecordInPieces(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Write("pieces");
  world.Start("read");
  for (int i = 0; i < 5; i++) {
    world.Elapse(Milliseconds(5));
    world.peer().Release(3);
  }
  world.peer().Release();
  world.Finish().Gives(ReadOf("pieces"));
}

// No call comes back only to be called again: one is enough.
void NoRetryNeeded(World &world) {
  std::string bytes = Pattern(0, 300000);
  world.Connect();
  world.Call("write", PatternWord(0, bytes.size())).Gives(WriteOf(bytes.size()));
  PeerHas(world, bytes);
  world.peer().Write("one");
  world.Call("read").Gives(ReadOf("one"));
  world.Call("tls_close").Gives(Ok());
}

}  // namespace

std::vector<Case> SetClockLimitCases() {
  return {
      {"NTS-RETRY-01/1",
       "no call of a blocking socket needs to be repeated",
       kBlocking,
       NoRetryNeeded,
       {"D-05"}},
      {"NTS-RETRY-02/1",
       "a read that the limit ended can be repeated",
       kBlockingOnce,
       ZeroLimit,
       {"D-14"}},
      {"NTS-RETRY-03/1",
       "a busy read ends after 10 ms: nil, nil, true",
       kBlocking,
       EndsBusyRead,
       {"D-14"}},
      {"NTS-RETRY-03/2",
       "a busy handshake ends: false, nil, true; it can be continued",
       kBlocking,
       EndsBusyHandshake,
       {"D-14"}},
      {"NTS-RETRY-04/1", "a longer limit: not before it", kBlockingOnce, LongerLimit, {"D-14"}},
      {"NTS-CLOCKLIMIT-01/1", "it returns nothing", kEitherMode, ReturnsNothing, {}},
      {"NTS-CLOCKLIMIT-02/1",
       "the limit is in seconds",
       kEitherMode,
       IsInSeconds,
       {"NTS-CLOCKLIMIT-03", "NTS-CLOCKLIMIT-04"}},
      {"D-14/1", "a read asleep in the kernel does not use it up", kBlocking, SleepIsFree, {}},
      {"D-14/2",
       "a handshake asleep in the kernel does not use it up",
       kBlocking,
       SleepInHandshakeIsFree,
       {}},
      {"D-14/3", "neither does a record that comes in pieces", kBlocking, RecordInPieces, {}},
  };
}

}  // namespace conformance
