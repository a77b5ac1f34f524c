#ifndef FUZZ_STREAMS_WORLD_H_
#define FUZZ_STREAMS_WORLD_H_

// What the streams target plays with: a stream of net/ at the near end, a socket of the test's own
// at the far end, a listener, files, and what each end has got.

#include <stddef.h>
#include <stdint.h>

#include <string>

#include "fuzz/tape.h"
#include "net/stream.h"
#include "testing/played_system.h"

namespace net_fuzz {

constexpr size_t kSizes[] = {0, 1, 2, 10, 1000, 16384, 100000, 3000000};

struct PlayedFile {
  // What is there, as far as it can be read.
  std::string Bytes(int64_t offset, size_t length) const;

  int fd;
  int kind;
};

class StreamsWorld {
 public:
  explicit StreamsWorld(const Tape &input);
  ~StreamsWorld();
  StreamsWorld(const StreamsWorld &) = delete;
  StreamsWorld &operator=(const StreamsWorld &) = delete;

  net_testing::PlayedSystem &system() {
    return system_;
  }
  // -1 where there is none.
  int near() const {
    return near_;
  }
  int listener() const {
    return listener_;
  }
  const std::string &script() const {
    return script_;
  }
  // 0: a regular file, 1: an endless device, 2: a directory, 3: a pipe.
  static PlayedFile File(int kind);
  static int Datagram();

  // New ends: `kind` tells the family and the way, `options` the rest.
  void Connect(uint8_t kind, uint8_t options);
  // From the listener.
  void AcceptAnother();
  void FarSend(size_t length);
  void FarReceive(size_t length);
  // 0: no more is sent, 1: closed, 2: reset.
  void FarEnd(int how);
  // The near end says or hears no more: the rest is not checked.
  void NearEnds() {
    has_ended_ = true;
  }
  // It belongs to somebody who closes it.
  void ForgetNear();

  // The bytes that the near end sends next.
  std::string NextBytes(size_t length) const;
  // A call that sends the bytes begins; Sent tells how many it has sent.
  void Begin(const std::string &bytes);
  void Sent(const std::string &bytes, size_t length);
  void Received(const std::string &buffer, size_t length, bool is_peeked);

  // True on success.
  bool Check(const char *name, struct net_error error);
  void Note(const char *name, const std::string &result);
  void Require(bool condition, const std::string &what);
  // Everything that was sent has come.
  void Finish();

 private:
  bool EndSleep(int fd, unsigned directions);
  void CloseAll();
  bool Listen(int family, uint8_t options);
  bool ConnectTo(const struct net_address &address, uint8_t options);
  void Accept(bool wants_peer);
  bool TakeOne();
  bool AddOne();
  void CheckRest();
  void CheckFarBytes(const char *bytes, size_t length);

  const Tape input_;
  net_testing::PlayedSystem system_;
  int near_ = -1;
  int far_ = -1;
  int listener_ = -1;
  bool has_ended_ = false;
  // How many calls could have slept for ever.
  unsigned sleeps_ = 0;
  int lowest_ = -1;
  size_t near_sent_ = 0;
  size_t near_received_ = 0;
  size_t far_sent_ = 0;
  // What the near end has sent, or may have, and the far end has not received.
  std::string under_way_;
  std::string script_;
};

}  // namespace net_fuzz

#endif  // FUZZ_STREAMS_WORLD_H_
