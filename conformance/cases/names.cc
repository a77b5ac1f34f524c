// Whose certificate it is: names, chains and usages

#include "conformance/cases/cases.h"
#include "conformance/cases/foreign_programs.h"

namespace conformance {
namespace {

void Show(World &world, const std::string &certificate) {
  world.setup().peer.certificate = world.certificates().Certificate(certificate);
  world.setup().peer.key = world.certificates().Key(certificate);
}

void Accepts(World &world, const std::string &certificate, const std::string &name) {
  Show(world, certificate);
  world.setup().server_name = StringWord(name);
  world.Establish();
  world.peer().Write("trusted");
  world.Call("read").Gives(ReadOf("trusted"));
}

// The error tells why, the peer gets an alert, and nothing works any more.
void Refuses(World &world, const std::vector<std::string> &words, int alert) {
  world.Connect();
  Result result = world.Call("handshake");
  result.Gives({False(), TextWith(words), Nil()});
  world.Call("write", StringWord("x")).Gives({Nil(), Bytes(result.TextOf(1)), Nil()});
  world.Call("read").Gives({Nil(), Bytes(result.TextOf(1)), Nil()});
  world.Until("the peer gets an alert", [&] { return !world.peer().alerts().empty(); });
  world.Expect(world.peer().alerts()[0] == alert,
               "the alert is " + std::to_string(world.peer().alerts()[0]));
  world.Expect(world.peer().received().empty(), "it was told something");
  world.Call("close").Gives(Ok());
}

// The name that was asked for is in the error (D-12).
void RefusesName(World &world, const std::string &certificate, const std::string &name) {
  Show(world, certificate);
  world.setup().server_name = StringWord(name);
  Refuses(world, {"handshake", name}, SSL_AD_BAD_CERTIFICATE);
}

void RefusesChain(World &world, const std::string &certificate, int alert) {
  Show(world, certificate);
  Refuses(world, {"handshake", "certificate"}, alert);
}

void RefusesUsageOfClient(World &world) {
  world.setup().config = {"verify_client"};
  Show(world, "for_servers");
  world.Connect();
  world.Call("handshake").Gives({False(), TextWith({"handshake", "certificate"}), Nil()});
  world.Call("read").Gives(NilError());
}

void AcceptsChainOfClient(World &world) {
  world.setup().config = {"verify_client"};
  Show(world, "chain");
  world.Establish();
  world.peer().Write("trusted");
  world.Call("read").Gives(ReadOf("trusted"));
}

// What is behind the certificate in its file is sent along: else openssl could not build the chain.
void SendsItsChain(World &world) {
  world.setup().certificate = "chain";
  kOpenssl.connect(world, {});
  world.Call("handshake").Gives(Ok());
  world.Call("write", StringWord("trusted\n")).Gives(WriteOf(8));
  world.Until("openssl has it",
              [&] { return world.foreign().Printed("trusted") || world.foreign().ended(); });
  world.Expect(world.foreign().Printed("trusted"), "openssl does not trust it");
}

}  // namespace

std::vector<Case> NameCases() {
  auto accepts = [](const char *certificate, const char *name) {
    return [=](World &world) { Accepts(world, certificate, name); };
  };
  auto refuses = [](const char *certificate, const char *name) {
    return [=](World &world) { RefusesName(world, certificate, name); };
  };
  auto chain = [](const char *certificate, int alert) {
    return [=](World &world) { RefusesChain(world, certificate, alert); };
  };
  const Vary client = OverTcp({true, true, false, true, true, false});
  const Vary server = OverTcp({true, true, false, true, false, true});
  return {
      {"D-24/41",
       "names are the same in capitals",
       client,
       accepts("server", "SERVER.Example"),
       {}},
      {"D-24/42",
       "a wildcard is good for one label",
       client,
       accepts("wildcard", "a.wild.example"),
       {}},
      {"D-24/43",
       "a wildcard is not good for two labels",
       client,
       refuses("wildcard", "a.b.wild.example"),
       {"D-12"}},
      {"D-24/44",
       "a wildcard is not good for no label",
       client,
       refuses("wildcard", "wild.example"),
       {"D-12"}},
      {"D-24/45",
       "a wildcard is no name to ask for",
       client,
       refuses("server", "*.example"),
       {"D-12"}},
      {"D-24/46",
       "a common name is no name where there are no others",
       client,
       refuses("common", kServerName),
       {"D-12"}},
      {"D-24/47",
       "a common name is no name beside others",
       client,
       refuses("elsewhere", kServerName),
       {"D-12"}},
      {"D-24/48",
       "a part of a name is not the name",
       client,
       refuses("server", "server.example.org"),
       {"D-12"}},
      {"D-24/49",
       "the end of a name is not the name",
       client,
       refuses("server", "example"),
       {"D-12"}},
      {"D-24/50", "an IPv6 address", client, accepts("address", "::1"), {}},
      {"D-24/51", "an IPv6 address in full", client, accepts("address", "0:0:0:0:0:0:0:1"), {}},
      {"D-24/52",
       "a DNS name of digits and dots is no address",
       client,
       refuses("address", "127.0.0.1"),
       {"D-12"}},
      {"D-24/53", "another address", client, refuses("server", "127.0.0.2"), {"D-12"}},
      {"D-24/54",
       "a certificate by itself is refused",
       client,
       chain("self_signed", SSL_AD_UNKNOWN_CA),
       {"D-12"}},
      {"D-24/55", "a chain with an authority between", client, accepts("chain", kServerName), {}},
      {"D-24/56",
       "a chain whose middle is missing is refused",
       client,
       chain("inner", SSL_AD_UNKNOWN_CA),
       {"D-12"}},
      {"D-24/57",
       "a chain through a mere server is refused",
       client,
       chain("no_ca_chain", SSL_AD_UNKNOWN_CA),
       {"D-12"}},
      {"D-24/58",
       "a client's certificate is none for a server",
       client,
       chain("for_clients", SSL_AD_UNSUPPORTED_CERTIFICATE),
       {"D-12"}},
      {"D-24/59", "a server's certificate is none for a client", server, RefusesUsageOfClient, {}},
      {"D-24/60", "a client's chain with an authority between", server, AcceptsChainOfClient, {}},
      {"D-24/61", "a server sends its whole chain", server, SendsItsChain, {}},
  };
}

}  // namespace conformance
