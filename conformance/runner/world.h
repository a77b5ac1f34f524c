#ifndef CONFORMANCE_RUNNER_WORLD_H
#define CONFORMANCE_RUNNER_WORLD_H

// What a case acts in: the driver, a connection of it, and the peer at the other end.

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance/runner/case.h"
#include "conformance/runner/certificates.h"
#include "conformance/runner/driver.h"
#include "conformance/runner/endpoint.h"
#include "conformance/runner/expect.h"
#include "conformance/runner/foreign.h"
#include "conformance/runner/peer.h"
#include "conformance/runner/plain_peer.h"

namespace conformance {

using Milliseconds = std::chrono::milliseconds;

// How a case ends before its last line, once what is to be said has been said.
struct CaseEnded {};
struct CaseUnsupported {
  std::string what;
};
// The machine lacks what the case needs.
struct CaseUnresolved {};

// Trace is what was said in a world: in the one that failed, otherwise in the last one of a case.
struct Trace {
  // Commands to the driver and its answers.
  std::string transcript;
  // What the peer sent and saw.
  std::string wire;
  bool is_of_failure = false;
};

// What every case of a run shares.
struct Run {
  const Certificates *certificates = nullptr;
  // How long to wait for what must happen. Nothing is ever expected to take long: it only turns a
  // hang into a failure.
  Milliseconds patience{20000};
  // By a driver's name, the command of one that does as it does and of which single allocations can
  // fail; not there where the driver can do that itself, or nobody can.
  std::map<std::string, std::vector<std::string>> memory_drivers;
  // Where worlds leave what was said in them; may be nullptr.
  Trace *trace = nullptr;
};

// Setup tells how a connection is made; a case changes what it is about.
struct Setup {
  PeerOptions peer;
  // Whether the peer does its part of the handshake.
  bool peer_handshakes = true;
  // What a client of the driver expects the certificate to be for; a value of the protocol.
  std::string server_name = StringWord(kServerName);
  // Certificate of the driver where it is the server (Certificates); empty: none.
  std::string certificate = "server";
  // The authorities that the driver trusts (Certificates); empty: the system's.
  std::string trusted = "ca";
  // The driver's session that a client of it is to resume, by its slot; 0: none.
  int session = 0;
  // Further methods of the configuration with their arguments, as in "verify_client".
  std::vector<std::string> config;
  // Commands for a driver that listens, before anybody connects to it.
  std::vector<std::string> listening;
};

class World;

// Result is the answer to one call, to be compared with what a case expects. `file` and `line` are
// those of the case.
class Result {
 public:
  Result(World *world, std::string command, Answer answer, Milliseconds took)
      : world_(world), command_(std::move(command)), answer_(std::move(answer)), took_(took) {}

  const Result &Gives(const Tuple &tuple, const char *file = __builtin_FILE(),
                      int line = __builtin_LINE()) const;
  // An error at the caller's line (D-03) that contains each of `parts`.
  const Result &Raises(const std::vector<std::string> &parts, const char *file = __builtin_FILE(),
                       int line = __builtin_LINE()) const;
  const Result &TookAtLeast(Milliseconds least, const char *file = __builtin_FILE(),
                            int line = __builtin_LINE()) const;
  const Answer &answer() const {
    return answer_;
  }
  // The first value, an integer.
  int64_t AsInteger(const char *file = __builtin_FILE(), int line = __builtin_LINE()) const;
  // Value number `index` (from 0), a string, or "".
  std::string TextOf(size_t index) const;

 private:
  void CheckAnswered(const std::string &expected, const char *file, int line) const;

  World *world_;
  std::string command_;
  Answer answer_;
  Milliseconds took_;
};

class World {
 public:
  World(const Run &run, Driver *driver, const Axes &axes);
  ~World();
  World(const World &) = delete;
  World &operator=(const World &) = delete;

  // What a case needs to act in further worlds of the same driver, one after the other.
  const Run &run() const {
    return run_;
  }
  const Axes &axes() const {
    return axes_;
  }
  bool is_tls13() const {
    return axes_.version == "tls13";
  }
  // Whether there is no TLS: then the other end is plain(), otherwise it is peer().
  bool is_plain() const {
    return axes_.version == "plain";
  }
  const Certificates &certificates() const {
    return *run_.certificates;
  }
  Driver &driver() {
    return *driver_;
  }
  Peer &peer() {
    return *peer_;
  }
  PlainPeer &plain() {
    return *plain_;
  }
  // The setup that the axes ask for, for a case to change.
  Setup &setup() {
    return setup_;
  }

  // Configure makes the driver's configuration, where there is TLS. Connect does that if need be
  // and connects driver and peer by the transport of the axes. Establish does that and completes
  // the handshake on both sides.
  void Configure();
  void Connect();
  void Establish();

  // Call calls a method of the driver's socket and waits for the answer. Start only begins a call,
  // and Finish waits for it.
  Result Call(const std::string &method, const std::string &arguments = "");
  void Start(const std::string &method, const std::string &arguments = "");
  Result Finish();
  // Command gives the driver any other command of the protocol.
  Result Command(const std::string &command);

  // Until pumps everything until `done`; `what` is it in words.
  void Until(const std::string &what, const std::function<bool()> &done,
             const char *file = __builtin_FILE(), int line = __builtin_LINE());
  // Elapse pumps everything for a time, where the subject is time itself.
  void Elapse(Milliseconds time);
  void ElapseUnlessAnswered(Milliseconds time);
  // Expect fails the case with `what` unless `ok`.
  void Expect(bool ok, const std::string &what, const char *file = __builtin_FILE(),
              int line = __builtin_LINE());
  // What every failure from now on begins with: which of the many things that a case does it is.
  void SetAbout(const std::string &about) {
    about_ = about;
  }
  [[noreturn]] void Fail(const std::string &message, const char *file, int line);

  // A place of the axes' transport at which nobody has ever listened: for TCP any port.
  Endpoint NewEndpoint();
  // A listening socket of the runner, and where it listens.
  int Listen(Endpoint *endpoint, int backlog = 8);
  // A socket of the runner that is bound there and does not listen: who connects is refused.
  int Bind(Endpoint *endpoint);
  // Connects to somebody who listens and returns the descriptor.
  int Dial(const Endpoint &endpoint, int receive_buffer = 0);
  // Makes the driver connect to, or accept a connection of, a foreign peer.
  void ConnectTo(const Endpoint &endpoint);
  Endpoint ListenForForeign();
  void AcceptForeign();
  // Runs a foreign peer. It is pumped like the own one.
  Foreign &RunForeign(const std::vector<std::string> &command);
  Foreign &foreign() {
    return *foreign_;
  }
  const Foreign &foreign() const {
    return *foreign_;
  }

  // Finish of every case: the driver gives back all that it holds, and nothing about its process
  // has changed.
  void CheckLeftovers();

 private:
  // The configuration in commands: none where there is no TLS.
  std::string ConfigWord() const {
    return is_plain() ? "nil" : "1";
  }
  void LeaveTrace(bool is_of_failure);
  void AdoptPeer(int fd);
  void Prepare(const std::string &command);
  void ConnectAsClient();
  int Accept();
  void ConnectAsServer();
  std::vector<Pumped *> Sources();

  const Run &run_;
  Driver *driver_;
  Axes axes_;
  Setup setup_;
  SocketDirectory directory_;
  bool configured_ = false;
  int listener_ = -1;
  std::unique_ptr<Peer> peer_;
  std::unique_ptr<PlainPeer> plain_;
  std::unique_ptr<Foreign> foreign_;
  size_t descriptors_ = 0;
  std::string dispositions_;
  std::string about_;
  std::chrono::steady_clock::time_point call_start_;
};

}  // namespace conformance

#endif
