// Bodies of a target that changes its mind, for what has to tell the same in two ways.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/scrape/matcher_oracle.h"

namespace narthex::scrape {

// A target that changes its mind.
class RandomTarget {
 public:
  explicit RandomTarget(uint32_t seed) : random_(seed) {}
  virtual ~RandomTarget() = default;

  // What it answers next: now and then something that is no exposition at all, which it does not keep.
  std::string next() {
    if (fresh_) {
      for (int count = pick(40); count >= 0; --count) lines_.push_back(new_line());
    }
    fresh_ = false;
    const int changes = pick(3) == 0 ? pick(6) : 0;
    for (int i = 0; i < changes; ++i) mutate();
    for (Line& line : lines_) {
      if (!line.value.empty() && pick(10) < 4) line.value = new_value();
    }
    std::string out;
    for (const Line& line : lines_) out += line.text + line.value + "\n";
    out += end();
    if (pick(12) == 0) spoil(out);
    return out;
  }

 protected:
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

  virtual Line new_line() = 0;
  virtual std::string new_value() = 0;
  // What a good body ends with.
  virtual std::string end() { return ""; }

 private:
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
  bool fresh_ = true;
};

// Metadata of names that are described twice in one body may lag behind: compare the series only.
inline std::string series_of(const Story& story) {
  Story copy = story;
  copy.metadata.clear();
  return copy.dump();
}

// Whether a matcher tells what the walker tells, scrape after scrape, and asks for nothing that the last good scrape
// had. Returns how many scrapes were good.
template <class Lines>
int run_history(RandomTarget& target, int scrapes, const std::string& name, typename Lines::Options options = {}) {
  const LineSecret secret(7);
  LineTable table(secret);
  BasicMatcherSide<Lines> side(table, options);
  BasicWalkerSide<Lines> oracle(options);
  std::set<std::string> last;  // keys of the last good scrape
  int good = 0;
  for (int i = 0; i < scrapes; ++i) {
    const std::string body = target.next();
    const size_t budget = i % 3 == 0 ? 100 : SIZE_MAX;
    const Story expected = oracle.scrape(body);
    const std::string where = name + " scrape " + std::to_string(i) + "\n" + go_quote(body);
    EXPECT_EQ(series_of(side.scrape(body, budget)), series_of(expected)) << where;
    for (const std::string& key : side.unknown_keys) EXPECT_FALSE(last.contains(key)) << key << " is known, " << where;
    if (testing::Test::HasFailure()) break;
    if (!expected.error.empty()) continue;
    last = oracle.seen;
    ++good;
  }
  return good;
}

}  // namespace narthex::scrape
