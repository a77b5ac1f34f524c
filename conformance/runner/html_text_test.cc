#include "conformance/runner/html_text.h"

#include <gtest/gtest.h>

namespace conformance {
namespace {

TEST(Escape, LeavesTextAlone) {
  EXPECT_EQ(Escape(""), "");
  EXPECT_EQ(Escape("a line\n\tand Zürich, 東京, 🙂"), "a line\n\tand Zürich, 東京, 🙂");
}

TEST(Escape, LeavesNoMarkup) {
  EXPECT_EQ(Escape("<script>alert('a' & \"b\")</script>"),
            "&lt;script&gt;alert(&#39;a&#39; &amp; &quot;b&quot;)&lt;/script&gt;");
}

TEST(Escape, ShowsControlCharacters) {
  EXPECT_EQ(Escape(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Escape("\x1b[31m\r\x7f"), "\\x1b[31m\\x0d\\x7f");
  EXPECT_EQ(Escape("\xc2\x85"), "\\x85");
}

TEST(Escape, ShowsWhatChangesTheDirectionOfWritingOrIsInvisible) {
  EXPECT_EQ(Escape("a\u202e\u2066b\u200bc\ufeff"), "a\\u202e\\u2066b\\u200bc\\ufeff");
}

TEST(Escape, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(Escape("a\xff<"), "a\\xff&lt;");
  EXPECT_EQ(Escape("\x80"), "\\x80");
  EXPECT_EQ(Escape("\xc3"), "\\xc3");
  EXPECT_EQ(Escape("\xe6\x9d<b>"), "\\xe6\\x9d&lt;b&gt;");
  // Too long for what they say, a half of a pair, and beyond the last character.
  EXPECT_EQ(Escape("\xc0\xbc"), "\\xc0\\xbc");
  EXPECT_EQ(Escape("\xe0\x80\xbc"), "\\xe0\\x80\\xbc");
  EXPECT_EQ(Escape("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(Escape("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

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
