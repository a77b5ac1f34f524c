#include "conformance/runner/plain_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace conformance {
namespace {

constexpr size_t kBufferSize = 65536;

std::string CountOf(size_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

}  // namespace

PlainPeer::PlainPeer(int fd) : fd_(fd) {
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

PlainPeer::~PlainPeer() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

void PlainPeer::Write(const std::string &bytes) {
  output_ += bytes;
  Send();
}

void PlainPeer::WriteUrgent(const std::string &bytes) {
  ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_OOB | MSG_NOSIGNAL);
  wire_.Add(Direction::kToDriver, CountOf(count > 0 ? static_cast<size_t>(count) : 0) + ", urgent",
            bytes.size());
}

void PlainPeer::Finish() {
  finish_wanted_ = true;
  Send();
}

void PlainPeer::Reset() {
  linger abort = {1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  wire_.Add(Direction::kToDriver, "RST", 0);
  close(fd_);
  fd_ = -1;
}

int PlainPeer::Release() {
  int fd = fd_;
  fd_ = -1;
  return fd;
}

std::string PlainPeer::Describe() const {
  return CountOf(received_.size()) + " received, " + CountOf(output_.size()) + " unsent" +
         (saw_fin_     ? ", FIN seen"
          : saw_reset_ ? ", reset seen"
                       : ", connection open");
}

short PlainPeer::events() const {
  bool receive = !stalled_ && !saw_end();
  bool send = !output_.empty() && !saw_reset_;
  return static_cast<short>((receive ? POLLIN : 0) | (send ? POLLOUT : 0));
}

void PlainPeer::Ready() {
  if (!stalled_ && !saw_end()) {
    Receive();
  }
  Send();
}

void PlainPeer::Receive() {
  char buffer[kBufferSize];
  ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
  if (count > 0) {
    received_.append(buffer, static_cast<size_t>(count));
    wire_.Add(Direction::kFromDriver, CountOf(static_cast<size_t>(count)),
              static_cast<size_t>(count));
  } else if (count == 0) {
    saw_fin_ = true;
    wire_.Add(Direction::kFromDriver, "FIN", 0);
  } else if (errno != EAGAIN && errno != EINTR) {
    SeeReset();
  }
}

void PlainPeer::SeeReset() {
  if (!saw_reset_) {
    saw_reset_ = true;
    wire_.Add(Direction::kFromDriver, "RST", 0);
  }
}

void PlainPeer::Send() {
  while (!output_.empty() && fd_ >= 0) {
    ssize_t count = send(fd_, output_.data(), output_.size(), MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EPIPE || errno == ECONNRESET) {
        SeeReset();
      }
      return;
    }
    wire_.Add(Direction::kToDriver, CountOf(static_cast<size_t>(count)),
              static_cast<size_t>(count));
    output_.erase(0, static_cast<size_t>(count));
  }
  if (finish_wanted_ && fd_ >= 0) {
    finish_wanted_ = false;
    shutdown(fd_, SHUT_WR);
    wire_.Add(Direction::kToDriver, "FIN", 0);
  }
}

}  // namespace conformance
