// Label sets as texts that sort as they do.
#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "storage/identity/label_list.h"

namespace narthex::storage {

// Keys of many label sets, one after the other in one string.
class LabelKeys {
 public:
  void reserve(size_t count) { ends_.reserve(count); }
  // Label names and values, each followed by a zero byte: compares as label sets do.
  void add(const Labels& labels) {
    for (const Label& label : labels) {
      text_.append(label.name).push_back('\0');
      text_.append(label.value).push_back('\0');
    }
    ends_.push_back(text_.size());
  }
  size_t size() const { return ends_.size(); }
  std::string_view operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }
  // The places of all, in the order of their keys; equal ones in the order of adding.
  std::vector<uint32_t> order() const {
    std::vector<uint32_t> places(size());
    std::iota(places.begin(), places.end(), 0u);
    std::stable_sort(places.begin(), places.end(), [&](uint32_t a, uint32_t b) { return (*this)[a] < (*this)[b]; });
    return places;
  }

 private:
  std::string text_;
  std::vector<size_t> ends_;
};

}  // namespace narthex::storage
