// Methods that cannot be used in net.tls.Socket

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

const Tuple &NotSupported() {
  static const Tuple tuple = {Nil(), Bytes("Operation not supported on socket"), Nil()};
  return tuple;
}

void InEveryState(World &world, const std::string &method) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.Call(method).Gives(NotSupported());
  world.Call(method, IntegerWord(1) + " " + StringWord("x") + " nil true").Gives(NotSupported());
  world.peer().StartHandshake();
  world.Call("handshake").Gives(Ok());
  world.peer().Write("data");
  world.Call(method).Gives(NotSupported());
  world.Call(method, StringWord("x")).Gives(NotSupported());
  world.Call("read").Gives(ReadOf("data"));
  world.Call("close").Gives(Ok());
  world.Call(method).Gives(NotSupported());
  PeerSeesEnd(world, 1);
}

void WithoutLock(World &world, const std::string &method) {
  world.Establish();
  world.Command("poller refuse").Gives({});
  world.Call(method, StringWord("x")).Gives(NotSupported());
  world.Command("poller locks").Gives({Integer(0), Integer(0)});
}

Case CaseOf(const std::string &id, const std::string &method) {
  return {id,
          method + ": nil, Operation not supported on socket, nil",
          kModesAndRoles,
          [method](World &world) { InEveryState(world, method); },
          {"NTS-STUBS-01", "D-23"}};
}

// The methods that would pass descriptors, which only unix sockets can.
Case UnixCaseOf(const std::string &id, const std::string &method) {
  Case a_case = CaseOf(id, method);
  a_case.vary = OverUnix(a_case.vary);
  a_case.also = {"D-23"};
  return a_case;
}

Case LockCaseOf(const std::string &id, const std::string &method,
                const Vary &vary = kNonblockingOnce) {
  return {id,
          method + " touches no lock",
          vary,
          [method](World &world) { WithoutLock(world, method); },
          {}};
}

}  // namespace

std::vector<Case> UnusableCases() {
  return {
      CaseOf("NTS-STUBS-02/1", "closer"),
      CaseOf("NTS-STUBS-03/1", "closew"),
      CaseOf("NTS-STUBS-04/1", "recvmsg"),
      CaseOf("NTS-STUBS-05/1", "recvmsgsync"),
      CaseOf("NTS-STUBS-06/1", "readv"),
      CaseOf("NTS-STUBS-07/1", "readvsync"),
      CaseOf("NTS-STUBS-08/1", "sendmsg"),
      CaseOf("NTS-STUBS-09/1", "sendmsgsync"),
      CaseOf("NTS-STUBS-10/1", "writev"),
      CaseOf("NTS-STUBS-11/1", "writevsync"),
      LockCaseOf("D-23/1", "recvmsgsync"),
      LockCaseOf("D-23/2", "readvsync"),
      LockCaseOf("D-23/3", "sendmsgsync"),
      LockCaseOf("D-23/4", "writevsync"),
      UnixCaseOf("D-23-UNIX/1", "sendfd"),
      UnixCaseOf("D-23-UNIX/2", "sendfdsync"),
      UnixCaseOf("D-23-UNIX/3", "recvfd"),
      UnixCaseOf("D-23-UNIX/4", "recvfdsync"),
      LockCaseOf("D-23-UNIX/5", "sendfdsync", OverUnix(kNonblockingOnce)),
      LockCaseOf("D-23-UNIX/6", "recvfdsync", OverUnix(kNonblockingOnce)),
  };
}

}  // namespace conformance
