#include "conformance/cases/steps.h"

namespace conformance {

void Prepare(World &world, const std::string &method, const std::string &arguments) {
  Result result = world.Call(method, arguments);
  if (result.answer().kind == Answer::Kind::kUnsupported) {
    throw CaseUnsupported{method};
  }
  world.Expect(result.answer().kind == Answer::Kind::kValues, ShowAnswer(result.answer()));
}

void Deadlines(World &world, int receive_ms, int send_ms) {
  Prepare(world, "deadlines", IntegerWord(receive_ms) + " " + IntegerWord(send_ms));
}

void PeerHas(World &world, const std::string &bytes) {
  Peer &peer = world.peer();
  world.Until("the peer has read " + std::to_string(bytes.size()) + " bytes",
              [&] { return peer.received().size() >= bytes.size() || !peer.error().empty(); });
  world.Expect(peer.received() == bytes, "the peer read other bytes than were written");
}

void PeerSeesEnd(World &world, int close_notifies) {
  Peer &peer = world.peer();
  world.Until("the peer sees the end of the connection", [&] { return peer.saw_end(); });
  world.Expect(peer.close_notifies() == close_notifies,
               "the peer was to see " + std::to_string(close_notifies) + " close_notify, and saw " +
                   std::to_string(peer.close_notifies()));
  world.Expect(peer.received_after_close() == 0, "bytes came after the close_notify");
}

void PlainHas(World &world, const std::string &bytes) {
  PlainPeer &peer = world.plain();
  world.Until("the peer has read " + std::to_string(bytes.size()) + " bytes",
              [&] { return peer.received().size() >= bytes.size() || peer.saw_end(); });
  world.Expect(peer.received() == bytes, "the peer read other bytes than were written");
}

void PlainSeesFin(World &world) {
  PlainPeer &peer = world.plain();
  world.Until("the peer sees the end of the connection", [&] { return peer.saw_end(); });
  world.Expect(peer.saw_fin(), "the peer saw a reset");
}

int64_t Descriptor(World &world) {
  return world.Call("fd").AsInteger();
}

void IsOpen(World &world, int64_t fd) {
  world.Expect(world.driver().HasDescriptor(fd),
               "descriptor " + std::to_string(fd) + " is closed in the driver");
}

void IsClosed(World &world, int64_t fd) {
  world.Expect(!world.driver().HasDescriptor(fd),
               "descriptor " + std::to_string(fd) + " is still open in the driver");
}

size_t TimedOutWrite(World &world) {
  world.setup().peer.receive_buffer = 4096;
  world.Establish();
  world.peer().Stall(true);
  Prepare(world, "sndbuf", IntegerWord(8192));
  Deadlines(world, kLong, kShort);
  Result result = world.Call("write", PatternWord(0, kTooMuch));
  result.Gives({Between(0, kTooMuch - 1), Nil(), True()}).TookAtLeast(kNotBefore);
  return static_cast<size_t>(result.AsInteger());
}

void Unstall(World &world) {
  Deadlines(world, kLong, kLong);
  world.peer().Stall(false);
}

size_t BytesRead(const Result &result) {
  const std::vector<Value> &values = result.answer().values;
  if (values.empty()) {
    return 0;
  }
  bool is_digest = values[0].kind == Value::Kind::kDigest;
  return is_digest ? static_cast<size_t>(values[0].integer) : result.TextOf(0).size();
}

void ReadsAll(World &world, const std::string &bytes) {
  for (size_t done = 0; done < bytes.size();) {
    Result result = world.Call("read", IntegerWord(static_cast<int64_t>(bytes.size() - done)));
    size_t length = BytesRead(result);
    result.Gives(ReadOf(bytes.substr(done, length)));
    world.Expect(length > 0, "a read of nothing");
    done += length;
  }
}

void LeaveUnread(World &world) {
  world.peer().Stall(true);
  world.Call("write", StringWord("unread")).Gives(WriteOf(6));
  world.peer().Leave();
}

void SendGarbageRecord(World &world) {
  // An application data record of 32 bytes whose tag is wrong.
  world.peer().SendRaw(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
}

}  // namespace conformance
