// setup: what stands around connections: configurations from files, files of keys, names of
// servers, connecting and accepting over real sockets, sessions that go from one process to
// another, the peer's certificates, forks; over a system whose calls fail
// (testing/played_system.h).
//
// Input: a byte: 0, or by how many allocations a failing one moves on from one run to the next,
// until none fails; then operations of three bytes: which (modulo their number), and two arguments.
//
// What must hold, with the name that the message of a violation begins with:
//   T1  what fails has a text, what succeeds has none
//   T2  a file that is loaded is what is in the file; a key that was encrypted can be used
//   T3  a session that is imported is the one that was exported
//   T4  after a fork the connection is the parent's alone
//   T5  what is known of a certificate is there

#include <netdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "fuzz/random.h"
#include "fuzz/setup_parts.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "net/stream.h"
#include "net/tls_certificate.h"
#include "net/tls_connect.h"
#include "net/tls_file.h"
#include "net/tls_server_names.h"
#include "net/tls_session.h"
#include "testing/certificates.h"
#include "testing/played_system.h"

// Of a program that counts what it runs: what a child has counted is kept.
extern "C" __attribute__((weak)) int __llvm_profile_write_file(void);

namespace {

using net_fuzz::Tape;
using net_testing::CertificatePath;
using net_testing::PlayedSystem;
using net_testing::SystemCall;

constexpr const char *kPasswords[] = {nullptr, "secret", "wrong", ""};
constexpr const char *kNames[] = {"localhost", "*.example.test", "example.test", "a.example.test",
                                  "not a name"};
constexpr int kRounds = 200;
constexpr int kMostRuns = 3000;
constexpr int kMostSteps = 2500;

class Run {
 public:
  Run() : system_([](int, unsigned) { return false; }) {
    net_fuzz::ResetRandom();
  }
  ~Run() {
    CloseBoth();
    net_tls_session_free(session_);
    net_tls_config_release(configs_[0]);
    net_tls_config_release(configs_[1]);
    net_tls_server_names_release(names_);
    if (listener_ >= 0) {
      close(listener_);
    }
  }
  Run(const Run &) = delete;
  Run &operator=(const Run &) = delete;

  // Returns whether a call has failed.
  bool Play(Tape tape, SystemCall call, int number) {
    if (number >= 0) {
      system_.Fail(call, static_cast<unsigned>(number), ENOMEM, 1);
      is_short_ = true;
    }
    for (steps_ = 0; !tape.IsAtEnd() && steps_ < 40; steps_++) {
      uint8_t operation = tape.Next();
      uint8_t first = tape.Next();
      Do(operation % 12, first, tape.Next());
    }
    return system_.StopFailing();
  }
  const std::string &script() const {
    return script_;
  }
  int steps() const {
    return steps_;
  }

 private:
  void Do(int operation, uint8_t a, uint8_t b) {
    switch (operation) {
      case 0:
        return MakeConfigs(a, b);
      case 1:
        return SetFile(a, b);
      case 2:
        return Load(a, b);
      case 3:
        return Connect(a, b);
      case 4:
        return Handshake();
      case 5:
        return Sessions(a, b);
      case 6:
        return Certificates((a & 1) != 0 ? client_ : server_);
      case 7:
        return AddName(a, b);
      case 8:
        return Fork();
      case 9:
        return system_.Fail(static_cast<SystemCall>(a % net_testing::kNumSystemCalls), b & 15,
                            (b & 16) != 0 ? EAI_FAIL : ENOMEM, 1 + b / 32);
      case 10:
        return Exchange(a, b);
      default:
        return Export(a, b);
    }
  }

  // The server's is the first.
  void MakeConfigs(uint8_t a, uint8_t b) {
    net_tls_config_release(configs_[0]);
    net_tls_config_release(configs_[1]);
    net_tls_config *server = configs_[0] = net_tls_config_new();
    net_tls_config *client = configs_[1] = net_tls_config_new();
    if (server == nullptr || client == nullptr) {
      return;
    }
    std::string identity = (b & 16) != 0 ? "server_rsa" : "server";
    std::string staple = CertificatePath("server_ocsp.der");
    Set(server, "server",
        net_tls_config_set_keypair_ocsp_file(server, CertificatePath(identity + ".pem").c_str(),
                                             CertificatePath(identity + ".key").c_str(),
                                             (a & 1) != 0 ? staple.c_str() : nullptr));
    Set(client, "ca",
        (a & 2) != 0 || net_tls_config_set_ca_file(client, CertificatePath("ca.pem").c_str()));
    if ((a & 4) != 0) {
      Set(client, "client",
          net_tls_config_set_keypair_file(client, CertificatePath("client.pem").c_str(),
                                          CertificatePath("client.key").c_str()));
      Set(server, "policy",
          net_tls_config_set_client_certificate(server, NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
      Set(server, "ca", net_tls_config_set_ca_file(server, CertificatePath("ca.pem").c_str()));
    }
    SetMore(server, client, a, b);
  }

  void SetMore(net_tls_config *server, net_tls_config *client, uint8_t a, uint8_t b) {
    enum net_tls_version version = (a & 8) != 0 ? NET_TLS_1_2 : NET_TLS_1_3;
    Set(client, "versions", net_tls_config_set_versions(client, version, version));
    if ((a & 16) != 0) {
      Set(client, "alpn", net_tls_config_set_alpn(client, "h2,x"));
      Set(server, "alpn", net_tls_config_set_alpn(server, (b & 8) != 0 ? "y" : "x,h2"));
    }
    if ((a & 32) != 0) {
      const std::string key(NET_TLS_TICKET_KEY_SIZE, 'k');
      Set(server, "ticket key", net_tls_config_add_ticket_key(server, 1, key.data(), key.size()));
    }
    if ((a & 64) != 0) {
      Set(server, "key pair",
          net_tls_config_add_keypair_file(server, CertificatePath("server_p384.pem").c_str(),
                                          CertificatePath("server_p384.key").c_str(), nullptr));
    }
    if ((a & 128) != 0) {
      Set(client, "crl",
          net_tls_config_set_crl_file(client, CertificatePath("ca_crl.pem").c_str()));
    }
    if ((b & 1) != 0) {
      Set(client, "staple", net_tls_config_require_ocsp_staple(client));
    }
    if ((b & 2) != 0) {
      Set(client, "tickets", net_tls_config_set_session_tickets(client, false));
    }
    if ((b & 4) != 0) {
      Set(client, "ciphers", net_tls_config_set_ciphers(client, "AES128-SHA:ECDHE-RSA-AES128-SHA"));
    }
    if ((b & 32) != 0) {
      Set(client, "key log", net_tls_config_set_key_log_file(client, "/dev/null"));
      Set(client, "groups", net_tls_config_set_groups(client, "P-384:X25519"));
    }
  }

  void SetFile(uint8_t a, uint8_t b) {
    net_tls_config *config = configs_[a >> 7];
    if (config == nullptr) {
      return;
    }
    std::string file = net_fuzz::SetupPath(b);
    std::string second = net_fuzz::SetupPath(static_cast<uint8_t>(b + 1));
    const char *path = file.c_str();
    switch (a % 8) {
      case 0:
        return Set(config, path, net_tls_config_set_certificate_file(config, path));
      case 1:
        return Set(config, path, net_tls_config_set_key_file(config, path));
      case 2:
        return Set(config, path, net_tls_config_set_ocsp_staple_file(config, path));
      case 3:
        return Set(config, path,
                   net_tls_config_add_keypair_file(config, path, second.c_str(), path));
      case 4:
        return Set(config, path,
                   net_tls_config_set_keypair_ocsp_file(config, path, second.c_str(), path));
      case 5:
        return Set(config, path, net_tls_config_set_ca_path(config, path));
      case 6:
        return Set(config, path, net_tls_config_set_crl_file(config, path));
      default:
        return Set(config, path, net_tls_config_set_ca_file(config, path));
    }
  }

  void Set(net_tls_config *config, const char *what, bool is_set) {
    const char *error = net_tls_config_error(config);
    Note(what, error);
    Require(is_set || *error != '\0', "T1: a setter fails and says nothing");
  }

  void Load(uint8_t a, uint8_t b) {
    char error[NET_TLS_ERROR_SIZE] = "";
    std::string path = net_fuzz::SetupPath(a);
    const char *password = kPasswords[b % 4];
    net_tls_file *file = net_tls_load_file(path.c_str(), password, error);
    Note(path.c_str(), error);
    Require((file != nullptr) == (error[0] == '\0'), "T1: a file and its text do not agree");
    if (file != nullptr && password == nullptr && a < 252) {
      Require(std::string(file->bytes, file->length) ==
                  net_testing::ReadCertificate(net_fuzz::kSetupFiles[a % 16]),
              "T2: not what is in the file");
    }
    if (file != nullptr && password != nullptr) {
      CheckKey(file);
    }
    net_tls_file_free(file);
  }

  void CheckKey(const net_tls_file *file) {
    net_tls_config *config = net_tls_config_new();
    if (config != nullptr) {
      Require(is_short_ || net_tls_config_set_key(config, file->bytes, file->length),
              "T2: a key that was read cannot be used");
      net_tls_config_release(config);
    }
  }

  void CloseBoth() {
    net_tls_socket_free(client_);
    net_tls_socket_free(server_);
    client_ = server_ = nullptr;
  }

  void Connect(uint8_t a, uint8_t b) {
    static const int64_t kDeadlines[] = {-1, 0, 1000, 5};
    char error[NET_TLS_ERROR_SIZE] = "";
    std::string port;
    CloseBoth();
    if (configs_[0] == nullptr || configs_[1] == nullptr || !net_fuzz::Listen(&listener_, &port)) {
      return;
    }
    const char *host = (a & 1) != 0 ? "nowhere.test" : (a & 2) != 0 ? "127.0.0.1" : "localhost";
    client_ = net_tls_connect(configs_[1], host, (a & 4) != 0 ? "1" : port.c_str(),
                              kDeadlines[b % 4], error);
    Note("connect", error);
    Require((client_ != nullptr) == (error[0] == '\0'), "T1: connect and its text do not agree");
    error[0] = '\0';
    server_ = net_tls_accept(configs_[0], (a & 8) != 0 ? -1 : listener_, error);
    Note("accept", error);
    Require((server_ != nullptr) == (error[0] == '\0'), "T1: accept and its text do not agree");
    if (client_ != nullptr && session_ != nullptr) {
      bool is_set = net_tls_socket_set_session(client_, session_);
      Note("set_session", net_tls_socket_error(client_));
      Require(is_set || is_short_ || *net_tls_socket_error(client_) != '\0',
              "T1: a session is refused without a reason");
    }
    if (server_ != nullptr && names_ != nullptr) {
      net_tls_socket_set_server_names(server_, names_);
    }
  }

  void Handshake() {
    enum net_tls_outcome outcomes[2] = {NET_TLS_WANT_READ, NET_TLS_WANT_READ};
    net_tls_socket *sockets[2] = {client_, server_};
    net_tls_operation operations[2];
    for (int round = 0; round < kRounds; round++) {
      for (int i = 0; i < 2; i++) {
        if (sockets[i] == nullptr || outcomes[i] < NET_TLS_WANT_READ) {
          continue;
        }
        net_tls_socket_begin(sockets[i], NET_TLS_HANDSHAKE, &operations[i]);
        outcomes[i] = net_tls_socket_try_handshake(sockets[i], &operations[i]);
        if (outcomes[i] == NET_TLS_ERROR) {
          Note("handshake", net_tls_socket_error(sockets[i]));
          Require(*net_tls_socket_error(sockets[i]) != '\0', "T1: an error without a text");
          Require(strstr(net_tls_socket_error(sockets[i]), "malformed certificate") == nullptr,
                  "T1: a good certificate is called malformed");
        }
      }
    }
  }

  void Exchange(uint8_t a, uint8_t b) {
    net_tls_socket *from = (a & 1) != 0 ? client_ : server_;
    net_tls_socket *to = (a & 1) != 0 ? server_ : client_;
    size_t count = 0;
    char buffer[16];
    if (from == nullptr || to == nullptr) {
      return;
    }
    net_tls_socket_set_deadlines(from, 0, 0);
    net_tls_socket_set_deadlines(to, 0, 0);
    net_tls_socket_write(from, "hello", 5, &count);
    net_tls_socket_read(to, buffer, sizeof(buffer), &count);
    Note("exchange", net_tls_socket_error(to));
    if ((b & 1) != 0) {
      net_tls_socket_close(from);
      net_tls_socket_read(to, buffer, sizeof(buffer), &count);
    }
  }

  void Sessions(uint8_t a, uint8_t b) {
    net_tls_socket *socket = (a & 2) != 0 ? server_ : client_;
    char error[NET_TLS_ERROR_SIZE] = "";
    if (socket == nullptr) {
      return;
    }
    if (session_ != nullptr && (b & 1) != 0) {
      Note("set_session", net_tls_socket_set_session(socket, session_) ? "" : "refused");
    }
    net_tls_session *session = net_tls_socket_session(socket);
    if (session == nullptr) {
      return;
    }
    size_t length = 0;
    uint8_t *bytes = net_tls_session_export(session, &length);
    Require(net_tls_session_expires(session) > 0, "T3: a session that never ends");
    const char *name = net_tls_session_server_name(session);
    net_tls_config *config = configs_[(a & 4) != 0 ? 0 : 1];
    if (bytes != nullptr && config != nullptr) {
      size_t kept = (b & 2) != 0 ? length - b / 4 % length : length;
      net_tls_session *imported = net_tls_session_import(config, bytes, kept, error);
      Note("import", error);
      Require((imported != nullptr) == (error[0] == '\0'), "T1: import and its text do not agree");
      CheckImported(imported, bytes, length, name, kept == length);
    }
    net_tls_session_free_bytes(bytes);
    net_tls_session_free(session);
  }

  // Becomes the one that is offered next.
  void CheckImported(net_tls_session *imported, const uint8_t *bytes, size_t length,
                     const char *name, bool is_whole) {
    if (imported == nullptr) {
      return;
    }
    const char *other = net_tls_session_server_name(imported);
    Require(
        (name == nullptr) == (other == nullptr) && (name == nullptr || strcmp(name, other) == 0),
        "T3: another server's name");
    size_t again_length = 0;
    uint8_t *again = net_tls_session_export(imported, &again_length);
    Require(again == nullptr || !is_whole ||
                (again_length == length && memcmp(again, bytes, length) == 0),
            "T3: another session than was exported");
    net_tls_session_free_bytes(again);
    net_tls_session_free(session_);
    session_ = imported;
  }

  void Certificates(net_tls_socket *socket) {
    if (socket == nullptr) {
      return;
    }
    size_t length = 0;
    net_tls_socket_ocsp_response(socket, &length);
    net_tls_socket_scts(socket, &length);
    net_tls_socket_server_name(socket);
    net_tls_certificate_free(net_tls_socket_peer_certificate(socket));
    for (size_t i = 0; i <= net_tls_socket_num_peer_certificates(socket); i++) {
      net_tls_certificate *certificate = net_tls_socket_peer_certificate_at(socket, i);
      if (certificate != nullptr) {
        Describe(certificate);
      }
      net_tls_certificate_free(certificate);
    }
  }

  void Describe(const net_tls_certificate *certificate) {
    Require(net_fuzz::IsDescribed(certificate), "T5: something of a certificate is not there");
  }

  void AddName(uint8_t a, uint8_t b) {
    char error[NET_TLS_ERROR_SIZE] = "";
    net_tls_config *config = configs_[b & 1];
    if (names_ == nullptr) {
      names_ = net_tls_server_names_new();
    }
    if (names_ == nullptr || config == nullptr) {
      return;
    }
    bool is_added = net_tls_server_names_add(names_, kNames[a % 5], config, error);
    Note("add", error);
    Require(is_added == (error[0] == '\0'), "T1: add and its text do not agree");
    if ((b & 2) != 0) {
      net_tls_server_names_release(net_tls_server_names_retain(names_));
    }
  }

  void Fork() {
    if (client_ == nullptr) {
      return;
    }
    pid_t child = fork();
    if (child == 0) {
      bool is_good =
          net_fuzz::IsRefused(client_) && (server_ == nullptr || net_fuzz::IsRefused(server_));
      if (__llvm_profile_write_file != nullptr) {
        __llvm_profile_write_file();
      }
      _exit(is_good ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    Require(child < 0 || status == 0, "T4: a child uses its parent's connection");
  }

  void Export(uint8_t a, uint8_t b) {
    static const size_t kLengths[] = {0, 1, 32, NET_TLS_EXPORT_MAXIMUM, NET_TLS_EXPORT_MAXIMUM + 1};
    static const std::string kLabels[] = {"EXPORTER-fuzz",       "",
                                          std::string(250, 'x'), "client finished",
                                          "key expansion",       "master secret"};
    std::string out(NET_TLS_EXPORT_MAXIMUM + 1, '\0');
    std::string context(b >= 128 ? 65536 : b, 'c');
    if (client_ != nullptr) {
      const std::string &label = kLabels[a % 6];
      Note("export", std::to_string(net_tls_socket_export(
                         client_, label.data(), label.size(), b == 0 ? nullptr : context.data(),
                         context.size(), &out[0], kLengths[a / 6 % 5])));
    }
  }

  void Note(const char *name, const std::string &result) {
    script_ += std::string(name) + " -> " + (result.empty() ? "ok" : result) + "\n";
  }
  void Require(bool condition, const char *what) {
    if (!condition) {
      net_fuzz::Violation(what, script_, "// A test for net/tls_connect_test.cc.\n");
    }
  }

  PlayedSystem system_;
  net_tls_config *configs_[2] = {};
  net_tls_server_names *names_ = nullptr;
  net_tls_session *session_ = nullptr;
  net_tls_socket *client_ = nullptr;
  net_tls_socket *server_ = nullptr;
  int listener_ = -1;
  bool is_short_ = false;
  int steps_ = 0;
  std::string script_;
};

// Of what takes many steps fewer runs are made: an input is not to take a minute. Returns how many
// steps are left.
int PlayShort(Tape tape, SystemCall call, int stride, int steps) {
  for (int runs = 0; runs < kMostRuns && steps > 0; runs++) {
    Run run;
    if (!run.Play(tape, call, runs * stride)) {
      break;
    }
    steps -= run.steps();
  }
  return steps;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const bool has_begun [[maybe_unused]] =
      setenv("SSL_CERT_FILE", CertificatePath("ca.pem").c_str(), 1) == 0 &&
      net_fuzz::BeginWithoutMemory();
  Tape tape(data, size);
  int stride = tape.Next();
  Run run;
  run.Play(tape, net_testing::kMalloc, -1);
  if (net_fuzz::ScriptIsWanted() || net_fuzz::LogIsWanted()) {
    net_fuzz::PrintSection("script", run.script());
  }
  int steps = kMostSteps;
  if (stride != 0) {
    steps = PlayShort(tape, net_testing::kMalloc, stride, steps);
    steps = PlayShort(tape, net_testing::kCalloc, 1, steps);
    PlayShort(tape, net_testing::kStrdup, 1, steps);
  }
  return 0;
}
