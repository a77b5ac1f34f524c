#include "conformance/runner/escape.h"

#include <gtest/gtest.h>

namespace conformance {
namespace {

TEST(PlainText, KeepsCharactersAndShowsAllElseInHex) {
  EXPECT_EQ(PlainText("a\tb\nc \xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82"),
            "a\tb\nc \xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82");
  EXPECT_EQ(PlainText(std::string_view("\0\x1b[1m\x7f\r", 7)), "\\x00\\x1b[1m\\x7f\\x0d");
  EXPECT_EQ(PlainText("\xc2\x85"), "\\xc2\\x85");
  EXPECT_EQ(PlainText("\xef\xbf\xbf"), "\\xef\\xbf\\xbf");
}

TEST(PlainText, BytesThatAreNoCharacter) {
  EXPECT_EQ(PlainText("\xff"), "\\xff");
  EXPECT_EQ(PlainText("\xc3"), "\\xc3");
  EXPECT_EQ(PlainText("\xc3("), "\\xc3(");
  EXPECT_EQ(PlainText("\x80"), "\\x80");
  EXPECT_EQ(PlainText("\xc0\xaf"), "\\xc0\\xaf");
  EXPECT_EQ(PlainText("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");
  EXPECT_EQ(PlainText("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(PlainText("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(PlainText, ShowsWhatIsInvisibleOrChangesTheDirectionOfWriting) {
  EXPECT_EQ(PlainText("a\u202eb\u2066\u200b\ufeff"),
            "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6\\xe2\\x80\\x8b\\xef\\xbb\\xbf");
  EXPECT_EQ(PlainText("\u200a\u2010\u2027\u202f\u205f\u2070"),
            "\u200a\u2010\u2027\u202f\u205f\u2070");
}

TEST(XmlText, HasNoMarkup) {
  EXPECT_EQ(XmlText("<a b=\"c\" d='e'>&\n\x01"),
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;&#10;\\x01");
}

TEST(JsonString, EscapesWhatJsonDemands) {
  EXPECT_EQ(JsonString("a\"b\\c\n\t\x01\xc3\xa9"), "\"a\\\"b\\\\c\\n\\u0009\\u0001\xc3\xa9\"");
  EXPECT_EQ(JsonString("\xff"), "\"\\\\xff\"");
}

TEST(ShellWord, IsOneWordWhateverIsInIt) {
  EXPECT_EQ(ShellWord("a b$c"), "'a b$c'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
}

}  // namespace
}  // namespace conformance
