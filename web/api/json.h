// JSON out: appenders that know how the API writes samples. No tree is built: answers may hold a million samples.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/labels.h"
#include "model/sample.h"

namespace narthex::web {

// Seconds, with three decimals if there are milliseconds: 1435781451, 1435781451.050.
void append_timestamp(std::string& out, Timestamp time);

// [1435781451.781,"0.5"]
void append_sample(std::string& out, const Sample& sample);

// {"__name__":"up","job":"x"}
void append_labels(std::string& out, const Labels& labels);

// RFC 3339 with as many fractional digits as needed, UTC; 0 is "never": 0001-01-01T00:00:00Z. Without quotes.
void append_rfc3339(std::string& out, int64_t unix_ns);

// A JSON number with Go's digits (not for NaN and infinities, which JSON has not).
void append_json_number(std::string& out, double value);

// Writes objects and lists member by member and places the commas: one is due unless something was just opened.
//
//   JsonWriter json(out);
//   json.open('{').key("job").text("node").key("targets").open('[').text("a").text("b").close(']').close('}');
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& open(char bracket) { return comma(), out_ += bracket, *this; }
  JsonWriter& close(char bracket) { return out_ += bracket, *this; }
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& number(double value);
  JsonWriter& integer(int64_t value);
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  JsonWriter& labels(const Labels& value);
  // `json` is a complete value.
  JsonWriter& raw(std::string_view json) { return comma(), out_ += json, *this; }

 private:
  // A value never ends with one of these characters: strings end with a quote, lists and objects with a bracket.
  void comma() {
    const char last = out_.empty() ? '{' : out_.back();
    if (last != '{' && last != '[' && last != ':') out_ += ',';
  }

  std::string& out_;
};

}  // namespace narthex::web
