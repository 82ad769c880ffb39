// Reading scripts.
#include <re2/re2.h>

#include <charconv>

#include "base/number.h"
#include "base/quote.h"
#include "model/duration.h"
#include "promql/parse/lexer.h"
#include "tests/support/promqltest.h"

namespace narthex::testing::promqltest {
namespace {

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// The text before the first blank; `text` keeps what follows.
std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text = trim(text.substr(end));
  return word;
}

Result<int64_t> read_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto duration = parse_duration(text);
  if (!duration) return duration.error();
  return negative ? -duration->ms() : duration->ms();
}

// Where the label set at the start of a series line ends.
size_t end_of_metric(std::string_view line) {
  size_t i = 0;
  while (i < line.size() && line[i] != '{' && line[i] != ' ' && line[i] != '\t') ++i;
  if (i == line.size() || line[i] != '{') return i;
  char quote = 0;
  for (; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\' && quote != '`') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '}') {
      return i + 1;
    }
  }
  return i;
}

Result<Labels> read_metric(std::string_view text) {
  // A name before the braces lets an empty set parse; it is taken away again.
  const bool unnamed = text.starts_with('{');
  auto matchers = promql::parse_selector((unnamed ? "unnamed" : "") + std::string(text));
  if (!matchers) return matchers.error();
  if (unnamed) matchers->pop_back();
  std::vector<Label> labels;
  for (const Matcher& matcher : *matchers) labels.push_back({matcher.name(), matcher.value()});
  return Labels(std::move(labels));
}

// Splits "a+bxN" style items. Histograms hold blanks, so items are cut by hand.
class ItemReader {
 public:
  explicit ItemReader(std::string_view text) : rest_(trim(text)) {}

  Result<std::vector<Item>> run() {
    while (!rest_.empty()) {
      if (rest_.starts_with("{{")) {
        if (auto read = histogram(); !read) return read.error();
      } else if (auto read = plain(); !read) {
        return read.error();
      }
      rest_ = trim(rest_);
    }
    return std::move(items_);
  }

 private:
  Result<> plain() {
    const std::string_view word = take_word(rest_);
    static const re2::RE2 kForm(
        R"((_|stale|[+-]?(?:[0-9.][0-9.]*(?:e[+-]?[0-9]+)?|inf|nan))(?:([+-].+?))?(?:x([0-9]+))?)", case_insensitive());
    std::string first;
    std::string step;
    std::string times;
    if (!re2::RE2::FullMatch(std::string(word), kForm, &first, &step, &times)) {
      return invalid("bad value " + go_quote(word));
    }
    if (first == "_") return repeat(Item{}, times.empty() ? 1 : std::stoul(times));
    Item item{Item::Kind::kFloat, first == "stale" ? kStaleMarker : number(first), {}};
    if (times.empty()) return repeat(item, 1);
    const double delta = step.empty() ? 0 : number(step);
    for (size_t i = 0; i <= std::stoul(times); ++i, item.value += delta) items_.push_back(item);
    return {};
  }

  // `{{…}}`, `{{…}}xN`, `{{…}}+{{…}}xN`
  Result<> histogram() {
    const size_t start_size = rest_.size();
    const std::string_view all = rest_;
    for (;;) {
      const size_t end = rest_.find("}}");
      if (end == rest_.npos) return invalid("unfinished histogram");
      rest_.remove_prefix(end + 2);
      if (!rest_.starts_with("+{{") && !rest_.starts_with("-{{")) break;
    }
    size_t count = 1;
    if (rest_.starts_with('x')) {
      size_t times = 0;
      const auto [stop, error] = std::from_chars(rest_.data() + 1, rest_.data() + rest_.size(), times);
      if (error != std::errc()) return invalid("bad repetition");
      rest_.remove_prefix(static_cast<size_t>(stop - rest_.data()));
      count = times + 1;
    }
    return repeat({Item::Kind::kHistogram, 0, std::string(all.substr(0, start_size - rest_.size()))}, count);
  }

  Result<> repeat(const Item& item, size_t count) {
    items_.insert(items_.end(), count, item);
    return {};
  }

  static double number(std::string_view text) {
    const double sign = text.starts_with('-') ? -1 : 1;
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return sign * promql::parse_number(text).value();
  }

  static re2::RE2::Options case_insensitive() {
    re2::RE2::Options options;
    options.set_case_sensitive(false);
    return options;
  }

  std::string_view rest_;
  std::vector<Item> items_;
};

Result<SeriesLine> read_series(std::string_view line) {
  const size_t end = end_of_metric(line);
  auto labels = read_metric(line.substr(0, end));
  if (!labels) return labels.error();
  auto items = ItemReader(line.substr(end)).run();
  if (!items) return items.error();
  return SeriesLine{std::move(*labels), std::move(*items)};
}

class ScriptReader {
 public:
  explicit ScriptReader(std::string_view text) {
    for (size_t start = 0; start <= text.size();) {
      const size_t end = std::min(text.find('\n', start), text.size());
      const std::string_view line = trim(text.substr(start, end - start));
      lines_.push_back(line.starts_with('#') ? std::string_view() : line);
      start = end + 1;
    }
  }

  Result<std::vector<Command>> run() {
    while (next_ < lines_.size()) {
      const std::string_view line = lines_[next_++];
      if (line.empty()) continue;
      const size_t at = next_;
      if (auto read = command(line); !read) {
        return prefixed("line " + std::to_string(std::max(at, next_)) + ": ", read.error());
      }
    }
    return std::move(commands_);
  }

 private:
  // The next line of the block, if there is one.
  std::optional<std::string_view> block_line() {
    if (next_ >= lines_.size() || lines_[next_].empty()) return std::nullopt;
    return lines_[next_++];
  }

  Result<> command(std::string_view line) {
    std::string_view rest = line;
    const std::string_view word = take_word(rest);
    if (word == "clear") {
      commands_.emplace_back(Clear{});
      return {};
    }
    if (word == "load" || word == "load_with_nhcb") return load(rest, word != "load");
    if (word.starts_with("eval")) return eval(word, rest);
    return invalid("unknown directive " + go_quote(word));
  }

  Result<> load(std::string_view interval, bool with_nhcb) {
    Load load;
    load.with_nhcb = with_nhcb;
    const auto read = read_duration(interval);
    if (!read) return read.error();
    load.interval_ms = *read;
    while (const auto line = block_line()) {
      const size_t end = end_of_metric(*line);
      const size_t at = line->substr(0, end).rfind("@st");
      const bool start_timestamps = line->substr(end).starts_with("@st") || (at != line->npos && at + 3 == end);
      if (start_timestamps) {
        auto labels = read_metric(line->substr(0, line->find("@st")));
        if (!labels) return labels.error();
        load.with_start_timestamps.push_back(std::move(*labels));
        continue;
      }
      auto series = read_series(*line);
      if (!series) return series.error();
      load.series.push_back(std::move(*series));
    }
    commands_.emplace_back(std::move(load));
    return {};
  }

  Result<> eval(std::string_view word, std::string_view rest) {
    Eval eval;
    eval.line = static_cast<int>(next_);
    if (word == "eval_fail") eval.fail = TextPattern{"", false, true};
    if (word == "eval_warn") eval.warn.push_back({"", false, true});
    if (word == "eval_info") eval.info.push_back({"", false, true});
    eval.ordered = word == "eval_ordered";
    if (auto read = times(eval, rest); !read) return read;
    while (const auto line = block_line()) {
      if (auto read = expectation(eval, *line); !read) return read;
    }
    commands_.emplace_back(std::move(eval));
    return {};
  }

  static Result<> take_time(std::string_view& rest, std::string_view keyword, int64_t& out) {
    if (take_word(rest) != keyword) return invalid("expected " + go_quote(keyword));
    const auto read = read_duration(take_word(rest));
    if (!read) return read.error();
    out = *read;
    return {};
  }

  static Result<> times(Eval& eval, std::string_view rest) {
    eval.instant = take_word(rest) == "instant";
    if (eval.instant) {
      if (auto read = take_time(rest, "at", eval.start); !read) return read;
      eval.end = eval.start;
    } else {
      for (const auto& [keyword, out] :
           {std::pair("from", &eval.start), std::pair("to", &eval.end), std::pair("step", &eval.step_ms)}) {
        if (auto read = take_time(rest, keyword, *out); !read) return read;
      }
    }
    eval.query = std::string(rest);
    return {};
  }

  static Result<> expectation(Eval& eval, std::string_view line) {
    std::string_view rest = line;
    const std::string_view word = take_word(rest);
    if (word == "expect") return expect(eval, rest);
    if (word == "expected_fail_message" || word == "expected_fail_regexp") {
      eval.fail = TextPattern{std::string(rest), word == "expected_fail_regexp", false};
      return {};
    }
    if (const auto value = promql::parse_number(line.substr(line.find_first_not_of("+-"))); value && rest.empty()) {
      eval.scalar = line.starts_with('-') ? -*value : *value;
      return {};
    }
    auto series = read_series(line);
    if (!series) return series.error();
    eval.series.push_back(std::move(*series));
    return {};
  }

  static TextPattern pattern(std::string_view rest) {
    TextPattern pattern;
    pattern.any = rest.empty();
    pattern.regex = rest.starts_with("regex:");
    if (!pattern.any) pattern.text = std::string(trim(rest.substr(rest.find(':') + 1)));
    return pattern;
  }

  static Result<> expect(Eval& eval, std::string_view rest) {
    const std::string_view what = take_word(rest);
    if (what == "fail") {
      eval.fail = pattern(rest);
    } else if (what == "warn") {
      eval.warn.push_back(pattern(rest));
    } else if (what == "info") {
      eval.info.push_back(pattern(rest));
    } else if (what == "no_warn") {
      eval.no_warn = true;
    } else if (what == "no_info") {
      eval.no_info = true;
    } else if (what == "ordered") {
      eval.ordered = true;
    } else if (what == "string") {
      eval.string = promql::unquote(rest);
    } else if (what == "range") {
      return expect_range_vector(eval, rest);
    } else {
      return invalid("unknown expectation " + go_quote(what));
    }
    return {};
  }

  static Result<> expect_range_vector(Eval& eval, std::string_view rest) {
    if (take_word(rest) != "vector") return invalid("expected \"vector\"");
    RangeVectorTimes times;
    for (const auto& [keyword, out] :
         {std::pair("from", &times.start), std::pair("to", &times.end), std::pair("step", &times.step)}) {
      if (auto read = take_time(rest, keyword, *out); !read) return read;
    }
    eval.range_vector = times;
    return {};
  }

  std::vector<std::string_view> lines_;
  size_t next_ = 0;
  std::vector<Command> commands_;
};

}  // namespace

bool SeriesLine::has_histograms() const {
  for (const Item& item : items) {
    if (item.kind == Item::Kind::kHistogram) return true;
  }
  return false;
}

bool TextPattern::matches(const std::string& other) const {
  if (any) return true;
  return regex ? re2::RE2::PartialMatch(other, text) : other == text;
}

Result<std::vector<Command>> parse_script(std::string_view text) { return ScriptReader(text).run(); }

}  // namespace narthex::testing::promqltest
