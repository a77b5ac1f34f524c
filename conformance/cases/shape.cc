// Shape: what is returned, what is raised, and what constructors and locks do

#include <poll.h>
#include <unistd.h>

#include <regex>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void ThreeValues(World &world) {
  world.Establish();
  world.peer().Write("x");
  world.Call("handshake").Gives({Anything(), Anything(), Anything()});
  world.Call("read").Gives({Anything(), Anything(), Anything()});
  world.Call("write", StringWord("x")).Gives({Anything(), Anything(), Anything()});
  world.Call("poll_wait", "k:WANT_POLLOUT").Gives({Anything(), Anything(), Anything()});
  world.Call("tls_close").Gives({Anything(), Anything(), Anything()});
  world.Call("close").Gives({Anything(), Anything(), Anything()});
}

void FailuresAreFalseOrNil(World &world) {
  world.Establish();
  SendGarbageRecord(world);
  world.Call("read").Gives(NilError());
  world.Call("write", StringWord("x")).Gives(NilError());
  world.Call("handshake").Gives(Error());
}

// "FILE:LINE: ...", as an error at the caller's line begins.
void RaisesHere(World &world, const std::string &method, const std::string &arguments) {
  const Result result = world.Call(method, arguments).Raises({});
  bool has_line = std::regex_search(result.answer().text, std::regex("^[^ ]+:[0-9]+: "));
  world.Expect(has_line, "no line of the caller in `" + result.answer().text + "`");
}

void WriteMistakes(World &world, const std::string &method) {
  world.Establish();
  for (const std::string &argument : {std::string(), std::string("nil"), IntegerWord(1),
                                      NumberWord(1.5), std::string("true"), std::string("t:")}) {
    RaisesHere(world, method, argument);
  }
  world.Call(method, StringWord("fine")).Gives(WriteOf(4));
  PeerHas(world, "fine");
}

void ReadMistakes(World &world, const std::string &method) {
  world.Establish();
  world.peer().Write("kept");
  for (const std::string &argument : {StringWord("x"), StringWord("10"), NumberWord(1.5),
                                      std::string("true"), std::string("t:")}) {
    RaisesHere(world, method, argument);
  }
  world.Call(method).Gives(ReadOf("kept"));
}

void ClockLimitMistakes(World &world) {
  world.Establish();
  for (const char *argument : {"i:-1", "n:-0.5", "n:nan", "n:inf", "n:-inf", "s:1", "true", "t:"}) {
    RaisesHere(world, "setclocklimit", argument);
  }
  world.Call("getclocklimit").Gives({Between(0.01, 0.01)});
}

void Inherits(World &world) {
  world.Establish();
  int64_t fd = Descriptor(world);
  IsOpen(world, fd);
}

// Somebody listened there; of a unix socket the path is left.
Endpoint NobodyListens(World &world) {
  Endpoint endpoint;
  close(world.Listen(&endpoint));
  return endpoint;
}

std::string ClientOf(const Endpoint &endpoint) {
  return "client 1 1 " + endpoint.Words() + " " + StringWord(kServerName);
}

void Refused(World &world) {
  Endpoint endpoint;
  world.Configure();
  int fd = world.Bind(&endpoint);
  Result result = world.Command(ClientOf(endpoint));
  close(fd);
  result.Gives({Nil(), TextWith({"Connection refused"}), Nil()});
}

void Unresolved(World &world) {
  world.Configure();
  world
      .Command("client 1 1 " + StringWord("not a host") + " " + IntegerWord(1) + " " +
               StringWord(kServerName))
      .Gives({Nil(), AnyText(), Nil()});
}

// The one connection that the listener has room for is there, so that it takes no other.
Result ConnectsInVain(World &world) {
  world.Configure();
  Endpoint endpoint;
  int listener = world.Listen(&endpoint, 0);
  int first = world.Dial(endpoint);
  pollfd ready = {listener, POLLIN, 0};
  poll(&ready, 1, -1);
  Result result = world.Command(ClientOf(endpoint) + " " + IntegerWord(kShort));
  close(first);
  close(listener);
  return result;
}

void ConnectTimesOut(World &world) {
  ConnectsInVain(world).Gives(NilTimeout()).TookAtLeast(kNotBefore);
}

// There is no waiting for a unix socket's queue but in connect(2) itself.
void ConnectTimesOutOrIsRefused(World &world) {
  Result result = ConnectsInVain(world);
  Tuple refused = {Nil(), TextWith({"Resource temporarily unavailable"}), Nil()};
  result.Gives(MatchesTuple(refused, result.answer().values) ? refused : NilTimeout());
}

void NoSuchPath(World &world) {
  world.Configure();
  world.Command(ClientOf(world.NewEndpoint()))
      .Gives({Nil(), TextWith({"No such file or directory"}), Nil()});
}

void PathTooLong(World &world) {
  world.setup().certificate = "server";
  world.Configure();
  Endpoint endpoint{0, world.NewEndpoint().path + std::string(100, 'x')};
  Tuple refused = {Nil(), TextWith({"File name too long"}), Nil()};
  world.Command(ClientOf(endpoint)).Gives(refused);
  world.Command("server 1 1 " + endpoint.HostWord()).Gives(refused);
}

// Nobody may listen there any more: what is at the path is not the driver's to remove.
void PathTaken(World &world) {
  world.setup().certificate = "server";
  world.Configure();
  Endpoint endpoint = NobodyListens(world);
  world.Command("server 1 1 " + endpoint.HostWord())
      .Gives({Nil(), TextWith({"Address already in use"}), Nil()});
  world.Expect(access(endpoint.path.c_str(), F_OK) == 0, "the path was removed");
}

void ServerWithoutIdentity(World &world) {
  world.setup().certificate = "";
  world.Configure();
  Endpoint endpoint = world.NewEndpoint();
  Result server = world.Command("server 1 1 " + endpoint.HostWord());
  bool is_refused = MatchesTuple({Nil(), AnyText(), Nil()}, server.answer().values);
  if (!is_refused) {
    endpoint.port = static_cast<int>(server.AsInteger());
    int fd = world.Dial(endpoint);
    world.Command("accept 1 1").Gives({Nil(), AnyText(), Nil()});
    close(fd);
  }
}

// What is written to a socket that nobody can reach must not end the process.
void NoSignal(World &world) {
  world.Establish();
  world.peer().Reset();
  for (int i = 0; i < 20; i++) {
    world.Call("write", StringWord("anybody?")).Gives({Anything(), Anything(), Anything()});
  }
  world.Call("tls_close").Gives({Anything(), Anything(), Anything()});
  world.Call("close").Gives({Anything(), Anything(), Anything()});
}

// The peer left with a FIN: the kernel's word is EPIPE.
void NoSignalAfterFin(World &world) {
  world.Establish();
  world.peer().Leave();
  for (int i = 0; i < 20; i++) {
    world.Call("write", StringWord("anybody?")).Gives({Anything(), Anything(), Anything()});
  }
  world.Call("tls_close").Gives({Anything(), Anything(), Anything()});
  world.Call("close").Gives({Anything(), Anything(), Anything()});
}

void NoSignalOfClose(World &world) {
  world.Establish();
  world.peer().Reset();
  world.Call("poll_wait", "k:WANT_POLLIN").Gives(Ok());
  world.Call("tls_close").Gives({Anything(), Anything(), Anything()});
  world.Call("close").Gives({Anything(), Anything(), Anything()});
}

// A poller whose locks succeed and are counted: taken and released.
void CountsLocks(World &world, int taken) {
  world.Command("poller locks").Gives({Integer(taken), Integer(taken)});
}

void ReleasesLockAfterRaise(World &world, const std::string &method) {
  world.Establish();
  world.Command("function 1 raise " + StringWord("on purpose")).Gives({});
  world.Call(method, "f:1").Raises({"on purpose"});
  CountsLocks(world, 1);
}

void ReleasesLock(World &world, const std::string &method, const std::string &arguments) {
  world.Establish();
  world.peer().Write("locked");
  world.Call(method, arguments).Gives({Anything(), Nil(), Nil()});
  CountsLocks(world, 1);
}

void RefusedLock(World &world, const std::string &method, const std::string &arguments) {
  world.Establish();
  world.Command("poller refuse").Gives({});
  world.Call(method, arguments).Gives({Nil(), TextWith({"refused"}), Nil()});
}

void LocksWithoutPoller(World &world, const std::string &method, const std::string &arguments) {
  world.Establish();
  world.peer().Write("locked");
  world.Call(method, arguments).Gives({Anything(), Nil(), Nil()});
}

// The five cases that a method with a lock has.
std::vector<Case> LockCases() {
  struct Method {
    const char *name;
    std::string arguments;
    const char *ordinal;
  };
  std::vector<Case> cases;
  for (const Method &method : {Method{"readsync", "", "1"},
                               {"recvsync", "", "2"},
                               {"writesync", StringWord("x"), "3"},
                               {"sendsync", StringWord("x"), "4"}}) {
    std::string name = method.name;
    std::string arguments = method.arguments;
    std::string id = std::string("D-27/") + method.ordinal;
    cases.push_back({id + "1",
                     name + " releases its lock",
                     kNonblockingOnce,
                     [=](World &world) { ReleasesLock(world, name, arguments); },
                     {}});
    cases.push_back({id + "2",
                     name + ", its lock refused: nil, err, nil",
                     kNonblockingOnce,
                     [=](World &world) { RefusedLock(world, name, arguments); },
                     {}});
    cases.push_back({id + "3",
                     name + " without a poller: the lock succeeds",
                     kBlockingOnce,
                     [=](World &world) { LocksWithoutPoller(world, name, arguments); },
                     {}});
  }
  for (const char *name : {"syncread", "syncwrite"}) {
    std::string method = name;
    std::string id = method == "syncread" ? "D-27/5" : "D-27/6";
    cases.push_back({id + "1",
                     method + " releases its lock when the function raises",
                     kNonblockingOnce,
                     [=](World &world) { ReleasesLockAfterRaise(world, method); },
                     {}});
  }
  return cases;
}

}  // namespace

std::vector<Case> ShapeCases() {
  std::vector<Case> cases = {
      {"D-01/1", "every method returns exactly three values", kEveryAxis, ThreeValues, {}},
      {"D-02/1",
       "a failed ok is false, a failed str or len nil",
       kEveryAxis,
       FailuresAreFalseOrNil,
       {}},
      {"D-03/1",
       "write of what is not a string raises",
       kEitherMode,
       [](World &world) { WriteMistakes(world, "write"); },
       {}},
      {"D-03/2",
       "send of what is not a string raises",
       kEitherMode,
       [](World &world) { WriteMistakes(world, "send"); },
       {}},
      {"D-03/3",
       "read with a bufsize that is no integer raises",
       kEitherMode,
       [](World &world) { ReadMistakes(world, "read"); },
       {}},
      {"D-03/4",
       "recv with a bufsize that is no integer raises",
       kEitherMode,
       [](World &world) { ReadMistakes(world, "recv"); },
       {}},
      {"D-03/5", "setclocklimit of what is no limit raises", kEitherMode, ClockLimitMistakes, {}},
      {"NTS-CLASS-01/1", "what net.Socket has is there", kEitherMode, Inherits, {}},
      {"D-22/1",
       "writing to a connection that was reset raises no signal",
       kEveryAxis,
       NoSignal,
       {}},
      {"D-22/2",
       "closing a connection that was reset raises no signal",
       kEveryAxis,
       NoSignalOfClose,
       {}},
      {"D-22/3",
       "writing to a peer that is gone raises no signal",
       kEveryAxis,
       NoSignalAfterFin,
       {}},
      {"D-25/8",
       "a server without a certificate: an error of a constructor",
       kEitherMode,
       ServerWithoutIdentity,
       {}},
      {"D-26/1", "a refused connection: nil, err, nil", kEitherMode, Refused, {"D-12"}},
      {"D-26/3",
       "no answer to a connection: nil, nil, true",
       OverTcp(kEitherMode),
       ConnectTimesOut,
       {}},
      {"D-26/21",
       "no room in the listener's queue: nil, nil, true",
       OverUnix(kBlockingOnce),
       ConnectTimesOut,
       {}},
      {"D-26/22",
       "no room in the listener's queue: nil, nil, true, or the system's words",
       OverUnix(kNonblockingOnce),
       ConnectTimesOutOrIsRefused,
       {}},
      {"D-26/23",
       "a path at which there is nothing: nil, err, nil",
       OverUnix(kEitherMode),
       NoSuchPath,
       {"D-12"}},
      {"D-26/24", "a path that is too long: nil, err, nil", OverUnix(kEitherMode), PathTooLong, {}},
      {"D-26/25",
       "a server's path that is taken: nil, err, nil, and the path stays",
       OverUnix(kEitherMode),
       PathTaken,
       {}},
      {"D-26/2", "a name that nothing has: nil, err, nil", OverTcp(kEitherMode), Unresolved, {}},
  };
  for (Case &a_case : LockCases()) {
    cases.push_back(std::move(a_case));
  }
  return cases;
}

}  // namespace conformance
