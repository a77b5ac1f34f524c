// The options of net.Socket and net.stream.Socket

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// Each sets, and tells what was set before.
void Swaps(World &world, const std::string &option, bool before) {
  Expected old = before ? True() : False();
  Expected other = before ? False() : True();
  world.SetAbout(option);
  world.Call(option).Gives({old});
  world.Call(option, before ? "false" : "true").Gives({old});
  world.Call(option).Gives({other});
  world.Call(option, before ? "true" : "false").Gives({other});
  world.Call(option).Gives({old});
}

void BooleansOfAnySocket(World &world) {
  world.Connect();
  for (const char *option : {"reuseaddr", "dontroute", "timestamp"}) {
    Swaps(world, option, false);
  }
  // Newer kernels have it for addresses alone.
  if (!world.axes().is_unix) {
    Swaps(world, "reuseport", false);
  }
}

void BooleansOfStreams(World &world) {
  world.Connect();
  for (const char *option : {"keepalive", "oobinline"}) {
    Swaps(world, option, false);
  }
}

void BooleansOfTcp(World &world) {
  world.Connect();
  Swaps(world, "tcpcork", false);
  // A socket of ours sends what it is given at once, from the beginning.
  Swaps(world, "tcpnodelay", true);
}

void CloseOnExec(World &world) {
  world.Connect();
  Swaps(world, "cloexec", true);
}

void OnlyRead(World &world) {
  world.Connect();
  world.Call("acceptconn").Gives({False()});
}

void AtTheMark(World &world) {
  world.Connect();
  world.Call("atmark").Gives({False()});
  world.plain().WriteUrgent("a!");
  world.Call("read").Gives(ReadOf("a"));
  world.Call("atmark").Gives({True()});
}

void Buffers(World &world) {
  world.Connect();
  for (const char *option : {"rcvbuf", "sndbuf"}) {
    world.SetAbout(option);
    world.Call(option, IntegerWord(8192)).Gives({Between(1024, 1 << 30)});
    world.Call(option).Gives({Integer(2 * 8192)});
  }
}

void LowWaterMarks(World &world) {
  world.Connect();
  world.Call("rcvlowat").Gives({Integer(1)});
  world.Call("rcvlowat", IntegerWord(3)).Gives({Integer(1)});
  world.Call("rcvlowat").Gives({Integer(3)});
  world.Call("sndlowat").Gives({Integer(1)});
  world.Call("sndlowat", IntegerWord(3)).Gives({Nil(), TextWith({"sndlowat"})});
}

void KeepAlive(World &world) {
  world.Connect();
  for (const char *option : {"tcpkeepalive", "tcpkeepintvl", "tcpkeepcnt"}) {
    world.SetAbout(option);
    int64_t old = world.Call(option, IntegerWord(42)).AsInteger();
    world.Call(option).Gives({Integer(42)});
    world.Call(option, IntegerWord(old)).Gives({Integer(42)});
  }
}

void NotOfUnixSockets(World &world) {
  world.Connect();
  for (const char *option : {"tcpcork", "tcpnodelay"}) {
    world.Call(option).Gives({Nil(), TextWith({option})});
  }
}

void Timeouts(World &world) {
  world.Connect();
  for (const char *option : {"rcvtimeo", "sndtimeo"}) {
    world.SetAbout(option);
    world.Call(option).Gives({Between(0, 0)});
    world.Call(option, "n:0.5").Gives({Between(0, 0)});
    world.Call(option, IntegerWord(0)).Gives({Between(0.49, 0.52)});
    world.Call(option).Gives({Between(0, 0)});
  }
}

void Lingers(World &world) {
  world.Connect();
  world.Call("linger").Gives({Integer(-1)});
  world.Call("linger", IntegerWord(3)).Gives({Integer(-1)});
  world.Call("linger").Gives({Integer(3)});
  world.Call("linger", IntegerWord(-1)).Gives({Integer(3)});
  world.Call("linger").Gives({Integer(-1)});
}

void LingersNot(World &world) {
  world.Connect();
  world.Call("linger", IntegerWord(0)).Gives({Integer(-1)});
  world.Call("close").Gives(Ok());
  world.Until("the peer sees the end of the connection",
              [&world] { return world.plain().saw_end(); });
  world.Expect(world.plain().saw_reset(), "the peer saw a FIN");
}

void PendingError(World &world) {
  world.Connect();
  world.Call("error").Gives({Nil()});
}

void KernelDeadlines(World &world) {
  world.Connect();
  world.Call("deadlines").Gives({Integer(0), Integer(0)});
  world.Call("deadlines", IntegerWord(2000) + " " + IntegerWord(3000))
      .Gives({Integer(2000), Integer(3000)});
  world.Call("deadlines", "nil " + IntegerWord(0)).Gives({Integer(2000), Integer(0)});
  world.Call("rcvtimeo").Gives({Between(2, 2.1)});
}

void OwnDeadlines(World &world) {
  world.Connect();
  world.Call("deadlines").Gives({Nil(), Nil()});
  world.Call("deadlines", IntegerWord(20) + " " + IntegerWord(30))
      .Gives({Integer(20), Integer(30)});
  world.Call("deadlines", "nil " + IntegerWord(0)).Gives({Integer(20), Nil()});
  world.Call("rcvtimeo").Gives({Between(0, 0)});
}

void WrongTypes(World &world) {
  world.Connect();
  world.Call("keepalive", IntegerWord(1)).Raises({"boolean expected"});
  world.Call("rcvbuf", StringWord("1")).Raises({"number expected"});
  world.Call("rcvbuf", "n:1.5").Raises({"integer"});
  world.Call("rcvtimeo", StringWord("1")).Raises({"number expected"});
  world.Call("linger", "true").Raises({"number expected"});
  world.Call("deadlines", IntegerWord(-1)).Raises({"rcvdeadl must be uint"});
  world.Call("deadlines", "nil n:0.5").Raises({"snddeadl must be uint"});
}

void OfAClosedSocket(World &world) {
  world.Connect();
  world.Call("close").Gives(Ok());
  for (const char *option : {"keepalive", "reuseaddr", "rcvbuf", "tcpnodelay"}) {
    world.Call(option).Gives({Nil(), TextWith({option, "Bad file descriptor"})});
  }
}

void Kinds(World &world) {
  world.Connect();
  auto say = [&world] {
    world.Call("family").Gives({Integer(world.axes().is_unix ? 1 : 2)});
    world.Call("socktype").Gives({Integer(1)});
    world.Call("protocol").Gives({Integer(world.axes().is_unix ? 0 : 6)});
    world.Call("isnonblock").Gives({world.axes().nonblocking ? True() : False()});
  };
  say();
  world.Call("nonblock", world.axes().nonblocking ? "false" : "true");
  say();
  world.Call("close").Gives(Ok());
  say();
}

void Names(World &world) {
  world.Connect();
  world.Call("getsockname").Gives({Object()});
  world.Call("getpeername").Gives({Object()});
  world.Call("close").Gives(Ok());
  world.Call("getsockname").Gives({Nil(), TextWith({"getsockname", "Bad file descriptor"})});
}

}  // namespace

std::vector<Case> OptionCases() {
  return {
      {"NS-OPTION-01/1",
       "booleans of any socket: the old value, and it holds",
       kPlainBlocking,
       BooleansOfAnySocket,
       {}},
      {"NS-OPTION-01/2", "cloexec: set from the beginning", kPlainRoles, CloseOnExec, {}},
      {"NS-OPTION-01/3", "no pending error: nil", kPlainBlocking, PendingError, {"NS-ERROR-01"}},
      {"NSS-OPTION-01/1", "booleans of streams", kPlainBlocking, BooleansOfStreams, {}},
      {"NSS-OPTION-01/2",
       "booleans of TCP; tcpnodelay is set from the beginning",
       OverTcp(kPlainBlocking),
       BooleansOfTcp,
       {}},
      {"NSS-OPTION-01/3", "acceptconn: not of a connection", kPlainBlocking, OnlyRead, {}},
      {"NSS-OPTION-02/1",
       "numbers of TCP: the old value, and it holds",
       OverTcp(kPlainBlocking),
       KeepAlive,
       {}},
      {"NSS-OPTION-03/1",
       "options of TCP on a unix socket: nil, err",
       OverUnix(kPlainBlocking),
       NotOfUnixSockets,
       {}},
      {"NS-OPTION-02/1", "buffers: the kernel doubles what is set", kPlainBlocking, Buffers, {}},
      {"NS-OPTION-02/2", "low-water marks", OverTcp(kPlainBlocking), LowWaterMarks, {}},
      {"NS-OPTION-03/1", "wrong types raise", kPlainOnce, WrongTypes, {"D-03", "NS-DEADLINES-03"}},
      {"NS-OPTION-04/1", "closed: nil, err", OverTcp(kPlainBlocking), OfAClosedSocket, {}},
      {"NS-ATMARK-01/1", "at the urgent byte", OverTcp(kPlainBlocking), AtTheMark, {}},
      {"NS-TIMEO-01/1", "seconds, also fractions: the old value", kPlainBlocking, Timeouts, {}},
      {"NS-LINGER-01/1", "-1 is off: the old value", kPlainBlocking, Lingers, {}},
      {"NS-LINGER-01/2",
       "0 resets the connection at close",
       OverTcp(kPlainBlocking),
       LingersNot,
       {}},
      {"NS-DEADLINES-01/1",
       "blocking: SO_RCVTIMEO and SO_SNDTIMEO, the new pair",
       kPlainBlocking,
       KernelDeadlines,
       {}},
      {"NS-DEADLINES-02/1",
       "non-blocking: the pair, nil where there is none",
       kPlainNonblocking,
       OwnDeadlines,
       {}},
      {"NS-KIND-01/1",
       "family, type, protocol and mode, also after close",
       kPlainRoles,
       Kinds,
       {"NS-NONBLOCK-01"}},
      {"NS-NAME-01/1", "addresses as objects; closed: nil, err", kPlainRoles, Names, {}},
  };
}

}  // namespace conformance
