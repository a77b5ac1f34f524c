#include "conformance/runner/html_text.h"

#include <gtest/gtest.h>

namespace conformance {
namespace {

TEST(Fragment, NamesAnId) {
  EXPECT_EQ(Fragment("NTS-READ-04/1.lua.tcp.blocking.tls13.client"),
            "#NTS-READ-04/1.lua.tcp.blocking.tls13.client");
  EXPECT_EQ(Fragment("a\"b<%ü"), "#a%22b%3C%25%C3%BC");
  // As the id itself is written.
  EXPECT_EQ(Fragment("\xff"), "#%5Cxff");
}

TEST(Shorten, LeavesWhatIsNotMuchTooLong) {
  EXPECT_EQ(Shorten("", 10), "");
  EXPECT_EQ(Shorten(std::string(12, 'x'), 10), std::string(12, 'x'));
}

TEST(Shorten, KeepsBothEndsByLines) {
  std::string text;
  for (int i = 100; i < 200; i++) {
    text += std::to_string(i) + "\n";
  }
  EXPECT_EQ(Shorten(text, 40),
            "100\n101\n102\n103\n104\n105\n... 364 bytes left out ...\n197\n198\n199\n");
}

TEST(Shorten, CutsALineThatIsAllOfIt) {
  EXPECT_EQ(Shorten(std::string(1000, 'x'), 30),
            std::string(20, 'x') + "... 970 bytes left out ...\n" + std::string(10, 'x'));
}

}  // namespace
}  // namespace conformance
