// Random bodies, scrape after scrape: the matcher must tell what the plain walker tells.
#include <gtest/gtest.h>

#include "scrape/line_matcher.h"
#include "tests/unit/scrape/random_target.h"

namespace narthex::scrape {
namespace {

class TextTarget : public RandomTarget {
 public:
  using RandomTarget::RandomTarget;

 private:
  std::string new_value() override {
    static const char* const kValues[] = {"0",    "1",     "42",    "1234567", "12345678", "-3",  "1.5",
                                          "1e-9", "NaN",   "+Inf",  "1 5",     "2 1000 ",  "9\t", "0.1 7\t",
                                          "3e5",  "00012", "77777", "1.0e+07", " 6",       "5 0", "123456789012345"};
    return one_of(kValues);
  }

  Line new_line() override {
    const std::string number = std::to_string(pick(60));
    const std::string name = "m" + std::to_string(pick(8));
    switch (pick(14)) {
      case 0:
        return {"# TYPE " + name + " " + one_of({"counter", "gauge", "histogram", "summary", "untyped"}), ""};
      case 1:
        return {"# HELP " + name + " text " + number, ""};
      case 2:
        return {one_of({"# comment", "#", "", " ", "# HELP", "#TYPE m x", "\t# foo"}), ""};
      case 3:
        return {name + " ", new_value()};
      case 4:
        return {name + "{le=\"" + number + "\"} ", new_value()};
      case 5:
        return {name + "{a=\"x\ny\",b=\"" + number + "\"} ", new_value()};
      case 6:
        return {"{\"utf8." + name + "\",n=\"" + number + "\"}", new_value()};
      case 7:
        return {" " + name + " {n=\"" + number + "\"}\t ", new_value()};
      case 8:
        return {one_of({"drop", "refuse"}) + number + " ", new_value()};
      case 9:
        return {name + "{a=\"\\\"} 1\",b=\"" + number + "\"}", new_value()};
      default:
        return {name + "{n=\"" + number + "\",pad=\"" + std::string(place(90), 'p') + "\"} ", new_value()};
    }
  }
};

int run(uint32_t seed, int scrapes) {
  TextTarget target(seed);
  return run_history<TextLines>(target, scrapes, "seed " + std::to_string(seed));
}

TEST(LineMatcherRandom, TellsWhatTheWalkerTells) {
  int good = 0;
  for (uint32_t seed = 1; seed <= 150 && !HasFailure(); ++seed) good += run(seed, 60);
  std::printf("good scrapes: %d of 9000\n", good);
  EXPECT_GT(good, 5000) << "of 9000: the bodies are too wild";
}

TEST(LineMatcherRandom, LongHistories) {
  for (uint32_t seed = 1000; seed < 1005 && !HasFailure(); ++seed) run(seed, 800);
}

// Families as real targets have them, each described once: metadata must agree too.
TEST(LineMatcherRandom, MetadataIsTheReferences) {
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    const LineSecret secret(seed);
    LineTable table(secret);
    MatcherSide side(table);
    WalkerSide oracle;
    std::vector<int> versions(12, 0);
    std::vector<size_t> order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    for (int i = 0; i < 60; ++i) {
      if (random() % 3 == 0) versions[random() % versions.size()] = static_cast<int>(random() % 4);
      if (random() % 10 == 0) std::shuffle(order.begin(), order.end(), random);
      std::string body;
      for (const size_t family : order) {
        const int version = versions[family];
        if (version == 3) continue;
        const std::string name = "m" + std::to_string(family);
        const char* const types[] = {"counter", "gauge", "histogram"};
        body += "# HELP " + name + " v" + std::to_string(version) + "\n# TYPE " + name + " " + types[version] + "\n";
        for (int line = 0; line < 3; ++line) body += name + "{n=\"" + std::to_string(line) + "\"} 1\n";
      }
      if (random() % 10 == 0) body += "broken{";
      ASSERT_EQ(side.scrape(body).dump(), oracle.scrape(body).dump()) << "seed " << seed << " scrape " << i;
    }
  }
}

}  // namespace
}  // namespace narthex::scrape
