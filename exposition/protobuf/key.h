// Spells the series of a family as the text format would: name and braces, such that parse_series() gives back what was
// sent. Keys share their parts, so a part is spelled when it changes: the name per family, labels per metric.
//
//   plain names    http_requests_total{code="200",le="1.0"}      or without braces, if there is no label
//   other names    {"http.requests",code="200",le="1.0"}         backslashes and quotes get a backslash
//
// Newlines and NULs stay as they are: parse_series() takes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace narthex::exposition::protobuf {

// Bounds of one label, `le` or `quantile`, as labels. Metrics of a family, and mostly all histograms of a target, have
// the same bounds in the same places, so that hardly any is ever printed twice.
class BoundLabels {
 public:
  explicit BoundLabels(std::string_view label_name);

  // ',le="0.5"' for the bound in this place, spelled as OpenMetrics spells it. The view lives until the next call.
  std::string_view label(size_t place, double bound);

 private:
  struct Known {
    uint64_t bits;
    std::string label;
  };
  void spell(std::string& out, double bound) const;

  std::string prefix_;
  std::vector<Known> known_;
  std::string unknown_;  // what is too far down to be remembered
};

// Not thread-safe. Views live until the next call that changes what they show.
class KeySpeller {
 public:
  // A family begins.
  void set_name(std::string_view name);
  // A metric begins.
  void clear_labels() { labels_.clear(); }
  // Names and values in sent order. False: the text is not UTF-8, and the key is of no use.
  bool add_label_name(std::string_view name);
  bool add_label_value(std::string_view value);

  // The series with this suffix of its name and, after the metric's labels, one of BoundLabels or "".
  std::string_view key(std::string_view suffix = {}, std::string_view bound_label = {});

 private:
  bool plain_ = true;   // whether the name needs no quotes
  std::string name_;    // as spelled, without quotes
  std::string labels_;  // each with a comma before it
  std::string key_;
};

}  // namespace narthex::exposition::protobuf
