// Bodies of any bytes, read with any options: nothing may crash, keys must read back as labels, and the matcher must
// tell what the walker tells, from the first scrape through a changed second one and back to the first.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "model/histogram_check.h"
#include "scrape/native_limits.h"
#include "tests/unit/scrape/protobuf_oracle.h"

namespace narthex {
namespace {

using exposition::ProtobufOptions;

void require(bool holds) {
  if (!holds) std::abort();
}

struct EntryChecker {
  void on_help(std::string_view, std::string_view text) { require(is_valid_utf8(text)); }
  void on_unit(std::string_view, std::string_view unit) { require(!unit.empty()); }
  void on_type(std::string_view name, exposition::MetricType) { require(is_valid_utf8(name) && !name.empty()); }
  void on_series(const exposition::SeriesLine& line) { check_key(line.key); }
  void on_histogram(const exposition::HistogramLine& line) {
    check_key(line.key);
    Histogram copy = line.histogram;
    compact(copy);
    require(same_bits(copy, line.histogram));
    (void)check_histogram(copy);
    (void)scrape::apply_native_limits(copy, 3, 1);
    require(!dump(copy).empty());
  }
  void check_key(std::string_view key) {
    require(!parse_series(key, exposition::MetricType::kUnknown, labels));
    require(!labels.name().empty() && is_valid_utf8(labels.name()));
    for (const auto& label : labels.labels()) require(is_valid_utf8(label.name) && is_valid_utf8(label.value));
  }

  exposition::SeriesLabels labels;
};

void check_entries(std::string_view body, const ProtobufOptions& options) {
  exposition::ProtobufWalker walker(body, options);
  EntryChecker checker;
  while (!walker.done()) {
    const size_t before = walker.position();
    if (auto error = walker.walk_entry(checker)) {
      require(error->offset < body.size() && error->line == 0 && !error->message.empty());
      return;
    }
    require(walker.position() >= before && walker.position() <= body.size() && walker.offset() <= walker.position());
  }
  require(walker.position() == body.size());
}

void check_matcher(std::string_view first, std::string_view second, const ProtobufOptions& options) {
  const scrape::LineSecret secret(1);
  scrape::LineTable table(secret);
  scrape::ProtobufSide matcher(table, options);
  scrape::ProtobufOracle walker(options);
  for (const std::string_view body : {first, second, first, first, second}) {
    require(matcher.scrape(body) == walker.scrape(body));
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

// The input is a byte of options, a byte that says how many eighths of the rest are the first body, and two bodies.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const narthex::exposition::ProtobufOptions options{(data[0] & 1) != 0, (data[0] & 2) != 0, (data[0] & 4) != 0,
                                                     (data[0] & 8) != 0};
  const std::string_view bodies(reinterpret_cast<const char*>(data) + 2, size - 2);
  const size_t split = data[1] % 9 * bodies.size() / 8;
  const std::vector<char> first = narthex::copy(bodies.substr(0, split));
  const std::vector<char> second = narthex::copy(bodies.substr(split));
  narthex::check_entries({first.data(), first.size()}, options);
  narthex::check_entries({second.data(), second.size()}, options);
  narthex::check_matcher({first.data(), first.size()}, {second.data(), second.size()}, options);
  return 0;
}
