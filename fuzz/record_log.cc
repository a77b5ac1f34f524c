#include "fuzz/record_log.h"

#include <string.h>

namespace net_fuzz {

namespace {

// FNV-1a, over words and not bytes.
class Digest {
 public:
  Digest &Add(uint64_t number) {
    value_ = (value_ ^ number) * 1099511628211u;
    value_ ^= value_ >> 32;
    return *this;
  }
  uint64_t value() const {
    return value_;
  }

 private:
  uint64_t value_ = 14695981039346656037u;
};

void AddEvent(Digest &digest, const RecordEvent &event) {
  digest.Add(static_cast<uint64_t>(event.operation))
      .Add(static_cast<uint64_t>(event.argument))
      .Add(static_cast<uint64_t>(event.second_argument))
      .Add(event.has_outcome ? static_cast<uint64_t>(event.outcome) + 1 : 0)
      .Add(event.count)
      .Add(event.digest)
      .Add(event.last_call)
      .Add(static_cast<uint64_t>(event.now));
}

void AddCall(Digest &digest, const net_testing::TransportCall &call) {
  digest.Add(call.function)
      .Add(call.directions)
      .Add(static_cast<uint64_t>(call.asked))
      .Add(call.fault.kind)
      .Add(call.result.status)
      .Add(static_cast<uint64_t>(call.result.error))
      .Add(call.result.count)
      .Add(static_cast<uint64_t>(call.now));
}

}  // namespace

uint64_t LogDigest(const RecordLog &log, const std::vector<net_testing::TransportCall> &calls) {
  Digest digest;
  for (const RecordEvent &event : log.events) {
    AddEvent(digest, event);
  }
  for (const net_testing::TransportCall &call : calls) {
    AddCall(digest, call);
  }
  return digest.value();
}

uint64_t TextDigest(const std::string &text) {
  Digest digest;
  size_t whole = text.size() / sizeof(uint64_t) * sizeof(uint64_t);
  for (size_t i = 0; i < whole; i += sizeof(uint64_t)) {
    uint64_t word = 0;
    memcpy(&word, text.data() + i, sizeof(word));
    digest.Add(word);
  }
  for (size_t i = whole; i < text.size(); i++) {
    digest.Add(static_cast<unsigned char>(text[i]));
  }
  return digest.Add(text.size()).value();
}

}  // namespace net_fuzz
