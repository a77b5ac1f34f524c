// onwaitrecv and onwaitsend: what they return, what hooks get, and when they run

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr char kReadable[] = "k:WANT_POLLIN";
constexpr char kWritable[] = "k:WANT_POLLOUT";
// With TLS and without.
constexpr Vary kBoth = {true, true, false, true, true, false, true, true, true};
// Where other methods than poll_wait wait themselves.
constexpr Vary kWaiting = {false, true, false, true, true, false, true, true, true};

void Sends(World &world, const std::string &bytes) {
  if (world.is_plain()) {
    world.plain().Write(bytes);
  } else {
    world.peer().Write(bytes);
  }
}

void Hooks(World &world, const std::string &method, const std::string &function) {
  world.Command("function 1 " + function).Gives({});
  world.Call(method, "f:1 " + StringWord("context")).Gives({Nil()});
}

void Refuses(World &world, const std::string &method) {
  Hooks(world, method, "false " + StringWord("not now"));
}

void GivesTheOneBefore(World &world) {
  world.Connect();
  world.Command("function 1 true").Gives({});
  for (const char *method : {"onwaitrecv", "onwaitsend"}) {
    world.Call(method, "f:1").Gives({Nil()});
    world.Call(method, "f:1").Gives({Object()});
    world.Call(method, "nil").Gives({Object()});
    world.Call(method).Gives({Nil()});
  }
}

void NoFunction(World &world) {
  world.Connect();
  world.Command("function 1 true").Gives({});
  for (const char *method : {"onwaitrecv", "onwaitsend"}) {
    world.Call(method, "f:1").Gives({Nil()});
    for (const std::string &wrong : {IntegerWord(1), StringWord("f"), std::string("t:")}) {
      world.Call(method, wrong).Raises({"fn must be function"});
    }
    world.Call(method, "nil").Gives({Object()});
  }
}

void GetsContextAndTime(World &world) {
  world.Establish();
  Refuses(world, "onwaitrecv");
  Deadlines(world, kLong, kLong);
  world.Call("poll_wait", kReadable).Gives({False(), TextWith({"not now"}), Nil()});
  world.Command("arguments 1").Gives({Bytes("context"), Between(1, kLong)});
}

void ReadsWithContext(World &world) {
  world.Establish();
  Refuses(world, "onwaitrecv");
  Deadlines(world, kLong, kLong);
  world.Call("read").Gives({Nil(), TextWith({"not now"}), Nil()});
  world.Command("arguments 1").Gives({Bytes("context"), Between(1, kLong)});
  Deadlines(world, 0, kLong);
  world.Call("read").Gives({Nil(), TextWith({"not now"}), Nil()});
  world.Command("arguments 1").Gives({Bytes("context"), Nil()});
}

void GetsNoTime(World &world) {
  world.Establish();
  Refuses(world, "onwaitsend");
  world.Call("poll_wait", kWritable).Gives({False(), TextWith({"not now"}), Nil()});
  world.Command("arguments 1").Gives({Bytes("context"), Nil()});
}

void LosesItsContext(World &world) {
  world.Establish();
  Refuses(world, "onwaitrecv");
  world.Call("onwaitrecv", "f:1").Gives({Object()});
  world.Call("poll_wait", kReadable).Gives({False(), TextWith({"not now"}), Nil()});
  world.Command("arguments 1").Gives({Nil(), Nil()});
}

void EachItsDirection(World &world) {
  world.Establish();
  Refuses(world, "onwaitrecv");
  world.Call("poll_wait", kWritable).Gives(Ok());
  world.Command("calls 1").Gives({Integer(0)});
  world.Call("onwaitrecv", "nil").Gives({Object()});
  Refuses(world, "onwaitsend");
  Sends(world, "x");
  world.Call("poll_wait", kReadable).Gives(Ok());
  world.Command("calls 1").Gives({Integer(0)});
}

void NotWithoutWait(World &world) {
  world.Establish();
  Sends(world, "there");
  world.Call("read", IntegerWord(1)).Gives(ReadOf("t"));
  Refuses(world, "onwaitrecv");
  world.Call("read").Gives(ReadOf("here"));
  world.Command("calls 1").Gives({Integer(0)});
  Refuses(world, "onwaitsend");
  world.Call("write", StringWord("room")).Gives(WriteOf(4));
  world.Command("calls 1").Gives({Integer(0)});
}

void RefusesInTime(World &world) {
  world.Establish();
  Hooks(world, "onwaitrecv", "false nil true");
  world.Call("read").Gives(NilTimeout());
  world.Call("onwaitrecv", "nil").Gives({Object()});
  Sends(world, "fine");
  world.Call("read").Gives(ReadOf("fine"));
}

// More than goes at once: the rest would have to wait.
void RefusesAWrite(World &world) {
  world.Establish();
  Refuses(world, "onwaitsend");
  if (world.is_plain()) {
    world.plain().Stall(true);
  } else {
    world.peer().Stall(true);
  }
  world.Call("write", PatternWord(0, size_t{16} << 20))
      .Gives({Anything(), TextWith({"not now"}), Nil()});
  world.Command("calls 1").Gives({Integer(1)});
}

void RaisesInAWait(World &world) {
  world.Establish();
  Hooks(world, "onwaitrecv", "raise " + StringWord("on purpose"));
  world.Call("poll_wait", kReadable).Raises({"on purpose"});
  world.Call("onwaitrecv", "nil").Gives({Object()});
  Hooks(world, "onwaitsend", "raise " + StringWord("on purpose"));
  world.Call("poll_wait", kWritable).Raises({"on purpose"});
  world.Call("onwaitsend", "nil").Gives({Object()});
  world.Call("write", StringWord("on")).Gives(WriteOf(2));
  Sends(world, "fine");
  world.Call("read").Gives(ReadOf("fine"));
}

void RaisesInARead(World &world) {
  world.Establish();
  Hooks(world, "onwaitrecv", "raise " + StringWord("on purpose"));
  world.Call("read").Raises({"on purpose"});
  world.Call("onwaitrecv", "nil").Gives({Object()});
  Sends(world, "fine");
  world.Call("read").Gives(ReadOf("fine"));
}

}  // namespace

std::vector<Case> HookCases() {
  return {
      {"NS-HOOK-01/3", "a hook that says timeout: nil, nil, true", kWaiting, RefusesInTime, {}},
      {"NS-HOOK-01/4", "onwaitsend ends a write's wait", kWaiting, RefusesAWrite, {"D-16"}},
      {"NS-HOOK-02/1", "the function before, or nil", kBoth, GivesTheOneBefore, {"D-16"}},
      {"NS-HOOK-02/2", "what is no function raises", kBoth, NoFunction, {"D-03"}},
      {"NS-HOOK-03/1", "its context, and the time left", kEitherMode, GetsContextAndTime, {"D-16"}},
      {"NS-HOOK-03/2", "nil where there is no deadline", kEitherMode, GetsNoTime, {"D-16"}},
      {"NS-HOOK-03/3", "the context goes with its hook", kEitherMode, LosesItsContext, {}},
      {"NS-HOOK-03/4", "in a read, too", kWaiting, ReadsWithContext, {}},
      {"NS-HOOK-04/1", "each runs for its direction alone", kEitherMode, EachItsDirection, {}},
      {"NS-HOOK-04/2", "none runs where nothing is waited for", kBoth, NotWithoutWait, {}},
      {"NS-HOOK-05/1", "poll_wait raises what it raises", kEitherMode, RaisesInAWait, {}},
      {"NS-HOOK-05/2", "read raises what it raises", kWaiting, RaisesInARead, {}},
  };
}

}  // namespace conformance
