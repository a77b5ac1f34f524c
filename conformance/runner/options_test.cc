#include "conformance/runner/options.h"

#include <gtest/gtest.h>

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
  EXPECT_NE(error({"--known-driver=c=x", "--expected=file"}).find("file"), std::string::npos);
}

TEST(Options, Flags) {
  Options options;
  EXPECT_EQ(ParseOptions({"--known-driver=c=x", "--list", "-v", "--patience=3", "--filter=D-01"},
                         &options),
            "");
  EXPECT_TRUE(options.list);
  EXPECT_TRUE(options.verbose);
  EXPECT_EQ(options.patience_seconds, 3);
  EXPECT_EQ(options.filters, Arguments{"D-01"});
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
