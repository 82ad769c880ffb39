// Random rules on random labels: what must hold for all of them. Replays from its seed.
#include <random>

#include "tests/unit/relabel/cases.h"

namespace narthex::relabel {
namespace {

constexpr int kChains = 4'000;
constexpr unsigned kSeed = 3141592;

const std::vector<std::string> kNames = {"a", "b", "c", "ab", "__tmp", "long_name", "é", "x y"};
const std::vector<std::string> kValues = {"", "1", "foo", "foo-bar", "h:9100", "$1", "a", "b;c", "Straße", "x\ny"};
const std::vector<std::string> kRegexes = {"(.*)",         ".*",          "",          "(.+)",    "foo",
                                           "(foo)-(bar)",  "(.*):(\\d+)", "a|b",       "(a)|(.)", "[a-z]+",
                                           "(?P<n>.)(.*)", "a)|(b",       "(?i)FOO.*", "(.)(.)?"};
const std::vector<std::string> kTemplates = {"$1", "${1}", "$2", "x", "", "$n", "l_$1", "$1$2", "$0", "$$", "a", "b"};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Labels labels() {
    std::vector<Label> out;
    for (const std::string& name : kNames) out.push_back({name, pick(kValues)});
    return Labels(std::move(out));
  }

  // May be a rule that does not compile.
  RuleOptions rule() {
    RuleOptions out;
    const Action action = static_cast<Action>(below(11));
    out.action = action_name(action);
    out.scheme = below(2) == 0 ? NameScheme::kUtf8 : NameScheme::kLegacy;
    const bool on_names = action == Action::kLabelDrop || action == Action::kLabelKeep;
    const bool equal = action == Action::kKeepEqual || action == Action::kDropEqual;
    if (!on_names) out.target_label = below(3) == 0 ? pick(kTemplates) : pick(kNames);
    for (size_t n = on_names ? 0 : below(4); n > 0; --n) out.source_labels.push_back(pick(kNames));
    if (!equal) out.regex = pick(kRegexes);
    if (action == Action::kReplace || action == Action::kLabelMap) out.replacement = pick(kTemplates);
    if (action == Action::kHashMod) out.modulus = below(5);
    if (!equal && !on_names && below(3) == 0) out.separator = pick(kValues);
    return out;
  }

  std::vector<Rule> chain() {
    std::vector<Rule> out;
    for (size_t n = below(6); out.size() < n;) {
      if (auto compiled = Rule::compile(rule())) out.push_back(std::move(*compiled));
    }
    return out;
  }

 private:
  size_t below(size_t n) { return random_() % n; }
  const std::string& pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  std::mt19937 random_;
};

std::string dump(const std::vector<Rule>& rules, const Labels& labels) {
  std::string out = labels.str();
  for (const Rule& rule : rules) {
    const RuleOptions& o = rule.options();
    out += "\n" + o.action + " regex=" + o.regex + " target=" + o.target_label + " replacement=" + o.replacement;
  }
  return out;
}

TEST(Property, ApplyAndExplainAgreeAndStepsAreAChain) {
  Generator generate(kSeed);
  LabelsBuilder reused;
  int dropped = 0;
  for (int i = 0; i < kChains && !testing::Test::HasFailure(); ++i) {
    const Labels before = generate.labels();
    const std::vector<Rule> rules = generate.chain();
    SCOPED_TRACE("chain " + std::to_string(i) + ": " + dump(rules, before));
    const Explanation explanation = explain(rules, before);
    expect_consistent(explanation, before);
    reused.reset(before);
    const bool kept = relabel::apply(rules, reused);
    EXPECT_EQ(kept, explanation.kept);
    if (kept) {
      EXPECT_EQ(reused.build(), explanation.labels);
    }
    dropped += kept ? 0 : 1;
  }
  // The generator makes both kinds in number, or the test would say little.
  EXPECT_GT(dropped, kChains / 20);
  EXPECT_LT(dropped, kChains * 19 / 20);
}

// The first half, then the second on its result, is the same as the whole. Not so for labelmap, where it matters which
// labels are new: those chains are left out.
TEST(Property, ChainsCompose) {
  Generator generate(kSeed + 1);
  for (int i = 0; i < kChains && !testing::Test::HasFailure(); ++i) {
    const Labels before = generate.labels();
    const std::vector<Rule> rules = generate.chain();
    if (std::any_of(rules.begin(), rules.end(), [](const Rule& r) { return r.action() == Action::kLabelMap; }))
      continue;
    SCOPED_TRACE("chain " + std::to_string(i) + ": " + dump(rules, before));
    const auto half = static_cast<std::ptrdiff_t>(rules.size() / 2);
    const Explanation whole = explain(rules, before);
    const Explanation first = explain({rules.begin(), rules.begin() + half}, before);
    if (!first.kept) {
      EXPECT_FALSE(whole.kept);
      continue;
    }
    const Explanation second = explain({rules.begin() + half, rules.end()}, first.labels);
    EXPECT_EQ(second.kept, whole.kept);
    EXPECT_EQ(second.labels, whole.labels);
  }
}

// Deciding rules change nothing; changing rules drop nothing.
TEST(Property, ARuleEitherDecidesOrChanges) {
  Generator generate(kSeed + 2);
  for (int i = 0; i < kChains && !testing::Test::HasFailure(); ++i) {
    const Labels before = generate.labels();
    for (const Step& step : explain(generate.chain(), before).steps) {
      if (step.keep) continue;
      EXPECT_TRUE(step.after.empty());
      EXPECT_TRUE(step.reason.starts_with("regex") || step.reason.find(" equals ") != std::string::npos ||
                  step.reason.find(" differs from ") != std::string::npos)
          << step.reason;
    }
  }
}

}  // namespace
}  // namespace narthex::relabel
