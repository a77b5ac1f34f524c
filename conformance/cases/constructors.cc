// Clients, servers, wrap() and pair(), without TLS

#include <unistd.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void Refused(World &world) {
  world.Configure();
  Endpoint endpoint;
  int fd = world.Bind(&endpoint);
  world.Command("client 1 nil " + endpoint.Words() + " nil")
      .Gives({Nil(), TextWith({"Connection refused"}), Nil()});
  close(fd);
}

void NothingThere(World &world) {
  world.Configure();
  Endpoint endpoint = world.NewEndpoint();
  world.Command("client 1 nil " + endpoint.Words() + " nil")
      .Gives({Nil(), TextWith({"No such file or directory"}), Nil()});
}

void DeadlineOfConnect(World &world) {
  world.Configure();
  Endpoint endpoint;
  int listener = world.Listen(&endpoint);
  world.Command("client 1 nil " + endpoint.Words() + " nil " + IntegerWord(kLong))
      .Gives({Object()});
  world.Call("write", StringWord("x")).Gives(WriteOf(1));
  close(listener);
}

void InUse(World &world) {
  world.Configure();
  Endpoint endpoint = world.NewEndpoint();
  world.Command("server 1 nil " + endpoint.HostWord()).Gives({Integer(0)});
  world.Command("server 2 nil " + endpoint.HostWord())
      .Gives({Nil(), TextWith({"Address already in use"}), Nil()});
}

void Wraps(World &world) {
  world.Configure();
  Endpoint endpoint = world.ListenForForeign();
  PlainPeer peer(world.Dial(endpoint));
  peer.Write("wrapped");
  world.Command("wrap 1 1").Gives({Object()});
  world.Call("read").Gives(ReadOf("wrapped"));
  int64_t fd = Descriptor(world);
  world.Call("close").Gives(Ok());
  IsClosed(world, fd);
}

void WrapsNothing(World &world) {
  world.Configure();
  std::string kind = world.axes().is_unix ? " unix" : " inet";
  world.Command("wrap 1 " + IntegerWord(-1) + kind)
      .Gives({Nil(), TextWith({"Bad file descriptor"})});
  world.Command("wrap 1 " + IntegerWord(0) + kind).Gives({Nil(), AnyText()});
  world.Expect(world.driver().HasDescriptor(0), "what could not be wrapped was closed");
}

void Pair(World &world) {
  world.Configure();
  world.Command("pair 1 2").Gives({Object(), Object()});
  world.Call("write", StringWord("there")).Gives(WriteOf(5));
  world.Command("call 2 read").Gives(ReadOf("there"));
  world.Command("call 2 write " + StringWord("back")).Gives(WriteOf(4));
  world.Call("read").Gives(ReadOf("back"));
  world.Command("call 2 close").Gives(Ok());
  world.Call("read").Gives(Closed());
}

void PassesDescriptors(World &world) {
  world.Configure();
  world.Command("pair 1 2").Gives({Object(), Object()});
  world.Command("pair 3 4").Gives({Object(), Object()});
  int64_t fd = world.Command("call 3 fd").AsInteger();
  world.Call("sendfd", IntegerWord(fd)).Gives({Between(0, 1), Nil(), Nil()});
  int64_t received = world.Command("call 2 recvfd").AsInteger();
  world.Expect(received != fd, "the descriptor is the one that was sent");
  IsOpen(world, received);
  IsOpen(world, fd);
  world.Command("wrap 5 " + IntegerWord(received) + " unix").Gives({Object()});
  world.Command("call 5 write " + StringWord("through")).Gives(WriteOf(7));
  world.Command("call 4 read").Gives(ReadOf("through"));
}

void NoDescriptorComes(World &world) {
  world.Configure();
  world.Command("pair 1 2").Gives({Object(), Object()});
  world.Call("close").Gives(Ok());
  world.Command("call 2 recvfd").Gives(Closed());
}

void BadDescriptor(World &world) {
  world.Configure();
  world.Command("pair 1 2").Gives({Object(), Object()});
  world.Call("sendfd", IntegerWord(-1)).Gives({Nil(), TextWith({"Bad file descriptor"}), Nil()});
}

void NoNumber(World &world) {
  world.Configure();
  world.Command("pair 1 2").Gives({Object(), Object()});
  world.Call("sendfd", StringWord("0")).Raises({"number expected"});
  world.Call("sendfd").Raises({"number expected"});
}

}  // namespace

std::vector<Case> ConstructorCases() {
  return {
      {"NSS-CLIENT-01/1", "refused: nil, err, nil", kPlain, Refused, {"D-26"}},
      {"NSS-CLIENT-01/2",
       "no socket at the path: nil, err, nil",
       OverUnix(kPlain),
       NothingThere,
       {"D-26"}},
      {"NSS-CLIENT-02/1",
       "a deadline for the connect is none for what follows",
       kPlain,
       DeadlineOfConnect,
       {}},
      {"NSS-SERVER-01/1", "the path is taken: nil, err", OverUnix(kPlain), InUse, {}},
      {"NSS-WRAP-01/1",
       "a descriptor becomes a socket in the mode of the poller",
       kPlain,
       Wraps,
       {}},
      {"NSS-WRAP-02/1",
       "what is no such descriptor: nil, err, and it stays open",
       kPlain,
       WrapsNothing,
       {}},
      {"NUS-PAIR-01/1", "two sockets that are connected", OverUnix(kPlain), Pair, {}},
      {"NUS-SENDFD-01/1",
       "a descriptor passes, and both stay open",
       OverUnix(kPlain),
       PassesDescriptors,
       {}},
      {"NUS-SENDFD-01/2",
       "closed by the peer: nil, nil, nil",
       OverUnix(kPlain),
       NoDescriptorComes,
       {}},
      {"NUS-SENDFD-02/1",
       "what is no descriptor: an error",
       OverUnix(kPlainBlocking),
       BadDescriptor,
       {}},
      {"NUS-SENDFD-02/2", "what is no number raises", OverUnix(kPlainBlocking), NoNumber, {"D-03"}},
  };
}

}  // namespace conformance
