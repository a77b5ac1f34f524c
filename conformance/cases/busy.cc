// Busy loops: the clock limit by the processor's time, and peers that give much work and no data

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// One that is never meant to be reached, in seconds.
constexpr char kForever[] = "i:3600";

// A blocking socket whose descriptor has been made non-blocking behind its back asks for a retry
// whenever nothing is there.
void MakeBusy(World &world, const std::string &limit) {
  Prepare(world, "nonblock", "true");
  world.Call("setclocklimit", limit).Gives({});
}

void NoLongerBusy(World &world) {
  Prepare(world, "nonblock", "false");
  world.Call("setclocklimit", kForever).Gives({});
}

// Uses tells how much of a processor the driver used while `run` ran.
Milliseconds Uses(World &world, const std::function<void()> &run) {
  std::chrono::nanoseconds before = world.driver().CpuTime();
  run();
  return std::chrono::duration_cast<Milliseconds>(world.driver().CpuTime() - before);
}

void UsesAtLeast(World &world, Milliseconds least, const std::function<void()> &run) {
  Milliseconds used = Uses(world, run);
  world.Expect(used >= least, "the call ended after " + std::to_string(used.count()) +
                                  " ms of processor time, before its limit of " +
                                  std::to_string(least.count()) + " ms");
}

// While it is stopped time goes by, but not its own.
void StoppedIsFree(World &world) {
  world.Establish();
  MakeBusy(world, "n:0.05");
  UsesAtLeast(world, Milliseconds(50), [&] {
    std::chrono::nanoseconds start = world.driver().CpuTime();
    world.Start("read");
    while (world.driver().CpuTime() - start < Milliseconds(10) && !world.driver().answered()) {
      world.ElapseUnlessAnswered(Milliseconds(1));
    }
    world.driver().Pause();
    world.Elapse(Milliseconds(100));
    world.driver().Resume();
    world.Finish().Gives(NilTimeout());
  });
}

void TimesOutBusy(World &world, const std::string &limit, Milliseconds least) {
  world.Establish();
  MakeBusy(world, kForever);
  world.Call("setclocklimit", limit).Gives({});
  UsesAtLeast(world, least, [&] { world.Call("read").Gives(NilTimeout()); });
  NoLongerBusy(world);
  world.peer().Write("after");
  world.Call("read").Gives(ReadOf("after"));
}

std::function<void(World &)> BusyWith(const std::string &limit, int least) {
  return [=](World &world) { TimesOutBusy(world, limit, Milliseconds(least)); };
}

// A limit that is never reached: the call lives on until there is something.
void NeverReached(World &world, const std::string &limit) {
  world.Establish();
  MakeBusy(world, limit);
  std::chrono::nanoseconds start = world.driver().CpuTime();
  world.Start("read");
  while (world.driver().CpuTime() - start < Milliseconds(30) && !world.driver().answered()) {
    world.ElapseUnlessAnswered(Milliseconds(1));
  }
  world.Expect(!world.driver().answered(), "it ended at the default limit");
  world.peer().Write("at last");
  world.Finish().Gives(ReadOf("at last"));
}

void BusyHandshake(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  MakeBusy(world, "n:0.01");
  UsesAtLeast(world, Milliseconds(10), [&] { world.Call("handshake").Gives(Timeout()); });
  UsesAtLeast(world, Milliseconds(10), [&] { world.Call("read").Gives(NilTimeout()); });
  UsesAtLeast(world, Milliseconds(10), [&] {
    world.Call("write", StringWord("x")).Gives({Integer(0), Nil(), True()});
  });
  NoLongerBusy(world);
  world.peer().StartHandshake();
  world.Call("write", StringWord("y")).Gives(WriteOf(1));
  PeerHas(world, "y");
}

void BusyWrite(World &world) {
  size_t accepted = TimedOutWrite(world);
  MakeBusy(world, "n:0.01");
  Deadlines(world, 0, 0);
  Result result = world.Call("write", PatternWord(accepted, kTooMuch));
  result.Gives({Between(0, kTooMuch - 1), Nil(), True()});
  accepted += static_cast<size_t>(result.AsInteger());
  world.Call("tls_close").Gives(Timeout());
  NoLongerBusy(world);
  world.peer().Stall(false);
  world.Call("tls_close").Gives(Ok());
  PeerHas(world, Pattern(0, accepted));
}

void BusyClose(World &world) {
  TimedOutWrite(world);
  int64_t fd = Descriptor(world);
  MakeBusy(world, "n:0.01");
  Deadlines(world, 0, 0);
  UsesAtLeast(world, Milliseconds(9), [&] { world.Call("close").Gives(Timeout()); });
  IsClosed(world, fd);
}

// A limit of nothing is for retries: whoever need not retry does not feel it.
void ZeroIsForRetries(World &world) {
  std::string bytes = Pattern(0, 100000);
  world.Establish();
  world.Call("setclocklimit", IntegerWord(0)).Gives({});
  world.Call("handshake").Gives(Ok());
  world.Call("write", PatternWord(0, bytes.size())).Gives(WriteOf(bytes.size()));
  PeerHas(world, bytes);
  world.Start("read");
  world.Elapse(Milliseconds(10));
  world.peer().Write("asleep until now");
  world.Finish().Gives(ReadOf("asleep until now"));
  world.Call("tls_close").Gives(Ok());
}

// What a read may give while a record comes in pieces, with a limit of nothing: the whole record,
// or a timeout that can be continued.
void ZeroAndPieces(World &world) {
  world.Establish();
  world.Call("setclocklimit", IntegerWord(0)).Gives({});
  world.peer().Hold();
  world.peer().Write("pieces");
  world.Start("read");
  for (int i = 0; i < 5; i++) {
    world.peer().Release(3);
    world.ElapseUnlessAnswered(Milliseconds(2));
  }
  world.peer().Release();
  Result result = world.Finish();
  if (MatchesTuple(NilTimeout(), result.answer().values)) {
    world.Call("setclocklimit", kForever).Gives({});
    world.Call("read").Gives(ReadOf("pieces"));
    return;
  }
  result.Gives(ReadOf("pieces"));
}

// A read that times out, because the peer's records are no data, goes on; one that fails, because
// there are too many of them, fails for good. Either way it ends.
void EndsOfRead(World &world) {
  Result result = world.Call("read");
  if (MatchesTuple(NilTimeout(), result.answer().values)) {
    Deadlines(world, kLong, kLong);
    world.peer().Write("data");
    world.Call("read").Gives(ReadOf("data"));
    world.Call("write", StringWord("and back")).Gives(WriteOf(8));
    PeerHas(world, "and back");
    return;
  }
  result.Gives(NilError());
  world.Call("read").Gives({Nil(), Bytes(result.TextOf(1)), Nil()});
  world.Call("write", StringWord("x")).Gives({Nil(), Bytes(result.TextOf(1)), Nil()});
}

constexpr size_t kMany = 1000;
constexpr size_t kLeastKeyUpdate = 5 + 5 + 1 + 16;

void KeyUpdates(World &world) {
  world.Establish();
  Deadlines(world, kShort, kLong);
  world.peer().Hold();
  for (size_t i = 0; i < kMany; i++) {
    world.peer().KeyUpdate();
  }
  world.Expect(world.peer().held() >= kMany * kLeastKeyUpdate, "the peer sends no key updates");
  world.peer().Release();
  EndsOfRead(world);
}

// As many as any implementation has to bear.
void SomeKeyUpdates(World &world) {
  world.Establish();
  for (int i = 0; i < 8; i++) {
    world.peer().KeyUpdate();
  }
  world.peer().Write("new keys, eight times");
  world.Call("read").Gives(ReadOf("new keys, eight times"));
  world.Call("write", StringWord("mine too")).Gives(WriteOf(8));
  PeerHas(world, "mine too");
}

void KeyUpdatesBetweenWrites(World &world) {
  std::string sent;
  world.Establish();
  for (int i = 0; i < 20; i++) {
    world.peer().KeyUpdate();
    world.peer().Write("n");
    world.Call("read").Gives(ReadOf("n"));
    world.Call("write", PatternWord(0, 1000)).Gives(WriteOf(1000));
    sent += Pattern(0, 1000);
  }
  PeerHas(world, sent);
}

// A record for each byte, and a segment for each byte of a record.
void RecordsOfOneByte(World &world) {
  std::string bytes = Pattern(0, 500);
  world.Establish();
  for (char byte : bytes) {
    world.peer().Write(std::string(1, byte));
  }
  ReadsAll(world, bytes);
}

void SegmentsOfOneByte(World &world) {
  std::string bytes = Pattern(0, 1000);
  world.Establish();
  world.Call("setclocklimit", kForever).Gives({});
  world.peer().Hold();
  world.peer().Write(bytes);
  world.Start("read");
  while (world.peer().held() > 0) {
    world.peer().Release(1);
    world.ElapseUnlessAnswered(Milliseconds(0));
  }
  world.Finish().Gives(ReadOf(bytes));
}

}  // namespace

std::vector<Case> BusyCases() {
  return {
      {"D-14/4",
       "the limit is the processor's time: a stopped process uses none of it",
       OverTcp(kBlockingOnce),
       StoppedIsFree,
       {"NTS-RETRY-03"}},
      {"D-14/5",
       "a limit of 1 ms: not before it",
       OverTcp(kBlockingOnce),
       BusyWith("n:0.001", 1),
       {"NTS-RETRY-04"}},
      {"D-14/6",
       "a limit of 50 ms: not before it",
       OverTcp(kBlockingOnce),
       BusyWith("n:0.05", 50),
       {"NTS-RETRY-04"}},
      {"D-14/7",
       "a limit of nil is the default of 10 ms again",
       OverTcp(kBlockingOnce),
       BusyWith("nil", 10),
       {"NTS-CLOCKLIMIT-04"}},
      {"D-14/8",
       "a limit of 0 ends it at the first retry",
       OverTcp(kBlockingOnce),
       BusyWith("i:0", 0),
       {}},
      {"D-14/9",
       "a huge limit is not reached",
       OverTcp(kBlockingOnce),
       [](World &world) { NeverReached(world, "n:1e+08"); },
       {"NTS-RETRY-04"}},
      {"D-14/10",
       "a limit beyond every clock is not reached",
       OverTcp(kBlockingOnce),
       [](World &world) { NeverReached(world, "n:1e+300"); },
       {"NTS-RETRY-04"}},
      {"D-14/11",
       "a limit of the largest integer is not reached",
       OverTcp(kBlockingOnce),
       [](World &world) { NeverReached(world, "i:9223372036854775807"); },
       {"NTS-RETRY-04"}},
      {"D-14/12",
       "a busy handshake ends, alone, in a read and in a write; then it goes on",
       OverTcp(kBlocking),
       BusyHandshake,
       {"NTS-RETRY-03", "D-06"}},
      {"D-14/13",
       "a busy write and a busy tls_close end; then they go on",
       OverTcp(kBlocking),
       BusyWrite,
       {"NTS-RETRY-03", "D-06"}},
      {"D-14/14",
       "a busy close ends: false, nil, true, and the descriptor is closed",
       OverTcp(kBlocking),
       BusyClose,
       {"NTS-RETRY-03", "D-20"}},
      {"D-14/15", "a limit of 0 is for retries alone", OverTcp(kBlocking), ZeroIsForRetries, {}},
      {"D-14/16",
       "a limit of 0 and a record in pieces: nothing is lost",
       OverTcp(kBlocking),
       ZeroAndPieces,
       {"NTS-RETRY-02"}},
      {"NTS-RETRY-03/31",
       "key updates without end: the read ends",
       OverTcp(kOnlyTls13),
       KeyUpdates,
       {}},
      {"NTS-READ-02/31", "data after some key updates", OverTcp(kOnlyTls13), SomeKeyUpdates, {}},
      {"NTS-READ-02/32",
       "key updates between messages, both ways",
       OverTcp(kOnlyTls13),
       KeyUpdatesBetweenWrites,
       {}},
      {"NTS-READ-02/33", "a record for each of 500 bytes", kOnlyTcp, RecordsOfOneByte, {}},
      {"NTS-READ-02/34", "a segment for each of 1000 bytes", kOnlyTcp, SegmentsOfOneByte, {}},
  };
}

}  // namespace conformance
