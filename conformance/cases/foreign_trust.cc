// Trust between the driver and foreign peers: who refuses whom, and how each side tells it

#include "conformance/cases/cases.h"
#include "conformance/cases/foreign_programs.h"

namespace conformance {
namespace {

void HasPrinted(World &world, const std::string &text) {
  world.Until("the foreign peer prints `" + text + "`",
              [&] { return world.foreign().Printed(text) || world.foreign().ended(); });
  world.Expect(world.foreign().Printed(text), "the foreign peer ended without `" + text + "`");
}

// An OpenSSL client that refuses a server of TLS 1.3 says so before it has keys to say it with:
// such an alert is nothing but a bad record, whatever it is called.
bool IsUnprotected(const World &world, const ForeignProgram &program) {
  return world.is_tls13() && &program != &kGnutls;
}

// It does not know the driver's authority: its alert is what the driver's error names.
void ItRefuses(World &world, const ForeignProgram &program, const std::string &alert) {
  ForeignOptions options;
  options.authority = "other_ca";
  program.connect(world, options);
  if (IsUnprotected(world, program)) {
    Result refused = world.Call("handshake").Gives({False(), TextWith({"handshake"}), Nil()});
    world.Call("read").Gives({Nil(), Bytes(refused.TextOf(1)), Nil()});
    return;
  }
  Result result = world.Call("handshake");
  result.Gives({False(), TextWith({"handshake", alert, "peer"}), Nil()});
  world.Call("alert").Gives({Bytes(alert), Bytes("received")});
  world.Call("read").Gives({Nil(), Bytes(result.TextOf(1)), Nil()});
  world.Call("write", StringWord("x")).Gives({Nil(), Bytes(result.TextOf(1)), Nil()});
  world.Call("closed_by").Gives({Bytes("alert")});
}

// It expects another name.
void ItRefusesTheName(World &world) {
  ForeignOptions options;
  options.further = {"-verify_hostname", "other.example"};
  kOpenssl.connect(world, options);
  if (IsUnprotected(world, kOpenssl)) {
    world.Call("handshake").Gives({False(), TextWith({"handshake"}), Nil()});
    return;
  }
  world.Call("handshake").Gives({False(), TextWith({"handshake", "bad_certificate"}), Nil()});
}

// The driver does not know its authority, and says so by an alert that it prints.
void DriverRefuses(World &world, const ForeignProgram &program, const std::string &printed) {
  ForeignOptions options;
  options.certificate = "untrusted";
  program.connect(world, options);
  world.Call("handshake").Gives({False(), TextWith({"certificate"}), Nil()});
  world.Call("alert").Gives({Bytes("unknown_ca"), Bytes("sent")});
  world.Call("read").Gives(NilError());
  HasPrinted(world, printed);
}

// Certificates both ways.
void Mutual(World &world, const ForeignProgram &program) {
  ForeignOptions options;
  if (world.axes().is_client) {
    world.setup().certificate = "client";
    options.demands_certificate = true;
  } else {
    world.setup().config = {"verify_client"};
    options.certificate = "client";
  }
  program.connect(world, options);
  world.Call("handshake").Gives(Ok());
  world.Call("write", StringWord("by name\n")).Gives(WriteOf(8));
  HasPrinted(world, "by name");
  world.Call("close").Gives(Ok());
}

// In TLS 1.3 a client's handshake is done before the server has judged its certificate.
void ServerRefuses(World &world, const std::string &alert) {
  if (!world.is_tls13()) {
    world.Call("handshake").Gives({False(), TextWith({"handshake", alert, "peer"}), Nil()});
  } else {
    world.Call("handshake").Gives(Ok());
    world.Call("read").Gives({Nil(), TextWith({"read", alert, "peer"}), Nil()});
  }
  world.Call("alert").Gives({Bytes(alert), Bytes("received")});
  world.Call("write", StringWord("x")).Gives(NilError());
}

void ItDemands(World &world, const ForeignProgram &program, const std::string &alert13,
               const std::string &alert12) {
  ForeignOptions options;
  options.demands_certificate = true;
  program.connect(world, options);
  ServerRefuses(world, world.is_tls13() ? alert13 : alert12);
}

void ItRefusesAnIntruder(World &world, const ForeignProgram &program, const std::string &alert) {
  ForeignOptions options;
  options.demands_certificate = true;
  world.setup().certificate = "intruder";
  program.connect(world, options);
  ServerRefuses(world, alert);
}

// The driver is the server and refuses its client.
void DriverRefusesClient(World &world, const ForeignProgram &program,
                         const std::string &certificate, const std::string &printed) {
  ForeignOptions options;
  options.certificate = certificate;
  world.setup().config = {"verify_client"};
  program.connect(world, options);
  world.Call("handshake").Gives({False(), TextWith({"handshake", "certificate"}), Nil()});
  world.Call("read").Gives(NilError());
  HasPrinted(world, printed);
}

}  // namespace

std::vector<Case> ForeignTrustCases() {
  auto refuses = [](const ForeignProgram &program, const char *alert) {
    return [&program, alert](World &world) { ItRefuses(world, program, alert); };
  };
  auto refused = [](const ForeignProgram &program, const char *printed) {
    return [&program, printed](World &world) { DriverRefuses(world, program, printed); };
  };
  auto mutual = [](const ForeignProgram &program) {
    return [&program](World &world) { Mutual(world, program); };
  };
  auto demands = [](const ForeignProgram &program, const char *alert13, const char *alert12) {
    return [=, &program](World &world) { ItDemands(world, program, alert13, alert12); };
  };
  auto intruder = [](const ForeignProgram &program, const char *alert) {
    return [&program, alert](World &world) { ItRefusesAnIntruder(world, program, alert); };
  };
  auto client = [](const ForeignProgram &program, const char *certificate, const char *printed) {
    return
        [=, &program](World &world) { DriverRefusesClient(world, program, certificate, printed); };
  };
  const Vary as_server = OverTcp({true, false, true, true, false, true});
  const Vary as_client = OverTcp({true, false, true, true, true, false});
  const Vary both = OverTcp(kBlocking);
  return {
      {"D-12/11",
       "openssl s_client refuses the authority: its alert by name",
       as_server,
       refuses(kOpenssl, "unknown_ca"),
       {"D-11"}},
      {"D-12/12",
       "socat refuses the authority: its alert by name",
       as_server,
       refuses(kSocat, "unknown_ca"),
       {"D-11"}},
      {"D-12/13",
       "gnutls-cli refuses the authority: its alert by name",
       as_server,
       refuses(kGnutls, "bad_certificate"),
       {"D-11"}},
      {"D-12/14",
       "openssl s_client expects another name: its alert by name",
       as_server,
       ItRefusesTheName,
       {}},
      {"D-24/31",
       "openssl s_server's authority is not known: it is told so",
       as_client,
       refused(kOpenssl, "unknown ca"),
       {"D-12"}},
      {"D-24/32",
       "socat's authority is not known: it is told so",
       as_client,
       refused(kSocat, "unknown ca"),
       {"D-12"}},
      {"D-24/33",
       "gnutls-serv's authority is not known: it is told so",
       as_client,
       refused(kGnutls, "fatal alert has been received"),
       {"D-12"}},
      {"D-24/34", "certificates both ways with openssl", both, mutual(kOpenssl), {}},
      {"D-24/35", "certificates both ways with socat", both, mutual(kSocat), {}},
      {"D-24/36", "certificates both ways with gnutls", both, mutual(kGnutls), {}},
      {"D-12/15",
       "openssl s_server demands a certificate: its alert by name",
       as_client,
       demands(kOpenssl, "certificate_required", "handshake_failure"),
       {"D-24"}},
      {"D-12/16",
       "gnutls-serv demands a certificate: its alert by name",
       as_client,
       demands(kGnutls, "certificate_required", "decode_error"),
       {"D-24"}},
      {"D-12/17",
       "openssl s_server does not know the client's authority: its alert by name",
       as_client,
       intruder(kOpenssl, "unknown_ca"),
       {"D-24"}},
      {"D-24/37",
       "openssl s_client has no certificate where one is demanded: it is told so",
       as_server,
       client(kOpenssl, "", "alert"),
       {}},
      {"D-24/38",
       "openssl s_client's authority is not known: it is told so",
       as_server,
       client(kOpenssl, "intruder", "unknown ca"),
       {}},
      {"D-24/39",
       "gnutls-cli's authority is not known: it is told so",
       as_server,
       client(kGnutls, "intruder", "CA is unknown"),
       {}},
  };
}

}  // namespace conformance
