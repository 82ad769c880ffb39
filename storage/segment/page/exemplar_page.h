// Exemplars, with their series' labels in full: they are few, and read all at once.
//
//   exemplars = { labels count { labels time:s value:u64 } }     time: since that of the exemplar before, in the page
//   labels    = count { name:text value:text }
#pragma once

#include <string>
#include <vector>

#include "storage/querier.h"

namespace narthex::storage {

// Makes one page. Not thread-safe.
class ExemplarPageWriter {
 public:
  void add(const SeriesExemplars& series);
  std::string_view raw() const { return raw_; }
  void clear() { raw_.clear(), last_ = 0; }

 private:
  std::string raw_;
  Timestamp last_ = 0;
};

// Appends. False: it makes no sense.
bool read_exemplars(std::string_view raw, std::vector<SeriesExemplars>& out);

}  // namespace narthex::storage
