// The queue of bytes between BoringSSL and the transport, against a model.

extern "C" {  // A private header, for C alone.
#include "net/buffer.h"
}

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace {

class BufferTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(net_buffer_pool_init(&pool_));
  }
  void TearDown() override {
    net_buffer_clear(&buffer_, &pool_);
    net_buffer_pool_destroy(&pool_);
  }

  bool Append(const std::string &bytes) {
    return net_buffer_append(&buffer_, &pool_, bytes.data(), bytes.size());
  }
  std::string Content() const {
    if (net_buffer_length(&buffer_) == 0) {
      return "";
    }
    return std::string(reinterpret_cast<const char *>(net_buffer_front(&buffer_)),
                       net_buffer_length(&buffer_));
  }

  net_buffer_pool pool_;
  net_buffer buffer_ = {};
};

TEST_F(BufferTest, KeepsTheOrderOfBytes) {
  ASSERT_TRUE(Append("abc"));
  ASSERT_TRUE(Append("def"));
  net_buffer_consume(&buffer_, &pool_, 2);
  EXPECT_EQ(Content(), "cdef");
}

TEST_F(BufferTest, OwnsNoBlockWhenEmpty) {
  EXPECT_EQ(buffer_.block, nullptr);
  ASSERT_TRUE(Append("abc"));
  EXPECT_NE(buffer_.block, nullptr);
  net_buffer_consume(&buffer_, &pool_, 3);
  EXPECT_EQ(buffer_.block, nullptr);
  EXPECT_EQ(pool_.num_blocks, 1u);
}

TEST_F(BufferTest, AppendOfNothingTakesNoBlock) {
  EXPECT_TRUE(net_buffer_append(&buffer_, &pool_, nullptr, 0));
  EXPECT_EQ(buffer_.block, nullptr);
}

TEST_F(BufferTest, TakesItsBlockFromThePool) {
  ASSERT_TRUE(Append("abc"));
  const uint8_t *block = buffer_.block;
  net_buffer_clear(&buffer_, &pool_);
  ASSERT_TRUE(Append("abc"));
  EXPECT_EQ(buffer_.block, block);
  EXPECT_EQ(pool_.num_blocks, 0u);
}

TEST_F(BufferTest, PoolKeepsNoMoreThanItsBound) {
  std::vector<net_buffer> buffers(NET_BUFFER_POOL_BLOCKS + 3);
  for (net_buffer &buffer : buffers) {
    ASSERT_TRUE(net_buffer_append(&buffer, &pool_, "x", 1));
  }
  for (net_buffer &buffer : buffers) {
    net_buffer_clear(&buffer, &pool_);
  }
  EXPECT_EQ(pool_.num_blocks, static_cast<size_t>(NET_BUFFER_POOL_BLOCKS));
}

TEST_F(BufferTest, GrowsBeyondABlockAndGivesTheLargerOneBackToNobody) {
  const std::string bytes(3 * NET_BUFFER_BLOCK, 'x');
  ASSERT_TRUE(Append("head"));
  net_buffer_consume(&buffer_, &pool_, 2);
  ASSERT_TRUE(Append(bytes));
  EXPECT_EQ(Content(), "ad" + bytes);
  EXPECT_EQ(pool_.num_blocks, 1u) << "the block that was too small";
  net_buffer_clear(&buffer_, &pool_);
  EXPECT_EQ(pool_.num_blocks, 1u);
}

TEST_F(BufferTest, MovesBytesToTheFrontRatherThanGrow) {
  ASSERT_TRUE(Append(std::string(NET_BUFFER_BLOCK, 'x')));
  net_buffer_consume(&buffer_, &pool_, NET_BUFFER_BLOCK - 1);
  ASSERT_TRUE(Append(std::string(NET_BUFFER_BLOCK - 1, 'y')));
  EXPECT_EQ(buffer_.capacity, NET_BUFFER_BLOCK);
  EXPECT_EQ(Content(), "x" + std::string(NET_BUFFER_BLOCK - 1, 'y'));
}

TEST_F(BufferTest, RefusesALengthThatOverflows) {
  ASSERT_TRUE(Append("abc"));
  EXPECT_FALSE(net_buffer_append(&buffer_, &pool_, "x", SIZE_MAX - 1));
  EXPECT_EQ(Content(), "abc");
}

TEST_F(BufferTest, ReserveThenTrimLeavesNothing) {
  size_t room = 0;
  ASSERT_NE(net_buffer_reserve(&buffer_, &pool_, &room), nullptr);
  EXPECT_EQ(room, NET_BUFFER_BLOCK);
  net_buffer_trim(&buffer_, &pool_);
  EXPECT_EQ(buffer_.block, nullptr);
}

TEST_F(BufferTest, ReserveOfAFullBlockHasNoRoom) {
  ASSERT_TRUE(Append(std::string(NET_BUFFER_BLOCK, 'x')));
  size_t room = 1;
  ASSERT_NE(net_buffer_reserve(&buffer_, &pool_, &room), nullptr);
  EXPECT_EQ(room, 0u);
}

TEST_F(BufferTest, BehavesAsAString) {
  std::mt19937 random(1);
  std::string model;
  for (int i = 0; i < 20000; i++) {
    size_t length = random() % (random() % 8 == 0 ? 40000 : 40);
    switch (random() % 3) {
      case 0: {
        std::string bytes(length, static_cast<char>('a' + i % 26));
        ASSERT_TRUE(Append(bytes));
        model += bytes;
        break;
      }
      case 1: {
        size_t room = 0;
        uint8_t *space = net_buffer_reserve(&buffer_, &pool_, &room);
        ASSERT_NE(space, nullptr);
        length = std::min(length, room);
        std::fill_n(space, length, 'z');
        net_buffer_commit(&buffer_, length);
        net_buffer_trim(&buffer_, &pool_);
        model.append(length, 'z');
        break;
      }
      default:
        length = std::min(2 * length, model.size());
        net_buffer_consume(&buffer_, &pool_, length);
        model.erase(0, length);
        break;
    }
    ASSERT_EQ(net_buffer_length(&buffer_), model.size());
    ASSERT_EQ(buffer_.block == nullptr, model.empty());
  }
  EXPECT_EQ(Content(), model);
}

}  // namespace
