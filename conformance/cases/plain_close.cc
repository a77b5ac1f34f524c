// sock:close(), sock:closer() and sock:closew() without TLS

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void Closes(World &world) {
  world.Connect();
  int64_t fd = Descriptor(world);
  world.Call("write", StringWord("last")).Gives(WriteOf(4));
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
  world.Call("fd").Gives({Integer(-1)});
  world.Call("close").Gives(Ok());
  PlainSeesFin(world);
  PlainHas(world, "last");
}

void ClosesShut(World &world) {
  for (const char *arguments : {"true", "false true", "true true", "nil true"}) {
    World each(world.run(), &world.driver(), world.axes());
    each.SetAbout(std::string("close ") + arguments);
    each.Connect();
    int64_t fd = Descriptor(each);
    each.Call("close", arguments).Gives(Ok());
    IsClosed(each, fd);
    PlainSeesFin(each);
    each.CheckLeftovers();
  }
}

void NotBooleans(World &world) {
  world.Connect();
  int64_t fd = Descriptor(world);
  world.Call("close", IntegerWord(1)).Raises({"shutrd must be boolean"});
  world.Call("close", "nil " + StringWord("x")).Raises({"shutwr must be boolean"});
  IsOpen(world, fd);
}

void EndsWriting(World &world) {
  world.Connect();
  world.Call("write", StringWord("last")).Gives(WriteOf(4));
  world.Call("closew").Gives(Ok());
  PlainSeesFin(world);
  PlainHas(world, "last");
  world.Call("write", StringWord("x")).Gives(Closed());
  world.plain().Write("answer");
  world.Call("read").Gives(ReadOf("answer"));
}

void EndsReading(World &world) {
  world.Connect();
  world.Call("closer").Gives(Ok());
  world.Call("read").Gives(Closed());
  world.Call("write", StringWord("out")).Gives(WriteOf(3));
  PlainHas(world, "out");
}

void AfterClose(World &world) {
  world.Connect();
  world.Call("close").Gives(Ok());
  world.Call("closer").Gives({False(), TextWith({"closer", "Bad file descriptor"}), Nil()});
  world.Call("closew").Gives({False(), TextWith({"closew", "Bad file descriptor"}), Nil()});
}

void Collected(World &world) {
  world.Connect();
  int64_t fd = Descriptor(world);
  world.Command("drop 1").Gives({});
  IsClosed(world, fd);
  PlainSeesFin(world);
}

void LeavesScope(World &world) {
  world.Connect();
  int64_t fd = Descriptor(world);
  world.Command("leave 1").Gives({});
  IsClosed(world, fd);
  PlainSeesFin(world);
}

}  // namespace

std::vector<Case> PlainCloseCases() {
  return {
      {"NS-CLOSE-01/1",
       "true, nil, nil, after all bytes, and again",
       kPlainRoles,
       Closes,
       {"D-01", "NS-FD-01"}},
      {"NS-CLOSE-02/1", "ends the directions it is told to first", kPlain, ClosesShut, {}},
      {"NS-CLOSE-02/2",
       "what is no boolean raises, nothing is closed",
       kPlainOnce,
       NotBooleans,
       {"D-03"}},
      {"NS-CLOSE-03/1", "collected: the descriptor is closed", kPlain, Collected, {"D-21"}},
      {"NS-CLOSE-03/2", "a variable's scope ends (<close>): as by close", kPlain, LeavesScope, {}},
      {"NS-CLOSEW-01/1",
       "closew: FIN, and reading goes on",
       kPlainRoles,
       EndsWriting,
       {"NS-WRITE-04"}},
      {"NS-CLOSER-01/1",
       "closer: the end of reading, and writing goes on",
       kPlain,
       EndsReading,
       {}},
      {"NS-CLOSER-02/1", "closed: false, err, nil, of either", kPlain, AfterClose, {"D-02"}},
  };
}

}  // namespace conformance
