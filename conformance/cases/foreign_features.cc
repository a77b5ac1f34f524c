// What foreign peers make use of: application protocols, session tickets, key updates

#include <unistd.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/foreign_programs.h"

namespace conformance {
namespace {

void HasPrinted(World &world, const std::string &text) {
  world.Until("the foreign peer prints `" + text + "`",
              [&] { return world.foreign().Printed(text) || world.foreign().ended(); });
  world.Expect(world.foreign().Printed(text), "the foreign peer ended without `" + text + "`");
}

void HearsAndSays(World &world, const std::string &heard, const std::string &said) {
  world.Call("write", StringWord(heard + "\n")).Gives(WriteOf(heard.size() + 1));
  HasPrinted(world, heard);
  world.foreign().Type(said + "\n");
  world.Call("read").Gives(ReadOf(said + "\n"));
}

// One protocol is known to both.
void Protocol(World &world, const ForeignProgram &program) {
  ForeignOptions options;
  options.alpn = "shared";
  world.setup().config = {"set_alpn " + StringWord("own,shared")};
  program.connect(world, options);
  world.Call("alpn").Gives({Nil()});
  world.Call("handshake").Gives(Ok());
  world.Call("alpn").Gives({Bytes("shared")});
}

// The server knows of none: the handshake succeeds without.
void NoProtocol(World &world) {
  kOpenssl.connect(world, {});
  world.Call("handshake").Gives(Ok());
  world.Call("alpn").Gives({Nil()});
}

// Its tickets come after the handshake, and are neither data nor an end.
void TicketsAreNoData(World &world, const ForeignProgram &program) {
  program.connect(world, {});
  world.Call("handshake").Gives(Ok());
  Deadlines(world, kShort, kLong);
  world.Call("read").Gives(NilTimeout());
  Deadlines(world, kLong, kLong);
  world.Call("write", StringWord("after tickets\n")).Gives(WriteOf(14));
  HasPrinted(world, "after tickets");
}

// A client that comes back with its ticket is served as well as before. Other processes of the
// runner may do the same at the same time, in the same directory.
void ComesBack(World &world) {
  std::string ticket = world.certificates().Path("session." + std::to_string(getpid()) + ".pem");
  ForeignOptions options;
  options.further = {"-sess_out", ticket};
  kOpenssl.connect(world, options);
  world.Call("handshake").Gives(Ok());
  HearsAndSays(world, "first", "first of mine");
  HasPrinted(world, "New, TLSv1");
  world.Call("close").Gives(Ok());
  world.Until("the foreign peer ends", [&] { return world.foreign().ended(); });
  options.further = {"-sess_in", ticket};
  kOpenssl.connect(world, options);
  world.Call("handshake").Gives(Ok());
  HearsAndSays(world, "second", "second of mine");
  HasPrinted(world, "Reused, TLSv1");
  world.Call("close").Gives(Ok());
}

size_t NumAnnounced(const World &world) {
  size_t count = 0;
  const std::string &output = world.foreign().output();
  for (size_t at = 0; (at = output.find("KEYUPDATE", at)) != std::string::npos; at++) {
    count++;
  }
  return count;
}

// A command is a line that is read alone. s_client announces what it does; s_server looks for what
// was typed before it looks for what the driver says next.
void RenewKeys(World &world, const std::string &command) {
  size_t announced = NumAnnounced(world);
  world.foreign().Type(command + "\n");
  world.Until("the command is carried out", [&] {
    return world.axes().is_client ? world.foreign().has_typed() : NumAnnounced(world) > announced;
  });
}

// It renews its keys, and asks for the driver's.
void KeyUpdates(World &world) {
  kOpenssl.connect(world, {});
  world.Call("handshake").Gives(Ok());
  HearsAndSays(world, "old keys", "old keys of mine");
  RenewKeys(world, "K");
  HearsAndSays(world, "after one", "new keys of mine");
  RenewKeys(world, "k");
  HearsAndSays(world, "after two", "newest keys of mine");
  world.Call("close").Gives(Ok());
}

// It renews its keys while nothing is said: a read that waits goes on waiting.
void KeyUpdateAlone(World &world) {
  kOpenssl.connect(world, {});
  world.Call("handshake").Gives(Ok());
  RenewKeys(world, "K");
  Deadlines(world, kShort, kLong);
  world.Call("read").Gives(NilTimeout()).TookAtLeast(kNotBefore);
  Deadlines(world, kLong, kLong);
  HearsAndSays(world, "after it", "mine too");
}

}  // namespace

std::vector<Case> ForeignFeatureCases() {
  auto protocol = [](const ForeignProgram &program) {
    return [&program](World &world) { Protocol(world, program); };
  };
  auto tickets = [](const ForeignProgram &program) {
    return [&program](World &world) { TicketsAreNoData(world, program); };
  };
  const Vary as_server = OverTcp({true, false, true, true, false, true});
  const Vary as_client = OverTcp({true, false, true, true, true, false});
  const Vary both = OverTcp(kBlocking);
  return {
      {"NTS-HANDSHAKE-03/21", "a protocol in common with openssl", both, protocol(kOpenssl), {}},
      {"NTS-HANDSHAKE-03/22", "a protocol in common with gnutls", both, protocol(kGnutls), {}},
      {"NTS-HANDSHAKE-03/23", "no protocols at all", both, NoProtocol, {}},
      {"NTS-HANDSHAKE-03/24",
       "openssl s_client comes back with its ticket",
       as_server,
       ComesBack,
       {}},
      {"NTS-READ-07/13",
       "openssl s_server's tickets are neither data nor an end",
       as_client,
       tickets(kOpenssl),
       {}},
      {"NTS-READ-07/14",
       "gnutls-serv's tickets are neither data nor an end",
       as_client,
       tickets(kGnutls),
       {}},
      {"NTS-READ-02/14",
       "openssl renews its keys between messages",
       OverTcp(kOnlyTls13),
       KeyUpdates,
       {}},
      {"NTS-READ-07/15",
       "openssl renews its keys and says nothing",
       OverTcp(kOnlyTls13),
       KeyUpdateAlone,
       {}},
  };
}

}  // namespace conformance
