#include "exposition/writer.h"

#include "base/number.h"

namespace narthex::exposition {
namespace {

// [a-zA-Z_][a-zA-Z0-9_]*, for metrics with colons too.
bool is_plain_name(std::string_view name, bool colons) {
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colons && c == ':');
    if (!letter && !(i > 0 && c >= '0' && c <= '9')) return false;
  }
  return !name.empty();
}

}  // namespace

void append_help_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  out += '"';
}

void append_text_value(std::string& out, double value) { append_sample_value(out, value); }

void TextWriter::metadata(std::string_view keyword, std::string_view name) {
  out_ += keyword;
  if (is_plain_name(name, true)) {
    out_ += name;
  } else {
    append_quoted(out_, name);
  }
  out_ += ' ';
}

void TextWriter::help(std::string_view name, std::string_view text) {
  metadata("# HELP ", name);
  append_help_text(out_, text);
  out_ += '\n';
}

void TextWriter::type(std::string_view name, std::string_view type) {
  metadata("# TYPE ", name);
  out_ += type;
  out_ += '\n';
}

void TextWriter::label(const LabelRef& label, bool& first) {
  out_ += first ? '{' : ',';
  first = false;
  if (is_plain_name(label.name, false)) {
    out_ += label.name;
  } else {
    append_quoted(out_, label.name);
  }
  out_ += '=';
  append_quoted(out_, label.value);
}

void TextWriter::sample(std::string_view name, std::span<const LabelRef> labels, double value,
                        std::optional<LabelRef> extra, std::optional<int64_t> timestamp_ms) {
  bool first = true;
  if (is_plain_name(name, true)) {
    out_ += name;
  } else {
    out_ += '{';
    append_quoted(out_, name);
    first = false;
  }
  for (const LabelRef& each : labels) label(each, first);
  if (extra) label(*extra, first);
  if (!first) out_ += '}';
  out_ += ' ';
  append_text_value(out_, value);
  if (timestamp_ms) (out_ += ' ') += std::to_string(*timestamp_ms);
  out_ += '\n';
}

}  // namespace narthex::exposition
