// policies: our client against our server, each with a configuration that the input makes: what
// they show, trust, demand and speak, names of servers, sessions. A model (policies_model.h) says
// what must come of it.
//
// Input: six bytes, as ReadPolicies takes them; then connections of three bytes: the name (low
// half) and which of two equal configurations the client takes (bit 7); the session that it offers,
// 0 for none; how it goes on and ends (the value modulo kNumEnds; bit 7: without bytes before).
//
// What must hold, with the name that the message of a violation begins with:
//   A1  a socket is made for a configuration and a name that will do, and for no other; the text
//       says what was wrong
//   A2  the handshake succeeds where the model says so; otherwise both sides know of the alert that
//       the model says, and its name stands in both texts
//   A3  both sides know of the connection what the model says: version, name, certificates
//   A4  a session is taken where it belongs to the configuration and the name, and resumed then
//   A5  both sides export the same bytes, others for each label and context
//   A6  bytes come out; close_notify alone is a close, but where truncation is allowed; a peer that
//       has closed and gone makes no close fail

#include <stdint.h>
#include <string.h>

#include <set>
#include <string>
#include <vector>

#include "fuzz/policies_model.h"
#include "fuzz/policies_side.h"
#include "fuzz/random.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "net/tls_server_names.h"
#include "net/tls_session.h"
#include "testing/certificates.h"

namespace {

using net_fuzz::Alert;
using net_fuzz::Identity;
using net_fuzz::Policies;
using net_fuzz::Tape;
using net_fuzz::Versions;
using net_fuzz::policies::Side;
using net_testing::CertificatePath;

constexpr int kRounds = 20;
constexpr int kMostConnections = 8;

enum End {
  kClientCloses,
  kServerCloses,
  kClientIsFreed,
  kServerIsFreed,
  kClientIsGone,
  kServerIsGone,
  kNumEnds
};

struct Session {
  net_tls_session *session;
  int config;
  std::string name;
};

class Run {
 public:
  explicit Run(Tape &tape) : input_(tape), policies_(net_fuzz::ReadPolicies(tape)) {
    script_ = Describe(policies_);
    server_ = MakeServer(*policies_.server);
    named_ = MakeServer(*policies_.named);
    clients_[0] = MakeClient();
    clients_[1] = MakeClient();
    names_ = net_tls_server_names_new();
    for (size_t i = 0; i < net_fuzz::kNumTableNames; i++) {
      char error[NET_TLS_ERROR_SIZE] = "";
      bool is_wanted = (policies_.table >> i & 1) != 0;
      Require(
          !is_wanted || net_tls_server_names_add(names_, net_fuzz::kTableNames[i], named_, error),
          "A1: a name is refused");
    }
  }
  ~Run() {
    for (Session &session : sessions_) {
      net_tls_session_free(session.session);
    }
    net_tls_server_names_release(names_);
    for (net_tls_config *config : {server_, named_, clients_[0], clients_[1]}) {
      net_tls_config_release(config);
    }
  }
  Run(const Run &) = delete;
  Run &operator=(const Run &) = delete;

  void Play(Tape &tape) {
    for (int i = 0; i < kMostConnections && !tape.IsAtEnd(); i++) {
      uint8_t first = tape.Next();
      uint8_t offered = tape.Next();
      Connect(first, offered, tape.Next());
    }
    if (net_fuzz::ScriptIsWanted() || net_fuzz::LogIsWanted()) {
      net_fuzz::PrintSection("script", script_);
    }
  }

 private:
  void Set(net_tls_config *config, bool is_set) {
    Require(is_set, net_tls_config_error(config));
  }

  void Show(net_tls_config *config, const Identity &identity) {
    if (identity.file != nullptr) {
      std::string path = CertificatePath(identity.file + std::string(".pem"));
      std::string key = CertificatePath(identity.file + std::string(".key"));
      Set(config, net_tls_config_set_keypair_file(config, path.c_str(), key.c_str()));
    }
  }

  void SetVersions(net_tls_config *config, const Versions &versions) {
    if (versions.is_set) {
      Set(config,
          net_tls_config_set_versions(config, static_cast<enum net_tls_version>(versions.minimum),
                                      static_cast<enum net_tls_version>(versions.maximum)));
    }
    // Those of TLS 1.0 too.
    Set(config, net_tls_config_set_ciphers(config, "all"));
  }

  net_tls_config *MakeServer(const Identity &identity) {
    net_tls_config *config = net_tls_config_new();
    Show(config, identity);
    SetVersions(config, policies_.server_versions);
    Set(config, net_tls_config_set_ca_file(config, CertificatePath("ca.pem").c_str()));
    Set(config, net_tls_config_set_session_tickets(config, policies_.server_has_tickets));
    Set(config,
        net_tls_config_set_client_certificate(
            config, static_cast<enum net_tls_client_certificate>(policies_.client_certificate)));
    if (!policies_.of_server.verifies_certificate) {
      Set(config, net_tls_config_insecure_no_verify_certificate(config));
    }
    if (!policies_.of_server.verifies_time) {
      Set(config, net_tls_config_insecure_no_verify_time(config));
    }
    return config;
  }

  net_tls_config *MakeClient() {
    net_tls_config *config = net_tls_config_new();
    const char *authority = policies_.of_client.trusts_other ? "other_ca.pem" : "ca.pem";
    Show(config, *policies_.client);
    SetVersions(config, policies_.client_versions);
    Set(config, net_tls_config_set_ca_file(config, CertificatePath(authority).c_str()));
    Set(config, net_tls_config_set_session_tickets(config, policies_.client_has_tickets));
    if (policies_.of_client.has_crl) {
      Set(config, net_tls_config_set_crl_file(config, CertificatePath("ca_crl.pem").c_str()));
    }
    SetFlags(config);
    return config;
  }

  void SetFlags(net_tls_config *config) {
    static const struct {
      uint8_t flag;
      bool (*set)(net_tls_config *);
    } kSetters[] = {{net_fuzz::kNoVerifyCertificate, net_tls_config_insecure_no_verify_certificate},
                    {net_fuzz::kNoVerifyName, net_tls_config_insecure_no_verify_name},
                    {net_fuzz::kNoVerifyTime, net_tls_config_insecure_no_verify_time},
                    {net_fuzz::kVerify, net_tls_config_verify}};
    for (const auto &setter : kSetters) {
      Set(config, (policies_.insecure & setter.flag) == 0 || setter.set(config));
    }
    Set(config, !policies_.allows_truncation || net_tls_config_insecure_allow_truncation(config));
  }

  // One connection.

  void Connect(uint8_t first, uint8_t offered, uint8_t end) {
    const char *given = net_fuzz::PickName(first & 15);
    config_ = first >> 7;
    name_ = net_fuzz::Canonical(given);
    script_ += "connects to " + name_.substr(0, 40) + "\n";
    Side client;
    Side server;
    bool is_made = MakeClientSocket(given, &client);
    is_made = MakeServerSocket(&server) && is_made;
    if (!is_made) {
      return;
    }
    bool is_resumed = Offer(offered, client.socket);
    Handshake(&client, &server);
    CheckOutcome(&client, &server);
    if (server.outcome == NET_TLS_OK && client.outcome == NET_TLS_OK) {
      CheckKnown(client, server, is_resumed);
      CheckExports(&client, &server);
      Converse(&client, &server, end < 128);
      Finish(&client, &server, static_cast<End>(end % 128 % kNumEnds));
    }
  }

  bool MakeClientSocket(const char *given, Side *client) {
    char error[NET_TLS_ERROR_SIZE] = "";
    client->socket = net_tls_socket_new_client(clients_[config_], client->transport.transport(),
                                               NET_TRANSPORT_NONBLOCKING, given, error);
    bool is_nameless = name_.empty() && policies_.of_client.verifies_name;
    bool is_too_long = name_.size() > 255;
    const char *part = is_nameless   ? "server name not specified"
                       : is_too_long ? "invalid server name"
                                     : "";
    Require((client->socket == nullptr) == (is_nameless || is_too_long),
            "A1: a client that must not be, or the other way");
    Require(client->socket != nullptr || strstr(error, part) != nullptr,
            "A1: a text does not say what was wrong");
    return client->socket != nullptr;
  }

  bool MakeServerSocket(Side *server) {
    char error[NET_TLS_ERROR_SIZE] = "";
    server->socket = net_tls_socket_new_server(server_, server->transport.transport(),
                                               NET_TRANSPORT_NONBLOCKING, error);
    Require((server->socket != nullptr) == (policies_.server->file != nullptr),
            "A1: a server without a certificate, or the other way");
    if (server->socket == nullptr) {
      Require(strstr(error, "server without a certificate and key") != nullptr,
              "A1: a text does not say what was wrong");
      return false;
    }
    Require(net_tls_socket_set_server_names(server->socket, names_), "A1: a server refuses names");
    return true;
  }

  static void Deliver(Side *from, Side *to) {
    to->transport.FarSend(from->transport.FarReceive());
  }

  static void Handshake(Side *client, Side *server) {
    for (int round = 0; round < kRounds; round++) {
      client->Handshake();
      Deliver(client, server);
      server->Handshake();
      Deliver(server, client);
    }
    // In TLS 1.3 a client hears after its handshake what the server thinks of its certificate.
    if (client->outcome == NET_TLS_OK && server->outcome == NET_TLS_ERROR) {
      client->Read();
    }
  }

  void CheckOutcome(Side *client, Side *server) {
    const Alert &expected = AlertOf(policies_, name_);
    bool succeeds = expected.description == 0;
    script_ += "client: " + client->error + "; server: " + server->error +
               "; expected: " + expected.name + "\n";
    enum net_tls_outcome outcome = succeeds ? NET_TLS_OK : NET_TLS_ERROR;
    Require(client->outcome == outcome && server->outcome == outcome,
            "A2: a handshake succeeds that must not, or the other way");
    if (!succeeds) {
      bool is_clients = CheckAlert(*client, expected);
      bool is_servers = CheckAlert(*server, expected);
      Require(is_clients != is_servers, "A2: both sides or none have sent the alert");
    }
  }

  // Returns whether the side has sent it.
  bool CheckAlert(const Side &side, const Alert &expected) {
    net_tls_alert alert = {};
    Require(net_tls_socket_alert(side.socket, &alert) && alert.fatal &&
                alert.description == expected.description && strcmp(alert.name, expected.name) == 0,
            "A2: another alert than expected");
    std::string text = (alert.sent ? "sent alert " : "peer sent alert ") + std::string(alert.name);
    Require(side.error.find(text) != std::string::npos, "A2: a text does not name the alert");
    return alert.sent;
  }

  void CheckKnown(const Side &client, const Side &server, bool is_resumed) {
    static const char *const kVersions[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
    uint16_t version = 0;
    net_fuzz::AgreeOnVersion(policies_, &version);
    for (const Side *side : {&client, &server}) {
      Require(strcmp(net_tls_socket_version(side->socket), kVersions[version - 0x0301]) == 0,
              "A3: another version than expected");
      Require(net_tls_socket_is_reused(side->socket) == is_resumed,
              "A4: a session that is not resumed, or the other way");
    }
    bool is_sent = !name_.empty() && !net_fuzz::IsAddress(name_);
    const char *asked = net_tls_socket_server_name(server.socket);
    Require((asked != nullptr) == is_sent && (!is_sent || net_fuzz::Canonical(asked) == name_),
            "A3: another name than the client asked for");
    const Identity *shown = net_fuzz::ShownTo(policies_, name_);
    bool is_asked = policies_.client_certificate != 0;
    Require(client.HasSeen(shown->file), "A3: another certificate of the server's");
    Require(server.HasSeen(is_asked ? policies_.client->file : nullptr),
            "A3: another certificate of the client's");
  }

  void CheckExports(Side *client, Side *server) {
    static const char *const kContexts[] = {nullptr, "", "a", "ab", "b"};
    std::set<std::string> exported;
    for (const char *label : {"EXPORTER-fuzz", "EXPORTER-other"}) {
      for (const char *context : kContexts) {
        std::string bytes = client->Export(label, context);
        Require(!bytes.empty() && bytes == server->Export(label, context),
                "A5: the two sides export different bytes");
        exported.insert(bytes);
      }
    }
    // TLS 1.3 does not tell an empty context from none.
    bool is_tls13 = strcmp(net_tls_socket_version(client->socket), "TLSv1.3") == 0;
    Require(exported.size() == (is_tls13 ? 8 : 10), "A5: bytes do not depend on their context");
  }

  // Sessions.

  // Returns whether the session is to be resumed.
  bool Offer(uint8_t offered, net_tls_socket *socket) {
    if (offered == 0 || sessions_.empty()) {
      return false;
    }
    const Session &session = sessions_[(offered - 1) % sessions_.size()];
    bool belongs = session.config == config_ && session.name == name_;
    bool is_taken = net_tls_socket_set_session(socket, session.session);
    std::string error = net_tls_socket_error(socket);
    script_ += "offers a session: " + (is_taken ? "ok" : error) + "\n";
    Require(is_taken == belongs, "A4: a session that does not belong here, or the other way");
    Require(is_taken == error.empty(), "A4: a session is refused without a reason");
    return is_taken;
  }

  void KeepSession(const Side &client) {
    net_tls_session *session = net_tls_socket_session(client.socket);
    bool has_tickets = policies_.client_has_tickets && policies_.server_has_tickets;
    Require((session != nullptr) == has_tickets, "A4: no session, or one without tickets");
    if (session != nullptr) {
      sessions_.push_back({session, config_, name_});
    }
  }

  // The end.

  void Converse(Side *client, Side *server, bool is_wanted) {
    if (!is_wanted) {
      return;
    }
    Require(client->Write("ping"), "A6: a write fails");
    Deliver(client, server);
    Require(server->Read() == "ping" && server->Write("pong"), "A6: not what was written");
    Deliver(server, client);
    Require(client->Read() == "pong", "A6: not what was written");
    KeepSession(*client);
  }

  void Finish(Side *client, Side *server, End end) {
    bool is_clients = end % 2 == 0;
    Side *from = is_clients ? client : server;
    Side *to = is_clients ? server : client;
    bool is_said = end != kClientIsFreed && end != kServerIsFreed;
    script_ +=
        std::string(is_clients ? "client" : "server") + " ends: " + std::to_string(end) + "\n";
    Require(!is_said || from->TlsClose(), "A6: a close fails");
    net_tls_socket_free(from->socket);
    from->socket = nullptr;
    Deliver(from, to);
    to->transport.FarFin();
    to->Read();
    bool may_truncate = !is_clients && policies_.allows_truncation;
    script_ += "the other reads: " + std::to_string(to->outcome) + " " + to->error + "\n";
    Require(to->outcome == (is_said || may_truncate ? NET_TLS_CLOSED : NET_TLS_ERROR),
            "A6: a truncation is a close, or the other way");
    bool is_gone = end == kClientIsGone || end == kServerIsGone;
    if (is_gone) {
      to->transport.SetFaults("s: pipe");
    }
    bool is_closed = net_tls_socket_close(to->socket) == NET_TLS_OK;
    Require(is_closed || !is_said, "A6: close fails after the other side's");
  }

  void Require(bool condition, const char *what) {
    if (!condition) {
      net_fuzz::Violation(what, script_, net_fuzz::RegressionCase("policies", input_));
    }
  }

  const Tape input_;
  Policies policies_;
  std::string script_;
  net_tls_config *server_ = nullptr;
  net_tls_config *named_ = nullptr;
  net_tls_config *clients_[2] = {};
  net_tls_server_names *names_ = nullptr;
  std::vector<Session> sessions_;
  // Of the connection.
  int config_ = 0;
  std::string name_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  net_fuzz::ResetRandom();
  Tape tape(data, size);
  Run(tape).Play(tape);
  return 0;
}
