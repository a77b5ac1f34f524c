// Coroutines and finalisers: several calls of one socket at once, and calls while it is collected

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

Result Begin(World &world, const std::string &name, const std::string &call) {
  return world.Command("begin " + name + " 1 " + call).Gives({});
}

Result Ends(World &world, const std::string &name) {
  return world.Command("finish " + name);
}

// Each byte is for one of them, whichever that is.
void TwoReaders(World &world) {
  world.Establish();
  Begin(world, "a", "read i:1");
  Begin(world, "b", "read i:1");
  world.peer().Write("xy");
  Result first = Ends(world, "a").Gives({AnyText(), Nil(), Nil()});
  Result second = Ends(world, "b").Gives({AnyText(), Nil(), Nil()});
  std::string both = first.TextOf(0) + second.TextOf(0);
  world.Expect(both == "xy" || both == "yx", "the readers got `" + both + "`");
}

void ReaderAndWriter(World &world) {
  world.Establish();
  Begin(world, "reader", "read");
  Begin(world, "writer", "write s:question");
  Ends(world, "writer").Gives(WriteOf(8));
  PeerHas(world, "question");
  world.peer().Write("answer");
  Ends(world, "reader").Gives(ReadOf("answer"));
}

// The reader's wait sends what the writer has to send, and the reverse.
void ReaderAndHugeWriter(World &world) {
  world.setup().peer.receive_buffer = 4096;
  world.Establish();
  Prepare(world, "sndbuf", IntegerWord(8192));
  world.peer().Stall(true);
  Begin(world, "reader", "read");
  Begin(world, "writer", "write " + PatternWord(0, kTooMuch));
  world.peer().Write("meanwhile");
  Ends(world, "reader").Gives(ReadOf("meanwhile"));
  world.peer().Stall(false);
  Ends(world, "writer").Gives(WriteOf(kTooMuch));
  PeerHas(world, Pattern(0, kTooMuch));
}

void TwoHandshakes(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  Begin(world, "a", "handshake");
  Begin(world, "b", "handshake");
  world.peer().StartHandshake();
  Ends(world, "b").Gives(Ok());
  Ends(world, "a").Gives(Ok());
  world.peer().Write("once");
  world.Call("read").Gives(ReadOf("once"));
}

void TwoDeadlines(World &world) {
  world.Establish();
  Deadlines(world, kShort, kLong);
  Begin(world, "a", "read");
  Begin(world, "b", "read");
  Ends(world, "a").Gives(NilTimeout());
  Ends(world, "b").Gives(NilTimeout());
  world.peer().Write("for anybody");
  Deadlines(world, kLong, kLong);
  world.Call("read").Gives(ReadOf("for anybody"));
}

void ClosedWhileReading(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  Begin(world, "reader", "read");
  world.Call("close").Gives(Ok());
  Ends(world, "reader").Gives(NilError());
  IsClosed(world, fd);
  PeerSeesEnd(world, 1);
}

void TlsClosedWhileReading(World &world) {
  world.Establish();
  Begin(world, "reader", "read");
  world.Call("tls_close").Gives(Ok());
  world.peer().Write("still talking");
  Ends(world, "reader").Gives(ReadOf("still talking"));
}

// A call under way holds its socket.
void DroppedWhileReading(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  Begin(world, "reader", "read");
  world.Command("drop 1").Gives({});
  IsOpen(world, fd);
  world.peer().Write("held");
  Ends(world, "reader").Gives(ReadOf("held"));
}

void WritesInFinaliser(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  world.Command("finalise 1 write s:bye").Gives(WriteOf(3));
  IsClosed(world, fd);
  PeerSeesEnd(world, 0);
  PeerHas(world, "bye");
}

void ClosesInFinaliser(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  world.Command("finalise 1 close").Gives(Ok());
  IsClosed(world, fd);
  PeerSeesEnd(world, 1);
}

}  // namespace

std::vector<Case> CoroutineCases() {
  const Vary coroutines = OverTcp({false, true, false, true, true, true});
  return {
      {"D-15/41", "two readers at once: each byte is for one", coroutines, TwoReaders, {}},
      {"D-15/42", "a reader that waits does not hold up a writer", coroutines, ReaderAndWriter, {}},
      {"D-15/43",
       "a writer that waits does not hold up a reader",
       coroutines,
       ReaderAndHugeWriter,
       {"D-05"}},
      {"D-15/44", "two handshakes at once are one", coroutines, TwoHandshakes, {"D-18"}},
      {"D-15/45", "two readers at once: each has its deadline", coroutines, TwoDeadlines, {}},
      {"D-15/46",
       "closed while a read waits: nil, err, nil",
       coroutines,
       ClosedWhileReading,
       {"D-20"}},
      {"D-15/47",
       "tls_close while a read waits: it goes on",
       coroutines,
       TlsClosedWhileReading,
       {"D-19"}},
      {"D-21/41", "dropped while a read waits: it goes on", coroutines, DroppedWhileReading, {}},
      {"D-21/42",
       "a write in a finaliser: as ever, and then the socket is collected",
       OverTcp(kModesAndRoles),
       WritesInFinaliser,
       {}},
      {"D-21/43",
       "a close in a finaliser: as ever",
       OverTcp(kModesAndRoles),
       ClosesInFinaliser,
       {"D-20"}},
  };
}

}  // namespace conformance
