// Foreign peers: openssl and socat at the other end

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr size_t kMany = 512 * 1024;

using Command = std::vector<std::string>;

std::string SocatVersion(const World &world) {
  std::string version = world.is_tls13() ? "TLS1.3" : "TLS1.2";
  return ",openssl-min-proto-version=" + version + ",openssl-max-proto-version=" + version;
}

std::string OpensslVersion(const World &world) {
  return world.is_tls13() ? "-tls1_3" : "-tls1_2";
}

// The foreign peer is the server: it listens once it has printed `announced`, on the port that
// follows where it is TCP.
void ConnectToForeign(World &world, const Command &command, const std::string &announced,
                      Endpoint endpoint) {
  Foreign &foreign = world.RunForeign(command);
  world.Until("the foreign server listens", [&] {
    endpoint.port = foreign.PortAfter(announced);
    return endpoint.is_unix() ? foreign.Printed(announced) : endpoint.port != 0;
  });
  world.ConnectTo(endpoint);
}

void ConnectToOpenssl(World &world) {
  const Certificates &files = world.certificates();
  Endpoint endpoint = world.NewEndpoint();
  Command command = {"openssl",
                     "s_server",
                     "-naccept",
                     "1",
                     "-cert",
                     files.Certificate("server"),
                     "-key",
                     files.Key("server"),
                     OpensslVersion(world)};
  if (endpoint.is_unix()) {
    command.insert(command.end(), {"-unix", endpoint.path});
  } else {
    command.insert(command.end(), {"-accept", "127.0.0.1:0"});
  }
  ConnectToForeign(world, command, "ACCEPT", endpoint);
}

void AcceptOpenssl(World &world) {
  Endpoint endpoint = world.ListenForForeign();
  Command command = {"openssl",
                     "s_client",
                     "-CAfile",
                     world.certificates().Certificate("ca"),
                     "-servername",
                     kServerName,
                     "-verify_hostname",
                     kServerName,
                     "-verify_return_error",
                     OpensslVersion(world)};
  if (endpoint.is_unix()) {
    command.insert(command.end(), {"-unix", endpoint.path});
  } else {
    command.insert(command.end(), {"-connect", "127.0.0.1:" + std::to_string(endpoint.port)});
  }
  world.RunForeign(command);
  world.AcceptForeign();
}

void ConnectOpenssl(World &world) {
  if (world.axes().is_client) {
    ConnectToOpenssl(world);
  } else {
    AcceptOpenssl(world);
  }
}

void ConnectSocat(World &world) {
  const Certificates &files = world.certificates();
  if (world.axes().is_client) {
    ConnectToForeign(
        world,
        {"socat", "-d", "-d", "-t0.01", "-",
         "OPENSSL-LISTEN:0,bind=127.0.0.1,verify=0,certificate=" + files.Certificate("server") +
             ",key=" + files.Key("server") + SocatVersion(world)},
        "listening on", {});
    return;
  }
  int port = world.ListenForForeign().port;
  world.RunForeign({"socat", "-d", "-d", "-t0.01", "-",
                    "OPENSSL:127.0.0.1:" + std::to_string(port) + ",commonname=" + kServerName +
                        ",cafile=" + files.Certificate("ca") + SocatVersion(world)});
  world.AcceptForeign();
}

// Both ways, then the driver closes and the foreign peer ends.
void Exchange(World &world, Foreign &foreign) {
  world.Call("handshake").Gives(Ok());
  world.Call("write", StringWord("from the driver\n")).Gives(WriteOf(16));
  world.Until("the foreign peer has it", [&] { return foreign.Printed("from the driver"); });
  foreign.Type("from afar\n");
  world.Call("read").Gives(ReadOf("from afar\n"));
  world.Call("close").Gives(Ok());
  world.Until("the foreign peer ends", [&] { return foreign.ended(); });
}

void ExchangeWithOpenssl(World &world) {
  ConnectOpenssl(world);
  Exchange(world, world.foreign());
}

void ExchangeWithSocat(World &world) {
  ConnectSocat(world);
  Exchange(world, world.foreign());
}

void OpensslCloses(World &world) {
  ConnectOpenssl(world);
  world.Call("handshake").Gives(Ok());
  world.foreign().Type("Q\n");
  world.Call("read").Gives(Closed());
  world.Call("read").Gives(Closed());
  world.Call("close").Gives({Anything(), Anything(), Anything()});
}

// At Q the server closes the descriptor and says nothing.
void OpensslTruncates(World &world) {
  ConnectOpenssl(world);
  world.Call("handshake").Gives(Ok());
  world.foreign().Type("Q\n");
  world.Call("read").Gives(NilError());
  world.Call("close").Gives({Anything(), Anything(), Anything()});
}

void SocatCloses(World &world) {
  ConnectSocat(world);
  world.Call("handshake").Gives(Ok());
  world.foreign().CloseInput();
  world.Call("read").Gives(Closed());
  world.Call("close").Gives({Anything(), Anything(), Anything()});
}

void ManyBytesToSocat(World &world) {
  ConnectSocat(world);
  world.Call("write", PatternWord(0, kMany)).Gives(WriteOf(kMany));
  world.Until("the foreign peer has all of it", [&] {
    return world.foreign().output().find(Pattern(kMany - 5000, 5000)) != std::string::npos;
  });
}

}  // namespace

// Of the two only openssl speaks TLS over unix sockets.
std::vector<Case> ForeignCases() {
  return {
      {"NTS-HANDSHAKE-03/11", "both ways with openssl", kEveryAxis, ExchangeWithOpenssl, {}},
      {"NTS-HANDSHAKE-03/12", "both ways with socat", kOnlyTcp, ExchangeWithSocat, {}},
      {"NTS-READ-08/11", "openssl s_client closes: nil, nil, nil", kOnlyServer, OpensslCloses, {}},
      {"D-10/11",
       "openssl s_server closes without close_notify: an error",
       kOnlyClient,
       OpensslTruncates,
       {}},
      {"NTS-READ-08/12", "socat closes: nil, nil, nil", kOnlyTcp, SocatCloses, {}},
      {"NTS-WRITE-02/11", "512 KiB to socat", kOnlyTcp, ManyBytesToSocat, {}},
  };
}

}  // namespace conformance
