#include "server/command_line.h"

#include <gmock/gmock.h>

#include <optional>
#include <sstream>

namespace narthex::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
  std::optional<FlagValues> flags;  // if it would have served
};

Ran run(std::vector<std::string> arguments) {
  Ran ran;
  std::istringstream in;
  std::ostringstream out, err;
  Io io{in, out, err};
  ran.code = run_command_line(std::move(arguments), io, [&](const FlagValues& flags, Io&) {
    ran.flags = flags;
    return 0;
  });
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

TEST(CommandLine, EveryFlagParsesInItsForms) {
  for (const FlagSpec& spec : flag_table()) {
    if (spec.use == FlagUse::kRefused || spec.use == FlagUse::kAgentOnly) continue;
    SCOPED_TRACE(spec.name);
    const std::string name = "--" + std::string(spec.name);
    if (spec.kind == FlagKind::kBool) {
      EXPECT_TRUE(run({name}).flags->flag(spec.name));
      EXPECT_FALSE(run({"--no-" + std::string(spec.name)}).flags->flag(spec.name));
      continue;
    }
    const std::string value(spec.fallback);
    Ran joined = run({name + "=" + value});
    Ran apart = run({name, value});
    ASSERT_TRUE(joined.flags) << joined.err;
    ASSERT_TRUE(apart.flags) << apart.err;
    EXPECT_EQ(joined.flags->text(spec.name), value);
    EXPECT_EQ(apart.flags->text(spec.name), value);
    EXPECT_TRUE(joined.flags->given(spec.name));
  }
}

TEST(CommandLine, IntegersMayHaveAnExponent) {
  EXPECT_EQ(run({"--query.max-samples=5e7"}).flags->integer("query.max-samples"), 50'000'000);
  EXPECT_EQ(run({"--query.max-samples=2.9"}).flags->integer("query.max-samples"), 2);
}

TEST(CommandLine, TableIsSortedAndNamedOnce) {
  auto table = flag_table();
  for (size_t i = 1; i < table.size(); ++i) EXPECT_LT(table[i - 1].name, table[i].name);
}

TEST(CommandLine, DefaultsOfTheReference) {
  FlagValues flags;
  EXPECT_EQ(flags.text("config.file"), "prometheus.yml");
  EXPECT_THAT(flags.list("web.listen-address"), ElementsAre("0.0.0.0:9090"));
  EXPECT_EQ(flags.text("storage.tsdb.path"), "data/");
  EXPECT_EQ(flags.duration("query.timeout"), Duration::minutes(2));
  EXPECT_EQ(flags.integer("query.max-samples"), 50'000'000);
  EXPECT_TRUE(flags.list("enable-feature").empty());
  EXPECT_TRUE(flags.check());
}

TEST(CommandLine, BadOnesEndWithTwoAndUsage) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"--x"}, "unknown long flag '--x'"},
      {{"--x=1"}, "unknown long flag '--x'"},
      {{"--config.file=a", "-x"}, "unknown short flag '-x'"},
      {{"stray"}, "unexpected stray"},
      {{"--query.timeout=soon"}, "invalid value for flag '--query.timeout': not a valid duration string: \"soon\""},
      {{"--query.max-samples", "many"}, "invalid value for flag '--query.max-samples': not an integer: \"many\""},
      {{"--query.max-samples=-1"}, "invalid value for flag '--query.max-samples': must not be negative: \"-1\""},
      {{"--query.max-samples=1e400"}, "invalid value for flag '--query.max-samples': not an integer: \"1e400\""},
      {{"--config.file"}, "expected argument for flag '--config.file'"},
      {{"--config.file=a", "--config.file=b"}, "flag 'config.file' cannot be repeated"},
      {{"--log.level=loud"}, "invalid value for flag '--log.level': must be one of debug,info,warn,error, got 'loud'"},
      {{"--storage.tsdb.retention.size=5 apples"},
       "invalid value for flag '--storage.tsdb.retention.size': not a size: \"5 apples\""},
  };
  for (const auto& [arguments, message] : cases) {
    Ran ran = run(arguments);
    EXPECT_EQ(ran.code, 2) << message;
    EXPECT_THAT(ran.err, StartsWith("Error parsing command line arguments: " + message + "\n"));
    EXPECT_THAT(ran.err, HasSubstr("--config.file"));
    EXPECT_FALSE(ran.flags);
  }
}

TEST(CommandLine, WhatIsUnknownIsNamedBeforeWhatIsMissing) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"check"}, "A subcommand is required"},
      {{"check", "confg", "a.yml"}, "unexpected confg"},
      {{"relabel"}, "--config is required"},
      {{"relabel", "--confg=a"}, "unknown long flag '--confg'"},
  };
  for (const auto& [arguments, message] : cases) {
    Ran ran = run(arguments);
    EXPECT_EQ(ran.code, 2) << message;
    EXPECT_THAT(ran.err, StartsWith("Error parsing command line arguments: " + message + "\n"));
  }
}

TEST(CommandLine, FlagTwiceIsRefusedUnlessRepeatable) {
  EXPECT_EQ(run({"--config.file=a", "--config.file=b"}).code, 2);
  Ran ran = run({"--web.listen-address=:1", "--web.listen-address", "[::1]:2"});
  ASSERT_TRUE(ran.flags) << ran.err;
  EXPECT_THAT(ran.flags->list("web.listen-address"), ElementsAre(":1", "[::1]:2"));
}

TEST(CommandLine, EmptyValueDoesNotEatTheNextFlag) {
  Ran ran = run({"--web.config.file=", "--web.external-url=", "--config.file=x"});
  ASSERT_TRUE(ran.flags) << ran.err;
  EXPECT_EQ(ran.flags->text("web.external-url"), "");
  EXPECT_EQ(ran.flags->text("config.file"), "x");
}

TEST(CommandLine, ServeTakesTheSameFlags) {
  Ran ran = run({"serve", "--config.file=x"});
  ASSERT_TRUE(ran.flags) << ran.err;
  EXPECT_EQ(ran.flags->text("config.file"), "x");
}

TEST(CommandLine, PromisesThatCannotBeKeptAreRefused) {
  Ran tls = run({"--web.config.file=web.yml"});
  EXPECT_EQ(tls.code, 3);
  EXPECT_THAT(tls.err, HasSubstr("--web.config.file"));
  EXPECT_EQ(run({"--agent"}).code, 3);
  EXPECT_EQ(run({"--no-agent"}).code, 0);
  EXPECT_EQ(run({"--storage.agent.path=x"}).err,
            "The following flag(s) can only be used in agent mode: [\"--storage.agent.path\"]\n");
}

TEST(CommandLine, FlagsWithoutEffectAreNamed) {
  Ran ran = run({"--web.enable-otlp-receiver", "--storage.tsdb.wal-compression", "--config.file=x"});
  ASSERT_TRUE(ran.flags) << ran.err;
  EXPECT_THAT(ran.flags->without_effect(), ElementsAre("--storage.tsdb.wal-compression", "--web.enable-otlp-receiver"));
}

TEST(CommandLine, HelpAndVersion) {
  EXPECT_THAT(run({"--version"}).out, StartsWith("narthex, version "));
  Ran help = run({"-h"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("--web.listen-address"));
  EXPECT_EQ(run({"--help"}).out, help.out);
}

TEST(CommandLine, AllListsEveryFlagOnce) {
  EXPECT_THAT(FlagValues().all(), testing::Contains(Pair("web.listen-address", "0.0.0.0:9090")));
  EXPECT_EQ(FlagValues().all().size(), flag_table().size());
}

}  // namespace
}  // namespace narthex::server
