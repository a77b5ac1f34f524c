// Servers without TLS, and what descriptors have that come from the outside

#include <sys/socket.h>
#include <unistd.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// A listener in slot 1, and where it is.
Endpoint Listens(World &world) {
  return world.ListenForForeign();
}

void Accepts(World &world) {
  Endpoint endpoint = Listens(world);
  PlainPeer first(world.Dial(endpoint));
  PlainPeer second(world.Dial(endpoint));
  world.Command("listener 1 accept").Gives({Object(), Nil(), Nil()});
  world.Command("listener 1 accept true").Gives({Object(), Nil(), Object()});
}

void AcceptsLater(World &world) {
  Endpoint endpoint = Listens(world);
  world.driver().Send("accept 1 1");
  world.Elapse(Milliseconds(kShort));
  PlainPeer peer(world.Dial(endpoint));
  world.Finish().Gives({Object()});
  peer.Write("late");
  world.Call("read").Gives(ReadOf("late"));
}

void AcceptedSockets(World &world) {
  Endpoint endpoint = Listens(world);
  PlainPeer peer(world.Dial(endpoint));
  world.AcceptForeign();
  world.Expect(world.driver().IsCloseOnExec(Descriptor(world)), "it is inherited by programs");
  Deadlines(world, kShort, kShort);
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
}

// The program is gone from the queue before it is accepted: it is served all the same, or passed
// over, but the listener goes on.
void GoneBeforeAccept(World &world) {
  Endpoint endpoint = Listens(world);
  {
    PlainPeer gone(world.Dial(endpoint));
    gone.Write("gone");
    gone.Finish();
  }
  world.AcceptForeign();
  world.Call("read").Gives(ReadOf("gone"));
  PlainPeer peer(world.Dial(endpoint));
  world.AcceptForeign();
  peer.Write("next");
  world.Call("read").Gives(ReadOf("next"));
}

void NoBoolean(World &world) {
  Listens(world);
  world.Command("listener 1 accept " + IntegerWord(1)).Raises({"boolean expected, got number"});
}

void RawDescriptor(World &world) {
  Endpoint endpoint = Listens(world);
  PlainPeer peer(world.Dial(endpoint));
  Result result = world.Command("listener 1 acceptfd");
  result.Gives({Between(3, 1 << 20)});
  int64_t fd = result.AsInteger();
  IsOpen(world, fd);
  world.Expect(world.driver().IsCloseOnExec(fd), "it is inherited by programs");
  world.Command("wrap 1 " + IntegerWord(fd) + (world.axes().is_unix ? " unix" : " inet"))
      .Gives({Object()});
  peer.Write("raw");
  world.Call("read").Gives(ReadOf("raw"));
}

void Closes(World &world) {
  Endpoint endpoint = Listens(world);
  int64_t fd = world.Command("listener 1 fd").AsInteger();
  IsOpen(world, fd);
  world.Command("listener 1 close").Gives(Ok());
  IsClosed(world, fd);
  world.Command("listener 1 fd").Gives({Integer(-1)});
  world.Command("listener 1 close").Gives(Ok());
  world.Command("listener 1 accept").Gives({Nil(), TextWith({"Bad file descriptor"}), Nil()});
  world.Command("client 1 nil " + endpoint.Words() + " nil")
      .Gives({Nil(), TextWith({"Connection refused"}), Nil()});
}

void IsAListener(World &world) {
  Listens(world);
  world.Command("listener 1 acceptconn").Gives({True()});
  world.Command("listener 1 socktype").Gives({Integer(SOCK_STREAM)});
  world.Command("listener 1 getsockname").Gives({Object()});
}

void NoConnection(World &world) {
  Listens(world);
  world.Command("listener 1 read").Gives({Nil(), TextWith({"read"}), Nil()});
  world.Command("listener 1 write " + StringWord("x")).Gives({Anything(), Anything(), Nil()});
}

void ListensAgain(World &world) {
  Endpoint endpoint = Listens(world);
  world.Command("listener 1 listen " + IntegerWord(1)).Gives({True()});
  PlainPeer peer(world.Dial(endpoint));
  world.AcceptForeign();
}

// ---- a foreign program

std::string SocatAddress(const Endpoint &endpoint) {
  return endpoint.is_unix() ? "UNIX-CONNECT:" + endpoint.path
                            : "TCP:127.0.0.1:" + std::to_string(endpoint.port);
}

// Lines in both directions, and then the end of each direction by itself.
void ServesSocat(World &world) {
  Endpoint endpoint = Listens(world);
  Foreign &socat = world.RunForeign({"socat", "-t", "60", "-", SocatAddress(endpoint)});
  world.AcceptForeign();
  socat.Type("from socat\n");
  world.Call("read").Gives(ReadOf("from socat\n"));
  world.Call("write", StringWord("to socat\n")).Gives(WriteOf(9));
  world.Until("socat prints what was written", [&] { return socat.Printed("to socat\n"); });
  socat.CloseInput();
  world.Call("read").Gives(Closed());
  world.Call("write", StringWord("last words\n")).Gives(WriteOf(11));
  world.Call("closew").Gives(Ok());
  world.Until("socat ends", [&] { return socat.ended(); });
  world.Expect(socat.Printed("last words\n"), "socat ended without the last words");
}

// ---- what a descriptor has

void ClientIsCloseOnExec(World &world) {
  world.Connect();
  world.Expect(world.driver().IsCloseOnExec(Descriptor(world)), "it is inherited by programs");
}

void WrappedIsCloseOnExec(World &world) {
  world.Configure();
  world.Command("pair 1 2").Gives({Object(), Object()});
  world.Expect(world.driver().IsCloseOnExec(Descriptor(world)), "a pair is inherited by programs");
  world.Call("cloexec", "false").Gives({True()});
  int64_t fd = Descriptor(world);
  world.Expect(!world.driver().IsCloseOnExec(fd), "cloexec(false) did nothing");
  world.Call("sendfd", IntegerWord(fd)).Gives({Between(0, 1), Nil(), Nil()});
  int64_t received = world.Command("call 2 recvfd").AsInteger();
  world.Expect(world.driver().IsCloseOnExec(received), "a received one is inherited by programs");
  world.Command("wrap 4 " + IntegerWord(received) + " unix").Gives({Object()});
  // One descriptor has two owners now, of which the first to close it is enough.
  world.Command("wrap 3 " + IntegerWord(fd) + " unix").Gives({Object()});
  world.Expect(world.driver().IsCloseOnExec(fd), "a wrapped one is inherited by programs");
  world.Call("close").Gives(Ok());
  world.Command("call 3 close");
}

// Sockets 1 and 2 are a pair, and 5 has the descriptor of 1 as well.
void HasTwice(World &world) {
  world.Configure();
  world.Command("pair 1 2").Gives({Object(), Object()});
  world.Command("pair 3 4").Gives({Object(), Object()});
  world.Command("call 3 sendfd " + IntegerWord(Descriptor(world)))
      .Gives({Between(0, 1), Nil(), Nil()});
  int64_t received = world.Command("call 4 recvfd").AsInteger();
  world.Command("wrap 5 " + IntegerWord(received) + " unix").Gives({Object()});
}

void ClosesWritingForAll(World &world) {
  HasTwice(world);
  world.Call("close", "false true").Gives(Ok());
  world.Command("call 2 read").Gives(Closed());
  world.Command("call 2 write " + StringWord("still")).Gives(WriteOf(5));
  world.Command("call 5 read").Gives(ReadOf("still"));
}

void ClosesReadingForAll(World &world) {
  HasTwice(world);
  world.Call("close", "true false").Gives(Ok());
  world.Command("call 2 write " + StringWord("x")).Gives(Closed());
  world.Command("call 5 write " + StringWord("still")).Gives(WriteOf(5));
  world.Command("call 2 read").Gives(ReadOf("still"));
}

void NoDescriptorInTime(World &world) {
  world.Configure();
  world.Command("pair 1 2").Gives({Object(), Object()});
  Deadlines(world, kShort, kLong);
  world.Call("recvfd").Gives(NilTimeout()).TookAtLeast(kNotBefore);
}

void BytesAreNoDescriptor(World &world) {
  world.Configure();
  world.Command("pair 1 2").Gives({Object(), Object()});
  world.Command("call 2 write " + StringWord("x")).Gives(WriteOf(1));
  world.Call("recvfd").Gives({Nil(), TextWith({"recvfd"}), Nil()});
}

void WrongFamily(World &world) {
  Endpoint endpoint = Listens(world);
  PlainPeer peer(world.Dial(endpoint));
  int64_t fd = world.Command("listener 1 acceptfd").AsInteger();
  world.Command("wrap 1 " + IntegerWord(fd) + (world.axes().is_unix ? " inet" : " unix"))
      .Gives({Nil(), AnyText()});
  IsOpen(world, fd);
  world.Command("wrap 1 " + IntegerWord(fd) + (world.axes().is_unix ? " unix" : " inet"))
      .Gives({Object()});
}

// ---- constructors

void Unresolved(World &world) {
  world.Configure();
  world.Command("client 1 nil " + StringWord("not a host") + " " + IntegerWord(1) + " nil")
      .Gives({Nil(), AnyText(), Nil()});
}

void PathTooLong(World &world) {
  world.Configure();
  std::string path = "/" + std::string(200, 'x');
  world.Command("client 1 nil " + StringWord(path) + " nil nil")
      .Gives({Nil(), TextWith({"File name too long"}), Nil()});
  world.Command("server 1 nil " + StringWord(path))
      .Gives({Nil(), TextWith({"File name too long"}), Nil()});
}

void PathStays(World &world) {
  Endpoint endpoint = Listens(world);
  world.Command("listener 1 close").Gives(Ok());
  world.Expect(access(endpoint.path.c_str(), F_OK) == 0, "close has removed the path");
}

}  // namespace

std::vector<Case> ServerCases() {
  return {
      {"NSV-LISTEN-01/1", "listen: true, also again", kPlain, ListensAgain, {}},
      {"NSV-LISTEN-02/1", "a listener is one, and has an address", kPlainBlocking, IsAListener, {}},
      {"NSV-ACCEPT-01/1", "sock, nil, nil; with true its address", kPlain, Accepts, {"D-01"}},
      {"NSV-ACCEPT-02/1", "waits for a connection", kPlain, AcceptsLater, {}},
      {"NSV-ACCEPT-02/2", "one that has ended is accepted", kPlain, GoneBeforeAccept, {}},
      {"NSV-ACCEPT-02/socat",
       "socat is served, and each direction ends by itself",
       kPlain,
       ServesSocat,
       {"NS-READ-04", "NS-WRITE-01", "NS-CLOSEW-01"}},
      {"NSV-ACCEPT-03/1", "in the listener's mode, and close-on-exec", kPlain, AcceptedSockets, {}},
      {"NSV-ACCEPT-04/1", "what is no boolean raises", kPlainOnce, NoBoolean, {"D-03"}},
      {"NSV-ACCEPTFD-01/1", "a descriptor, the caller's", kPlain, RawDescriptor, {"NSS-WRAP-01"}},
      {"NSV-CLOSE-01/1", "close ends listening; again true", kPlain, Closes, {}},
      {"NSV-CLOSE-02/1", "the path stays", OverUnix(kPlainBlocking), PathStays, {}},
      {"NSV-READ-01/1", "there is no connection to read from", kPlainBlocking, NoConnection, {}},
      {"NSS-CLOEXEC-01/1", "a client's", kPlain, ClientIsCloseOnExec, {}},
      {"NSS-CLOEXEC-01/2",
       "a pair's, a wrapped and a received one",
       OverUnix(kPlain),
       WrappedIsCloseOnExec,
       {"NUS-SENDFD-01", "NSS-WRAP-01"}},
      {"NS-CLOSE-02/shared-writing",
       "shutwr ends writing for whoever else has the descriptor, and nothing more",
       OverUnix(kPlain),
       ClosesWritingForAll,
       {}},
      {"NS-CLOSE-02/shared-reading",
       "shutrd ends reading for whoever else has the descriptor, and nothing more",
       OverUnix(kPlain),
       ClosesReadingForAll,
       {}},
      {"NUS-RECVFD-01/1",
       "deadline: nil, nil, true",
       OverUnix(kPlain),
       NoDescriptorInTime,
       {"NUS-SENDFD-01"}},
      {"NUS-RECVFD-02/1", "bytes alone: an error", OverUnix(kPlain), BytesAreNoDescriptor, {}},
      {"NSS-WRAP-02/2", "of the other family: nil, err, and it stays", kPlain, WrongFamily, {}},
      {"NSS-CLIENT-03/1", "no such host: nil, err, nil", OverTcp(kPlain), Unresolved, {"D-26"}},
      {"NUS-PATH-01/1", "too long: nil, err, nil", OverUnix(kPlain), PathTooLong, {"D-26"}},
  };
}

}  // namespace conformance
