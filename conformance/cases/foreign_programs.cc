#include "conformance/cases/foreign_programs.h"

namespace conformance {
namespace {

using Command = std::vector<std::string>;

void Append(Command *command, const Command &further) {
  command->insert(command->end(), further.begin(), further.end());
}

std::string Identity(const World &world, const ForeignOptions &options) {
  return options.certificate.empty() && world.axes().is_client ? "server" : options.certificate;
}

// The driver is the client. `listens` tells whether the server does, and sets the port of TCP.
void ConnectToForeign(World &world, const Command &command, Endpoint endpoint,
                      const std::function<bool(const Foreign &, int *port)> &listens) {
  Foreign &foreign = world.RunForeign(command);
  bool is_ready = false;
  world.Until("the foreign server listens", [&] {
    is_ready = listens(foreign, &endpoint.port);
    return is_ready || foreign.ended();
  });
  world.Expect(is_ready, "the foreign server does not listen");
  world.ConnectTo(endpoint);
}

// A server on a unix socket announces no port.
std::function<bool(const Foreign &, int *)> Announces(const std::string &text, bool is_unix) {
  return [=](const Foreign &foreign, int *port) {
    *port = is_unix ? 0 : foreign.PortAfter(text);
    return is_unix ? foreign.Printed(text) : *port != 0;
  };
}

// The options that openssl's two programs share.
Command OpensslOptions(const World &world, const ForeignOptions &options) {
  const Certificates &files = world.certificates();
  Command command = {world.is_tls13() ? "-tls1_3" : "-tls1_2", "-CAfile",
                     files.Certificate(options.authority)};
  std::string identity = Identity(world, options);
  if (!identity.empty()) {
    Append(&command, {"-cert", files.Certificate(identity), "-key", files.Key(identity)});
  }
  if (!options.alpn.empty()) {
    Append(&command, {"-alpn", options.alpn});
  }
  Append(&command, options.further);
  return command;
}

Command OpensslAddress(const Endpoint &endpoint, const std::string &option) {
  return endpoint.is_unix() ? Command{"-unix", endpoint.path}
                            : Command{option, "127.0.0.1:" + std::to_string(endpoint.port)};
}

void ConnectToOpenssl(World &world, const ForeignOptions &options) {
  Endpoint endpoint = world.NewEndpoint();
  Command server = {"openssl", "s_server", "-naccept", "1"};
  Append(&server, OpensslAddress(endpoint, "-accept"));
  if (options.demands_certificate) {
    Append(&server, {"-Verify", "1", "-verify_return_error"});
  }
  Append(&server, OpensslOptions(world, options));
  ConnectToForeign(world, server, endpoint, Announces("ACCEPT", endpoint.is_unix()));
}

void AcceptOpenssl(World &world, const ForeignOptions &options) {
  Command client = {"openssl", "s_client"};
  Append(&client, OpensslAddress(world.ListenForForeign(), "-connect"));
  Append(&client,
         {"-servername", kServerName, "-verify_hostname", kServerName, "-verify_return_error"});
  Append(&client, OpensslOptions(world, options));
  world.RunForeign(client);
  world.AcceptForeign();
}

void ConnectOpenssl(World &world, const ForeignOptions &options) {
  if (world.axes().is_client) {
    ConnectToOpenssl(world, options);
  } else {
    AcceptOpenssl(world, options);
  }
}

std::string SocatOptions(const World &world, const ForeignOptions &options) {
  const Certificates &files = world.certificates();
  std::string version = world.is_tls13() ? "TLS1.3" : "TLS1.2";
  std::string identity = Identity(world, options);
  std::string text = ",openssl-min-proto-version=" + version +
                     ",openssl-max-proto-version=" + version +
                     ",cafile=" + files.Certificate(options.authority);
  return identity.empty()
             ? text
             : text + ",certificate=" + files.Certificate(identity) + ",key=" + files.Key(identity);
}

void ConnectSocat(World &world, const ForeignOptions &options) {
  Command command = {"socat", "-d", "-d", "-t0.01", "-"};
  std::string words = SocatOptions(world, options);
  if (world.axes().is_client) {
    std::string verify = options.demands_certificate ? "1" : "0";
    command.push_back("OPENSSL-LISTEN:0,bind=127.0.0.1,verify=" + verify + words);
    ConnectToForeign(world, command, {}, Announces("listening on", false));
    return;
  }
  int port = world.ListenForForeign().port;
  command.push_back("OPENSSL:127.0.0.1:" + std::to_string(port) + ",commonname=" + kServerName +
                    words);
  world.RunForeign(command);
  world.AcceptForeign();
}

Command GnutlsOptions(const World &world, const ForeignOptions &options) {
  const Certificates &files = world.certificates();
  Command command = {"--priority",
                     std::string("NORMAL:-VERS-ALL:+VERS-TLS1.") + (world.is_tls13() ? "3" : "2"),
                     "--x509cafile", files.Certificate(options.authority)};
  std::string identity = Identity(world, options);
  if (!identity.empty()) {
    Append(&command,
           {"--x509certfile", files.Certificate(identity), "--x509keyfile", files.Key(identity)});
  }
  if (!options.alpn.empty()) {
    Append(&command, {"--alpn", options.alpn});
  }
  Append(&command, options.further);
  return command;
}

// It announces the port that it was told, 0, when it listens: the kernel knows which one it got.
bool GnutlsListens(const Foreign &foreign, int *port) {
  *port = foreign.Printed("port 0...done\n") ? foreign.ListeningPort() : 0;
  return *port != 0;
}

void ConnectGnutls(World &world, const ForeignOptions &options) {
  if (world.axes().is_client) {
    Command server = {"gnutls-serv", "--port", "0", "--echo"};
    Append(&server, options.demands_certificate
                        ? Command{"--require-client-cert", "--verify-client-cert"}
                        : Command{"--disable-client-cert"});
    Append(&server, GnutlsOptions(world, options));
    ConnectToForeign(world, server, {}, GnutlsListens);
    return;
  }
  int port = world.ListenForForeign().port;
  Command client = {"gnutls-cli",     "--port",    std::to_string(port),
                    "--sni-hostname", kServerName, "--verify-hostname",
                    kServerName};
  Append(&client, GnutlsOptions(world, options));
  client.push_back("127.0.0.1");
  world.RunForeign(client);
  world.AcceptForeign();
}

}  // namespace

const ForeignProgram kOpenssl = {"openssl", ConnectOpenssl};
const ForeignProgram kSocat = {"socat", ConnectSocat};
const ForeignProgram kGnutls = {"gnutls", ConnectGnutls};

std::string ManyLines(size_t count) {
  std::string text;
  for (size_t i = 0; text.size() < count; i++) {
    text += std::to_string(1000000000 + i) + "\n";
  }
  return text.substr(0, count - 1) + "\n";
}

}  // namespace conformance
