#ifndef CONFORMANCE_RUNNER_WIRE_H
#define CONFORMANCE_RUNNER_WIRE_H

// What went over the wire, as the peer saw it: a line a TLS record or event of the transport. It
// cuts the bytes into records by their plain headers; the peer's TLS tells what is inside them.

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "conformance/runner/wire_log.h"

namespace conformance {

class Wire {
 public:
  explicit Wire(std::function<WireLog::Clock::time_point()> now = WireLog::Clock::now)
      : log_(std::move(now)) {}

  // Bytes that came from the driver.
  void Received(const void *bytes, size_t length);
  // The peer's TLS has opened the next record that came; Contains then says what was in it.
  void Opened();
  void Contains(const std::string &content);

  // The peer's TLS has sealed a record. Its handshake messages are said before that where they are
  // encrypted and after it where they are not: a record shows those that end in it.
  void Sealed(uint8_t type, size_t length);
  void WroteMessage(const std::string &message);
  // The alert that the last record is.
  void WroteAlert(const std::string &alert);
  // Application data of this length is about to be sealed, at most `most` bytes a record.
  void Writes(size_t length, size_t most);
  // Bytes that now wait to be sent: of sealed records, or others.
  void Queued(size_t length);
  void QueuedRaw(const std::string &bytes);
  // The kernel has taken the first of the waiting bytes, or they were dropped.
  void Sent(size_t length);
  void Dropped();

  // FIN, RST and the like.
  void Event(Direction direction, const std::string &event);

  // The transcript up to now: "     0.4 ms  driver ->  handshake, 517 bytes: ClientHello".
  std::string Text() const;

 private:
  // What waits to be sent.
  struct Piece {
    std::string text;
    size_t size = 0;
    uint8_t type = 0;
    bool has_content = false;
  };

  static void Label(Piece *piece, const std::string &content);
  const uint8_t *ReadHeader(const uint8_t *bytes, const uint8_t *end);
  const uint8_t *ReadBody(const uint8_t *bytes, const uint8_t *end);
  void EndHeader();
  void EndBody();
  std::string UnfinishedRecord() const;
  void GiveUpRecord();
  std::string Unsent() const;

  WireLog log_;

  // From the driver: the record that is coming, whether the stream still makes sense, and the lines
  // of the records that the peer has not opened.
  std::string header_;
  size_t body_length_ = 0;
  size_t body_read_ = 0;
  bool is_garbage_ = false;
  std::deque<size_t> unopened_;
  size_t opened_ = SIZE_MAX;
  bool opened_has_content_ = false;

  // To the driver: sealed and not yet queued, queued and not yet sent.
  std::string messages_;
  size_t unsealed_ = 0;
  size_t largest_ = 0;
  std::deque<Piece> sealed_;
  size_t queued_ = 0;
  std::deque<Piece> queue_;
  size_t sent_ = 0;
};

}  // namespace conformance

#endif
