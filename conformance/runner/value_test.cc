#include "conformance/runner/value.h"

#include <gtest/gtest.h>

#include "conformance/runner/expect.h"

namespace conformance {
namespace {

Value Parse(const std::string &word) {
  Value value;
  EXPECT_TRUE(ParseValue(word, &value)) << word;
  return value;
}

TEST(Value, ParsesEveryKind) {
  EXPECT_EQ(Parse("nil").kind, Value::Kind::kNil);
  EXPECT_EQ(Parse("true").kind, Value::Kind::kTrue);
  EXPECT_EQ(Parse("false").kind, Value::Kind::kFalse);
  EXPECT_EQ(Parse("i:-5").integer, -5);
  EXPECT_EQ(Parse("n:0.5").number, 0.5);
  EXPECT_EQ(Parse("s:a%20b%00").text, std::string("a b\0", 4));
  EXPECT_EQ(Parse("s:").text, "");
  EXPECT_EQ(Parse("o:userdata").text, "userdata");
  EXPECT_EQ(Parse("d:2000:0123456789abcdef").integer, 2000);
}

TEST(Value, RefusesWhatIsNoValue) {
  Value value;
  for (const char *word :
       {"", "Nil", "i:", "i:5x", "n:", "s", "s:%", "s:%2", "s:%zz", "d:5", "d:5:ab", "x:1", "1"}) {
    EXPECT_FALSE(ParseValue(word, &value)) << word;
  }
}

TEST(Value, PercentEncodingIsReversible) {
  std::string bytes;
  for (int byte = 0; byte < 256; byte++) {
    bytes.push_back(static_cast<char>(byte));
  }
  std::string encoded = PercentEncode(bytes);
  std::string decoded;
  EXPECT_EQ(encoded.find_first_of(" \n"), std::string::npos);
  ASSERT_TRUE(PercentDecode(encoded, &decoded));
  EXPECT_EQ(decoded, bytes);
}

TEST(Value, SplitKeepsEmptyWords) {
  EXPECT_EQ(Split("a b"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Split("a "), (std::vector<std::string>{"a", ""}));
}

TEST(Value, PatternContinuesAtAnyOffset) {
  EXPECT_EQ(Pattern(0, 1000).substr(300), Pattern(300, 700));
  EXPECT_EQ(Pattern(250, 2), std::string("\xfa\0", 2));
}

TEST(Value, DigestTellsLengthOrderAndContent) {
  EXPECT_EQ(Digest("").size(), 16u);
  EXPECT_NE(Digest("a"), Digest(std::string("a\0", 2)));
  EXPECT_NE(Digest("abcdefgh12345678"), Digest("12345678abcdefgh"));
  EXPECT_NE(Digest("abcdefgh"), Digest("abcdefgi"));
}

TEST(Expect, ComparesArityTypeAndValue) {
  EXPECT_TRUE(MatchesTuple(Ok(), {Parse("true"), Parse("nil"), Parse("nil")}));
  EXPECT_FALSE(MatchesTuple(Ok(), {Parse("true"), Parse("nil")}));
  EXPECT_FALSE(MatchesTuple(Ok(), {Parse("true"), Parse("nil"), Parse("nil"), Parse("nil")}));
  EXPECT_FALSE(MatchesTuple(Ok(), {Parse("i:1"), Parse("nil"), Parse("nil")}));
  EXPECT_FALSE(MatchesTuple(Ok(), {Parse("true"), Parse("nil"), Parse("false")}));
  EXPECT_TRUE(MatchesTuple(Closed(), {Parse("nil"), Parse("nil"), Parse("nil")}));
}

TEST(Expect, ErrorsAreTextsThatAreNotEmpty) {
  EXPECT_TRUE(MatchesTuple(Error(), {Parse("false"), Parse("s:why"), Parse("nil")}));
  EXPECT_FALSE(MatchesTuple(Error(), {Parse("false"), Parse("s:"), Parse("nil")}));
  EXPECT_FALSE(MatchesTuple(Error(), {Parse("false"), Parse("o:error"), Parse("nil")}));
  EXPECT_FALSE(MatchesTuple(Error(), {Parse("nil"), Parse("s:why"), Parse("nil")}));
}

TEST(Expect, TellsIntegersFromNumbers) {
  EXPECT_TRUE(Integer(5).matches(Parse("i:5")));
  EXPECT_FALSE(Integer(5).matches(Parse("n:5")));
  EXPECT_FALSE(Integer(5).matches(Parse("i:6")));
  EXPECT_TRUE(Between(0, 1).matches(Parse("n:0.5")));
  EXPECT_FALSE(Between(0, 1).matches(Parse("n:1.5")));
  EXPECT_FALSE(Between(0, 1).matches(Parse("s:0")));
}

TEST(Expect, LongBytesByTheirDigest) {
  std::string bytes = Pattern(0, 5000);
  Value value = Parse("d:5000:" + Digest(bytes));
  EXPECT_TRUE(Bytes(bytes).matches(value));
  EXPECT_FALSE(Bytes(Pattern(1, 5000)).matches(value));
  EXPECT_FALSE(Bytes(Pattern(0, 4999)).matches(value));
}

TEST(Expect, TextWithWantsEveryPart) {
  EXPECT_TRUE(TextWith({"Read", "reset"}).matches(Parse("s:read:%20Connection%20reset")));
  EXPECT_FALSE(TextWith({"read", "alert"}).matches(Parse("s:read:%20Connection%20reset")));
  EXPECT_FALSE(TextWith({}).matches(Parse("nil")));
}

}  // namespace
}  // namespace conformance
