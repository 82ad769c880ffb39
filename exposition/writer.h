// Writes the Prometheus text format, version 0.0.4 (with quoted names as 1.0.0 has them where a name is no plain
// identifier). Source: exposition spec, section 3. Includes base only, so that instrumented programs can use it too.
//
//   TextWriter writer(out);
//   writer.help("http_requests_total", "Requests so far.");
//   writer.type("http_requests_total", "counter");
//   const LabelRef labels[] = {{"code", "200"}};
//   writer.sample("http_requests_total", labels, 17);
//
// Families belong together, and each series stands once: that is up to the caller.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace narthex::exposition {

// What this writer writes.
inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

struct LabelRef {
  std::string_view name;
  std::string_view value;
};

// Appends a help text with "\" and newline escaped.
void append_help_text(std::string& out, std::string_view text);

// Appends a label value or a name in double quotes, with "\", newline and '"' escaped. The text should be UTF-8:
// readers refuse others.
void append_quoted(std::string& out, std::string_view text);

// Appends a sample's value so that it reads back as the same double: shortest digits, "NaN", "+Inf", "-Inf".
void append_text_value(std::string& out, double value);

// Appends to a string that must outlive it. Not thread-safe.
class TextWriter {
 public:
  explicit TextWriter(std::string& out) : out_(out) {}

  void help(std::string_view name, std::string_view text);
  // `type`: counter, gauge, histogram, summary or untyped.
  void type(std::string_view name, std::string_view type);
  // Labels are written in the given order, after them `extra`, such as a bucket's `le`.
  void sample(std::string_view name, std::span<const LabelRef> labels, double value,
              std::optional<LabelRef> extra = std::nullopt, std::optional<int64_t> timestamp_ms = std::nullopt);

 private:
  void metadata(std::string_view keyword, std::string_view name);
  void label(const LabelRef& label, bool& first);

  std::string& out_;
};

}  // namespace narthex::exposition
