// sock:read( [bufsize] ) and sock:recv( [bufsize] )

#include <cstdio>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void Message(World &world, const std::string &method) {
  world.Establish();
  world.peer().Write("hello");
  world.Call(method).Gives(ReadOf("hello"));
}

void WaitsForMessage(World &world) {
  world.Establish();
  world.Start("read");
  world.peer().Write("later");
  world.Finish().Gives(ReadOf("later"));
}

void KeepsTheRest(World &world) {
  world.Establish();
  world.peer().Write("hello");
  world.Call("read", IntegerWord(3)).Gives(ReadOf("hel"));
  world.Call("read", IntegerWord(3)).Gives(ReadOf("lo"));
}

void OneByteAtATime(World &world, const std::string &method) {
  world.Establish();
  world.peer().Write("abc");
  world.Call(method, IntegerWord(1)).Gives(ReadOf("a"));
  world.Call(method, IntegerWord(1)).Gives(ReadOf("b"));
  world.Call(method, IntegerWord(1)).Gives(ReadOf("c"));
}

void HugeBuffer(World &world) {
  world.Establish();
  world.peer().Write("hello");
  world.Call("read", IntegerWord(int64_t{1} << 31)).Gives(ReadOf("hello"));
  world.peer().Write("again");
  world.Call("read", IntegerWord(int64_t{1} << 40)).Gives(ReadOf("again"));
}

void DefaultSize(World &world) {
  static_assert(BUFSIZ < 16384, "one record has more than the default size");
  world.Establish();
  world.peer().Write(Pattern(0, 16384));
  world.Call("read").Gives(ReadOf(Pattern(0, BUFSIZ)));
  ReadsAll(world, Pattern(BUFSIZ, 16384 - BUFSIZ));
}

void SeveralRecords(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Write("abc");
  world.peer().Write("def");
  world.peer().Release();
  world.Call("read").Gives(ReadOf("abcdef"));
}

void SplitRecord(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Write("hello");
  world.peer().Release(7);
  world.Start("read");
  world.peer().Release();
  world.Finish().Gives(ReadOf("hello"));
}

void Megabyte(World &world) {
  std::string bytes = Pattern(0, 1 << 20);
  world.Establish();
  world.peer().Write(bytes);
  ReadsAll(world, bytes);
}

void SmallRecords(World &world) {
  std::string bytes = Pattern(0, 20000);
  world.setup().peer.record_size = 512;
  world.Establish();
  world.peer().Write(bytes);
  ReadsAll(world, bytes);
}

void BinaryBytes(World &world) {
  std::string bytes;
  for (int byte = 0; byte < 256; byte++) {
    bytes.push_back(static_cast<char>(byte));
  }
  world.Establish();
  world.peer().Write(bytes);
  ReadsAll(world, bytes);
}

void BadSize(World &world, int64_t size) {
  world.Establish();
  world.peer().Write("kept");
  world.Call("read", IntegerWord(size)).Gives({Nil(), TextWith({"Invalid argument"}), Nil()});
  world.Call("read").Gives(ReadOf("kept"));
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void TimesOut(World &world, const std::string &method) {
  world.Establish();
  Deadlines(world, kShort, kLong);
  world.Call(method).Gives(NilTimeout()).TookAtLeast(kNotBefore);
  Deadlines(world, kLong, kLong);
  world.peer().Write("after");
  world.Call(method).Gives(ReadOf("after"));
}

void TimesOutInRecord(World &world) {
  world.Establish();
  Deadlines(world, kShort, kLong);
  world.peer().Hold();
  world.peer().Write("half");
  world.peer().Release(9);
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
  Deadlines(world, kLong, kLong);
  world.peer().Release();
  world.Call("read").Gives(ReadOf("half"));
}

void CloseNotify(World &world, const std::string &method) {
  world.Establish();
  world.peer().CloseNotify();
  world.Call(method).Gives(Closed());
  world.Call(method).Gives(Closed());
}

void CloseNotifyThenFin(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  world.peer().Finish();
  world.Call("read").Gives(Closed());
  world.Call("read").Gives(Closed());
  world.Call("closed_by").Gives({Bytes("close_notify")});
}

void CloseNotifyWithData(World &world) {
  world.Establish();
  world.peer().Hold();
  world.peer().Write("last words");
  world.peer().CloseNotify();
  world.peer().Finish();
  world.peer().Release();
  world.Call("read", IntegerWord(4)).Gives(ReadOf("last"));
  world.Call("read").Gives(ReadOf(" words"));
  world.Call("read").Gives(Closed());
}

void HalfClose(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  world.Call("read").Gives(Closed());
  world.Call("write", StringWord("still here")).Gives(WriteOf(10));
  PeerHas(world, "still here");
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void GarbageRecord(World &world) {
  world.Establish();
  SendGarbageRecord(world);
  world.Call("read").Gives(NilError());
  world.Until("the peer gets the alert", [&] { return !world.peer().alerts().empty(); });
  world.Expect(world.peer().alerts()[0] == SSL_AD_BAD_RECORD_MAC, "the alert is another");
  world.Call("closed_by").Gives({Bytes("alert")});
}

void AfterClose(World &world, const std::string &method) {
  world.Establish();
  world.peer().Write("unread");
  world.Call("close").Gives(Ok());
  world.Call(method).Gives(NilError());
}

void TicketsOnly(World &world) {
  world.setup().peer.tickets = true;
  world.Establish();
  Deadlines(world, kShort, kLong);
  world.Call("read").Gives(NilTimeout());
}

void TicketsFirst(World &world) {
  world.setup().peer.tickets = true;
  world.Establish();
  world.peer().Write("after tickets");
  world.Call("read").Gives(ReadOf("after tickets"));
}

void KeyUpdateOnly(World &world) {
  world.Establish();
  Deadlines(world, kShort, kLong);
  world.peer().KeyUpdate();
  world.Call("read").Gives(NilTimeout());
  Deadlines(world, kLong, kLong);
  world.peer().Write("new keys");
  world.Call("read").Gives(ReadOf("new keys"));
  world.Call("write", StringWord("and mine")).Gives(WriteOf(8));
  PeerHas(world, "and mine");
}

}  // namespace

std::vector<Case> ReadCases() {
  auto read = [](auto run) { return [run](World &world) { run(world, "read"); }; };
  auto recv = [](auto run) { return [run](World &world) { run(world, "recv"); }; };
  return {
      {"NTS-READ-01/1", "str, nil, nil", kEveryAxis, read(Message), {"D-01", "D-02"}},
      {"NTS-READ-02/1", "a message that comes while it waits", kEveryAxis, WaitsForMessage, {}},
      {"NTS-READ-02/2", "1 MiB in the peer's order", kEveryAxis, Megabyte, {}},
      {"NTS-READ-02/3", "a record that comes in two pieces", kEveryAxis, SplitRecord, {}},
      {"NTS-READ-02/4", "many small records", kEveryAxis, SmallRecords, {}},
      {"NTS-READ-03/1",
       "at most bufsize bytes, the rest at the next call",
       kEveryAxis,
       KeepsTheRest,
       {"D-08"}},
      {"NTS-READ-03/2", "bufsize 1", kEveryAxis, read(OneByteAtATime), {}},
      {"NTS-READ-03/3", "a huge bufsize gives what is there", kEitherMode, HugeBuffer, {"D-08"}},
      {"NTS-READ-04/1",
       "without bufsize: BUFSIZ bytes of a longer record",
       kEveryAxis,
       DefaultSize,
       {"D-08"}},
      {"NTS-READ-05/1", "every byte value comes through", kEveryAxis, BinaryBytes, {}},
      {"NTS-READ-06/1",
       "a record that does not decrypt: nil, err, nil, and the peer gets the alert",
       kEveryAxis,
       GarbageRecord,
       {"D-02"}},
      {"NTS-READ-06/2", "after close: nil, err, nil", kEveryAxis, read(AfterClose), {"D-20"}},
      {"NTS-READ-07/1",
       "nothing comes: nil, nil, true, not before the deadline; then it goes on",
       kEveryAxis,
       read(TimesOut),
       {"D-02", "D-13", "D-15"}},
      {"NTS-READ-07/2",
       "half a record comes: nil, nil, true, and nothing is lost",
       kEveryAxis,
       TimesOutInRecord,
       {}},
      {"NTS-READ-07/3", "session tickets are neither data nor an end", kOnlyTls13, TicketsOnly, {}},
      {"NTS-READ-07/4", "a key update is neither data nor an end", kOnlyTls13, KeyUpdateOnly, {}},
      {"NTS-READ-02/5", "data after session tickets", kEveryAxis, TicketsFirst, {}},
      {"NTS-READ-08/1",
       "the peer's close_notify: nil, nil, nil, now and later",
       kEveryAxis,
       read(CloseNotify),
       {"D-09"}},
      {"NTS-READ-08/2",
       "close_notify and FIN: nil, nil, nil",
       kEveryAxis,
       CloseNotifyThenFin,
       {"D-09", "D-10"}},
      {"NTS-READ-08/3",
       "data, close_notify and FIN in one segment: first all the data",
       kEveryAxis,
       CloseNotifyWithData,
       {"D-09"}},
      {"NTS-READ-08/4",
       "after the peer's close_notify the other direction works on",
       kEveryAxis,
       HalfClose,
       {}},
      {"NTS-RECV-01/1", "recv: str, nil, nil", kEveryAxis, recv(Message), {"D-01"}},
      {"NTS-RECV-01/2", "recv: nil, nil, true", kEveryAxis, recv(TimesOut), {}},
      {"NTS-RECV-02/1", "recv: bufsize 1", kEveryAxis, recv(OneByteAtATime), {}},
      {"NTS-RECV-02/2", "recv: the peer's close_notify", kEveryAxis, recv(CloseNotify), {}},
      {"NTS-RECV-02/3", "recv after close: nil, err, nil", kEveryAxis, recv(AfterClose), {}},
      {"D-08/1", "two records in one segment come in one read", kEveryAxis, SeveralRecords, {}},
      {"D-08/2",
       "bufsize 0: Invalid argument, and nothing is consumed",
       kEveryAxis,
       [](World &world) { BadSize(world, 0); },
       {}},
      {"D-08/3",
       "a negative bufsize: Invalid argument, and nothing is consumed",
       kEveryAxis,
       [](World &world) { BadSize(world, -1); },
       {}},
  };
}

}  // namespace conformance
