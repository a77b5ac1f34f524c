// buffers_fuzzer: the queues between BoringSSL and the transport (net/buffer.h), twenty of them
// over one pool, against strings.
//
// Input: operations. Each has a byte for what it does (its value modulo 8) and whether the next
// allocation fails (32 and above: no, unless it is 224 or above), a byte for the buffer (modulo
// 20), and, where it has a length, a byte that tells how that is written: below 64 it is the
// length; below 128 two bytes follow; below 192 a byte follows that is added to one of the lengths
// that are near a boundary; from there on two bytes follow that are taken from SIZE_MAX.
//
// What must hold, with the name that the message of a violation begins with:
//   B1  a buffer holds the bytes that were put into it and not consumed, in their order
//   B2  a buffer without bytes owns no block, and one with bytes owns one
//   B3  an append fails where an allocation has failed, or no block could hold the bytes, and
//       nowhere else; the buffer is then as it was
//   B4  a reserve fails where an allocation has failed and nowhere else; what it offers is behind
//       the bytes that are held, and ends with the block
//   B5  a block has the usual size, doubled until it holds the most that it had to
//   B6  a pool keeps blocks of the usual size, up to its bound, and gives them before memory is
//       asked for
//   B7  no block is lost
// The sanitizers see to it that what is offered can be written.

#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/pattern.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "testing/allocations.h"

extern "C" {  // A private header, for C alone.
#include "net/buffer.h"
}

namespace {

using net_fuzz::Tape;

constexpr size_t kBuffers = 20;
// Longer ones would cost time and show nothing new.
constexpr size_t kLongest = 4 * NET_BUFFER_BLOCK;

enum Operation {
  kAppend,
  kAppendAgain,
  kFill,  // reserve, then commit
  kReserve,
  kConsume,
  kConsumeAll,
  kTrim,
  kClear
};
constexpr const char *kNames[] = {"append",  "append",      "fill", "reserve",
                                  "consume", "consume all", "trim", "clear"};

struct Step {
  int operation;
  size_t buffer;
  size_t length;
  bool fails_allocation;
  bool is_done;
  size_t held;
};

class Run {
 public:
  Run() : blocks_before_(net_testing::LiveBlocks()) {
    net_buffer_pool_init(&pool_);
  }

  void Play(Tape tape) {
    while (!tape.IsAtEnd()) {
      uint8_t code = tape.Next();
      Step step = {code % 8, tape.Next() % kBuffers, 0, code < 32 || code >= 224, true, 0};
      step.length = LengthOf(step, tape);
      Operate(step);
    }
    Finish();
  }

 private:
  static bool HasLength(int operation) {
    return operation == kAppend || operation == kAppendAgain || operation == kFill ||
           operation == kConsume;
  }

  size_t LengthOf(const Step &step, Tape &tape) {
    if (!HasLength(step.operation)) {
      return 0;
    }
    uint8_t form = tape.Next();
    if (form < 64) {
      return form;
    }
    if (form < 128) {
      return tape.Next16();
    }
    if (form < 192) {
      const net_buffer &buffer = buffers_[step.buffer];
      const size_t boundaries[] = {
          NET_BUFFER_BLOCK, 2 * NET_BUFFER_BLOCK, buffer.capacity - buffer.end,
          buffer.capacity - net_buffer_length(&buffer), net_buffer_length(&buffer)};
      size_t boundary = boundaries[form % 5];
      return boundary + static_cast<size_t>(static_cast<int8_t>(tape.Next()));
    }
    return SIZE_MAX - tape.Next16();
  }

  const char *Bytes() {
    return net_fuzz::PatternBytes(counter_++);
  }

  void Operate(Step step) {
    num_pooled_before_ = pool_.num_blocks;
    allocations_before_ = net_testing::CountAllocations();
    capacity_before_ = buffers_[step.buffer].capacity;
    is_offered_ = false;
    switch (step.operation) {
      case kAppend:
      case kAppendAgain:
        Append(&step);
        break;
      case kFill:
      case kReserve:
        Reserve(&step);
        break;
      default:
        Remove(&step);
        break;
    }
    step.held = net_buffer_length(&buffers_[step.buffer]);
    steps_.push_back(step);
    CheckBuffer(step);
    CheckPool(step);
  }

  static bool IsImpossible(size_t length) {
    return length > SIZE_MAX / 2;
  }

  void Append(Step *step) {
    std::string &content = contents_[step->buffer];
    bool is_impossible = IsImpossible(step->length);
    if (!is_impossible) {
      step->length = std::min(step->length, kLongest - std::min(kLongest, content.size()));
    }
    const char *bytes = Bytes();
    if (step->fails_allocation) {
      net_testing::FailAllocation(0);
    }
    step->is_done = net_buffer_append(&buffers_[step->buffer], &pool_, bytes, step->length);
    bool has_failed = step->fails_allocation && net_testing::StopFailing();
    if (step->is_done) {
      content.append(bytes, is_impossible ? 0 : step->length);
    }
    is_expected_ = step->is_done != (has_failed || is_impossible);
    is_offered_ = num_pooled_before_ > 0 || (is_impossible && !has_failed);
    is_offered_ &= step->length > 0;
  }

  void Reserve(Step *step) {
    net_buffer *buffer = &buffers_[step->buffer];
    if (step->fails_allocation) {
      net_testing::FailAllocation(0);
    }
    size_t room = 0;
    uint8_t *space = net_buffer_reserve(buffer, &pool_, &room);
    bool has_failed = step->fails_allocation && net_testing::StopFailing();
    step->is_done = is_offered_ = space != nullptr;
    is_expected_ = step->is_done != has_failed;
    if (space == nullptr) {
      return;
    }
    is_expected_ &= space == buffer->block + buffer->end && room == buffer->capacity - buffer->end;
    size_t length = step->operation == kFill ? std::min(step->length, room) : 0;
    step->length = length;
    memcpy(space, Bytes(), length);
    if (room > length) {
      // All of the room may be used, whatever is committed then.
      space[length] = space[room - 1] = 0;
    }
    contents_[step->buffer].append(reinterpret_cast<const char *>(space), length);
    net_buffer_commit(buffer, length);
    net_buffer_trim(buffer, &pool_);
  }

  void Remove(Step *step) {
    net_buffer *buffer = &buffers_[step->buffer];
    std::string &content = contents_[step->buffer];
    if (step->operation == kTrim) {
      net_buffer_trim(buffer, &pool_);
    } else if (step->operation == kClear) {
      net_buffer_clear(buffer, &pool_);
      content.clear();
    } else {
      step->length =
          step->operation == kConsume ? std::min(step->length, content.size()) : content.size();
      net_buffer_consume(buffer, &pool_, step->length);
      content.erase(0, step->length);
    }
    is_expected_ = true;
  }

  void CheckBuffer(const Step &step) {
    const net_buffer &buffer = buffers_[step.buffer];
    const std::string &content = contents_[step.buffer];
    bool is_append = step.operation == kAppend || step.operation == kAppendAgain;
    Require(is_expected_, is_append ? "B3: an append failed without a reason, or did not with one"
                                    : "B4: a reserve is not what it has to be");
    Require(net_buffer_length(&buffer) == content.size() &&
                (content.empty() ||
                 memcmp(net_buffer_front(&buffer), content.data(), content.size()) == 0),
            "B1: not the bytes that were put in");
    Require((buffer.block == nullptr) == content.empty(),
            "B2: a block without bytes, or bytes without a block");
    largest_[step.buffer] = content.empty() ? 0 : std::max(largest_[step.buffer], content.size());
    Require(buffer.capacity == CapacityFor(largest_[step.buffer]),
            "B5: a block that is larger or smaller than it has to be");
  }

  static size_t CapacityFor(size_t length) {
    size_t capacity = length > 0 ? NET_BUFFER_BLOCK : 0;
    while (capacity < length) {
      capacity *= 2;
    }
    return capacity;
  }

  // A block of the usual size that is not needed any more is kept, up to the bound.
  size_t PooledAfter(const Step &step) const {
    bool takes = capacity_before_ == 0 && (is_offered_ || buffers_[step.buffer].block != nullptr);
    size_t pooled = num_pooled_before_ - (takes && num_pooled_before_ > 0 ? 1 : 0);
    bool held_usual = takes || capacity_before_ == NET_BUFFER_BLOCK;
    bool gives = held_usual && buffers_[step.buffer].capacity != NET_BUFFER_BLOCK;
    return std::min<size_t>(pooled + (gives ? 1 : 0), NET_BUFFER_POOL_BLOCKS);
  }

  void CheckPool(const Step &step) {
    size_t owned = 0;
    for (const net_buffer &buffer : buffers_) {
      owned += buffer.block != nullptr ? 1 : 0;
    }
    size_t allocated = net_testing::CountAllocations() - allocations_before_;
    bool takes_a_block = capacity_before_ == 0 && buffers_[step.buffer].block != nullptr;
    Require(pool_.num_blocks == PooledAfter(step),
            "B6: the pool keeps too many blocks, or too few");
    Require(num_pooled_before_ == 0 || !takes_a_block ||
                allocated <= (step.held > NET_BUFFER_BLOCK ? 1u : 0u),
            "B6: memory was asked for although the pool had a block");
    Require(net_testing::LiveBlocks() - blocks_before_ == owned + pool_.num_blocks,
            "B7: a block is lost");
  }

  void Finish() {
    for (net_buffer &buffer : buffers_) {
      net_buffer_clear(&buffer, &pool_);
    }
    net_buffer_pool_destroy(&pool_);
    Require(net_testing::LiveBlocks() == blocks_before_, "B7: a block is lost at the end");
    if (net_fuzz::ScriptIsWanted()) {
      net_fuzz::PrintSection("script", Script());
    }
    if (net_fuzz::LogIsWanted()) {
      net_fuzz::PrintSection("log", Script());
    }
  }

  void Require(bool condition, const char *what) {
    if (!condition) {
      net_fuzz::Violation(what, Script(), Test());
    }
  }

  std::string Script() const {
    std::string text;
    for (const Step &step : steps_) {
      text += "buffer " + std::to_string(step.buffer) + ": " + kNames[step.operation];
      text += HasLength(step.operation) ? " " + std::to_string(step.length) : "";
      text += step.fails_allocation ? ", the allocation fails" : "";
      text += std::string(step.is_done ? " -> ok" : " -> no memory") + ", holds " +
              std::to_string(step.held) + "\n";
    }
    return text;
  }

  // With the fixture of net/buffer_test.cc, which has one buffer: `buffers` are further ones.
  std::string Test() const {
    std::string text =
        "// A test for net/buffer_test.cc, where allocations do not fail.\n"
        "TEST_F(BufferTest, Fuzzed) {\n  std::vector<net_buffer> buffers(20);\n"
        "  std::vector<std::string> held(20);\n  size_t room = 0;\n";
    for (const Step &step : steps_) {
      text += TestLine(step);
    }
    return text +
           "  for (net_buffer &buffer : buffers) {\n"
           "    net_buffer_clear(&buffer, &pool_);\n  }\n}\n";
  }

  static std::string TestLine(const Step &step) {
    std::string number = std::to_string(step.buffer);
    std::string buffer = "&buffers[" + number + "], &pool_";
    std::string length = std::to_string(step.length);
    std::string text;
    switch (step.operation) {
      case kAppend:
      case kAppendAgain:
        text = std::string("  EXPECT_") + (step.is_done ? "TRUE" : "FALSE") +
               "(net_buffer_append(" + buffer + ", std::string(" + (step.is_done ? length : "1") +
               ", 'x').data(), " + length + "u));\n";
        break;
      case kFill:
      case kReserve:
        text = "  ASSERT_NE(net_buffer_reserve(" + buffer +
               ", &room), nullptr);\n  ASSERT_GE(room, " + length +
               "u);\n  net_buffer_commit(&buffers[" + number + "], " + length +
               ");\n  net_buffer_trim(" + buffer + ");\n";
        break;
      case kTrim:
        text = "  net_buffer_trim(" + buffer + ");\n";
        break;
      case kClear:
        text = "  net_buffer_clear(" + buffer + ");\n";
        break;
      default:
        text = "  net_buffer_consume(" + buffer + ", " + length + ");\n";
        break;
    }
    return text + "  EXPECT_EQ(net_buffer_length(&buffers[" + number + "]), " +
           std::to_string(step.held) + "u);\n";
  }

  size_t blocks_before_;
  net_buffer_pool pool_;
  net_buffer buffers_[kBuffers] = {};
  std::string contents_[kBuffers];
  // The most that each has held since it was empty.
  size_t largest_[kBuffers] = {};
  std::vector<Step> steps_;
  unsigned counter_ = 0;
  // Of the operation under way.
  size_t num_pooled_before_ = 0;
  size_t allocations_before_ = 0;
  size_t capacity_before_ = 0;
  // A block was taken, even if it was given back at once.
  bool is_offered_ = false;
  bool is_expected_ = true;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Run().Play(Tape(data, size));
  return 0;
}
