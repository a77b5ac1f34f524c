// Pieces of memory, and the want of it. What the pieces do for programs is tested by
// iovec_test.lua.

#include <stdint.h>

#include <algorithm>
#include <string>

#include "gtest/gtest.h"

extern "C" {
#include "lua/byte_vector.h"
}
#include "testing/allocations.h"

namespace {

class ByteVectorTest : public testing::Test {
 protected:
  void SetUp() override {
    live_before_ = net_testing::LiveBlocks();
  }

  void TearDown() override {
    byte_vector_clear(&vector_);
    EXPECT_EQ(live_before_, net_testing::LiveBlocks());
  }

  bool Add(const std::string &text) {
    return byte_vector_add(&vector_, text.data(), text.size());
  }

  std::string Text() {
    byte_vector_span span;
    byte_vector_gather(&vector_, 0, SIZE_MAX, &span);
    std::string text;
    for (size_t i = 0; i < span.num_parts; i++) {
      text.append(static_cast<char *>(span.parts[i].iov_base), span.parts[i].iov_len);
    }
    EXPECT_EQ(vector_.bytes, text.size());
    EXPECT_EQ(span.length, text.size());
    return text;
  }

  byte_vector vector_ = {};
  size_t live_before_ = 0;
};

// The list grows at the ninth piece: its own memory is wanted before the piece's.
TEST_F(ByteVectorTest, WithoutMemoryNothingChanges) {
  std::string expected;
  for (int i = 0; i < 20; i++) {
    for (size_t number = 0;; number++) {
      net_testing::FailAllocation(number);
      bool is_added = Add("piece");
      if (!net_testing::StopFailing()) {
        EXPECT_TRUE(is_added);
        EXPECT_GT(number, 0u);
        break;
      }
      EXPECT_FALSE(is_added);
      EXPECT_EQ(expected, Text());
    }
    expected += "piece";
    EXPECT_EQ(expected, Text());
  }
  net_testing::FailAllocation(0);
  EXPECT_FALSE(byte_vector_set(&vector_, 3, "other", 5));
  EXPECT_TRUE(net_testing::StopFailing());
  EXPECT_EQ(expected, Text());
}

TEST_F(ByteVectorTest, MoreThanTheMachineHas) {
  EXPECT_FALSE(byte_vector_add(&vector_, nullptr, SIZE_MAX));
  EXPECT_FALSE(byte_vector_add(&vector_, nullptr, SIZE_MAX / 4));
  EXPECT_EQ(0u, vector_.count);
  EXPECT_EQ(0u, vector_.bytes);
}

TEST_F(ByteVectorTest, ConsumesFromEveryPlace) {
  std::string whole = "foobarbaz";
  for (size_t length = 0; length <= whole.size() + 1; length++) {
    byte_vector_clear(&vector_);
    Add("foo");
    Add("");
    Add("bar");
    Add("baz");
    byte_vector_consume(&vector_, length);
    EXPECT_EQ(whole.substr(std::min(length, whole.size())), Text()) << length;
  }
  EXPECT_EQ(0u, vector_.count);
}

TEST_F(ByteVectorTest, GathersEveryPart) {
  std::string whole = "foobarbaz";
  Add("foo");
  Add("");
  Add("bar");
  Add("baz");
  for (size_t offset = 0; offset <= whole.size() + 1; offset++) {
    for (size_t limit = 0; limit <= whole.size() + 1; limit++) {
      byte_vector_span span;
      byte_vector_gather(&vector_, offset, limit, &span);
      std::string text;
      for (size_t i = 0; i < span.num_parts; i++) {
        EXPECT_GT(span.parts[i].iov_len, 0u);
        text.append(static_cast<char *>(span.parts[i].iov_base), span.parts[i].iov_len);
      }
      EXPECT_EQ(whole.substr(std::min(offset, whole.size()), limit), text);
      EXPECT_EQ(text.size(), span.length);
    }
  }
}

}  // namespace
