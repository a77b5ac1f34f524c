#ifndef CONFORMANCE_RUNNER_PLAIN_PEER_H
#define CONFORMANCE_RUNNER_PLAIN_PEER_H

// The other end of a connection without TLS: bytes, their end, and nothing else.

#include <string>

#include "conformance/runner/pump.h"
#include "conformance/runner/wire_log.h"

namespace conformance {

class PlainPeer : public Pumped {
 public:
  // `fd` is its connected socket, which it owns.
  explicit PlainPeer(int fd);
  ~PlainPeer() override;

  // What it does. Each takes effect at once, as far as the kernel's buffers allow; the rest when it
  // is pumped.
  void Write(const std::string &bytes);
  // Urgent data: the last byte is out of band.
  void WriteUrgent(const std::string &bytes);
  // A FIN after all that is written.
  void Finish();
  // A reset, or where the transport has none, an end in both directions at once.
  void Reset();
  // Takes nothing any more, until it is told to again.
  void Stall(bool stalled) {
    stalled_ = stalled;
  }
  // Hands over its descriptor, for what only the system's own calls can do with it.
  int Release();

  const std::string &received() const {
    return received_;
  }
  bool saw_fin() const {
    return saw_fin_;
  }
  bool saw_reset() const {
    return saw_reset_;
  }
  bool saw_end() const {
    return saw_fin_ || saw_reset_;
  }
  // For people.
  std::string Describe() const;
  std::string wire() const {
    return wire_.Text();
  }

  int fd() const override {
    return fd_;
  }
  short events() const override;
  void Ready() override;

 private:
  void Receive();
  void Send();
  void SeeReset();

  int fd_;
  bool stalled_ = false;
  bool finish_wanted_ = false;
  bool saw_fin_ = false;
  bool saw_reset_ = false;
  std::string output_;
  std::string received_;
  WireLog wire_{WireLog::Clock::now};
};

}  // namespace conformance

#endif
