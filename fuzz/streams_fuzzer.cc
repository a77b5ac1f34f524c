// streams: plain streams of net/stream.h, net/stream_io.h, net/vector_io.h and the POSIX transport,
// over real sockets of the machine and a system whose calls fail when the input says so
// (testing/played_system.h): no call sleeps, and time is virtual.
//
// Input: operations of three bytes: which (modulo the number of them), and two arguments. A call
// that is to fail is counted from the operation on that says so.
//
// What must hold, with the name that the message of a violation begins with:
//   S1  the count that is told is what the other end gets, in its order; so the other way
//   S2  there is no EINTR, and an error has a text
//   S3  what times out has waited for as long as it should have and no longer; a call that could
//       sleep is told of a timeout, not to try again
//   S4  a descriptor is closed by net_close alone, and a failed call leaves none open; none goes to
//       another program
//   S5  what is set is what is read; what belongs to the caller stays as it was
//   S6  SIGPIPE is not raised, and the mask of signals stays

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmath>
#include <string>
#include <vector>

#include "fuzz/streams_checks.h"
#include "fuzz/streams_world.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "net/stream.h"
#include "net/stream_io.h"
#include "net/transport.h"
#include "net/vector_io.h"
#include "testing/played_system.h"

namespace {

using net_fuzz::kSizes;
using net_fuzz::StreamsWorld;
using net_fuzz::Tape;
using net_testing::PlayedSystem;
using net_testing::SystemCall;

constexpr int kErrors[] = {EINTR,       EIO,    0,      EAGAIN,   ECONNABORTED,
                           EINPROGRESS, ENOSYS, EINVAL, ENOMEM,   EAI_SYSTEM,
                           EAI_FAIL,    EPIPE,  EPROTO, EAI_AGAIN};
constexpr int kFlags[] = {0,           MSG_DONTWAIT,           MSG_PEEK,
                          MSG_WAITALL, MSG_PEEK | MSG_WAITALL, MSG_WAITALL | MSG_DONTWAIT};
constexpr double kSeconds[] = {0, 0.01, 1, 3, 1e-9, 0.9999999, -1, NAN, INFINITY, 1e15, 9e9};
constexpr int64_t kTimeouts[] = {-1, 0, 1, 50, 1000, INT64_C(5000000000), INT64_MAX};
constexpr const char *kHosts[] = {nullptr,        "localhost", "127.0.0.1",     "::1",
                                  "nowhere.test", "LOCALHOST", "not:an:address"};
constexpr size_t kHostSizes[] = {256, 1, 5, 108};

class Run {
 public:
  explicit Run(const Tape &input) : world_(input) {}

  void Play(Tape tape) {
    while (!tape.IsAtEnd() && steps_ < 64) {
      uint8_t operation = tape.Next();
      uint8_t first = tape.Next();
      Do(operation % 24, first, tape.Next());
      steps_++;
    }
    world_.system().StopFailing();
    world_.Finish();
    if (net_fuzz::ScriptIsWanted()) {
      net_fuzz::PrintSection("script", world_.script());
    }
    if (net_fuzz::LogIsWanted()) {
      net_fuzz::PrintSection("log", world_.script());
    }
  }

 private:
  void Do(int operation, uint8_t a, uint8_t b) {
    if (operation < 8) {
      return DoData(operation, a, b);
    }
    if (operation < 14) {
      return DoWorld(operation, a, b);
    }
    return DoOther(operation, a, b);
  }

  void DoData(int operation, uint8_t a, uint8_t b) {
    switch (operation) {
      case 0:
        return Send(a, b);
      case 1:
        return Receive(a, b);
      case 2:
        return SendMessage(a, b);
      case 3:
        return ReceiveMessage(a, b);
      case 4:
        return SendFile(a, b);
      case 5:
        return (b & 1) != 0 ? WriteVector(a) : ReadVector(a);
      case 6:
        return ReadFile(a, b);
      default:
        return Transport(a, b);
    }
  }

  void DoWorld(int operation, uint8_t a, uint8_t b) {
    switch (operation) {
      case 8:
        return world_.Connect(a, b);
      case 9:
        return world_.FarSend(kSizes[a % 8]);
      case 10:
        return world_.FarReceive(kSizes[a % 8]);
      case 11:
        return world_.FarEnd(a % 3);
      case 12:
        return Fail(static_cast<SystemCall>(a % net_testing::kNumSystemCalls), b);
      default:
        if ((a & 1) != 0) {
          return world_.AcceptAnother();
        }
        world_.system().StopFailing();
        is_misled_ = false;
        return;
    }
  }

  void DoOther(int operation, uint8_t a, uint8_t b) {
    switch (operation) {
      case 14:
        return IntOption(a, b);
      case 15:
        return Timeout(a, b);
      case 16:
        return Linger(a);
      case 17:
        return Flags(a);
      case 18:
        return Wait(a, b);
      case 19:
        return WaitAny(a, b);
      case 20:
        return Adopt(a, b);
      case 21:
        return Timer(a);
      case 22:
        return Resolve(a, b);
      default:
        return (a & 1) != 0 ? Shutdown(b) : Names(a, b);
    }
  }

  // Signals end what could sleep, and nothing else.
  void Fail(SystemCall call, uint8_t how) {
    int error = kErrors[how % 16 % 14];
    bool is_signal = error == EINTR;
    is_misled_ |= call == net_testing::kGetsockopt || call == net_testing::kFcntl;
    error = is_signal && !net_testing::CouldSleep(call) ? EIO : error;
    // Linux has no such error for it.
    error = call == net_testing::kPoll && error == EAGAIN ? ENOMEM : error;
    // A signal that is pending is taken, unless another one comes.
    error = call == net_testing::kSigtimedwait ? EINTR : error;
    unsigned times = how / 16 % 4;
    world_.system().Fail(call, how / 64, error, times == 3 ? 1000 : times + 1);
  }

  enum net_transport_mode Mode(uint8_t byte) const {
    return (byte & 128) != 0 ? NET_TRANSPORT_NONBLOCKING : NET_TRANSPORT_BLOCKING;
  }

  bool Check(const char *name, struct net_error error) {
    return world_.Check(name, error);
  }

  // A call that may sleep, of the near end.
  template <typename Call>
  void Transfer(const char *name, bool sends, bool may_sleep, Call call) {
    constexpr int64_t kSlack = 2 * PlayedSystem::kSignalNanoseconds + 1000000;
    int64_t timeout = net_fuzz::TimeoutOf(world_.near(), sends);
    int64_t begin = world_.system().now();
    may_sleep = may_sleep && net_fuzz::Blocks(world_.near()) && !is_misled_;
    struct net_error error = call();
    Check(name, error);
    bool is_again = error.kind == NET_ERROR_SYSTEM && error.code == EAGAIN;
    world_.Require(!may_sleep || !is_again, "S3: a call that could sleep is told to try again");
    // Where there is room, signals alone can hold up a send.
    bool is_late = !sends && error.kind == NET_ERROR_TIMEOUT && timeout > 0 &&
                   world_.system().now() - begin > timeout + kSlack;
    world_.Require(!may_sleep || !is_late, "S3: a call that sleeps beyond its timeout");
  }

  void Send(uint8_t a, uint8_t b) {
    std::string bytes = world_.NextBytes(kSizes[a % 8]);
    size_t sent = 1;
    world_.Begin(bytes);
    Transfer("send", true, b % 2 == 0 && Mode(b) == NET_TRANSPORT_BLOCKING, [&] {
      return net_send(world_.near(), Mode(b), kFlags[b % 2], bytes.data(), bytes.size(), &sent);
    });
    world_.Sent(bytes, sent);
  }

  void Receive(uint8_t a, uint8_t b) {
    std::string buffer(kSizes[a % 8] + 1, '\0');
    size_t length = 1;
    int flags = kFlags[b % 6];
    bool may_sleep = (flags & MSG_DONTWAIT) == 0 && Mode(b) == NET_TRANSPORT_BLOCKING;
    Transfer("receive", false, may_sleep, [&] {
      return net_receive(world_.near(), Mode(b), flags, &buffer[0], buffer.size(), &length);
    });
    world_.Received(buffer, length, (flags & MSG_PEEK) != 0);
  }

  // In parts of about a third, one of them empty.
  static std::vector<iovec> Parts(std::string &bytes) {
    size_t third = bytes.size() / 3;
    return {{&bytes[0], third},
            {&bytes[0], 0},
            {&bytes[third], third},
            {&bytes[2 * third], bytes.size() - 2 * third}};
  }

  void SendMessage(uint8_t a, uint8_t b) {
    std::string bytes = world_.NextBytes(kSizes[a % 8]);
    std::vector<iovec> parts = Parts(bytes);
    if ((b & 64) != 0) {
      parts.resize(NET_VECTOR_MAX + 1);
    }
    msghdr message = {};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    size_t sent = 1;
    world_.Begin(bytes);
    Check("send_message", net_send_message(world_.near(), Mode(b), kFlags[b % 2], &message, &sent));
    world_.Sent(bytes, sent);
  }

  void ReceiveMessage(uint8_t a, uint8_t b) {
    std::string buffer(kSizes[a % 8] + 1, '\0');
    std::vector<iovec> parts = Parts(buffer);
    msghdr message = {};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    size_t length = 1;
    if ((b & 64) != 0) {
      world_.Require(net_fuzz::PassedIsClosedOnExec(),
                     "S4: what was passed goes to other programs");
    }
    Check("receive_message",
          net_receive_message(world_.near(), Mode(b), kFlags[b % 3], &message, &length));
    world_.Received(buffer, length, kFlags[b % 3] == MSG_PEEK);
  }

  void SendFile(uint8_t a, uint8_t b) {
    net_fuzz::PlayedFile file = world_.File(b % 4);
    int64_t offset = (b & 16) != 0 ? INT64_MAX - 1 : (b & 32) != 0 ? 39990 : a;
    size_t length = (b & 64) != 0 ? SIZE_MAX : kSizes[a % 8];
    length = file.kind != 0 && length > 3000 ? 3000 : length;
    std::string bytes = file.Bytes(offset, length);
    size_t sent = 1;
    world_.Begin(bytes);
    int fd = (b & 8) != 0 ? -1 : file.fd;
    off_t position = net_fuzz::Position(file.fd);
    Check("send_file", net_send_file(world_.near(), Mode(b), fd, offset, length, &sent));
    world_.Require(net_fuzz::Position(file.fd) == position, "S5: a file's position has moved");
    world_.Sent(bytes, sent);
  }

  void ReadFile(uint8_t a, uint8_t b) {
    net_fuzz::PlayedFile file = world_.File(b % 4);
    std::string buffer(kSizes[a % 8] + 1, '\0');
    size_t length = 1;
    Check("read_file", net_read_file(file.fd, a, &buffer[0], buffer.size(), &length));
    world_.Require(length == 0 || buffer.substr(0, length) == file.Bytes(a, length),
                   "S1: not what is in the file");
  }

  void WriteVector(uint8_t a) {
    std::string bytes = world_.NextBytes(kSizes[a % 8]);
    std::vector<iovec> parts = Parts(bytes);
    size_t written = 1;
    world_.Begin(bytes);
    Check("write_vector", net_write_vector(world_.near(), parts.data(), parts.size(), &written));
    world_.Sent(bytes, written);
  }

  void ReadVector(uint8_t a) {
    std::string buffer(kSizes[a % 8] + 1, '\0');
    std::vector<iovec> parts = Parts(buffer);
    size_t length = 1;
    Check("read_vector", net_read_vector(world_.near(), parts.data(), parts.size(), &length));
    world_.Received(buffer, length, false);
  }

  // A transport over the near end, which it closes.
  void Transport(uint8_t a, uint8_t b) {
    net_transport transport;
    int fd = (b & 64) != 0 ? world_.File(0).fd : (b & 32) != 0 ? world_.Datagram() : world_.near();
    int code = net_transport_posix(fd, Mode(b), &transport);
    world_.Note("transport", std::to_string(code));
    if (code != 0) {
      return;
    }
    const net_transport_functions *functions = transport.functions;
    void *context = transport.context;
    std::string bytes = world_.NextBytes(kSizes[a % 8] + 1);
    world_.Begin(bytes);
    net_transport_result sent = functions->send(context, bytes.data(), bytes.size());
    world_.Sent(bytes, sent.count);
    std::string buffer(kSizes[a % 8] + 1, '\0');
    net_transport_result received = functions->receive(context, &buffer[0], buffer.size());
    world_.Received(buffer, received.count, false);
    net_transport_result waited = functions->wait(context, b % 4, kTimeouts[b / 4 % 4]);
    world_.Require(sent.status != NET_TRANSPORT_INTERRUPTED && waited.error != EINTR &&
                       received.status != NET_TRANSPORT_INTERRUPTED,
                   "S2: a signal is told");
    world_.Require(functions->monotonic_time(context) == world_.system().now(),
                   "S3: the clock is another");
    world_.Require(functions->cpu_time(context) > 0, "S3: no time was used");
    world_.ForgetNear();
    world_.Note("closed", std::to_string(functions->close(context).error));
  }

  void IntOption(uint8_t a, uint8_t b) {
    static const int kNames[] = {SO_KEEPALIVE, SO_REUSEADDR, SO_OOBINLINE, 9999};
    int value = -1;
    if (Check("set_option", net_set_option(world_.near(), SOL_SOCKET, kNames[a % 4], b & 1)) &&
        Check("get_option", net_get_option(world_.near(), SOL_SOCKET, kNames[a % 4], &value))) {
      world_.Require((value != 0) == ((b & 1) != 0), "S5: another option than was set");
    }
  }

  void Timeout(uint8_t a, uint8_t b) {
    int fd = (b & 2) != 0 ? world_.listener() : world_.near();
    int name = (b & 1) != 0 ? SO_SNDTIMEO : SO_RCVTIMEO;
    double wanted = kSeconds[a % 11];
    double seconds = -1;
    bool is_set = Check("set_timeout", net_set_timeout(fd, name, wanted));
    world_.Require(!is_set || wanted >= 0, "S5: a time that is none was taken");
    if (Check("get_timeout", net_get_timeout(fd, name, &seconds)) && is_set && wanted < 1e9) {
      world_.Require((seconds > 0) == (wanted > 0) && seconds < wanted + 0.1,
                     "S5: another time than was set");
    }
  }

  void Linger(uint8_t a) {
    int seconds = -2;
    int wanted = a % 3 - 1;
    if (Check("set_linger", net_set_linger(world_.near(), wanted)) &&
        Check("get_linger", net_get_linger(world_.near(), &seconds))) {
      world_.Require(seconds == wanted, "S5: another linger than was set");
    }
    Check("set_linger", net_set_linger(world_.near(), -1));
  }

  void Flags(uint8_t a) {
    bool wanted = (a & 1) != 0;
    bool found = !wanted;
    bool is_at_mark = false;
    if (Check("set_close_on_exec", net_set_close_on_exec(world_.near(), wanted)) &&
        Check("get_close_on_exec", net_get_close_on_exec(world_.near(), &found))) {
      world_.Require(found == wanted, "S5: another flag than was set");
    }
    if (Check("set_nonblocking", net_set_nonblocking(world_.near(), (a & 2) != 0)) &&
        Check("get_nonblocking", net_get_nonblocking(world_.near(), &found))) {
      world_.Require(found == ((a & 2) != 0), "S5: another mode than was set");
    }
    Check("at_mark", net_at_mark(world_.near(), &is_at_mark));
    if ((a & 4) != 0) {
      world_.Require(net_fuzz::UrgentByteIsTold(), "S5: an urgent byte is not told");
    }
  }

  void Wait(uint8_t a, uint8_t b) {
    int64_t timeout = kTimeouts[b % 7];
    int64_t begin = world_.system().now();
    struct net_error error = net_wait((a & 4) != 0   ? -1
                                      : (a & 8) != 0 ? 1 << 20
                                                     : world_.near(),
                                      a % 4, timeout);
    Check("wait", error);
    bool is_open = (a & 12) == 0 && world_.near() >= 0;
    world_.Require(!is_open || error.kind != NET_ERROR_SYSTEM || error.code != EBADF,
                   "S3: a descriptor that is open is called bad");
    int64_t end = net_deadline_after(-1);
    world_.Require(end == NET_NO_DEADLINE && net_deadline_remaining(end) < 0, "S3: no end is one");
    world_.Require(
        error.kind != NET_ERROR_TIMEOUT || world_.system().now() - begin >= timeout * 1000000,
        "S3: a wait that ends early");
  }

  void WaitAny(uint8_t a, uint8_t b) {
    net_wait_entry entries[] = {{world_.near(), a % 4u, false}, {1 << 20, a / 4 % 4u, false}};
    size_t num_entries = a / 16 % 3;
    struct net_error error = net_wait_any(entries, num_entries, kTimeouts[b % 7]);
    if (Check("wait_any", error)) {
      world_.Require(entries[0].is_ready || entries[1].is_ready, "S3: nothing is ready");
    }
  }

  void Adopt(uint8_t a, uint8_t b) {
    net_address address = {};
    int fd = a % 3 == 0 ? world_.near() : a % 3 == 1 ? world_.Datagram() : world_.File(0).fd;
    enum net_family wanted = (b & 1) != 0 ? NET_FAMILY_UNIX : NET_FAMILY_INET;
    if ((b & 4) != 0 && a % 3 == 0) {
      net_set_close_on_exec(fd, false);
    }
    if (Check("adopt", net_adopt(fd, wanted, (b & 2) != 0, &address))) {
      world_.Require(address.socktype == SOCK_STREAM, "S5: what was adopted is no stream");
      world_.Require(net_fuzz::IsOfFamily(fd, wanted), "S5: what was adopted is of another family");
      world_.Require(net_fuzz::IsClosedOnExec(fd), "S4: what was adopted goes to other programs");
    }
  }

  void Timer(uint8_t a) {
    int fd = -1;
    if (Check("timer", net_timer(a + INT64_C(100000), &fd))) {
      Check("close", net_close(fd));
    }
    Check("close", net_close(-1));
  }

  void Resolve(uint8_t a, uint8_t b) {
    net_address *addresses = nullptr;
    size_t num_addresses = 0;
    char *name = nullptr;
    net_hints hints = {(b & 1 ? AI_CANONNAME : 0) | (b & 2 ? AI_NUMERICHOST : 0), AF_UNSPEC,
                       b & 4 ? 0 : SOCK_STREAM, 0};
    const char *host = kHosts[a % 7];
    const char *port = (b & 8) != 0 ? nullptr : "1";
    struct net_error error =
        (b & 16) != 0 ? net_resolve(host, port, (b & 32) != 0, &addresses, &num_addresses)
                      : net_resolve_as(host, port, &hints, &addresses, &num_addresses, &name);
    world_.Require(Check("resolve", error) == (num_addresses > 0), "S1: success without addresses");
    for (size_t i = 0; i < num_addresses; i++) {
      Describe(addresses[i], kHostSizes[b / 64]);
    }
    free(addresses);
    free(name);
  }

  void Describe(const net_address &address, size_t size) {
    char host[256] = "";
    char service[32] = "";
    int port = -1;
    Check("address_name", net_address_name(&address, host, size, &port));
    Check("address_lookup",
          net_address_lookup(&address, NI_NUMERICSERV, host, size, service, sizeof(service)));
  }

  void Names(uint8_t a, uint8_t b) {
    net_address address = {};
    std::string path(b, 'p');
    if ((a & 2) != 0 && !path.empty()) {
      path.back() = '\0';
    }
    if (Check("unix_address", net_unix_address(path.data(), path.size(), &address))) {
      world_.Require(path.size() < sizeof(sockaddr_un::sun_path), "S5: a path is cut");
      Describe(address, kHostSizes[a / 4 % 4]);
    }
    for (int fd : {world_.near(), world_.listener(), world_.File(0).fd}) {
      if (Check("local_address", net_local_address(fd, &address))) {
        Describe(address, kHostSizes[a / 4 % 4]);
      }
      Check("peer_address", net_peer_address(fd, &address));
    }
    struct net_error unknown = {static_cast<enum net_error_kind>(9), 0};
    char text[64];
    world_.Require(*net_error_text(unknown, text, sizeof(text)) != '\0', "S2: no text");
  }

  void Shutdown(uint8_t b) {
    static const int kHow[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
    world_.NearEnds();
    Check("shutdown", net_shutdown(world_.near(), kHow[b % 3]));
  }

  StreamsWorld world_;
  int steps_ = 0;
  // The modes and timeouts of sockets may not be known to net/.
  bool is_misled_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const Tape input(data, size);
  Run(input).Play(input);
  return 0;
}
