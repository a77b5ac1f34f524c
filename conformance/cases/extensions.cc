// What a TLS connection has beyond its document: sessions, names, derived keys, looking ahead

#include <unistd.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr char kLabel[] = "EXPORTER-conformance";
constexpr size_t kTicketKeySize = 48;

// A connection whose server gives tickets, and what it gave in session 1.
void HasSession(World &world) {
  world.setup().peer.tickets = true;
  if (world.setup().peer.ticket_key.empty()) {
    world.setup().peer.ticket_key = std::string(kTicketKeySize, 'k');
  }
  world.Establish();
  world.Call("reused").Gives({False()});
  world.peer().Write("first");
  world.Call("read").Gives(ReadOf("first"));
  world.Command("session 1 1").Gives({Object()});
  world.Call("close").Gives(Ok());
}

void Resumes(World &world) {
  HasSession(world);
  world.setup().session = 1;
  world.Establish();
  world.Call("reused").Gives({True()});
  world.Expect(world.peer().resumed(), "the peer saw a full handshake");
  world.peer().Write("second");
  world.Call("read").Gives(ReadOf("second"));
}

void ServerHasForgotten(World &world) {
  HasSession(world);
  world.setup().peer.ticket_key = std::string(kTicketKeySize, 'n');
  world.setup().session = 1;
  world.Establish();
  world.Call("reused").Gives({False()});
  world.Expect(!world.peer().resumed(), "the peer resumed a session that it does not know");
}

void OfAnotherName(World &world) {
  HasSession(world);
  Endpoint endpoint;
  int listener = world.Listen(&endpoint);
  world
      .Command("client 1 1 " + endpoint.Words() + " " + StringWord("other.example") + " nil " +
               IntegerWord(1))
      .Gives({Nil(), AnyText(), Nil()});
  close(listener);
}

// The identity is verified anew: a session is no way around it.
void IsVerifiedAnew(World &world) {
  HasSession(world);
  world.setup().session = 1;
  world.Establish();
  world.Call("reused").Gives({True()});
  world.Call("version").Gives({Bytes(world.is_tls13() ? "TLSv1.3" : "TLSv1.2")});
}

// Session 2 is what session 1 exports.
void ResumesACopy(World &world) {
  HasSession(world);
  world.Command("import 2 1 " + IntegerWord(1)).Gives({Object()});
  world.setup().session = 2;
  world.Establish();
  world.Call("reused").Gives({True()});
  world.Expect(world.peer().resumed(), "the peer saw a full handshake");
}

// It belongs to the configuration that it was imported for.
void CopyIsOfItsConfiguration(World &world) {
  HasSession(world);
  world.Command("config 2").Gives({Object()});
  world.Command("import 2 2 " + IntegerWord(1)).Gives({Object()});
  Endpoint endpoint;
  int listener = world.Listen(&endpoint);
  world
      .Command("client 1 1 " + endpoint.Words() + " " + StringWord(kServerName) + " nil " +
               IntegerWord(2))
      .Gives({Nil(), AnyText(), Nil()});
  close(listener);
}

void NoSession(World &world) {
  world.Configure();
  for (const char *bytes : {"", "no session", "0"}) {
    world.SetAbout(bytes);
    world.Command("import 1 1 " + StringWord(bytes)).Gives({Nil(), AnyText()});
  }
}

void NoSessionYet(World &world) {
  world.setup().peer.tickets = world.axes().is_client;
  world.setup().peer_handshakes = false;
  world.Connect();
  world.Command("session 1 1").Gives({Nil()});
  world.Call("reused").Gives({False()});
}

void ServerHasNone(World &world) {
  world.Establish();
  world.Command("session 1 1").Gives({Nil()});
}

void KnowsItsHandshake(World &world) {
  world.Connect();
  world.Call("handshaked").Gives({False()});
  world.Call("handshake").Gives(Ok());
  world.Call("handshaked").Gives({True()});
}

void DerivesTheSame(World &world) {
  world.Establish();
  std::string words = StringWord(kLabel) + " " + StringWord("context") + " " + IntegerWord(32);
  world.Call("exporter", words).Gives({Bytes(world.peer().Export(kLabel, "context", 32))});
  std::string other = StringWord(kLabel) + " " + StringWord("other") + " " + IntegerWord(32);
  world.Call("exporter", other).Gives({Bytes(world.peer().Export(kLabel, "other", 32))});
}

void DerivesNothingYet(World &world) {
  world.setup().peer_handshakes = false;
  world.Connect();
  world.Call("exporter", StringWord(kLabel) + " nil " + IntegerWord(32)).Gives({Nil(), AnyText()});
}

void Peeks(World &world) {
  world.Establish();
  world.peer().Write("ahead");
  world.Call("peek").Gives(ReadOf("ahead"));
  world.Call("peek", IntegerWord(2)).Gives(ReadOf("ah"));
  world.Call("pending").Gives({Integer(5)});
  world.Call("read", IntegerWord(2)).Gives(ReadOf("ah"));
  world.Call("pending").Gives({Integer(3)});
  world.Call("read").Gives(ReadOf("ead"));
  world.Call("pending").Gives({Integer(0)});
}

void PeekTimesOut(World &world) {
  world.Establish();
  Deadlines(world, kShort, kLong);
  world.Call("peek").Gives(NilTimeout()).TookAtLeast(kNotBefore);
}

void PeekAtTheEnd(World &world) {
  world.Establish();
  world.peer().CloseNotify();
  world.Call("peek").Gives(Closed());
  world.Call("read").Gives(Closed());
}

void UpdatesKeys(World &world) {
  world.Establish();
  world.Call("key_update", "false").Gives(Ok());
  world.Call("write", StringWord("new")).Gives(WriteOf(3));
  world.Call("key_update", "true").Gives(Ok());
  world.Call("write", StringWord(" keys")).Gives(WriteOf(5));
  PeerHas(world, "new keys");
  world.peer().Write("both");
  world.Call("read").Gives(ReadOf("both"));
}

void HasNoKeyUpdate(World &world) {
  world.Establish();
  world.Call("key_update").Gives(Error());
  world.Call("write", StringWord("on")).Gives(WriteOf(2));
  PeerHas(world, "on");
}

void AsksForItsName(World &world) {
  world.Establish();
  world.Call("servername").Gives({Bytes(kServerName)});
  world.Expect(world.peer().server_name() == kServerName, "the peer was asked for another name");
}

void NoNameIsAsked(World &world) {
  world.Establish();
  world.Call("servername").Gives({Nil()});
}

}  // namespace

std::vector<Case> ExtensionCases() {
  return {
      {"NTX-SESSION-01/1", "a session saves a full handshake", kOnlyClient, Resumes, {}},
      {"NTX-SESSION-01/2", "it is verified as ever", kOnlyClient, IsVerifiedAnew, {"D-24"}},
      {"NTX-SESSION-02/1", "an unknown one: a full handshake", kOnlyClient, ServerHasForgotten, {}},
      {"NTX-SESSION-03/1", "of another name: nil, err, nil", kOnlyClient, OfAnotherName, {"D-26"}},
      {"NTX-SESSION-04/1", "none before the handshake", kModesAndRoles, NoSessionYet, {}},
      {"NTX-SESSION-04/2", "none on a server", kOnlyServer, ServerHasNone, {}},
      {"NTX-IMPORT-01/1", "what was exported is resumed", kOnlyClient, ResumesACopy, {}},
      {"NTX-IMPORT-02/1",
       "of another configuration: nil, err, nil",
       kOnlyClient,
       CopyIsOfItsConfiguration,
       {"D-26"}},
      {"NTX-IMPORT-03/1", "no session: nil, err", OverTcp(kOnlyClient), NoSession, {}},
      {"NTX-HANDSHAKED-01/1", "false, then true", kModesAndRoles, KnowsItsHandshake, {}},
      {"NTX-EXPORTER-01/1", "both ends derive the same", kEveryAxis, DerivesTheSame, {}},
      {"NTX-EXPORTER-02/1", "before the handshake: nil, err", kEveryAxis, DerivesNothingYet, {}},
      {"NTX-PEEK-01/1", "what read gives, and it stays", kEveryAxis, Peeks, {"NTX-PENDING-01"}},
      {"NTX-PEEK-02/1", "deadline: nil, nil, true", kEveryAxis, PeekTimesOut, {"D-02"}},
      {"NTX-PEEK-02/2", "close_notify: nil, nil, nil", kEveryAxis, PeekAtTheEnd, {"D-09"}},
      {"NTX-KEYUPDATE-01/1", "new keys, in both directions", kOnlyTls13, UpdatesKeys, {}},
      {"NTX-KEYUPDATE-02/1", "TLS 1.2 has none: an error, and on", kOnlyTls12, HasNoKeyUpdate, {}},
      {"NTX-NAME-01/1", "a client's own", kOnlyClient, AsksForItsName, {"D-24"}},
      {"NTX-NAME-01/2", "a server that was asked for none", kOnlyServer, NoNameIsAsked, {}},
  };
}

}  // namespace conformance
