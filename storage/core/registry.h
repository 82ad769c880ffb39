// The live targets, by number and by public labels.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/head/target.h"

namespace narthex::storage {

// Thread-safe.
class Registry {
 public:
  // Foreign slots name each other's targets, in circles too.
  ~Registry();
  // The target with these public labels, made if there is none.
  std::shared_ptr<Target> get(const ListRef& labels);
  // Null if there is none with this number any more.
  std::shared_ptr<Target> by_number(uint32_t number) const;
  std::vector<std::shared_ptr<Target>> all() const;
  size_t size() const;
  // Forgets a target that nobody else holds, no window and no appender; its number is used again. False: somebody does.
  bool remove(const std::shared_ptr<Target>& target);

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Target>> by_number_;
  std::vector<uint32_t> free_numbers_;
  boost::unordered_flat_map<ListId, uint32_t> by_labels_;
};

}  // namespace narthex::storage
