#include "fuzz/streams_world.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "fuzz/violation.h"
#include "net/transport.h"

namespace net_fuzz {

namespace {

constexpr size_t kFileSize = 40000;

char ByteAt(size_t position) {
  return static_cast<char>(position * 31 + position / 251);
}

std::string Pattern(size_t begin, size_t length) {
  std::string bytes(length, '\0');
  for (size_t i = 0; i < length; i++) {
    bytes[i] = ByteAt(begin + i);
  }
  return bytes;
}

int MakeFile() {
  int fd = memfd_create("streams", MFD_CLOEXEC);
  std::string bytes = Pattern(7, kFileSize);
  return write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(kFileSize) ? fd : -1;
}

int MakePipe() {
  int ends[2] = {-1, -1};
  return pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 ? ends[0] : -1;
}

// The lowest one that is free tells of any that was left open.
int LowestDescriptor() {
  net_testing::RealSystem real;
  int fd = fcntl(0, F_DUPFD_CLOEXEC, 3);
  close(fd);
  return fd;
}

void Close(int &fd) {
  if (fd >= 0) {
    net_testing::RealSystem real;
    close(fd);
  }
  fd = -1;
}

}  // namespace

std::string PlayedFile::Bytes(int64_t offset, size_t length) const {
  if (kind == 1) {
    return std::string(length, '\0');
  }
  size_t begin = static_cast<size_t>(offset);
  return kind != 0 || begin >= kFileSize ? ""
                                         : Pattern(7 + begin, std::min(length, kFileSize - begin));
}

PlayedFile StreamsWorld::File(int kind) {
  net_testing::RealSystem real;
  static const int fds[] = {MakeFile(), open("/dev/zero", O_RDONLY | O_CLOEXEC),
                            open("/", O_RDONLY | O_CLOEXEC), MakePipe()};
  return {fds[kind], kind};
}

int StreamsWorld::Datagram() {
  net_testing::RealSystem real;
  static const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  return fd;
}

StreamsWorld::StreamsWorld(const Tape &input)
    : input_(input),
      system_([this](int fd, unsigned directions) { return EndSleep(fd, directions); }) {
  signal(SIGPIPE, SIG_DFL);
  File(0);
  Datagram();
  lowest_ = LowestDescriptor();
  Connect(0, 0);
}

StreamsWorld::~StreamsWorld() {
  CloseAll();
}

void StreamsWorld::CloseAll() {
  Close(near_);
  Close(far_);
  Close(listener_);
  has_ended_ = false;
  near_sent_ = near_received_ = far_sent_ = 0;
  under_way_.clear();
}

// The other end does what is waited for; a listener gets a connection.
bool StreamsWorld::EndSleep(int fd, unsigned directions) {
  sleeps_++;
  if (fd >= 0 && fd == near_ && (directions & NET_TRANSPORT_WRITABLE) != 0) {
    size_t before = under_way_.size();
    FarReceive(SIZE_MAX);
    return before != under_way_.size();
  }
  if (fd >= 0 && fd == near_) {
    size_t before = far_sent_;
    FarSend(1);
    return far_sent_ > before;
  }
  return listener_ >= 0 && ((directions & NET_TRANSPORT_WRITABLE) != 0 ? TakeOne() : AddOne());
}

// Room in the listener's queue.
bool StreamsWorld::TakeOne() {
  int taken = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  has_ended_ = true;
  bool is_taken = taken >= 0;
  Close(taken);
  return is_taken;
}

// A connection for the listener.
bool StreamsWorld::AddOne() {
  sockaddr_storage address = {};
  socklen_t length = sizeof(address);
  auto *name = reinterpret_cast<sockaddr *>(&address);
  if (getsockname(listener_, name, &length) != 0) {
    return false;
  }
  int added = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool is_added = connect(added, name, length) == 0;
  Close(added);
  return is_added;
}

bool StreamsWorld::Listen(int family, uint8_t options) {
  net_address address = {};
  if (family == AF_UNIX) {
    // Without a name the system gives it one of the abstract namespace.
    address.family = address.storage.ss_family = AF_UNIX;
    address.socktype = SOCK_STREAM;
    address.length = sizeof(sa_family_t);
  } else {
    net_address *addresses = nullptr;
    size_t num_addresses = 0;
    const char *host = family == AF_INET ? "127.0.0.1" : "::1";
    if (!Check("resolve", net_resolve(host, "0", true, &addresses, &num_addresses))) {
      return false;
    }
    address = addresses[0];
    free(addresses);
  }
  net_bind_options wanted = {(options & 1) != 0, (options & 2) != 0};
  return Check("bind", net_bind(&address, wanted, &listener_)) &&
         Check("listen", net_listen(listener_, 1)) &&
         Check("set_nonblocking", net_set_nonblocking(listener_, (options & 4) != 0));
}

bool StreamsWorld::ConnectTo(const net_address &address, uint8_t options) {
  static const int64_t kDeadlines[] = {-1, 0, 5, 1000};
  Close(near_);
  if ((options & 8) == 0) {
    int64_t deadline = kDeadlines[options / 16 % 4];
    unsigned sleeps = sleeps_;
    bool is_connected = Check("connect", net_connect(&address, deadline, &near_));
    Require(deadline < 0 || sleeps_ == sleeps, "S3: a connect that could sleep for ever");
    return is_connected;
  }
  bool is_connected = false;
  return Check("connect_start", net_connect_start(&address, &near_, &is_connected)) &&
         Check("connect_finish", net_connect_finish(near_));
}

// The one that connected is the far end then, or the near one.
void StreamsWorld::Accept(bool wants_peer) {
  net_address peer = {};
  if (Check("accept", net_accept(listener_, &far_, wants_peer ? &peer : nullptr))) {
    std::swap(near_, far_);
  }
}

void StreamsWorld::Connect(uint8_t kind, uint8_t options) {
  static const int kFamilies[] = {AF_UNIX, AF_INET, AF_INET6};
  CloseAll();
  if (kind % 4 == 0) {
    int fds[2] = {-1, -1};
    if (Check("pair", net_pair((options & 1) != 0, fds))) {
      near_ = fds[0];
      far_ = fds[1];
    }
    return;
  }
  net_address address = {};
  if (!Listen(kFamilies[kind % 4 - 1], options) ||
      !Check("local_address", net_local_address(listener_, &address))) {
    return;
  }
  if ((kind & 16) != 0) {
    // Nobody listens any more.
    Close(listener_);
  }
  has_ended_ = kind >= 32;
  for (int extra = kind / 32; extra > 0 && ConnectTo(address, options); extra--) {
    Close(near_);
  }
  if (ConnectTo(address, options) && listener_ >= 0) {
    Accept((options & 128) != 0);
  }
  if ((kind & 8) != 0 && listener_ >= 0) {
    AcceptAnother();
  }
}

void StreamsWorld::AcceptAnother() {
  int another = -1;
  if (Check("accept", net_accept(listener_, &another, nullptr))) {
    Close(another);
  }
}

void StreamsWorld::ForgetNear() {
  near_ = -1;
  has_ended_ = true;
}

void StreamsWorld::FarSend(size_t length) {
  net_testing::RealSystem real;
  std::string bytes = Pattern(far_sent_, length);
  ssize_t sent = send(far_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  far_sent_ += sent > 0 ? static_cast<size_t>(sent) : 0;
}

void StreamsWorld::CheckFarBytes(const char *bytes, size_t length) {
  Require(length <= under_way_.size() && under_way_.compare(0, length, bytes, length) == 0,
          "S1: the far end gets something else");
  under_way_.erase(0, length);
}

void StreamsWorld::FarReceive(size_t length) {
  net_testing::RealSystem real;
  std::string buffer(65536, '\0');
  while (length > 0 && far_ >= 0) {
    ssize_t count = recv(far_, &buffer[0], std::min(buffer.size(), length), MSG_DONTWAIT);
    if (count <= 0) {
      return;
    }
    CheckFarBytes(buffer.data(), static_cast<size_t>(count));
    length -= static_cast<size_t>(count);
  }
}

void StreamsWorld::FarEnd(int how) {
  net_testing::RealSystem real;
  linger at_once = {1, 0};
  if (how == 0) {
    shutdown(far_, SHUT_WR);
    return;
  }
  if (how == 2) {
    setsockopt(far_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  has_ended_ = true;
  Close(far_);
}

std::string StreamsWorld::NextBytes(size_t length) const {
  return Pattern(near_sent_, length);
}

void StreamsWorld::Begin(const std::string &bytes) {
  under_way_ += bytes;
}

void StreamsWorld::Sent(const std::string &bytes, size_t length) {
  Note("sent", std::to_string(length));
  Require(length <= bytes.size(), "S1: more is sent than there is");
  size_t rest = bytes.size() - length;
  Require(rest <= under_way_.size(), "S1: the far end gets more than was told");
  under_way_.resize(under_way_.size() - rest);
  near_sent_ += length;
}

void StreamsWorld::Received(const std::string &buffer, size_t length, bool is_peeked) {
  Note("received", std::to_string(length));
  Require(length <= buffer.size(), "S1: more is received than fits");
  Require(near_received_ + length <= far_sent_ &&
              buffer.compare(0, length, Pattern(near_received_, length)) == 0,
          "S1: the near end gets something else");
  near_received_ += is_peeked ? 0 : length;
}

bool StreamsWorld::Check(const char *name, struct net_error error) {
  char text[128];
  net_error_text(error, text, sizeof(text));
  Note(name, text);
  bool is_good = error.kind == NET_ERROR_NONE;
  Require(error.code != EINTR || error.kind != NET_ERROR_SYSTEM, "S2: a signal is told");
  Require(is_good == (text[0] == '\0'), "S2: an outcome and its text do not agree");
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  Require(sigismember(&mask, SIGPIPE) == 0, "S6: the mask of signals has changed");
  return is_good;
}

void StreamsWorld::Note(const char *name, const std::string &result) {
  script_ += std::string(name) + " -> " + (result.empty() ? "ok" : result) + "\n";
}

void StreamsWorld::Require(bool condition, const std::string &what) {
  if (!condition) {
    net_fuzz::Violation(what, script_, net_fuzz::RegressionCase("streams", input_));
  }
}

void StreamsWorld::Finish() {
  if (near_ >= 0 && far_ >= 0 && !has_ended_) {
    CheckRest();
  }
  CloseAll();
  Require(LowestDescriptor() == lowest_, "S4: a descriptor is left open");
}

void StreamsWorld::CheckRest() {
  net_testing::RealSystem real;
  shutdown(near_, SHUT_WR);
  std::string buffer(65536, '\0');
  ssize_t count = 0;
  while ((count = recv(far_, &buffer[0], buffer.size(), 0)) > 0) {
    CheckFarBytes(buffer.data(), static_cast<size_t>(count));
  }
  Require(under_way_.empty() || count < 0, "S1: the far end does not get everything");
}

}  // namespace net_fuzz
