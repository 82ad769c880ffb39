// Random bodies, scrape after scrape: the matcher must tell what the plain walker tells.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "scrape/line_matcher.h"
#include "tests/unit/scrape/matcher_oracle.h"

namespace narthex::scrape {
namespace {

// A target that changes its mind.
class RandomTarget {
 public:
  explicit RandomTarget(uint32_t seed) : random_(seed) {
    const int count = pick(40) + 1;
    for (int i = 0; i < count; ++i) lines_.push_back(new_line());
  }

  // What it answers next: now and then something that is no exposition at all, which it does not keep.
  std::string next() {
    const int changes = pick(3) == 0 ? pick(6) : 0;
    for (int i = 0; i < changes; ++i) mutate();
    for (Line& line : lines_) {
      if (pick(10) < 4) line.value = new_value();
    }
    std::string out;
    for (const Line& line : lines_) out += line.text + line.value + "\n";
    if (pick(12) == 0) spoil(out);
    return out;
  }

 private:
  struct Line {
    std::string text;
    std::string value;  // "" for metadata, comments and blank lines
  };

  int pick(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  size_t place(size_t limit) { return random_() % limit; }
  template <size_t N>
  std::string one_of(const char* const (&list)[N]) {
    return list[place(N)];
  }

  std::string new_value() {
    static const char* const kValues[] = {"0",    "1",     "42",    "1234567", "12345678", "-3",  "1.5",
                                          "1e-9", "NaN",   "+Inf",  "1 5",     "2 1000 ",  "9\t", "0.1 7\t",
                                          "3e5",  "00012", "77777", "1.0e+07", " 6",       "5 0", "123456789012345"};
    return one_of(kValues);
  }

  Line new_line() {
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

  void mutate() {
    if (lines_.empty()) lines_.push_back(new_line());
    const size_t at = place(lines_.size());
    const auto position = lines_.begin() + static_cast<std::ptrdiff_t>(at);
    switch (pick(9)) {
      case 0:
      case 1:
        gone_.push_back(lines_[at]);
        lines_.erase(position);
        break;
      case 2:
        if (!gone_.empty()) lines_.insert(position, gone_[place(gone_.size())]);
        break;
      case 3:
      case 4:
        lines_.insert(position, new_line());
        break;
      case 5:
        std::shuffle(lines_.begin(), lines_.end(), random_);
        break;
      case 6:
        lines_.insert(position, Line(lines_[place(lines_.size())]));
        break;
      case 7:
        std::rotate(lines_.begin(), position, lines_.end());
        break;
      default:
        lines_[at] = new_line();
        break;
    }
    if (lines_.size() > 80) lines_.resize(40);
  }

  void spoil(std::string& body) {
    if (body.empty()) return;
    const size_t at = place(body.size());
    switch (pick(6)) {
      case 0:
        body.resize(at);
        break;
      case 1:
        body[at] = static_cast<char>(random_());
        break;
      case 2:
        body.insert(at, "\r");
        break;
      case 3:
        body.insert(at, one_of({"\"", "{", "}", "\n", " ", "#", "\\", ",", "\xff", "m{"}));
        break;
      case 4:
        body.insert(at, 1, '\0');
        break;
      default:
        body.erase(at, place(5));
        break;
    }
  }

  std::mt19937 random_;
  std::vector<Line> lines_;
  std::vector<Line> gone_;
};

// Metadata of names that are described twice in one body may lag behind: compare the series only.
std::string series_of(const Story& story) {
  Story copy = story;
  copy.metadata.clear();
  return copy.dump();
}

void run(uint32_t seed, int scrapes) {
  const LineSecret secret(seed);
  LineTable table(secret);
  MatcherSide side(table);
  WalkerSide oracle;
  RandomTarget target(seed);
  std::set<std::string> last;  // keys of the last good scrape
  for (int i = 0; i < scrapes; ++i) {
    const std::string body = target.next();
    const size_t budget = i % 3 == 0 ? 100 : SIZE_MAX;
    const Story expected = oracle.scrape(body);
    ASSERT_EQ(series_of(side.scrape(body, budget)), series_of(expected)) << "seed " << seed << " scrape " << i << "\n"
                                                                         << go_quote(body);
    for (const std::string& key : side.unknown_keys) {
      ASSERT_FALSE(last.contains(key)) << "known, yet asked for: " << key << ", seed " << seed << " scrape " << i;
    }
    if (expected.error.empty()) last = oracle.seen;
  }
}

TEST(LineMatcherRandom, TellsWhatTheWalkerTells) {
  for (uint32_t seed = 1; seed <= 150; ++seed) run(seed, 60);
}

TEST(LineMatcherRandom, LongHistories) {
  for (uint32_t seed = 1000; seed < 1005; ++seed) run(seed, 800);
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
