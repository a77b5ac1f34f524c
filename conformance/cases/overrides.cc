// Methods of a server that a program replaces

#include <poll.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// A server whose method `method` is function 1, and a connection that waits to be accepted.
Endpoint Overrides(World &world, const std::string &method, const std::string &function) {
  Endpoint endpoint = world.ListenForForeign();
  world.Command("function 1 " + function).Gives({});
  world.Command("override 1 " + method + " 1").Gives({});
  return endpoint;
}

// The server ends the connection.
void Ends(World &world, PlainPeer &peer) {
  pollfd ready = {peer.fd(), POLLIN, 0};
  auto patience = static_cast<int>(world.run().patience.count());
  while (!peer.saw_end() && poll(&ready, 1, patience) == 1) {
    peer.Ready();
  }
  world.Expect(peer.saw_end(), "the connection goes on");
}

void IsCalled(World &world, int times) {
  world.Command("calls 1").Gives({Integer(times)});
}

// It is given the server and the socket, and what it returns goes on.
void MakesTheSocket(World &world) {
  PlainPeer peer(world.Dial(Overrides(world, "new_connection", "argument i:2")));
  world.AcceptForeign();
  IsCalled(world, 1);
  peer.Write("hello");
  world.Call("read").Gives(ReadOf("hello"));
}

// The connection that is refused ends; the next one is served.
void Refuses(World &world) {
  Endpoint endpoint = Overrides(world, "new_connection", "nil " + StringWord("not today"));
  PlainPeer peer(world.Dial(endpoint));
  world.Command("accept 1 1").Gives({Nil(), Bytes("not today"), Nil()});
  Ends(world, peer);
  IsCalled(world, 1);
  world.Command("function 1 argument i:2").Gives({});
  world.Command("override 1 new_connection 1").Gives({});
  PlainPeer second(world.Dial(endpoint));
  world.AcceptForeign();
}

void MakesNothing(World &world) {
  PlainPeer peer(world.Dial(Overrides(world, "new_connection", "nil")));
  world.Command("accept 1 1").Gives({Nil(), AnyText(), Nil()});
  Ends(world, peer);
}

void RaisesWhenNew(World &world) {
  PlainPeer peer(world.Dial(Overrides(world, "new_connection", "raise " + StringWord("no!"))));
  Answer answer = world.Command("accept 1 1").answer();
  world.Expect(answer.kind == Answer::Kind::kRaised && answer.text == "no!",
               "accept did not raise what new_connection raised");
  Ends(world, peer);
}

void GivesWhatItGives(World &world) {
  Endpoint endpoint = Overrides(
      world, "accepted", IntegerWord(7) + " " + StringWord("err") + " " + StringWord("third"));
  PlainPeer peer(world.Dial(endpoint));
  world.Command("listener 1 accept").Gives({Integer(7), Bytes("err"), Bytes("third")});
  IsCalled(world, 1);
}

// The server, the socket, whether it blocks, and its address if that was asked for.
void IsToldOfTheMode(World &world) {
  Endpoint endpoint = Overrides(world, "accepted", "argument i:3");
  PlainPeer peer(world.Dial(endpoint));
  world.Command("listener 1 accept")
      .Gives({world.axes().nonblocking ? True() : False(), Nil(), Nil()});
}

void IsToldOfTheAddress(World &world) {
  Endpoint endpoint = Overrides(world, "accepted", "argument i:4");
  PlainPeer first(world.Dial(endpoint));
  world.Command("listener 1 accept").Gives({Nil(), Nil(), Nil()});
  PlainPeer second(world.Dial(endpoint));
  world.Command("listener 1 accept true").Gives({Object(), Nil(), Nil()});
}

void RaisesWhenAccepted(World &world) {
  PlainPeer peer(world.Dial(Overrides(world, "accepted", "raise " + StringWord("no!"))));
  Answer answer = world.Command("accept 1 1").answer();
  world.Expect(answer.kind == Answer::Kind::kRaised && answer.text == "no!",
               "accept did not raise what accepted raised");
  Ends(world, peer);
}

// With TLS, too; no byte of it has been read when it is called.
void MakesTheTlsSocket(World &world) {
  world.setup().listening = {"function 1 argument i:2", "override 1 new_connection 1"};
  world.Establish();
  IsCalled(world, 1);
  world.peer().Write("hello");
  world.Call("read").Gives(ReadOf("hello"));
}

}  // namespace

std::vector<Case> OverrideCases() {
  return {
      {"NSV-NEW-01/1", "it is given the socket, and returns one", kPlain, MakesTheSocket, {}},
      {"NSV-NEW-01/2", "with TLS as well", kOnlyServer, MakesTheTlsSocket, {}},
      {"NSV-NEW-02/1", "nil, err: accept returns it, and the connection ends", kPlain, Refuses, {}},
      {"NSV-NEW-02/2", "nil: an error, and the connection ends", kPlain, MakesNothing, {}},
      {"NSV-NEW-03/1", "what it raises, accept raises", kPlain, RaisesWhenNew, {}},
      {"NSV-ACCEPTED-01/1", "what it returns, accept returns", kPlain, GivesWhatItGives, {}},
      {"NSV-ACCEPTED-01/2", "its third argument: non-blocking?", kPlain, IsToldOfTheMode, {}},
      {"NSV-ACCEPTED-01/3", "its fourth: the address, or nil", kPlain, IsToldOfTheAddress, {}},
      {"NSV-ACCEPTED-02/1", "what it raises, accept raises", kPlain, RaisesWhenAccepted, {}},
  };
}

}  // namespace conformance
