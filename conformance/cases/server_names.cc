// A server with configurations by the name that its client asks for

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr char kOtherName[] = "other.example";

// Configuration 2 shows `certificate`.
void OtherConfig(World &world, const std::string &certificate) {
  world.Configure();
  world.Command("config 2").Gives({Object()});
  world
      .Command("set 2 set_keypair_file " +
               StringWord(world.certificates().Certificate(certificate)) + " " +
               StringWord(world.certificates().Key(certificate)))
      .Gives({True()});
}

// The driver serves a peer that asks for `asked` ("": for none), and has configuration 2 for
// `name`.
void Serves(World &world, const std::string &name, const std::string &asked) {
  OtherConfig(world, "wildcard");
  world.setup().peer.server_name = asked;
  world.setup().listening = {"servername 1 2 " + StringWord(name)};
  world.Establish();
}

void IsShown(World &world, const std::string &certificate) {
  world.Expect(world.peer().IsShown(world.certificates().Certificate(certificate)),
               "the server shows another certificate than " + certificate);
}

void ByName(World &world) {
  Serves(world, kOtherName, kOtherName);
  IsShown(world, "wildcard");
  world.Call("servername").Gives({Bytes(kOtherName)});
  world.peer().Write("hello");
  world.Call("read").Gives(ReadOf("hello"));
}

void ByNameInCapitals(World &world) {
  Serves(world, kOtherName, "OTHER.Example");
  IsShown(world, "wildcard");
}

void AnotherName(World &world) {
  Serves(world, kOtherName, "unknown.example");
  IsShown(world, "server");
}

void NoName(World &world) {
  Serves(world, kOtherName, "");
  IsShown(world, "server");
}

void Wildcard(World &world) {
  Serves(world, "*.wild.example", "one.wild.example");
  IsShown(world, "wildcard");
}

void WildcardIsOneLabel(World &world) {
  Serves(world, "*.wild.example", "one.two.wild.example");
  IsShown(world, "server");
}

void WildcardIsNotNothing(World &world) {
  Serves(world, "*.wild.example", "wild.example");
  IsShown(world, "server");
}

// The whole configuration goes by the name: here it demands a certificate, which the peer has not.
void WholeConfiguration(World &world) {
  OtherConfig(world, "wildcard");
  world.Command("set 2 set_ca_file " + StringWord(world.certificates().Certificate("ca")))
      .Gives({True()});
  world.Command("set 2 verify_client");
  world.setup().peer.server_name = kOtherName;
  world.setup().listening = {"servername 1 2 " + StringWord(kOtherName)};
  world.Connect();
  world.Call("handshake").Gives(Error());
}

void Replaces(World &world) {
  OtherConfig(world, "wildcard");
  world.setup().peer.server_name = kOtherName;
  world.setup().listening = {"servername 1 1 " + StringWord(kOtherName),
                             "servername 1 2 " + StringWord(kOtherName)};
  world.Establish();
  IsShown(world, "wildcard");
}

void NoSuchName(World &world) {
  OtherConfig(world, "wildcard");
  world.ListenForForeign();
  for (const char *name :
       {"", "*", "a b.example", "*.*.example", "127.0.0.1", "one..example", "a*.example"}) {
    world.SetAbout(name);
    world.Command("servername 1 2 " + StringWord(name)).Gives({False(), AnyText()});
  }
}

void NoKeyPair(World &world) {
  world.Configure();
  world.Command("config 2").Gives({Object()});
  world.ListenForForeign();
  world.Command("servername 1 2 " + StringWord(kOtherName)).Gives({False(), AnyText()});
}

}  // namespace

std::vector<Case> ServerNameCases() {
  return {
      {"NTX-SNI-01/1", "the certificate of the name", kOnlyServer, ByName, {"NTX-NAME-01"}},
      {"NTX-SNI-01/2", "a name in capitals is the same", kOnlyServer, ByNameInCapitals, {}},
      {"NTX-SNI-01/3", "the whole configuration", kOnlyServer, WholeConfiguration, {"D-24"}},
      {"NTX-SNI-01/4", "the last one given to a name counts", kOnlyServer, Replaces, {}},
      {"NTX-SNI-02/1", "another name: the server's own", kOnlyServer, AnotherName, {}},
      {"NTX-SNI-02/2", "no name: the server's own", kOnlyServer, NoName, {}},
      {"NTX-SNI-03/1", "a wildcard", kOnlyServer, Wildcard, {}},
      {"NTX-SNI-03/2", "it is one label, not two", kOnlyServer, WildcardIsOneLabel, {}},
      {"NTX-SNI-03/3", "it is one label, not none", kOnlyServer, WildcardIsNotNothing, {}},
      {"NTX-SNI-04/1", "no DNS name: false, err", OverTcp(kOnlyServer), NoSuchName, {}},
      {"NTX-SNI-04/2", "no key pair: false, err", OverTcp(kOnlyServer), NoKeyPair, {"D-25"}},
  };
}

}  // namespace conformance
