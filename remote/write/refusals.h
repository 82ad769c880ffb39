// What is told of series and samples that are not stored. Source: configuration spec, sections 7 and 9.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "remote/write/content.h"
#include "storage/appender.h"

namespace narthex::remote {

// `out of order sample`, without the series.
std::string text_of(const storage::RefusedSample& refused);
inline bool is_exemplar(const storage::RefusedSample& refused) {
  return refused.why == storage::Refusal::kExemplarOutOfOrder || refused.why == storage::Refusal::kExemplarTooLong;
}

// What is wrong with labels as they were sent. The error's text is the one of 2.0.
Result<> check_labels(const std::vector<Label>& labels);

// The lines of an answer, in the order of the request's series.
class Refusals {
 public:
  // `for_series`: ends the line, if it is not empty.
  void add(size_t series, std::string text, const Labels* for_series = nullptr);
  bool empty() const { return lines_.empty(); }
  size_t size() const { return lines_.size(); }
  // Of the first series; there must be one.
  std::string first();
  // All, with newlines between them.
  std::string all();

 private:
  struct Line {
    size_t series;
    std::string text;
  };
  void sort();

  std::vector<Line> lines_;
};

}  // namespace narthex::remote
