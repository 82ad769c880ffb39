// OpenMetrics bodies of any bytes: nothing may crash, keys must read back as labels, what was cut must fail, and the
// line matcher must tell what the walker tells, from the first scrape through a changed second one and back to the
// first.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "exposition/openmetrics.h"
#include "tests/unit/scrape/matcher_oracle.h"

namespace narthex {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Checker {
  exposition::SeriesLabels labels;
  exposition::OpenMetricsWalker* walker = nullptr;

  void on_type(std::string_view, exposition::MetricType) {}
  void on_help(std::string_view, std::string_view text) { require(is_valid_utf8(text)); }
  void on_unit(std::string_view name, std::string_view unit) { require(name.ends_with(unit)); }
  void on_series(const exposition::SeriesLine& line) {
    require(!parse_series(line.key, walker->type(), labels));
    for (const auto& label : labels.labels()) require(is_valid_utf8(label.value));
    for (const auto& exemplar : line.exemplars) {
      for (const auto& label : exemplar.labels) require(is_valid_utf8(label.value));
    }
  }
};

// Whether the whole body is good.
bool check_walker(std::string_view body, exposition::OpenMetricsOptions options) {
  exposition::OpenMetricsWalker walker(body, options);
  Checker checker;
  checker.walker = &walker;
  while (!walker.done()) {
    const size_t before = walker.offset();
    if (auto error = walker.walk_line(checker)) {
      require(error->offset <= body.size() && error->line >= 1 && error->column >= 1 && !error->message.empty());
      return false;
    }
    require(walker.offset() > before);
  }
  require(walker.offset() == body.size());
  return true;
}

// Metadata of a name that is described twice may lag behind.
std::string series_of(scrape::Story story) {
  story.metadata.clear();
  return story.dump();
}

void check_matcher(std::string_view first, std::string_view second, exposition::OpenMetricsOptions options) {
  const scrape::LineSecret secret(1);
  scrape::LineTable table(secret);
  scrape::OpenMetricsMatcherSide matcher(table, options);
  scrape::OpenMetricsWalkerSide walker(options);
  for (const std::string_view body : {first, second, first, first, second}) {
    require(series_of(matcher.scrape(body)) == series_of(walker.scrape(body)));
  }
}

void check(std::string_view first, std::string_view second) {
  for (const bool read_created : {false, true}) {
    const exposition::OpenMetricsOptions options{.read_created = read_created};
    if (check_walker(first, options)) {
      for (const size_t cut : {first.size() / 3, first.size() / 2, first.size() - 2}) {
        require(!check_walker(first.substr(0, cut), options));
      }
    }
    check_matcher(first, second, options);
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

// The input is two bodies with 0x1f between them. Few inputs would end as they must, so each is also tried with an end.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t split = input.find('\x1f');
  const std::string_view one = input.substr(0, split);
  const std::string_view two = split == input.npos ? one : input.substr(split + 1);
  for (const std::string end : {"", "\n# EOF\n"}) {
    const std::vector<char> first = narthex::copy(std::string(one) + end);
    const std::vector<char> second = narthex::copy(std::string(two) + end);
    narthex::check({first.data(), first.size()}, {second.data(), second.size()});
  }
  return 0;
}
