// Arguments: numbers of every kind, too many of them, strings with zeros, and calls after close

#include <unistd.h>

#include <regex>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void RaisesHere(World &world, const std::string &method, const std::string &arguments) {
  const Result result = world.Call(method, arguments).Raises({});
  bool has_line = std::regex_search(result.answer().text, std::regex("^[^ ]+:[0-9]+: "));
  world.Expect(has_line, "no line of the caller in `" + result.answer().text + "`");
}

// A float with an integer's value is that integer in Lua; any other is none.
void Floats(World &world, const std::string &method) {
  world.Establish();
  world.peer().Write("abcdef");
  for (const char *size : {"t:", "n:3.5", "n:nan", "n:inf", "n:-inf", "n:1e+300", "n:0.1"}) {
    RaisesHere(world, method, size);
  }
  world.Call(method, "n:3").Gives(ReadOf("abc"));
  world.Call(method, "n:0").Gives({Nil(), TextWith({"Invalid argument"}), Nil()});
  world.Call(method, "n:-3").Gives({Nil(), TextWith({"Invalid argument"}), Nil()});
  world.Call(method, "n:1e+15").Gives(ReadOf("def"));
}

void ExtremeIntegers(World &world) {
  world.Establish();
  world.peer().Write("kept");
  world.Call("read", IntegerWord(INT64_MIN)).Gives({Nil(), TextWith({"Invalid argument"}), Nil()});
  world.Call("read", IntegerWord(INT64_MAX)).Gives(ReadOf("kept"));
}

// Lua's functions have no use for further arguments.
void TooMany(World &world) {
  const std::string further = " s:x i:-1 t: nil";
  world.setup().peer_handshakes = false;
  world.Connect();
  RaisesHere(world, "write", "t:" + further);
  world.peer().StartHandshake();
  world.Call("handshake", "s:x i:-1 t: nil").Gives(Ok());
  world.Call("write", "s:four" + further).Gives(WriteOf(4));
  world.Call("send", "s:more" + further).Gives(WriteOf(4));
  PeerHas(world, "fourmore");
  world.peer().Write("abcdef");
  world.Call("poll_wait", "k:WANT_POLLIN" + further).Gives(Ok());
  world.Call("read", "i:3" + further).Gives(ReadOf("abc"));
  world.Call("recv", "nil" + further).Gives(ReadOf("def"));
  world.Call("setclocklimit", "n:0.5" + further).Gives({});
  world.Call("tls_close", "s:x i:-1 t: nil").Gives(Ok());
  world.Call("close", "s:x i:-1 t: nil").Gives(Ok());
  PeerSeesEnd(world, 1);
}

void WantsOfOtherTypes(World &world) {
  world.Establish();
  for (const char *want : {"t:", "true", "n:nan", "n:inf", "n:-2.5", "i:9223372036854775807",
                           "i:-9223372036854775808", "s:", "s:WANT_POLLIN", "s:%00"}) {
    world.Call("poll_wait", want).Gives({False(), TextWith({"unsupported want type"}), Nil()});
  }
  world.Call("poll_wait", "k:WANT_POLLOUT").Gives(Ok());
}

void LimitsOfOtherTypes(World &world) {
  world.Establish();
  for (const char *limit : {"s:0.5", "s:", "false", "n:-1e-300", "i:-9223372036854775808"}) {
    RaisesHere(world, "setclocklimit", limit);
  }
  world.Call("getclocklimit").Gives({Between(0.01, 0.01)});
}

// A mistake under a lock, or instead of one, leaves none behind.
void LockMistakes(World &world) {
  world.Establish();
  for (const char *method : {"syncread", "syncwrite"}) {
    RaisesHere(world, method, "i:1");
    RaisesHere(world, method, "");
  }
  RaisesHere(world, "writesync", "i:1");
  RaisesHere(world, "readsync", "t:");
  Result locks = world.Command("poller locks");
  int64_t taken = locks.AsInteger();
  locks.Gives({Integer(taken), Integer(taken)});
  world.peer().Write("unlocked");
  world.Call("readsync").Gives(ReadOf("unlocked"));
}

// A mistake is one also on a socket that is closed; nothing is worse than an error.
void MistakesAfterClose(World &world) {
  world.Establish();
  world.Call("close").Gives(Ok());
  RaisesHere(world, "write", "t:");
  RaisesHere(world, "read", "t:");
  RaisesHere(world, "setclocklimit", "i:-1");
  world.Call("poll_wait", "t:").Gives(Error());
}

void EverythingAfterClose(World &world) {
  world.Establish();
  world.peer().Write("never read");
  world.Call("close").Gives(Ok());
  for (int i = 0; i < 2; i++) {
    world.Call("setclocklimit", NumberWord(0.5)).Gives({});
    world.Call("setclocklimit").Gives({});
    world.Call("getclocklimit").Gives({Between(0.01, 0.01)});
    world.Call("read", IntegerWord(0)).Gives(NilError());
    world.Call("read", IntegerWord(1)).Gives(NilError());
    world.Call("recv").Gives(NilError());
    world.Call("write", PatternWord(0, 100000)).Gives(NilError());
    world.Call("send", StringWord("")).Gives(NilError());
    world.Call("handshake").Gives(Error());
    world.Call("poll_wait", IntegerWord(12345)).Gives(Error());
    world.Call("tls_close").Gives(Ok());
    world.Call("close").Gives(Ok());
    world.Call("closed_by").Gives({Bytes("local")});
    world.Call("fd").Gives({Integer(-1)});
  }
  PeerSeesEnd(world, 1);
}

void OnlyZeros(World &world) {
  std::string zeros("\0\0\0", 3);
  world.Establish();
  world.Call("write", StringWord(zeros)).Gives(WriteOf(3));
  world.Call("write", StringWord(zeros.substr(0, 1))).Gives(WriteOf(1));
  world.Call("send", StringWord("a" + zeros + "b")).Gives(WriteOf(5));
  PeerHas(world, zeros + zeros.substr(0, 1) + "a" + zeros + "b");
  world.peer().Write(zeros);
  world.Call("read").Gives(ReadOf(zeros));
}

// No name of a server's: too long for one, or with a zero that would cut it.
void BadServerName(World &world, const std::string &name) {
  Endpoint endpoint;
  world.Configure();
  int listener = world.Listen(&endpoint);
  Result result = world.Command("client 1 1 " + endpoint.Words() + " " + StringWord(name));
  close(listener);
  if (result.answer().kind == Answer::Kind::kRaised) {
    result.Raises({"name"});
  } else {
    result.Gives({Nil(), AnyText(), Nil()});
  }
}

}  // namespace

std::vector<Case> ArgumentCases() {
  const Vary either = OverTcp(kEitherMode);
  const Vary once = OverTcp(kBlockingOnce);
  auto floats = [](const char *method) {
    return [method](World &world) { Floats(world, method); };
  };
  return {
      {"D-03/11", "read: a float is a size if its value is an integer", either, floats("read"), {}},
      {"D-03/12", "recv: a float is a size if its value is an integer", either, floats("recv"), {}},
      {"D-03/13", "further arguments are ignored", either, TooMany, {}},
      {"D-03/14",
       "setclocklimit of further things that are no limit",
       either,
       LimitsOfOtherTypes,
       {}},
      {"D-03/15", "a mistake after close is a mistake", either, MistakesAfterClose, {"D-20"}},
      {"D-08/31", "the smallest and the largest bufsize", either, ExtremeIntegers, {}},
      {"D-16/31", "wants of every other type", either, WantsOfOtherTypes, {}},
      {"D-27/71",
       "a mistake leaves no lock behind",
       OverTcp(kNonblockingOnce),
       LockMistakes,
       {"D-03"}},
      {"D-20/33",
       "every method after close, twice",
       OverTcp(kModesAndRoles),
       EverythingAfterClose,
       {"D-10"}},
      {"NTS-WRITE-03/31", "zeros, and nothing else", either, OnlyZeros, {"NTS-READ-05"}},
      {"D-26/31",
       "a server's name with a zero in it",
       once,
       [](World &world) { BadServerName(world, std::string("server.example\0.org", 19)); },
       {"D-24"}},
      {"D-26/32",
       "a server's name that is too long",
       once,
       [](World &world) { BadServerName(world, std::string(70000, 'n')); },
       {"D-24"}},
  };
}

}  // namespace conformance
