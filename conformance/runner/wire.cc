#include "conformance/runner/wire.h"

#include <algorithm>
#include <cstdio>

#include "conformance/runner/wire_names.h"

namespace conformance {
namespace {

constexpr size_t kHeaderLength = 5;
// RFC 8446 and 5246 allow this much beyond the plaintext of a record.
constexpr size_t kLongestBody = 16384 + 2048;
constexpr size_t kBytesShown = 16;

std::string Bytes(size_t length) {
  return std::to_string(length) + (length == 1 ? " byte" : " bytes");
}

std::string Hex(const std::string &bytes) {
  std::string text;
  for (size_t i = 0; i < std::min(bytes.size(), kBytesShown); i++) {
    char digits[4];
    std::snprintf(digits, sizeof digits, " %02x", static_cast<uint8_t>(bytes[i]));
    text += digits;
  }
  return ":" + text + (bytes.size() > kBytesShown ? " ..." : "");
}

std::string Record(uint8_t type, size_t length) {
  return RecordName(type) + ", " + Bytes(length);
}

// "11 of 57 bytes of".
std::string PartOf(size_t part, size_t whole) {
  return std::to_string(part) + " of " + Bytes(whole) + " of ";
}

bool IsHeader(const std::string &header, size_t length) {
  auto type = static_cast<uint8_t>(header[0]);
  return type >= kChangeCipherSpec && type <= kHeartbeat && header[1] == 3 &&
         length <= kLongestBody;
}

size_t LengthIn(const std::string &header) {
  return static_cast<uint8_t>(header[3]) * size_t{256} + static_cast<uint8_t>(header[4]);
}

}  // namespace

void Wire::Received(const void *bytes, size_t length) {
  const auto *next = static_cast<const uint8_t *>(bytes);
  const uint8_t *end = next + length;
  while (next < end && !is_garbage_) {
    next = header_.size() < kHeaderLength ? ReadHeader(next, end) : ReadBody(next, end);
  }
  if (is_garbage_ && (next < end || !header_.empty())) {
    std::string garbage = header_ + std::string(next, end);
    header_.clear();
    log_.Add(Direction::kFromDriver, Bytes(garbage.size()) + " that are no record" + Hex(garbage),
             garbage.size());
  }
}

const uint8_t *Wire::ReadHeader(const uint8_t *bytes, const uint8_t *end) {
  size_t count = std::min(kHeaderLength - header_.size(), static_cast<size_t>(end - bytes));
  header_.append(bytes, bytes + count);
  if (header_.size() == kHeaderLength) {
    EndHeader();
  }
  return bytes + count;
}

void Wire::EndHeader() {
  body_length_ = LengthIn(header_);
  body_read_ = 0;
  is_garbage_ = !IsHeader(header_, body_length_);
  if (!is_garbage_ && body_length_ == 0) {
    EndBody();
  }
}

const uint8_t *Wire::ReadBody(const uint8_t *bytes, const uint8_t *end) {
  size_t count = std::min(body_length_ - body_read_, static_cast<size_t>(end - bytes));
  body_read_ += count;
  if (body_read_ == body_length_) {
    EndBody();
  }
  return bytes + count;
}

void Wire::EndBody() {
  unopened_.push_back(log_.Add(Direction::kFromDriver,
                               Record(static_cast<uint8_t>(header_[0]), body_length_),
                               kHeaderLength + body_length_));
  header_.clear();
}

std::string Wire::UnfinishedRecord() const {
  if (header_.empty()) {
    return "";
  }
  return header_.size() < kHeaderLength
             ? Bytes(header_.size()) + " of no whole record" + Hex(header_)
             : PartOf(kHeaderLength + body_read_, kHeaderLength + body_length_) +
                   Record(static_cast<uint8_t>(header_[0]), body_length_);
}

// What has begun does not end any more.
void Wire::GiveUpRecord() {
  std::string unfinished = UnfinishedRecord();
  if (!unfinished.empty()) {
    log_.Add(Direction::kFromDriver, unfinished, header_.size() + body_read_);
    header_.clear();
  }
}

void Wire::Opened() {
  opened_ = SIZE_MAX;
  opened_has_content_ = false;
  if (!unopened_.empty()) {
    opened_ = unopened_.front();
    unopened_.pop_front();
  }
}

void Wire::Contains(const std::string &content) {
  log_.Append(opened_, (opened_has_content_ ? ", " : ": ") + content);
  opened_has_content_ = true;
}

void Wire::Label(Piece *piece, const std::string &content) {
  piece->text += (piece->has_content ? ", " : ": ") + content;
  piece->has_content = true;
}

void Wire::Sealed(uint8_t type, size_t length) {
  sealed_.push_back({Record(type, length), kHeaderLength + length, type, false});
  if (!messages_.empty()) {
    Label(&sealed_.back(), messages_);
    messages_.clear();
  } else if (type == kApplicationData && unsealed_ > 0) {
    size_t plaintext = std::min(unsealed_, largest_);
    Label(&sealed_.back(), Bytes(plaintext) + " of data");
    unsealed_ -= plaintext;
  }
}

void Wire::WroteMessage(const std::string &message) {
  bool is_plain =
      !sealed_.empty() && sealed_.back().type == kHandshake && !sealed_.back().has_content;
  if (is_plain) {
    Label(&sealed_.back(), message);
  } else {
    messages_ += (messages_.empty() ? "" : ", ") + message;
  }
}

void Wire::WroteAlert(const std::string &alert) {
  if (!sealed_.empty()) {
    Label(&sealed_.back(), alert);
  }
}

void Wire::Writes(size_t length, size_t most) {
  unsealed_ = length;
  largest_ = most;
}

void Wire::Queued(size_t length) {
  queued_ += length;
  while (!sealed_.empty() && sealed_.front().size <= queued_) {
    queued_ -= sealed_.front().size;
    queue_.push_back(std::move(sealed_.front()));
    sealed_.pop_front();
  }
}

void Wire::QueuedRaw(const std::string &bytes) {
  queue_.push_back({"raw, " + Bytes(bytes.size()) + Hex(bytes), bytes.size(), 0, true});
}

void Wire::Sent(size_t length) {
  sent_ += length;
  while (!queue_.empty() && queue_.front().size <= sent_) {
    const Piece &piece = queue_.front();
    sent_ -= piece.size;
    log_.Add(Direction::kToDriver, piece.text, piece.size);
    queue_.pop_front();
  }
}

std::string Wire::Unsent() const {
  size_t size = 0;
  for (const Piece &piece : queue_) {
    size += piece.size;
  }
  std::string begun = sent_ > 0 ? PartOf(sent_, queue_.front().size) + queue_.front().text : "";
  return begun +
         (size > sent_ ? (begun.empty() ? "" : "; ") + Bytes(size - sent_) + " unsent" : "");
}

void Wire::Dropped() {
  std::string unsent = Unsent();
  if (!unsent.empty()) {
    log_.Add(Direction::kToDriver, unsent + ", and dropped", sent_);
  }
  queue_.clear();
  sent_ = 0;
}

void Wire::Event(Direction direction, const std::string &event) {
  if (direction == Direction::kFromDriver) {
    GiveUpRecord();
  }
  log_.Add(direction, event, 0);
}

std::string Wire::Text() const {
  WireLog whole = log_;
  std::string coming = UnfinishedRecord();
  if (!coming.empty()) {
    whole.Add(Direction::kFromDriver, coming, header_.size() + body_read_);
  }
  std::string going = Unsent();
  if (!going.empty()) {
    whole.Add(Direction::kToDriver, going, sent_);
  }
  return whole.Text();
}

}  // namespace conformance
