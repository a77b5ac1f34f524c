// sock:write( str ) and sock:send( str )

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void Message(World &world, const std::string &method) {
  world.Establish();
  world.Call(method, StringWord("hello")).Gives(WriteOf(5));
  PeerHas(world, "hello");
}

void Payload(World &world, size_t size) {
  world.Establish();
  world.Call("write", PatternWord(0, size)).Gives(WriteOf(size));
  PeerHas(world, Pattern(0, size));
}

std::function<void(World &)> PayloadOf(size_t size) {
  return [size](World &world) { Payload(world, size); };
}

// The peer takes little at a time: the driver has to wait in the middle.
void SlowPeer(World &world, const std::string &method) {
  world.setup().peer.receive_buffer = 4096;
  world.Establish();
  Prepare(world, "sndbuf", IntegerWord(8192));
  world.Call(method, PatternWord(0, 1 << 20)).Gives(WriteOf(1 << 20));
  PeerHas(world, Pattern(0, 1 << 20));
}

void BinaryBytes(World &world) {
  std::string bytes;
  for (int byte = 0; byte < 256; byte++) {
    bytes.push_back(static_cast<char>(byte));
  }
  world.Establish();
  world.Call("write", StringWord(bytes)).Gives(WriteOf(256));
  PeerHas(world, bytes);
}

void ManyMessages(World &world) {
  std::string all;
  world.Establish();
  for (int i = 0; i < 50; i++) {
    std::string message = "message " + std::to_string(i) + "\n";
    world.Call("write", StringWord(message)).Gives(WriteOf(message.size()));
    all += message;
  }
  PeerHas(world, all);
}

void Empty(World &world) {
  world.Connect();
  world.Call("write", StringWord("")).Gives(WriteOf(0));
  world.Until("the peer's handshake is done", [&] { return world.peer().handshaked(); });
  world.Call("write", StringWord("a")).Gives(WriteOf(1));
  PeerHas(world, "a");  // And with it all that the handshake sent late.
  size_t received = world.peer().received_raw();
  world.Call("write", StringWord("")).Gives(WriteOf(0));
  world.Call("write", StringWord("b")).Gives(WriteOf(1));
  PeerHas(world, "ab");
  world.Expect(world.peer().received_raw() - received <= kRecordOfOneByte,
               "an empty write sent something");
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void AfterTlsClose(World &world) {
  world.Establish();
  world.Call("tls_close").Gives(Ok());
  world.Call("write", StringWord("late")).Gives(NilError());
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
  PeerHas(world, "");
}

void AfterClose(World &world, const std::string &method) {
  world.Establish();
  world.Call("close").Gives(Ok());
  world.Call(method, StringWord("late")).Gives(NilError());
}

// Writes until the kernel knows that the peer is gone, and returns that write.
Result WriteUntilRefused(World &world, const std::string &method) {
  for (int i = 0; i < 1000; i++) {
    Result result = world.Call(method, StringWord("anybody?"));
    if (!MatchesTuple(WriteOf(8), result.answer().values)) {
      return result;
    }
  }
  return world.Call(method, StringWord("anybody?"));
}

void PeerGone(World &world) {
  world.Establish();
  world.peer().Reset();
  WriteUntilRefused(world, "write").Gives(NilError());
  world.Call("write", StringWord("x")).Gives(NilError());
}

void ClosedByPeer(World &world, const std::string &method) {
  world.Establish();
  world.peer().CloseNotify();
  world.Call("read").Gives(Closed());
  world.peer().Reset();
  WriteUntilRefused(world, method).Gives(Closed());
  world.Call(method, StringWord("x")).Gives(Closed());
  world.Call("read").Gives(Closed());
}

// Here the kernel's word is EPIPE, and its signal SIGPIPE.
void ClosedByPeerBothWays(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  world.peer().Leave();
  world.Call("read").Gives(Closed());
  WriteUntilRefused(world, "write").Gives(Closed());
  world.Call("write", StringWord("x")).Gives(Closed());
  world.Call("close").Gives({Anything(), Anything(), Anything()});
}

// Its close_notify has come, but nobody has read it yet.
void ClosedByPeerUnread(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  world.peer().Finish();
  world.Call("poll_wait", "k:WANT_POLLIN").Gives(Ok());
  world.peer().Reset();
  WriteUntilRefused(world, "write").Gives(Closed());
  world.Call("read").Gives(Closed());
}

void HandshakeTimesOut(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Deadlines(world, kShort, kShort);
  world.Call("write", StringWord("hello"))
      .Gives({Integer(0), Nil(), True()})
      .TookAtLeast(kNotBefore);
  Deadlines(world, kLong, kLong);
  world.peer().StartHandshake();
  world.Call("write", StringWord("other")).Gives(WriteOf(5));
  PeerHas(world, "other");
}

void HandshakeFails(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.peer().SendRaw("220 mail.example ready\r\n");
  world.Call("write", StringWord("hello")).Gives(NilError());
}

void TimesOut(World &world) {
  TimedOutWrite(world);
}

void SendTimesOut(World &world) {
  TimedOutWrite(world);
  Deadlines(world, kLong, kShort);
  world.Call("send", PatternWord(0, kTooMuch)).Gives({Between(0, kTooMuch - 1), Nil(), True()});
}

// However full the kernel's buffers are: bytes that are all accepted are no timeout.
void TimeoutMeansShort(World &world) {
  constexpr size_t kPiece = 60000;
  world.setup().peer.receive_buffer = 4096;
  world.Establish();
  world.peer().Stall(true);
  Prepare(world, "sndbuf", IntegerWord(8192));
  Deadlines(world, kLong, kShort);
  size_t length = kPiece;
  for (int i = 0; i < 100 && length == kPiece; i++) {
    Result result = world.Call("write", PatternWord(0, kPiece));
    length = static_cast<size_t>(result.AsInteger());
    result.Gives(length == kPiece ? WriteOf(kPiece) : Tuple{Between(0, kPiece - 1), Nil(), True()});
  }
  world.Expect(length < kPiece, "there is always room to write");
}

void ContinuedWithTheRest(World &world) {
  size_t accepted = TimedOutWrite(world);
  Unstall(world);
  size_t rest = kTooMuch - accepted;
  world.Call("write", PatternWord(accepted, rest)).Gives(WriteOf(rest));
  PeerHas(world, Pattern(0, kTooMuch));
}

void ContinuedWithOtherBytes(World &world) {
  size_t accepted = TimedOutWrite(world);
  Unstall(world);
  world.Call("write", StringWord("other")).Gives(WriteOf(5));
  PeerHas(world, Pattern(0, accepted) + "other");
}

void ThenTlsClose(World &world) {
  size_t accepted = TimedOutWrite(world);
  Unstall(world);
  world.Call("tls_close").Gives(Ok());
  PeerHas(world, Pattern(0, accepted));
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
  PeerHas(world, Pattern(0, accepted));
}

void ThenClose(World &world) {
  size_t accepted = TimedOutWrite(world);
  Unstall(world);
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
  PeerHas(world, Pattern(0, accepted));
}

// The read's wait sends what the write had accepted, so that a peer that answers can.
void ThenRead(World &world) {
  size_t accepted = TimedOutWrite(world);
  Unstall(world);
  world.Start("read");
  PeerHas(world, Pattern(0, accepted));
  world.peer().Write("answer");
  world.Finish().Gives(ReadOf("answer"));
}

}  // namespace

std::vector<Case> WriteCases() {
  auto write = [](auto run) { return [run](World &world) { run(world, "write"); }; };
  auto send = [](auto run) { return [run](World &world) { run(world, "send"); }; };
  return {
      {"NTS-WRITE-01/1", "len, nil, nil", kEveryAxis, write(Message), {"D-01", "D-02"}},
      {"NTS-WRITE-02/1", "many messages come in order", kEveryAxis, ManyMessages, {}},
      {"NTS-WRITE-03/1", "every byte value comes through", kEveryAxis, BinaryBytes, {}},
      {"NTS-WRITE-04/1", "1 byte", kEveryAxis, PayloadOf(1), {}},
      {"NTS-WRITE-04/2", "16383 bytes", kEveryAxis, PayloadOf(16383), {}},
      {"NTS-WRITE-04/3", "16384 bytes, a full record", kEveryAxis, PayloadOf(16384), {}},
      {"NTS-WRITE-04/4",
       "16385 bytes, a record and a byte",
       kEveryAxis,
       PayloadOf(16385),
       {"D-05"}},
      {"NTS-WRITE-05/1", "after tls_close: nil, err, nil", kEveryAxis, AfterTlsClose, {"D-19"}},
      {"NTS-WRITE-05/2", "after close: nil, err, nil", kEveryAxis, write(AfterClose), {"D-20"}},
      {"NTS-WRITE-05/3",
       "the peer has reset the connection: nil, err, nil, and no signal",
       kEveryAxis,
       PeerGone,
       {"D-22", "D-11"}},
      {"NTS-WRITE-05/4",
       "the handshake fails in it: nil, err, nil",
       kEveryAxis,
       HandshakeFails,
       {"D-02"}},
      {"NTS-WRITE-06/1",
       "the peer takes nothing: fewer than all, nil, true",
       kEveryAxis,
       TimesOut,
       {"D-02", "D-05", "D-13"}},
      {"NTS-WRITE-06/2",
       "the handshake times out in it: 0, nil, true, and the socket is usable",
       kEveryAxis,
       HandshakeTimesOut,
       {"D-06", "D-15"}},
      {"NTS-WRITE-07/1",
       "the peer has closed and is gone: nil, nil, nil",
       kEveryAxis,
       write(ClosedByPeer),
       {"D-09", "D-22"}},
      {"NTS-WRITE-07/2",
       "the peer has closed, which nobody has read, and is gone",
       kEveryAxis,
       ClosedByPeerUnread,
       {"D-09"}},
      {"NTS-WRITE-07/3",
       "the peer has closed both ways: nil, nil, nil, and no signal",
       kEveryAxis,
       ClosedByPeerBothWays,
       {"D-09", "D-22"}},
      {"NTS-SEND-01/1", "send: len, nil, nil", kEveryAxis, send(Message), {"D-01"}},
      {"NTS-SEND-01/2", "send: fewer than all, nil, true", kEveryAxis, SendTimesOut, {}},
      {"NTS-SEND-02/1", "send after close: nil, err, nil", kEveryAxis, send(AfterClose), {}},
      {"NTS-SEND-02/2",
       "send: the peer has closed and is gone",
       kEveryAxis,
       send(ClosedByPeer),
       {}},
      {"NTS-SEND-02/3", "send: 1 MiB to a slow peer", kEveryAxis, send(SlowPeer), {}},
      {"D-05/1", "1 MiB is sent whole", kEveryAxis, PayloadOf(1 << 20), {}},
      {"D-05/2", "1 MiB to a peer that takes little at a time", kEveryAxis, write(SlowPeer), {}},
      {"D-05/timeout-means-short",
       "a timeout is told where len is short, and nowhere else",
       kEveryAxis,
       TimeoutMeansShort,
       {"NTS-WRITE-06"}},
      {"D-06/1", "after a timeout: continued with the rest", kEveryAxis, ContinuedWithTheRest, {}},
      {"D-06/2",
       "after a timeout: continued with other, fewer bytes",
       kEveryAxis,
       ContinuedWithOtherBytes,
       {}},
      {"D-06/3",
       "after a timeout: tls_close sends what was accepted first",
       kEveryAxis,
       ThenTlsClose,
       {"D-19"}},
      {"D-06/4",
       "after a timeout: close sends what was accepted first",
       kEveryAxis,
       ThenClose,
       {"D-20"}},
      {"D-06/5",
       "after a timeout: a read's wait sends what was accepted",
       kEveryAxis,
       ThenRead,
       {}},
      {"D-07/1",
       "an empty write does the handshake, sends nothing and harms nothing",
       kEveryAxis,
       Empty,
       {}},
  };
}

}  // namespace conformance
