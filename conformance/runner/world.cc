#include "conformance/runner/world.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

namespace conformance {
namespace {

using Clock = std::chrono::steady_clock;

uint16_t WireVersion(const std::string &version) {
  return version == "tls12" ? TLS1_2_VERSION : TLS1_3_VERSION;
}

}  // namespace

void Result::CheckAnswered(const std::string &expected, const char *file, int line) const {
  if (answer_.kind == Answer::Kind::kUnsupported) {
    throw CaseUnsupported{command_ + " " + answer_.text};
  }
  bool answered = answer_.kind == Answer::Kind::kValues || answer_.kind == Answer::Kind::kRaised;
  if (!answered) {
    world_->Fail(
        "call:     " + command_ + "\nexpected: " + expected + "\ncame:     " + ShowAnswer(answer_),
        file, line);
  }
}

const Result &Result::Gives(const Tuple &tuple, const char *file, int line) const {
  CheckAnswered(ShowTuple(tuple), file, line);
  if (answer_.kind == Answer::Kind::kRaised || !MatchesTuple(tuple, answer_.values)) {
    world_->Fail("call:     " + command_ + "\nexpected: " + ShowTuple(tuple) +
                     "\ncame:     " + ShowAnswer(answer_),
                 file, line);
  }
  return *this;
}

const Result &Result::Raises(const std::vector<std::string> &parts, const char *file,
                             int line) const {
  Expected wanted = TextWith(parts);
  CheckAnswered("a raised error, " + wanted.description, file, line);
  Value text;
  text.kind = Value::Kind::kString;
  text.text = answer_.text;
  if (answer_.kind != Answer::Kind::kRaised || !wanted.matches(text)) {
    world_->Fail("call:     " + command_ + "\nexpected: a raised error, " + wanted.description +
                     "\ncame:     " + ShowAnswer(answer_),
                 file, line);
  }
  return *this;
}

const Result &Result::TookAtLeast(Milliseconds least, const char *file, int line) const {
  world_->Expect(took_ >= least,
                 command_ + " took " + std::to_string(took_.count()) + " ms, less than its " +
                     std::to_string(least.count()) + " ms",
                 file, line);
  return *this;
}

int64_t Result::AsInteger(const char *file, int line) const {
  CheckAnswered("an integer", file, line);
  bool is_integer = !answer_.values.empty() && answer_.values[0].kind == Value::Kind::kInteger;
  world_->Expect(is_integer, command_ + " was to give an integer, and gave " + ShowAnswer(answer_),
                 file, line);
  return answer_.values[0].integer;
}

std::string Result::TextOf(size_t index) const {
  bool is_there =
      index < answer_.values.size() && answer_.values[index].kind == Value::Kind::kString;
  return is_there ? answer_.values[index].text : "";
}

World::World(const Run &run, Driver *driver, const Axes &axes)
    : run_(run), driver_(driver), axes_(axes) {
  setup_.peer.version = WireVersion(axes.version);
  setup_.peer.is_server = axes.is_client;
  if (axes.is_client) {
    setup_.peer.certificate = certificates().Certificate("server");
    setup_.peer.key = certificates().Key("server");
    setup_.certificate = "";
  }
  driver_->ClearTranscript();
  descriptors_ = driver_->CountDescriptors();
  dispositions_ = driver_->SignalDispositions();
}

World::~World() {
  LeaveTrace(false);
  if (listener_ >= 0) {
    close(listener_);
  }
}

void World::Configure() {
  if (configured_) {
    return;
  }
  configured_ = true;
  Command(axes_.nonblocking ? "poller wait" : "poller none").Gives({});
  if (is_plain()) {
    return;
  }
  Command("config 1").Gives({Object()});
  if (!setup_.trusted.empty()) {
    Command("set 1 set_ca_file " + StringWord(certificates().Certificate(setup_.trusted)))
        .Gives({True()});
  }
  if (!setup_.certificate.empty()) {
    Command("set 1 set_keypair_file " + StringWord(certificates().Certificate(setup_.certificate)) +
            " " + StringWord(certificates().Key(setup_.certificate)))
        .Gives({True()});
  }
  for (const std::string &method : setup_.config) {
    Prepare("set 1 " + method);
  }
}

// What a case needs, and is not about.
void World::Prepare(const std::string &command) {
  const Answer answer = Command(command).answer();
  if (answer.kind == Answer::Kind::kUnsupported) {
    throw CaseUnsupported{command};
  }
  Expect(answer.kind == Answer::Kind::kValues, ShowAnswer(answer));
}

void World::Connect() {
  Configure();
  if (axes_.is_client) {
    ConnectAsClient();
  } else {
    ConnectAsServer();
  }
  if (setup_.peer_handshakes && !is_plain()) {
    peer_->StartHandshake();
  }
}

void World::ConnectAsClient() {
  Endpoint endpoint;
  listener_ = Listen(&endpoint);
  LimitReceiveBuffer(listener_, setup_.peer.receive_buffer);
  ConnectTo(endpoint);
  int fd = Accept();
  close(listener_);
  listener_ = -1;
  AdoptPeer(fd);
}

// The driver says that it has connected: then the connection is there, or as good as there.
int World::Accept() {
  pollfd ready = {listener_, POLLIN, 0};
  poll(&ready, 1, static_cast<int>(run_.patience.count()));
  return accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
}

void World::ConnectAsServer() {
  Endpoint endpoint = ListenForForeign();
  for (const std::string &command : setup_.listening) {
    Prepare(command);
  }
  AdoptPeer(Dial(endpoint, setup_.peer.receive_buffer));
  AcceptForeign();
}

void World::ConnectTo(const Endpoint &endpoint) {
  Configure();
  Command("client 1 " + ConfigWord() + " " + endpoint.Words() + " " +
          (is_plain() ? "nil" : setup_.server_name) +
          (setup_.session != 0 ? " nil " + IntegerWord(setup_.session) : ""))
      .Gives({Object()});
}

Endpoint World::ListenForForeign() {
  Configure();
  Endpoint endpoint = NewEndpoint();
  Result result = Command("server 1 " + ConfigWord() + " " + endpoint.HostWord());
  endpoint.port = static_cast<int>(result.AsInteger());
  Expect((endpoint.port == 0) == endpoint.is_unix(),
         "the driver listens on port " + std::to_string(endpoint.port));
  return endpoint;
}

void World::AcceptForeign() {
  Command("accept 1 1").Gives({Object()});
}

void World::AdoptPeer(int fd) {
  Expect(fd >= 0, std::string("the runner's peer has no connection: ") + strerror(errno));
  int yes = 1;
  if (!axes_.is_unix) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  if (is_plain()) {
    plain_ = std::make_unique<PlainPeer>(fd);
  } else {
    peer_ = std::make_unique<Peer>(fd, setup_.peer);
  }
}

void World::Establish() {
  Connect();
  if (is_plain()) {
    return;
  }
  Call("handshake").Gives(Ok());
  Until("the peer's handshake is done", [this] { return peer_->handshaked(); });
}

Result World::Call(const std::string &method, const std::string &arguments) {
  Start(method, arguments);
  return Finish();
}

void World::Start(const std::string &method, const std::string &arguments) {
  call_start_ = Clock::now();
  driver_->Send("call 1 " + method + (arguments.empty() ? "" : " " + arguments));
}

Result World::Finish() {
  Answer answer;
  if (PumpUntil(Sources(), run_.patience, [this] { return driver_->answered(); })) {
    answer = driver_->Take();
  } else {
    answer.kind = Answer::Kind::kGone;
    answer.text = "no answer within " + std::to_string(run_.patience.count()) +
                  " ms to the command `" + driver_->last_command() + "`, so it was killed";
    driver_->Stop();
  }
  auto took = std::chrono::duration_cast<Milliseconds>(Clock::now() - call_start_);
  return Result(this, driver_->last_command(), answer, took);
}

Result World::Command(const std::string &command) {
  call_start_ = Clock::now();
  driver_->Send(command);
  return Finish();
}

void World::Until(const std::string &what, const std::function<bool()> &done, const char *file,
                  int line) {
  if (!PumpUntil(Sources(), run_.patience, done)) {
    Fail("waited in vain: " + what, file, line);
  }
}

void World::Elapse(Milliseconds time) {
  PumpUntil(Sources(), time, [] { return false; });
}

void World::ElapseUnlessAnswered(Milliseconds time) {
  PumpUntil(Sources(), time, [this] { return driver_->answered(); });
}

void World::Expect(bool ok, const std::string &what, const char *file, int line) {
  if (!ok) {
    Fail(what, file, line);
  }
}

void World::LeaveTrace(bool is_of_failure) {
  if (run_.trace != nullptr && !run_.trace->is_of_failure) {
    std::string wire = peer_ ? peer_->wire() : plain_ ? plain_->wire() : "";
    *run_.trace = {driver_->transcript(), wire, is_of_failure};
  }
}

void World::Fail(const std::string &message, const char *file, int line) {
  std::string state = peer_ ? peer_->Describe() : plain_ ? plain_->Describe() : "";
  std::string peer = state.empty() ? "" : "peer:     " + state + "\n";
  std::string foreign = foreign_ ? "foreign peer's output:\n" + foreign_->output() + "\n" : "";
  std::string about = about_.empty() ? "" : "about:    " + about_ + "\n";
  ADD_FAILURE_AT(file, line) << about << message << "\n" << peer << foreign;
  LeaveTrace(true);
  throw CaseEnded();
}

Endpoint World::NewEndpoint() {
  Endpoint endpoint;
  if (axes_.is_unix) {
    endpoint.path = directory_.NewPath();
    Expect(endpoint.is_unix(),
           std::string("the runner has no place for a unix socket: ") + strerror(errno));
  }
  return endpoint;
}

int World::Listen(Endpoint *endpoint, int backlog) {
  *endpoint = NewEndpoint();
  int fd = ListenAt(endpoint, backlog);
  Expect(fd >= 0, std::string("the runner cannot listen: ") + strerror(errno));
  return fd;
}

int World::Bind(Endpoint *endpoint) {
  *endpoint = NewEndpoint();
  int fd = BindAt(endpoint);
  Expect(fd >= 0, std::string("the runner cannot bind: ") + strerror(errno));
  return fd;
}

int World::Dial(const Endpoint &endpoint, int receive_buffer) {
  int fd = DialTo(endpoint, receive_buffer);
  Expect(fd >= 0, std::string("the runner cannot connect: ") + strerror(errno));
  return fd;
}

Foreign &World::RunForeign(const std::vector<std::string> &command) {
  foreign_ = std::make_unique<Foreign>();
  std::string error = foreign_->Start(command);
  if (!error.empty()) {
    ADD_FAILURE() << "the foreign peer cannot be run: " << error;
    throw CaseUnresolved();
  }
  return *foreign_;
}

std::vector<Pumped *> World::Sources() {
  std::vector<Pumped *> sources = {driver_};
  if (peer_) {
    sources.push_back(peer_.get());
  }
  if (plain_) {
    sources.push_back(plain_.get());
  }
  if (foreign_) {
    sources.push_back(foreign_.get());
    sources.push_back(&foreign_->input());
  }
  return sources;
}

void World::CheckLeftovers() {
  Command("reset").Gives({});
  Expect(driver_->CountDescriptors() == descriptors_,
         "after the case the driver has " + std::to_string(driver_->CountDescriptors()) +
             " descriptors open, before it " + std::to_string(descriptors_));
  Expect(driver_->SignalDispositions() == dispositions_,
         "the case changed the driver's signal dispositions from " + dispositions_ + "to " +
             driver_->SignalDispositions());
}

}  // namespace conformance
