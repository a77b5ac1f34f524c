// The register against the cases, and against the documents where they are.

#include "conformance/runner/register.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "conformance/cases/cases.h"

namespace conformance {
namespace {

std::string register_file;

Register ReadWholeRegister() {
  Register all;
  std::ifstream input(register_file);
  EXPECT_EQ(ParseRegister(input, &all), "") << register_file;
  return all;
}

std::vector<Clause> ReadRegister() {
  return ReadWholeRegister().clauses;
}

std::string Lines(const std::vector<std::string> &lines) {
  std::string text;
  for (const std::string &line : lines) {
    text += line + "\n";
  }
  return text;
}

// The folder of the documents, "" where they are not.
std::string DocumentFolder() {
  const char *folder = getenv("NET_TLS_SPEC");
  if (folder != nullptr) {
    return folder;
  }
  std::filesystem::path root = std::filesystem::canonical("WORKSPACE").parent_path();
  std::filesystem::path beside = root.parent_path() / "shared" / "spec";
  return std::filesystem::exists(beside) ? beside.string() : "";
}

TEST(Register, ClausesAndCasesCoverEachOther) {
  EXPECT_EQ(Lines(CheckCoverage(ReadRegister(), AllCases())), "");
}

TEST(Register, EveryClauseIsComplete) {
  for (const Clause &clause : ReadRegister()) {
    EXPECT_NE(clause.heading, "") << clause.id;
    EXPECT_NE(clause.text, "") << clause.id;
    EXPECT_EQ(clause.hash.size(), 8u) << clause.id;
    bool is_level = clause.level == "MUST" || clause.level == "DECISION" ||
                    clause.level == "EXTENSION" || clause.level == "NOTE";
    EXPECT_TRUE(is_level) << clause.id << " " << clause.level;
  }
}

TEST(Register, ItsSentencesAreThoseOfTheDocuments) {
  std::string folder = DocumentFolder();
  if (folder.empty()) {
    GTEST_SKIP() << "the documents are not beside the repository, nor where NET_TLS_SPEC says";
  }
  for (const char *name : {"net_tls_socket.md", "decisions.md", "reference-behaviour.md"}) {
    std::ifstream document(folder + "/" + name);
    ASSERT_TRUE(document) << folder << "/" << name << " cannot be read";
    EXPECT_EQ(Lines(CheckDocument(ReadRegister(), name, document)), "");
  }
}

TEST(Register, ItsHashIsThatOfTheDocument) {
  std::string folder = DocumentFolder();
  if (folder.empty()) {
    GTEST_SKIP() << "the documents are not beside the repository, nor where NET_TLS_SPEC says";
  }
  Register all = ReadWholeRegister();
  std::ifstream document(folder + "/" + all.document, std::ios::binary);
  ASSERT_TRUE(document) << folder << "/" << all.document << " cannot be read";
  std::ostringstream text;
  text << document.rdbuf();
  EXPECT_EQ(HashOf(text.str()), all.document_hash) << all.document << " has changed";
}

constexpr char kDocument[] = "document doc.md 01234567\n";

std::vector<Clause> Parse(const std::string &text) {
  std::istringstream input(kDocument + text);
  Register all;
  EXPECT_EQ(ParseRegister(input, &all), "");
  EXPECT_EQ(all.document, "doc.md");
  EXPECT_EQ(all.document_hash, "01234567");
  return all.clauses;
}

std::string ParseError(const std::string &text) {
  std::istringstream input(text);
  Register all;
  return ParseRegister(input, &all);
}

TEST(ParseRegister, ReadsFields) {
  std::vector<Clause> clauses =
      Parse("# comment\n\n[X-1]\nheading  read\nsource doc.md:12\nclause a b\n");
  ASSERT_EQ(clauses.size(), 1u);
  EXPECT_EQ(clauses[0].heading, "read");
  EXPECT_EQ(clauses[0].document, "doc.md");
  EXPECT_EQ(clauses[0].line, 12);
  EXPECT_EQ(clauses[0].text, "a b");
}

TEST(ParseRegister, NamesTheLineThatIsWrong) {
  EXPECT_NE(ParseError("[X-1]\ncolour red\n").find("line 2"), std::string::npos);
  EXPECT_NE(ParseError("heading read\n").find("line 1"), std::string::npos);
  EXPECT_NE(ParseError("[X-1]\nsource nowhere\n").find("line 2"), std::string::npos);
  EXPECT_NE(ParseError("document doc.md 123\n").find("line 1"), std::string::npos);
  EXPECT_NE(ParseError("document doc.md 01234567 more\n").find("line 1"), std::string::npos);
  EXPECT_NE(ParseError("[X-1]\nclause a\n").find("no line `document"), std::string::npos);
  EXPECT_NE(ParseError(kDocument).find("no clause"), std::string::npos);
}

Case CaseCalled(const std::string &id) {
  return {id, "", {}, nullptr, {}};
}

TEST(CheckCoverage, FindsWhatIsMissingOnEitherSide) {
  std::vector<Clause> clauses =
      Parse("[X-1]\nclause a\n[X-2]\nclause b\n[X-3]\nclause c\nwaiver d\n");
  EXPECT_EQ(Lines(CheckCoverage(clauses, {CaseCalled("X-1/1"), CaseCalled("X-2/1")})), "");
  EXPECT_NE(Lines(CheckCoverage(clauses, {CaseCalled("X-1/1")})).find("X-2"), std::string::npos);
  EXPECT_NE(Lines(CheckCoverage(clauses, {CaseCalled("X-9/1")})).find("X-9"), std::string::npos);
  EXPECT_NE(Lines(CheckCoverage(clauses, {CaseCalled("X-3/1")})).find("X-3"), std::string::npos);
  EXPECT_NE(Lines(CheckCoverage(clauses, {CaseCalled("X-1/1"), CaseCalled("X-1/1")})).find("two"),
            std::string::npos);
}

TEST(CheckDocument, FindsASentenceThatChangedMovedOrIsNew) {
  std::istringstream document("It reads. It writes.\n");
  std::vector<Sentence> sentences = Sentences(document);
  ASSERT_EQ(sentences.size(), 2u);
  std::vector<Clause> clauses = Parse("[X-1]\nsource d:1\nhash " + sentences[0].hash +
                                      "\n[X-2]\nsource d:1\nhash " + sentences[1].hash + "\n");
  std::istringstream same("It  reads. It writes.\n");
  EXPECT_EQ(Lines(CheckDocument(clauses, "d", same)), "");
  std::istringstream changed("It reads. It wrote.\n");
  EXPECT_EQ(CheckDocument(clauses, "d", changed).size(), 2u);
  std::istringstream moved("\nIt reads. It writes.\n");
  EXPECT_EQ(CheckDocument(clauses, "d", moved).size(), 4u);
}

TEST(CheckDocument, OfExtensionsComparesWholeLines) {
  std::vector<Clause> clauses =
      Parse("[X-1]\nlevel EXTENSION\nsource d:2\nhash " + HashOf("| read | gives. more |") + "\n");
  std::istringstream same("No clause.\n| read |  gives. more |\n");
  EXPECT_EQ(Lines(CheckDocument(clauses, "d", same)), "");
  std::istringstream changed("No clause.\n| read | gave. more |\n");
  EXPECT_EQ(CheckDocument(clauses, "d", changed).size(), 1u);
}

TEST(Sentences, OfADocument) {
  std::istringstream document("# Title\n\n## sock:read()\n\n**Returns**\n\n- `a`: one. two.\n");
  std::vector<Sentence> sentences = Sentences(document);
  ASSERT_EQ(sentences.size(), 3u);
  EXPECT_EQ(sentences[0].text, "## sock:read()");
  EXPECT_EQ(sentences[1].text, "- `a`: one.");
  EXPECT_EQ(sentences[2].line, 7);
}

TEST(Sentences, OfAPageOfDecisions) {
  std::istringstream page("Prose. More.\n- D-01 One. Two.\n  Three.\n- D-02 Four.\n");
  std::vector<Sentence> sentences = Sentences(page);
  ASSERT_EQ(sentences.size(), 2u);
  EXPECT_EQ(sentences[0].text, "- D-01 One. Two. Three.");
  EXPECT_EQ(sentences[1].line, 4);
}

}  // namespace
}  // namespace conformance

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  conformance::register_file = argc > 1 ? argv[1] : "";
  return RUN_ALL_TESTS();
}
