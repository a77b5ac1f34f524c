// Trust: whom a socket believes, and what it says otherwise. That is the same on every transport,
// so that cases run over TCP alone.

#include <unistd.h>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

void ShowCertificate(World &world, const std::string &name) {
  world.setup().peer.certificate = world.certificates().Certificate(name);
  world.setup().peer.key = world.certificates().Key(name);
}

// A client refuses the peer's certificate, in these words and with this alert.
void Refuses(World &world, const std::vector<std::string> &words, int alert) {
  world.Connect();
  world.Call("handshake").Gives({False(), TextWith(words), Nil()});
  world.Call("read").Gives(NilError());
  const Peer &peer = world.peer();
  world.Until("the peer gets an alert",
              [&] { return !peer.alerts().empty() || !peer.error().empty(); });
  world.Expect(!peer.alerts().empty(), "the peer got something that is no alert");
  world.Expect(peer.alerts()[0] == alert, "the alert is " + std::to_string(peer.alerts()[0]));
}

void Accepts(World &world) {
  world.Establish();
  world.peer().Write("trusted");
  world.Call("read").Gives(ReadOf("trusted"));
}

void SendsName(World &world) {
  world.Establish();
  world.Expect(world.peer().server_name() == kServerName, "SNI has another name");
}

void Untrusted(World &world) {
  ShowCertificate(world, "untrusted");
  Refuses(world, {"certificate"}, SSL_AD_UNKNOWN_CA);
}

void SystemStore(World &world) {
  world.setup().trusted = "";
  Refuses(world, {"certificate"}, SSL_AD_UNKNOWN_CA);
}

void WrongName(World &world) {
  world.setup().server_name = StringWord("other.example");
  Refuses(world, {"other.example"}, SSL_AD_BAD_CERTIFICATE);
}

void Expired(World &world) {
  ShowCertificate(world, "expired");
  Refuses(world, {"expired"}, SSL_AD_CERTIFICATE_EXPIRED);
}

void NotYetValid(World &world) {
  ShowCertificate(world, "future");
  world.Connect();
  world.Call("handshake").Gives({False(), TextWith({"not yet valid"}), Nil()});
}

void Address(World &world) {
  world.setup().server_name = StringWord("127.0.0.1");
  world.Establish();
  world.Expect(world.peer().server_name().empty(), "an address was sent as SNI");
}

void AddressNotNamed(World &world) {
  ShowCertificate(world, "named");
  world.setup().server_name = StringWord("127.0.0.1");
  Refuses(world, {"127.0.0.1"}, SSL_AD_BAD_CERTIFICATE);
}

void Insecure(World &world, const std::string &method, const std::string &certificate,
              const std::string &name) {
  world.setup().config = {method};
  world.setup().server_name = StringWord(name);
  ShowCertificate(world, certificate);
  Accepts(world);
}

// Each of them turns off one part and nothing else.
void OnlyItsPart(World &world, const std::string &method, const std::string &certificate,
                 const std::string &name) {
  world.setup().config = {method};
  world.setup().server_name = StringWord(name);
  ShowCertificate(world, certificate);
  world.Connect();
  world.Call("handshake").Gives(Error());
}

void NoName(World &world) {
  world.setup().server_name = "nil";
  world.Configure();
  Endpoint endpoint;
  int listener = world.Listen(&endpoint);
  world.Command("client 1 1 " + endpoint.Words() + " nil")
      .Gives({Nil(), TextWith({"name"}), Nil()});
  close(listener);
}

void DemandsClientCertificate(World &world) {
  world.setup().config = {"verify_client"};
  ShowCertificate(world, "client");
  Accepts(world);
}

void RefusesWithoutClientCertificate(World &world) {
  world.setup().config = {"verify_client"};
  world.Connect();
  world.Call("handshake").Gives(Error());
}

void RefusesIntruder(World &world, const std::string &method) {
  world.setup().config = {method};
  ShowCertificate(world, "intruder");
  world.Connect();
  world.Call("handshake").Gives({False(), TextWith({"certificate"}), Nil()});
}

void OptionalClientCertificate(World &world) {
  world.setup().config = {"verify_client_optional"};
  Accepts(world);
}

void OldVersion(World &world) {
  world.setup().peer.version = TLS1_1_VERSION;
  world.Connect();
  world.Call("handshake").Gives(Error());
  world.Expect(!world.peer().handshaked(), "it speaks TLS 1.1");
}

void SetterFails(World &world, const std::string &method, const std::vector<std::string> &files,
                 const std::vector<std::string> &words) {
  world.Configure();
  std::string arguments;
  for (const std::string &file : files) {
    arguments += " " + StringWord(world.certificates().Path(file));
  }
  world.Command("set 1 " + method + arguments).Gives({False(), TextWith(words)});
}

void MissingCa(World &world) {
  SetterFails(world, "set_ca_file", {"missing.pem"}, {"missing.pem", "No such file"});
}

void GarbageCa(World &world) {
  SetterFails(world, "set_ca_file", {"garbage.pem"}, {"garbage.pem"});
}

void EmptyCa(World &world) {
  SetterFails(world, "set_ca_file", {"empty.pem"}, {"empty.pem"});
}

void MissingKey(World &world) {
  SetterFails(world, "set_keypair_file", {"server.pem", "missing.key"},
              {"missing.key", "No such file"});
}

void GarbageCertificate(World &world) {
  SetterFails(world, "set_keypair_file", {"garbage.pem", "server.key"}, {"garbage.pem"});
}

void MismatchedKey(World &world) {
  SetterFails(world, "set_keypair_file", {"server.pem", "client.key"}, {"key"});
}

}  // namespace

std::vector<Case> TrustCases() {
  auto insecure = [](auto run, const char *method, const char *certificate, const char *name) {
    return [=](World &world) { run(world, method, certificate, name); };
  };
  auto intruder = [](const char *method) {
    return [method](World &world) { RefusesIntruder(world, method); };
  };
  return {
      {"D-24/1", "a good certificate is accepted", OverTcp(kOnlyClient), Accepts, {}},
      {"D-24/2", "the name is sent by SNI", OverTcp(kOnlyClient), SendsName, {}},
      {"D-24/3",
       "a certificate of an unknown authority is refused",
       OverTcp(kOnlyClient),
       Untrusted,
       {"D-12"}},
      {"D-24/4",
       "without a named authority the system's store decides",
       OverTcp(kOnlyClient),
       SystemStore,
       {}},
      {"D-24/5",
       "a certificate for another name is refused, and the name told",
       OverTcp(kOnlyClient),
       WrongName,
       {"D-12"}},
      {"D-24/6", "an expired certificate is refused", OverTcp(kOnlyClient), Expired, {"D-12"}},
      {"D-24/7",
       "a certificate that is not yet valid is refused",
       OverTcp(kOnlyClient),
       NotYetValid,
       {}},
      {"D-24/8",
       "an IP address is matched against iPAddress SANs",
       OverTcp(kOnlyClient),
       Address,
       {}},
      {"D-24/9",
       "an IP address that the certificate does not have is refused",
       OverTcp(kOnlyClient),
       AddressNotNamed,
       {}},
      {"D-24/10",
       "insecure_noverifycert: any chain",
       OverTcp(kOnlyClient),
       insecure(Insecure, "insecure_noverifycert", "untrusted", kServerName),
       {}},
      {"D-24/11",
       "insecure_noverifyname: any name",
       OverTcp(kOnlyClient),
       insecure(Insecure, "insecure_noverifyname", "server", "other.example"),
       {}},
      {"D-24/12",
       "insecure_noverifytime: any time",
       OverTcp(kOnlyClient),
       insecure(Insecure, "insecure_noverifytime", "expired", kServerName),
       {}},
      {"D-24/13",
       "insecure_noverifycert still checks the name",
       OverTcp(kOnlyClient),
       insecure(OnlyItsPart, "insecure_noverifycert", "untrusted", "other.example"),
       {}},
      {"D-24/14",
       "insecure_noverifyname still checks the chain",
       OverTcp(kOnlyClient),
       insecure(OnlyItsPart, "insecure_noverifyname", "untrusted", "other.example"),
       {}},
      {"D-24/15",
       "insecure_noverifytime still checks the chain",
       OverTcp(kOnlyClient),
       insecure(OnlyItsPart, "insecure_noverifytime", "untrusted", kServerName),
       {}},
      {"D-24/16", "a client without a server name is not made", kOnlyClient, NoName, {}},
      {"D-24/17",
       "verify_client: a good client certificate",
       OverTcp(kOnlyServer),
       DemandsClientCertificate,
       {}},
      {"D-24/18",
       "verify_client: none is refused",
       OverTcp(kOnlyServer),
       RefusesWithoutClientCertificate,
       {}},
      {"D-24/19",
       "verify_client: one of an unknown authority is refused",
       OverTcp(kOnlyServer),
       intruder("verify_client"),
       {}},
      {"D-24/20",
       "verify_client_optional: none will do",
       OverTcp(kOnlyServer),
       OptionalClientCertificate,
       {}},
      {"D-24/21",
       "verify_client_optional: one of an unknown authority is refused",
       OverTcp(kOnlyServer),
       intruder("verify_client_optional"),
       {}},
      {"D-25/1", "TLS 1.1 is refused", OverTcp(kModesAndRoles), OldVersion, {}},
      {"D-25/2",
       "a CA file that is not there: its name and the reason",
       OverTcp(kEitherMode),
       MissingCa,
       {}},
      {"D-25/3", "a CA file with bad PEM: its name", OverTcp(kEitherMode), GarbageCa, {}},
      {"D-25/4", "an empty CA file: its name", OverTcp(kEitherMode), EmptyCa, {}},
      {"D-25/5",
       "a key that is not there: its name and the reason",
       OverTcp(kEitherMode),
       MissingKey,
       {}},
      {"D-25/6",
       "a certificate with bad PEM: its name",
       OverTcp(kEitherMode),
       GarbageCertificate,
       {}},
      {"D-25/7",
       "a key that is not the certificate's: an error",
       OverTcp(kEitherMode),
       MismatchedKey,
       {}},
  };
}

}  // namespace conformance
