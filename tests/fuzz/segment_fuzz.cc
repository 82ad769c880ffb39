// Segments with a page changed or replaced: whatever they are asked, nothing may crash, errors say something, and what
// cannot be read leaves nothing behind.

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "storage/head/bytes.h"
#include "storage/segment/builder.h"
#include "storage/segment/page/body.h"
#include "tests/unit/storage/segment_questions.h"

namespace narthex::storage {
namespace {

struct Pages final : PageSink, PageSource {
  Result<> put(PageKind kind, uint64_t number, std::string_view bytes) override {
    std::string raw;
    // Unpacked, so that a changed byte is one of the format and not of zstd.
    pages[{kind, number}] = kind != PageKind::kFooter && open_page(bytes, raw) ? '\0' + raw : std::string(bytes);
    return {};
  }
  Result<> get(PageKind kind, uint64_t number, std::string& out) const override {
    const auto it = pages.find({kind, number});
    if (it == pages.end()) return Error{Code::kNotFound, "no such page"};
    out = it->second;
    return {};
  }
  std::map<std::pair<PageKind, uint64_t>, std::string> pages;
};

std::shared_ptr<const Histogram> histogram_of(int i) {
  auto h = std::make_shared<Histogram>();
  h->count = 3 + static_cast<uint64_t>(i);
  h->sum = i * 0.5;
  h->positive = {{{i / 10, 2}}, {1 + i, 2}, {}};
  return h;
}

// Each kind of column: constants, counters, decimals, doubles, gaps, starts, histograms among numbers.
Column column_of(int kind) {
  Column column;
  for (int i = 0; i < 40; ++i) {
    const Timestamp t = 1'700'000'000'000 + i * 15'000 + (kind == 7 ? i : 0);
    if (kind == 4 && i % 5 == 2) continue;
    if (kind == 6 && i % 3 != 0) {
      column.histograms.push_back({t, histogram_of(i), t - 99});
      continue;
    }
    const double values[] = {7, i * 3.0 + i % 4, i % 7 * 0.25, std::sqrt(i)};
    column.push(t, values[kind % 4], kind == 5 ? t - 1000 : 0);
  }
  return column;
}

Pages sound_pages() {
  Pages pages;
  SegmentBuilder builder(pages, {});
  for (int metric = 0; metric < 10; ++metric) {
    const std::string name = "metric_" + std::to_string(metric);
    const PairView pairs[] = {{"__name__", name}, {"job", ""}};
    for (int target = 0; target < 3; ++target) {
      const std::string instance = "host-" + std::to_string(target);
      const PairView of_target[] = {{"instance", instance}, {"job", "node"}};
      if (!builder.add(builder.list(of_target), builder.list(pairs), column_of((metric + target) % 8))) std::abort();
    }
  }
  builder.add_exemplars({Labels{{"a", "b"}}, {{Labels{{"trace", "1"}}, 1, 5}, {Labels(), 2, 6}}});
  if (!builder.finish()) std::abort();
  return pages;
}

}  // namespace
}  // namespace narthex::storage

// byte: which page. byte: even: the rest are changes, {where, two bytes; what is XORed there}; odd: the rest replaces
// it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace narthex::storage;
  static const Pages sound = sound_pages();
  if (size < 2) return 0;
  const auto pages = std::make_shared<Pages>(sound);
  auto page = pages->pages.begin();
  std::advance(page, data[0] % pages->pages.size());
  std::string& bytes = page->second;
  if (data[1] % 2 != 0) bytes.assign(reinterpret_cast<const char*>(data + 2), size - 2);
  for (size_t i = 2; data[1] % 2 == 0 && i + 2 < size; i += 3) {
    char& changed = bytes[(data[i] * 256U + data[i + 1]) % bytes.size()];
    changed = static_cast<char>(static_cast<uint8_t>(changed) ^ data[i + 2]);
  }
  if (!ask_everything(pages).empty()) std::abort();
  return 0;
}
