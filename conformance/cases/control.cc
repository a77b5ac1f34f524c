// What goes beside the bytes of a message over a unix socket: descriptors

#include <sys/socket.h>
#include <unistd.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr Vary kUnix = OverUnix(kPlain);

// Sockets 1 and 2 are a pair, and so are 3 and 4, whose descriptors travel.
void MakesPairs(World &world) {
  world.Configure();
  world.Command("pair 1 2").Gives({Object(), Object()});
  world.Command("pair 3 4").Gives({Object(), Object()});
}

int64_t DescriptorOf(World &world, int socket) {
  return world.Command("call " + std::to_string(socket) + " fd").AsInteger();
}

// The message "hello" with the descriptors of the sockets.
void Sends(World &world, const std::vector<int> &sockets) {
  std::string words = StringWord("hello");
  for (int socket : sockets) {
    words += " " + IntegerWord(DescriptorOf(world, socket));
  }
  world.Call("sendcontrol", words).Gives({Integer(5), Nil(), Nil(), Integer(0)});
}

Tuple Received(const std::string &bytes, int flags, size_t num_descriptors) {
  Tuple tuple = {Integer(static_cast<int64_t>(bytes.size())), Nil(), Nil(), Bytes(bytes),
                 Integer(flags)};
  tuple.insert(tuple.end(), num_descriptors, Between(3, 1 << 20));
  return tuple;
}

Result Receives(World &world, int size, const std::string &flags = "") {
  return world.Command("call 2 recvcontrol " + IntegerWord(size) + flags);
}

int64_t Passed(const Result &result, size_t index) {
  return result.answer().values.at(5 + index).integer;
}

// Socket `socket` becomes one of the descriptor that was passed.
void Wraps(World &world, int socket, int64_t fd) {
  world.Command("wrap " + std::to_string(socket) + " " + IntegerWord(fd) + " unix")
      .Gives({Object()});
}

void PassesInOrder(World &world) {
  MakesPairs(world);
  Sends(world, {3, 4});
  Result result = Receives(world, 100);
  result.Gives(Received("hello", 0, 2));
  Wraps(world, 5, Passed(result, 0));
  Wraps(world, 6, Passed(result, 1));
  world.Command("call 5 write " + StringWord("from 3")).Gives(WriteOf(6));
  world.Command("call 4 read").Gives(ReadOf("from 3"));
  world.Command("call 6 write " + StringWord("from 4")).Gives(WriteOf(6));
  world.Command("call 3 read").Gives(ReadOf("from 4"));
}

void IsANewOne(World &world) {
  MakesPairs(world);
  int64_t sent = DescriptorOf(world, 3);
  Sends(world, {3});
  Result result = Receives(world, 100);
  result.Gives(Received("hello", 0, 1));
  int64_t passed = Passed(result, 0);
  world.Expect(passed != sent, "it is the sender's own");
  world.Expect(world.driver().IsCloseOnExec(passed), "it is inherited by programs");
  Wraps(world, 5, passed);
  world.Command("call 5 close").Gives(Ok());
  IsOpen(world, sent);
}

// They come with the first of the bytes.
void ComesOnce(World &world) {
  MakesPairs(world);
  Sends(world, {3});
  Result result = Receives(world, 2);
  result.Gives(Received("he", 0, 1));
  Wraps(world, 5, Passed(result, 0));
  Receives(world, 100).Gives(Received("llo", 0, 0));
}

void BytesAlone(World &world) {
  MakesPairs(world);
  world.Call("write", StringWord("bytes")).Gives(WriteOf(5));
  Receives(world, 100).Gives(Received("bytes", 0, 0));
}

// Without room none is left open that nobody has a number for.
void NoRoom(World &world) {
  MakesPairs(world);
  Sends(world, {3, 4});
  size_t before = world.driver().CountDescriptors();
  world.Command("call 2 recvmsg " + IntegerWord(100))
      .Gives({Integer(5), Nil(), Nil(), Bytes("hello"), Integer(MSG_CTRUNC)});
  world.Expect(world.driver().CountDescriptors() == before, "a descriptor was left open");
}

void ReadTakesNone(World &world) {
  MakesPairs(world);
  Sends(world, {3, 4});
  size_t before = world.driver().CountDescriptors();
  world.Command("call 2 read").Gives(ReadOf("hello"));
  world.Expect(world.driver().CountDescriptors() == before, "a descriptor was left open");
}

void NotOpen(World &world) {
  MakesPairs(world);
  world.Call("sendcontrol", StringWord("hello") + " " + IntegerWord(1 << 20))
      .Gives({Nil(), TextWith({"Bad file descriptor"}), Nil(), Integer(5)});
  Sends(world, {3});
  Result result = Receives(world, 100);
  result.Gives(Received("hello", 0, 1));
  Wraps(world, 5, Passed(result, 0));
}

void EndsAsARead(World &world) {
  MakesPairs(world);
  world.Command("call 2 deadlines " + IntegerWord(kShort) + " " + IntegerWord(kLong));
  Receives(world, 100).Gives({Nil(), Nil(), True(), Bytes(""), Integer(0)}).TookAtLeast(kNotBefore);
  world.Call("close").Gives(Ok());
  Receives(world, 100).Gives({Nil(), Nil(), Nil(), Bytes(""), Integer(0)});
}

}  // namespace

std::vector<Case> ControlCases() {
  return {
      {"NUS-CONTROL-01/1", "descriptors come in their order", kUnix, PassesInOrder, {}},
      {"NUS-CONTROL-01/2",
       "new ones, close-on-exec; the sender's stays",
       kUnix,
       IsANewOne,
       {"NSS-CLOEXEC-01"}},
      {"NUS-CONTROL-02/1", "with the first bytes, and once", kUnix, ComesOnce, {}},
      {"NUS-CONTROL-02/2", "bytes alone come alone", kUnix, BytesAlone, {}},
      {"NUS-CONTROL-03/1", "no room: MSG_CTRUNC, and none is open", kUnix, NoRoom, {}},
      {"NUS-CONTROL-03/2", "a read leaves none open", kUnix, ReadTakesNone, {"NS-READ-01"}},
      {"NUS-CONTROL-04/1", "not open: an error, nothing is sent", kUnix, NotOpen, {}},
      {"NUS-CONTROL-05/1", "it ends as a read does", kUnix, EndsAsARead, {"NS-RECVMSG-02"}},
  };
}

}  // namespace conformance
