// Bodies of any bytes: nothing may crash, keys must read back as labels, and the line matcher must tell what the walker
// tells, from the first scrape through a changed second one and back to the first.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "exposition/content_type.h"
#include "exposition/text.h"
#include "tests/unit/scrape/matcher_oracle.h"

namespace narthex {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct KeyChecker {
  exposition::SeriesLabels labels;
  exposition::TextWalker* walker = nullptr;

  void on_type(std::string_view, exposition::MetricType) {}
  void on_help(std::string_view, std::string_view text) { require(is_valid_utf8(text)); }
  void on_comment(std::string_view text) { require(text.find('\n') == text.npos); }
  void on_series(const exposition::SeriesLine& line) {
    require(!parse_series(line.key, walker->type(), labels));
    for (const auto& label : labels.labels()) require(is_valid_utf8(label.value));
  }
};

void check_keys(std::string_view body) {
  exposition::TextWalker walker(body);
  KeyChecker checker;
  checker.walker = &walker;
  while (!walker.done()) {
    const size_t before = walker.offset();
    if (auto error = walker.walk_line(checker)) {
      require(error->offset <= body.size() && error->line >= 1 && error->column >= 1 && !error->message.empty());
      break;
    }
    require(walker.offset() > before);
  }
  (void)parse_series(body, exposition::MetricType::kHistogram, checker.labels);
  (void)exposition::choose_format(body, "");
}

// Metadata of a name that is described twice may lag behind.
std::string series_of(scrape::Story story) {
  story.metadata.clear();
  return story.dump();
}

void check_matcher(std::string_view first, std::string_view second) {
  const scrape::LineSecret secret(1);
  scrape::LineTable table(secret);
  scrape::MatcherSide matcher(table);
  scrape::WalkerSide walker;
  for (const std::string_view body : {first, second, first, first, second}) {
    require(series_of(matcher.scrape(body)) == series_of(walker.scrape(body)));
  }
}

// In a block of its own size, so that reading a byte too far is noticed.
std::vector<char> copy(std::string_view text) {
  std::vector<char> out;
  out.reserve(text.size());
  out.assign(text.begin(), text.end());
  return out;
}

}  // namespace
}  // namespace narthex

// The input is two bodies with 0x1f between them.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t split = input.find('\x1f');
  const std::vector<char> first = narthex::copy(input.substr(0, split));
  const std::vector<char> second = split == input.npos ? first : narthex::copy(input.substr(split + 1));
  narthex::check_keys({first.data(), first.size()});
  narthex::check_matcher({first.data(), first.size()}, {second.data(), second.size()});
  return 0;
}
