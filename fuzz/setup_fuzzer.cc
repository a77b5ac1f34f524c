// setup: what stands around connections: configurations from files, files of keys, names of
// servers, connecting and accepting over real sockets, sessions that go from one process to
// another, the peer's certificates, forks; over a system whose calls fail
// (testing/played_system.h).
//
// Input: a byte: 0, or by how many allocations a failing one moves on from one run to the next,
// until none fails; then operations of three bytes: which, and two arguments. Up to 191 which is
// modulo 12, from there on one of the others modulo 8. With bit 7 of the first byte, which is not
// of the number then, allocations count from the operation on that says so.
//
// What must hold, with the name that the message of a violation begins with:
//   T1  what fails has a text, what succeeds has none
//   T2  a file that is loaded is what is in the file; a key that was encrypted can be used
//   T3  a session that is imported is the one that was exported
//   T4  after a fork the connection is the parent's alone
//   T5  what is known of a certificate is there
//   T6  the file of authorities is the one that the variable or the machine has
//   T7  a closed socket does not wait; what is a server's alone no client takes

#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "fuzz/random.h"
#include "fuzz/setup_configs.h"
#include "fuzz/setup_hello.h"
#include "fuzz/setup_log.h"
#include "fuzz/setup_names.h"
#include "fuzz/setup_parts.h"
#include "fuzz/setup_sessions.h"
#include "fuzz/setup_store.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "net/stream.h"
#include "net/tls_connect.h"
#include "net/tls_file.h"
#include "testing/certificates.h"
#include "testing/played_system.h"

// Of a program that counts what it runs: what a child has counted is kept.
extern "C" __attribute__((weak)) int __llvm_profile_write_file(void);

namespace {

using net_fuzz::SetupConfigs;
using net_fuzz::SetupLog;
using net_fuzz::SetupNames;
using net_fuzz::SetupSessions;
using net_fuzz::Tape;
using net_testing::CertificatePath;
using net_testing::PlayedSystem;
using net_testing::SystemCall;

constexpr const char *kPasswords[] = {nullptr, "secret", "wrong", ""};
constexpr int kErrors[] = {EINTR, EIO, 0, EAGAIN, EINPROGRESS, ECONNABORTED, ECONNRESET, 9999};
constexpr int kRounds = 200;
constexpr int kMostRuns = 3000;
constexpr int kMostSteps = 2500;

class Run {
 public:
  explicit Run(const Tape &input)
      : input_(input),
        system_([](int, unsigned) { return false; }),
        log_(input),
        configs_(&log_),
        names_(&log_),
        sessions_(&log_) {
    net_fuzz::ResetRandom();
    net_fuzz::SetStore(0, 0);
  }
  ~Run() {
    CloseBoth();
    if (listener_ >= 0) {
      close(listener_);
    }
  }
  Run(const Run &) = delete;
  Run &operator=(const Run &) = delete;

  // Makes allocation `number` from its begin on fail. Returns whether one has.
  bool PlayShort(SystemCall call, int number, bool begins_later) {
    failing_call_ = call;
    failing_number_ = number;
    if (!begins_later) {
      BeginShortage(0);
    }
    return Play();
  }
  // Returns whether a call has failed.
  bool Play() {
    Tape tape = input_;
    tape.Next();  // The stride.
    for (steps_ = 0; !tape.IsAtEnd() && steps_ < 40; steps_++) {
      uint8_t operation = tape.Next();
      uint8_t first = tape.Next();
      uint8_t second = tape.Next();
      if (operation < 192) {
        Do(operation % 12, first, second);
      } else {
        DoOther(operation % 8, first, second);
      }
    }
    return system_.StopFailing();
  }
  const std::string &script() const {
    return log_.script();
  }
  int steps() const {
    return steps_;
  }

 private:
  void Do(int operation, uint8_t a, uint8_t b) {
    switch (operation) {
      case 0:
        return configs_.Make(a, b);
      case 1:
        return configs_.SetFile(a, b);
      case 2:
        return Load(a, b);
      case 3:
        return Connect(a, b);
      case 4:
        return Handshake();
      case 5:
        return Sessions(a, b);
      case 6:
        return net_fuzz::LookAtCertificates((a & 1) != 0 ? client_ : server_, log_);
      case 7:
        return names_.Add(a, (b & 1) != 0 ? configs_.client() : configs_.server(), (b & 2) != 0);
      case 8:
        return Fork();
      case 9:
        return system_.Fail(static_cast<SystemCall>(a % net_testing::kNumSystemCalls), b & 15,
                            (b & 16) != 0 ? EAI_FAIL : ENOMEM, 1 + b / 32);
      case 10:
        return Exchange(a, b);
      default:
        return net_fuzz::Export(client_, a, b, &log_);
    }
  }

  void DoOther(int operation, uint8_t a, uint8_t b) {
    switch (operation) {
      case 0:
        return configs_.SetBytes(a, b);
      case 1:
        return configs_.SetOther(a, b);
      case 2:
        net_fuzz::SetStore(a, b);
        return Require(net_tls_default_ca_file() == net_fuzz::DefaultFile(),
                       "T6: another file of authorities");
      case 3:
        return Hello(a, b);
      case 4:
        return Close(a);
      case 5:
        return names_.Use((a & 1) != 0 ? client_ : server_, (a & 1) != 0);
      case 6:
        return system_.Fail(static_cast<SystemCall>(a % net_testing::kNumSystemCalls), b / 16 % 8,
                            kErrors[b % 8], (b & 128) != 0 ? 1000 : 1);
      default:
        return BeginShortage(16 * a);
    }
  }

  // Once, and in a run that is to be short of memory alone.
  void BeginShortage(int passed) {
    if (failing_number_ >= 0 && !is_short_) {
      system_.Fail(failing_call_, static_cast<unsigned>(failing_number_ + passed), ENOMEM, 1);
      is_short_ = true;
    }
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
    if (configs_.server() == nullptr || configs_.client() == nullptr ||
        !net_fuzz::Listen(&listener_, &port)) {
      return;
    }
    const char *host = (a & 1) != 0    ? "nowhere.test"
                       : (a & 2) != 0  ? "127.0.0.1"
                       : (a & 16) != 0 ? "0"
                                       : "localhost";
    client_ = net_tls_connect(configs_.client(), host, (a & 4) != 0 ? "1" : port.c_str(),
                              kDeadlines[b % 4], error);
    Note("connect", error);
    Require((client_ != nullptr) == (error[0] == '\0'), "T1: connect and its text do not agree");
    error[0] = '\0';
    server_ = net_tls_accept(configs_.server(), (a & 8) != 0 ? -1 : listener_, error);
    Note("accept", error);
    Require((server_ != nullptr) == (error[0] == '\0'), "T1: accept and its text do not agree");
    if (client_ != nullptr) {
      sessions_.Offer(client_, is_short_);
    }
    names_.Use(server_, false);
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

  // From one who is no client of ours.
  void Hello(uint8_t a, uint8_t b) {
    char error[NET_TLS_ERROR_SIZE] = "";
    std::string port;
    net_address address = {};
    int fd = -1;
    CloseBoth();
    if (configs_.server() == nullptr || !net_fuzz::Listen(&listener_, &port) ||
        net_local_address(listener_, &address).kind != NET_ERROR_NONE ||
        net_connect(&address, 1000, &fd).kind != NET_ERROR_NONE) {
      return;
    }
    server_ = net_tls_accept(configs_.server(), listener_, error);
    if (server_ != nullptr) {
      std::string hello = net_fuzz::ClientHello(a, b);
      names_.Use(server_, false);
      send(fd, hello.data(), hello.size(), MSG_NOSIGNAL);
      Handshake();
    }
    net_close(fd);
  }

  void Close(uint8_t a) {
    net_tls_socket *socket = (a & 1) != 0 ? client_ : server_;
    net_tls_operation operation;
    if (socket == nullptr) {
      return;
    }
    net_tls_socket_set_deadlines(socket, 1000, 1000);
    net_tls_socket_begin(socket, NET_TLS_READ, &operation);
    net_tls_socket_close(socket);
    Note("close", net_tls_socket_error(socket));
    Require(net_tls_socket_remaining(socket, &operation, NET_TLS_WANT_READ) == 0,
            "T7: a closed socket waits");
    const char *by = net_tls_closed_by_name(net_tls_socket_closed_by(socket));
    Require(by != nullptr, "T7: a closed socket was closed by nobody");
    Note("closed by", by);
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
    if (socket != nullptr && (b & 1) != 0) {
      sessions_.Offer(socket, is_short_);
    }
    if (socket != nullptr) {
      sessions_.Pass(socket, (a & 4) != 0 ? configs_.server() : configs_.client(),
                     (b & 2) != 0 ? b / 4 : 0);
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

  void Note(const char *name, const std::string &result) {
    log_.Note(name, result);
  }
  void Require(bool condition, const char *what) {
    log_.Require(condition, what);
  }

  const Tape input_;
  PlayedSystem system_;
  SetupLog log_;
  SetupConfigs configs_;
  SetupNames names_;
  SetupSessions sessions_;
  net_tls_socket *client_ = nullptr;
  net_tls_socket *server_ = nullptr;
  int listener_ = -1;
  bool is_short_ = false;
  int steps_ = 0;
  SystemCall failing_call_ = net_testing::kMalloc;
  int failing_number_ = -1;
};

// Of what takes many steps fewer runs are made: an input is not to take a minute. Returns how many
// steps are left.
int PlayShort(const Tape &input, SystemCall call, int stride, int steps) {
  for (int runs = 0; runs < kMostRuns && steps > 0; runs++) {
    Run run(input);
    if (!run.PlayShort(call, runs * (stride % 128), stride >= 128)) {
      break;
    }
    steps -= run.steps();
  }
  return steps;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const bool has_begun [[maybe_unused]] = net_fuzz::BeginWithoutMemory();
  const Tape input(data, size);
  int stride = Tape(input).Next();
  Run run(input);
  run.Play();
  if (net_fuzz::ScriptIsWanted() || net_fuzz::LogIsWanted()) {
    net_fuzz::PrintSection("script", run.script());
  }
  int steps = kMostSteps;
  if (stride % 128 != 0) {
    steps = PlayShort(input, net_testing::kMalloc, stride, steps);
    steps = PlayShort(input, net_testing::kCalloc, stride / 128 * 128 + 1, steps);
    PlayShort(input, net_testing::kStrdup, stride / 128 * 128 + 1, steps);
  }
  return 0;
}
