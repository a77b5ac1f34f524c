// readv(), writev(), recvmsg() and sendmsg() without TLS

#include <sys/socket.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// What readv gives, and then all bytes of the vector, which were zeros.
Tuple VectorOf(const Tuple &results, const std::string &bytes) {
  Tuple tuple = results;
  tuple.push_back(Bytes(bytes));
  return tuple;
}

Tuple Invalid() {
  return {Nil(), TextWith({"Invalid argument"}), Nil()};
}

void WritesAll(World &world) {
  world.Connect();
  world
      .Call("writev",
            "nil nil " + StringWord("one ") + " " + StringWord("two ") + " " + StringWord("three"))
      .Gives(WriteOf(13));
  PlainHas(world, "one two three");
}

void WritesMuch(World &world) {
  constexpr size_t kPart = 300000;
  world.Connect();
  world.Call("writev", "nil nil " + PatternWord(0, kPart) + " " + PatternWord(kPart, kPart))
      .Gives(WriteOf(2 * kPart));
  PlainHas(world, Pattern(0, 2 * kPart));
}

void WritesAPart(World &world) {
  world.Connect();
  std::string words = " " + StringWord("abc") + " " + StringWord("def");
  world.Call("writev", IntegerWord(2) + " " + IntegerWord(3) + words).Gives(WriteOf(3));
  PlainHas(world, "cde");
  world.Call("writev", IntegerWord(4) + " nil" + words).Gives(WriteOf(2));
  PlainHas(world, "cdeef");
  world.Call("writev", IntegerWord(4) + " " + IntegerWord(100) + words).Gives(WriteOf(2));
  PlainHas(world, "cdeefef");
}

void PrepareStall(World &world) {
  world.setup().peer.receive_buffer = 4096;
  world.Connect();
  world.plain().Stall(true);
  Prepare(world, "sndbuf", IntegerWord(8192));
  Deadlines(world, kLong, kShort);
}

size_t CountOf(const Result &result) {
  return static_cast<size_t>(result.AsInteger());
}

void WriteTimesOut(World &world) {
  PrepareStall(world);
  std::string words = " nil " + PatternWord(0, 1000) + " " + PatternWord(1000, kTooMuch - 1000);
  Result result = world.Call("writev", "nil" + words);
  result.Gives({Between(1, kTooMuch - 1), Nil(), True()}).TookAtLeast(kNotBefore);
  size_t done = CountOf(result);
  Deadlines(world, kLong, kLong);
  world.plain().Stall(false);
  world.Call("writev", IntegerWord(static_cast<int64_t>(done)) + words)
      .Gives(WriteOf(kTooMuch - done));
  PlainHas(world, Pattern(0, kTooMuch));
}

void WriterIsGone(World &world) {
  PrepareStall(world);
  Prepare(world, "writev", "nil nil " + PatternWord(0, kTooMuch));
  Deadlines(world, kLong, kLong);
  world.plain().Reset();
  world.Call("writev", "nil nil " + PatternWord(0, kTooMuch)).Gives(Closed());
  world.Call("writev", "nil nil " + StringWord("x")).Gives(Closed());
}

void ReadsIntoAll(World &world) {
  world.Connect();
  world.plain().Write("abcdef");
  world.Call("readv", "nil nil " + IntegerWord(2) + " " + IntegerWord(3))
      .Gives(VectorOf(WriteOf(5), "abcde"));
  world.Call("readv", "nil nil " + IntegerWord(2) + " " + IntegerWord(3))
      .Gives(VectorOf(WriteOf(1), std::string("f\0\0\0\0", 5)));
}

void ReadsIntoAPart(World &world) {
  world.Connect();
  world.plain().Write("abcdef");
  std::string sizes = " " + IntegerWord(2) + " " + IntegerWord(4);
  world.Call("readv", IntegerWord(1) + " " + IntegerWord(3) + sizes)
      .Gives(VectorOf(WriteOf(3), std::string("\0abc\0\0", 6)));
  world.Call("readv", IntegerWord(4) + " nil" + sizes)
      .Gives(VectorOf(WriteOf(2), std::string("\0\0\0\0de", 6)));
  world.Call("read").Gives(ReadOf("f"));
}

void VectorEnds(World &world) {
  world.Connect();
  world.plain().Write("last");
  world.plain().Finish();
  std::string sizes = "nil nil " + IntegerWord(4);
  world.Call("readv", sizes).Gives(VectorOf(WriteOf(4), "last"));
  world.Call("readv", sizes).Gives(VectorOf(Closed(), std::string(4, '\0')));
  world.Call("readv", sizes).Gives(VectorOf(Closed(), std::string(4, '\0')));
}

void VectorTimesOut(World &world) {
  world.Connect();
  Deadlines(world, kShort, kLong);
  std::string sizes = "nil nil " + IntegerWord(4);
  world.Call("readv", sizes)
      .Gives(VectorOf(NilTimeout(), std::string(4, '\0')))
      .TookAtLeast(kNotBefore);
  Deadlines(world, kLong, kLong);
  world.plain().Write("late");
  world.Call("readv", sizes).Gives(VectorOf(WriteOf(4), "late"));
}

void NoRoom(World &world) {
  world.Connect();
  world.plain().Write("kept");
  world.Call("readv", "nil " + IntegerWord(0) + " " + IntegerWord(4))
      .Gives(VectorOf(Invalid(), std::string(4, '\0')));
  world.Call("read").Gives(ReadOf("kept"));
}

Tuple SentMessage(size_t count) {
  return {Integer(static_cast<int64_t>(count)), Nil(), Nil(), Integer(0)};
}

void SendsAll(World &world) {
  world.Connect();
  world.Call("sendmsg", StringWord("message")).Gives(SentMessage(7));
  PlainHas(world, "message");
  world.Call("sendmsg", PatternWord(7, kTooMuch)).Gives(SentMessage(kTooMuch));
  PlainHas(world, "message" + Pattern(7, kTooMuch));
}

void SendTimesOut(World &world) {
  PrepareStall(world);
  Result result = world.Call("sendmsg", PatternWord(0, kTooMuch));
  result.Gives({Between(1, kTooMuch - 1), Nil(), True(), Between(1, kTooMuch - 1)})
      .TookAtLeast(kNotBefore);
  size_t done = CountOf(result);
  world.Expect(result.answer().values[3].integer == static_cast<int64_t>(kTooMuch - done),
               "what has gone is still in the message");
  world.plain().Stall(false);
  PlainHas(world, Pattern(0, done));
}

void ReceivesSome(World &world) {
  world.Connect();
  world.plain().Write("abcdef");
  world.Call("recvmsg", IntegerWord(4))
      .Gives({Integer(4), Nil(), Nil(), Bytes("abcd"), Integer(0)});
  world.Call("recvmsg", IntegerWord(4) + " k:MSG_PEEK")
      .Gives({Integer(2), Nil(), Nil(), Bytes("ef"), Anything()});
  world.Call("recvmsg", IntegerWord(4)).Gives({Integer(2), Nil(), Nil(), Bytes("ef"), Integer(0)});
}

void MessageEnds(World &world) {
  world.Connect();
  world.plain().Finish();
  world.Call("recvmsg", IntegerWord(4)).Gives({Nil(), Nil(), Nil(), Bytes(""), Integer(0)});
}

void MessageTimesOut(World &world) {
  world.Connect();
  Deadlines(world, kShort, kLong);
  world.Call("recvmsg", IntegerWord(4))
      .Gives({Nil(), Nil(), True(), Bytes(""), Integer(0)})
      .TookAtLeast(kNotBefore);
}

void UnderLock(World &world) {
  world.Connect();
  world.plain().Write("in");
  world.Call("readvsync", "nil nil " + IntegerWord(2)).Gives(VectorOf(WriteOf(2), "in"));
  world.Call("writevsync", "nil nil " + StringWord("out")).Gives(WriteOf(3));
  PlainHas(world, "out");
  world.Command("poller locks").Gives({Integer(2), Integer(2)});
}

}  // namespace

std::vector<Case> VectorCases() {
  return {
      {"NS-LOCK-01/4",
       "readvsync and writevsync: under their locks",
       kPlainNonblocking,
       UnderLock,
       {"D-27"}},
      {"NS-WRITEV-01/1", "all pieces, in their order", kPlainRoles, WritesAll, {"D-01"}},
      {"NS-WRITEV-01/2", "more than the kernel takes at once", kPlain, WritesMuch, {"D-05"}},
      {"NS-WRITEV-02/1", "a part by offset and length", kPlainBlocking, WritesAPart, {}},
      {"NS-WRITEV-03/1", "deadline: the count, and goes on after it", kPlain, WriteTimesOut, {}},
      {"NS-WRITEV-04/1", "the peer is gone: nil, nil, nil", kPlain, WriterIsGone, {"D-22"}},
      {"NS-READV-01/1", "what has come, piece after piece", kPlainRoles, ReadsIntoAll, {"D-01"}},
      {"NS-READV-01/2", "into a part by offset and length", kPlainBlocking, ReadsIntoAPart, {}},
      {"NS-READV-02/1", "FIN: nil, nil, nil, after all data", kPlain, VectorEnds, {}},
      {"NS-READV-03/1", "deadline: nil, nil, true", kPlain, VectorTimesOut, {}},
      {"NS-READV-04/1", "no room: an error, nothing lost", kPlain, NoRoom, {}},
      {"NS-SENDMSG-01/1", "all of it, which leaves the message", kPlain, SendsAll, {"D-01"}},
      {"NS-SENDMSG-02/1", "deadline: the count, and the rest stays", kPlain, SendTimesOut, {}},
      {"NS-RECVMSG-01/1", "what has come, at most its room", kPlain, ReceivesSome, {"D-01"}},
      {"NS-RECVMSG-02/1", "FIN: nil, nil, nil", kPlain, MessageEnds, {}},
      {"NS-RECVMSG-02/2", "deadline: nil, nil, true", kPlain, MessageTimesOut, {}},
  };
}

}  // namespace conformance
