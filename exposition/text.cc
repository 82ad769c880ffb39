#include "exposition/text.h"

#include <cassert>

#include "base/quote.h"
#include "exposition/sample_tail.h"
#include "exposition/text/escape.h"
#include "exposition/text/fault.h"
#include "exposition/text/scan_series.h"

namespace narthex::exposition {
namespace {

using text::Fault;
using text::find_newline;
using text::is;
using text::skip;
using text::State;

const char* end_of(std::string_view body) { return body.data() + body.size(); }

std::optional<MetricType> type_of(std::string_view word) {
  if (word == "counter") return MetricType::kCounter;
  if (word == "gauge") return MetricType::kGauge;
  if (word == "histogram") return MetricType::kHistogram;
  if (word == "summary") return MetricType::kSummary;
  if (word == "untyped") return MetricType::kUnknown;
  return std::nullopt;
}

}  // namespace

TextWalker::Kind TextWalker::read_line() {
  assert(!done());
  const char* line = body_.data() + offset_;
  const char* end = end_of(body_);
  const char* p = skip(line, end, text::kBlank);
  if (p == end || *p == '\n') {
    offset_ = static_cast<size_t>(p - body_.data()) + (p < end);
    return Kind::kBlank;
  }
  if (is(*p, text::kNameStart) || *p == '{') return read_series(line, p);
  if (*p == '#') return read_hash(line, p);
  if (*p == 0) {
    offset_ = body_.size();
    return Kind::kBlank;
  }
  return fail(p, text::token_error(body_, line, State::kStart, "a valid start token", p));
}

TextWalker::Kind TextWalker::read_series(const char* line, const char* p) {
  const char* end = end_of(body_);
  text::NoVisitor nobody;
  Fault fault;
  const char* key_end = text::scan_series<text::TextBraces>(p, end, nobody, fault);
  if (key_end == nullptr) return fail(fault.at, text::fault_text(body_, line, fault));
  const char* value = skip(key_end, end, text::kBlank);
  SampleTail tail;
  if (!read_tail(value, end, tail)) {
    const char* at = value;
    std::string message = text::tail_error(body_, line, value, at);
    return fail(at, std::move(message));
  }
  series_.key = {p, key_end};
  series_.value = tail.value;
  series_.timestamp = tail.timestamp;
  offset_ = static_cast<size_t>(tail.next - body_.data());
  return Kind::kSeries;
}

// `p` stands on '#'. Only "#", blanks, HELP or TYPE and a blank make metadata; all else is a comment.
TextWalker::Kind TextWalker::read_hash(const char* line, const char* p) {
  const char* end = end_of(body_);
  const char* word = skip(p + 1, end, text::kBlank);
  if (word > p + 1 && end - word > 4 && is(word[4], text::kBlank)) {
    const std::string_view keyword(word, 4);
    if (keyword == "HELP" || keyword == "TYPE") return read_metadata(line, word);
  }
  const char* newline = find_newline(p, end);
  text_ = {p, newline};
  offset_ = static_cast<size_t>(newline - body_.data()) + (newline < end);
  return Kind::kComment;
}

// `keyword` stands on HELP or TYPE. The text behind the name loses one character, whatever it is.
TextWalker::Kind TextWalker::read_metadata(const char* line, const char* keyword) {
  const char* end = end_of(body_);
  const char* name = skip(keyword + 4, end, text::kBlank);
  const char* name_end = nullptr;
  if (name < end && is(*name, text::kNameStart)) {
    name_end = skip(name, end, text::kNameStart | text::kDigit);
    name_ = {name, name_end};
  } else if (name < end && *name == '"') {
    const text::Quoted quoted = text::scan_quoted(name, end, false);
    if (quoted.closed) {
      name_end = quoted.stop;
      name_ = {name + 1, name_end - 1};
    }
  }
  const bool help = *keyword == 'H';
  if (name_end == nullptr) {
    const char* expected = help ? "metric name after HELP" : "metric name after TYPE";
    return fail(name, text::token_error(body_, line, State::kMetaName, expected, name));
  }
  const char* newline = find_newline(name_end, end);
  const bool blank = skip(name_end, newline, text::kBlank) == newline;
  text_ = blank ? std::string_view(newline, 0) : std::string_view(name_end + 1, newline);
  offset_ = static_cast<size_t>(newline - body_.data()) + (newline < end);
  return help ? read_help() : read_type();
}

TextWalker::Kind TextWalker::read_type() {
  const std::optional<MetricType> type = type_of(text_);
  if (!type) return fail(text_.data(), "invalid metric type " + go_quote(text_));
  type_ = *type;
  return Kind::kType;
}

TextWalker::Kind TextWalker::read_help() {
  if (!is_valid_utf8(text_)) {
    return fail(text_.data(), "help text " + go_quote(text_) + " is not a valid utf8 string");
  }
  if (text_.find('\\') != text_.npos) {
    unescaped_.clear();
    text::append_unescaped(unescaped_, text_, "\\n");
    text_ = unescaped_;
  }
  return Kind::kHelp;
}

TextWalker::Kind TextWalker::fail(const char* at, std::string message) {
  error_ = text::located(body_, at, std::move(message));
  return Kind::kError;
}

}  // namespace narthex::exposition
