#include "conformance/runner/options.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace conformance {
namespace {

using Arguments = std::vector<std::string>;

TEST(Options, EveryKnownDriverWithoutAWish) {
  Options options;
  EXPECT_EQ(ParseOptions({"--known-driver=c=bin/c", "--known-driver=lua=bin/lua -x"}, &options),
            "");
  ASSERT_EQ(options.drivers.size(), 2u);
  EXPECT_EQ(options.drivers[1].name, "lua");
  EXPECT_EQ(options.drivers[1].command, (Arguments{"bin/lua", "-x"}));
}

TEST(Options, OtherDriversRunWhereAskedFor) {
  const Arguments known = {"--known-driver=c=bin/c", "--other-driver=luasec=bin/luasec"};
  Options options;
  EXPECT_EQ(ParseOptions(known, &options), "");
  ASSERT_EQ(options.drivers.size(), 1u);
  EXPECT_EQ(options.drivers[0].name, "c");
  Arguments wanted = known;
  wanted.push_back("--driver=luasec");
  Options others;
  EXPECT_EQ(ParseOptions(wanted, &others), "");
  ASSERT_EQ(others.drivers.size(), 1u);
  EXPECT_EQ(others.drivers[0].name, "luasec");
}

TEST(Options, ADriverByNameOrCommand) {
  Options options;
  EXPECT_EQ(
      ParseOptions({"--known-driver=c=bin/c", "--driver", "c", "--driver", "/opt/my.driver -v"},
                   &options),
      "");
  ASSERT_EQ(options.drivers.size(), 2u);
  EXPECT_EQ(options.drivers[0].name, "c");
  EXPECT_EQ(options.drivers[1].name, "my_driver");
  EXPECT_EQ(options.drivers[1].command, (Arguments{"/opt/my.driver", "-v"}));
}

TEST(Options, MistakesAreNamed) {
  auto error = [](const Arguments &arguments) {
    Options options;
    return ParseOptions(arguments, &options);
  };
  EXPECT_NE(error({}).find("no driver"), std::string::npos);
  EXPECT_NE(error({"--known-driver=c=x", "--driver", "perl"}).find("perl"), std::string::npos);
  EXPECT_NE(error({"--known-driver=c=x", "--colour=red"}).find("--colour"), std::string::npos);
  EXPECT_NE(error({"--known-driver=c=x", "--filter"}).find("--filter"), std::string::npos);
  EXPECT_NE(error({"--known-driver=c=x", "read"}).find("read"), std::string::npos);
  EXPECT_NE(error({"--known-driver=c=x", "--patience=soon"}).find("soon"), std::string::npos);
  EXPECT_NE(error({"--known-driver=c=x", "--driver="}).find("--driver"), std::string::npos);
  EXPECT_NE(error({"--known-driver=c=x", "--driver=a/b", "--driver=c/b"}).find("two drivers"),
            std::string::npos);
  for (const char *wrong :
       {"--repeat=0", "--repeat=2x", "--seed=100000", "--seed=-1", "--jobs=", "--patience=1.5"}) {
    EXPECT_NE(error({"--known-driver=c=x", wrong}).find("wants a number"), std::string::npos)
        << wrong;
  }
}

TEST(Options, ExpectedOfADriverByName) {
  Options options;
  EXPECT_EQ(ParseOptions({"--known-driver=c=x", "--known-driver=lua=y", "--expected=c=c.txt",
                          "--expected", "lua=dir/lua=.txt", "--driver=lua"},
                         &options),
            "");
  ASSERT_EQ(options.drivers.size(), 1u);
  EXPECT_EQ(options.drivers[0].expected_file, "dir/lua=.txt");
  EXPECT_NE(ParseOptions({"--known-driver=c=x", "--expected=cc=file"}, &options).find("driver cc"),
            std::string::npos);
}

TEST(Options, ExpectedOfTheOnlyDriver) {
  Options options;
  EXPECT_EQ(ParseOptions({"--known-driver=c=x", "--expected=c=c.txt", "--driver", "./mine",
                          "--expected", "dir/a=b"},
                         &options),
            "");
  EXPECT_EQ(options.drivers[0].expected_file, "dir/a=b");
  Options both;
  EXPECT_NE(ParseOptions({"--known-driver=c=x", "--known-driver=lua=y", "--expected=file"}, &both)
                .find("--expected file is for one driver"),
            std::string::npos);
}

std::string Again(const Arguments &arguments) {
  Options options;
  EXPECT_EQ(ParseOptions(arguments, &options), "");
  return options.drivers.at(0).again;
}

TEST(Options, AgainHasWhatTheDriverIsAndWhatIsExpectedOfIt) {
  EXPECT_EQ(Again({"--known-driver=c=x", "--expected=c=c.txt", "--driver=c"}),
            "./bazelw run //conformance -- --driver 'c'");
  EXPECT_EQ(Again({"--known-driver=c=x", "--driver=c", "--expected=mine.txt"}),
            "./bazelw run //conformance -- --driver 'c' --expected 'mine.txt'");
  EXPECT_EQ(Again({"--driver=./it's mine", "--expected=it's=mine.txt"}),
            "./bazelw run //conformance -- --driver './it'\\''s mine' --expected 'mine.txt'");
}

TEST(Options, ReportsGoWhereTheUserIs) {
  Options options;
  setenv("BUILD_WORKING_DIRECTORY", "/home/me", 1);
  EXPECT_EQ(ParseOptions(
                {"--known-driver=c=x", "--json=a.json", "--junit", "/tmp/b.xml", "--html=c.html"},
                &options),
            "");
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(options.json_file, "/home/me/a.json");
  EXPECT_EQ(options.junit_file, "/tmp/b.xml");
  EXPECT_EQ(options.html_file, "/home/me/c.html");
}

TEST(Options, Flags) {
  Options options;
  EXPECT_EQ(ParseOptions({"--known-driver=c=x", "--list", "-v", "--patience=3", "--filter=D-01"},
                         &options),
            "");
  EXPECT_TRUE(options.list);
  EXPECT_FALSE(options.full);
  EXPECT_TRUE(options.verbose);
  EXPECT_EQ(options.patience_seconds, 3);
  EXPECT_EQ(options.filters, Arguments{"D-01"});
}

TEST(Options, Numbers) {
  Options options;
  EXPECT_EQ(
      ParseOptions({"--known-driver=c=x", "--full", "--repeat=50", "--seed=99999", "--jobs=4"},
                   &options),
      "");
  EXPECT_TRUE(options.full);
  EXPECT_EQ(options.repeat, 50);
  EXPECT_EQ(options.seed, 99999);
  EXPECT_EQ(options.jobs, 4);
}

TEST(Options, FiltersAreGlobsOrBegins) {
  const std::string name = "NTS-READ-04/1.lua.tcp.blocking.tls13.client";
  EXPECT_TRUE(MatchesFilters({}, name));
  EXPECT_TRUE(MatchesFilters({"NTS-READ"}, name));
  EXPECT_TRUE(MatchesFilters({"D-01", "*.tls13.*"}, name));
  EXPECT_FALSE(MatchesFilters({"READ"}, name));
  EXPECT_FALSE(MatchesFilters({"*.tls12.*"}, name));
  EXPECT_FALSE(MatchesFilters({"NTS-READ-04/1.c"}, name));
}

}  // namespace
}  // namespace conformance
