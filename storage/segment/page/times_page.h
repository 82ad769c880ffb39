// Time groups: timestamps that columns refer to by index. Which page a group is in, the directory says.
//
//   times = count { size:v } { group }     group: `size` bytes, as append_times() writes them
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace narthex::storage {

// Makes one page. Not thread-safe.
class TimesPageWriter {
 public:
  void add(std::string_view group);
  // What it takes by now.
  size_t bytes() const { return groups_.size(); }
  size_t size() const { return sizes_.size(); }
  std::string raw() const;
  void clear() { sizes_.clear(), groups_.clear(); }

 private:
  std::vector<size_t> sizes_;
  std::string groups_;
};

// A page as it lies in memory; its groups are decoded by whoever reads them. Immutable once parsed; thread-safe.
class TimesPage {
 public:
  bool parse(std::string raw);

  size_t size() const { return groups_.size(); }
  std::string_view group(size_t i) const { return std::string_view(raw_).substr(groups_[i].begin, groups_[i].size); }
  size_t bytes() const { return sizeof(*this) + raw_.capacity() + groups_.capacity() * sizeof(Place); }

 private:
  struct Place {
    size_t begin;
    size_t size;
  };
  std::string raw_;
  std::vector<Place> groups_;
};

}  // namespace narthex::storage
