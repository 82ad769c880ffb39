// What the line matcher has to know about the formats that consist of lines.
#pragma once

#include <string_view>

#include "exposition/content_type.h"
#include "exposition/openmetrics.h"
#include "exposition/sample_tail.h"
#include "exposition/text.h"

namespace narthex::scrape {

// Prometheus text: blanks between key and value; a body is over where its bytes are.
struct TextLines {
  using Walker = exposition::TextWalker;
  struct Options {};
  static constexpr auto kFormat = exposition::Format::kText;
  static constexpr bool kHasEndLine = false;

  static Walker make_walker(std::string_view body, Options) { return Walker(body); }
  // Whether a key that is known ends before this.
  static bool ends_key(char c) { return c == ' ' || c == '\t'; }
  // Reads what stands behind ends_key(). False: it is not plainly the end of a sample.
  static bool read_tail(const char* p, const char* end, exposition::SampleTail& out) {
    while (p < end && ends_key(*p)) ++p;
    return exposition::read_tail(p, end, out);
  }
  // Whether the walker has to see a known line too.
  static bool must_walk(const Walker&, bool /*is_type*/) { return false; }
};

// OpenMetrics: one blank; a body that was cut has no end line.
struct OpenMetricsLines {
  using Walker = exposition::OpenMetricsWalker;
  using Options = exposition::OpenMetricsOptions;
  static constexpr auto kFormat = exposition::Format::kOpenMetrics;
  static constexpr bool kHasEndLine = true;

  static Walker make_walker(std::string_view body, Options options) { return Walker(body, options); }
  static bool ends_key(char c) { return c == ' '; }
  static bool read_tail(const char* p, const char* end, exposition::SampleTail& out) {
    return exposition::read_openmetrics_tail(p, end, out);
  }
  // Start timestamps depend on more than the line, and on the name of the family.
  static bool must_walk(const Walker& walker, bool is_type) {
    return walker.reads_created() && (is_type || walker.seeks_starts());
  }
};

}  // namespace narthex::scrape
