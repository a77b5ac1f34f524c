#include "fuzz/random.h"

#include <openssl/rand.h>

#include <string>

#include "gtest/gtest.h"

namespace {

std::string Bytes() {
  std::string bytes(40, '\0');
  RAND_bytes(reinterpret_cast<uint8_t *>(&bytes[0]), bytes.size());
  return bytes;
}

TEST(Random, FollowsItsOwnCourse) {
  net_fuzz::ResetRandom();
  std::string first = Bytes();
  EXPECT_NE(first, Bytes());
}

TEST(Random, BeginsAnewInFuzzConfigurationsAlone) {
  net_fuzz::ResetRandom();
  std::string first = Bytes();
  Bytes();
  net_fuzz::ResetRandom();
#if defined(BORINGSSL_UNSAFE_DETERMINISTIC_MODE)
  EXPECT_EQ(first, Bytes());
#else
  EXPECT_NE(first, Bytes());
#endif
}

}  // namespace
