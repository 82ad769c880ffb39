// All label lists of the process, each kept once.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <functional>
#include <shared_mutex>
#include <span>
#include <string_view>
#include <vector>

#include "storage/identity/label_list.h"

namespace narthex::storage {

using ListIdSet = boost::unordered_flat_set<ListId>;

// Thread-safe.
class Identity {
 public:
  // The list of these pairs (names ascending and unique). Kept until a sweep finds nobody who uses it.
  ListRef intern(std::span<const PairView> pairs);
  ListRef intern(const Labels& labels);

  // A list somebody keeps from being swept.
  ListRef get(ListId id) const;
  std::vector<ListRef> get(std::span<const ListId> ids) const;

  // Drops every list that is neither in `used` nor held by a ListRef outside.
  void sweep(const ListIdSet& used);

  // Calls `visit` for the lists with a metric name that `wanted` accepts (asked once per distinct name) and for those
  // without any, all under a shared lock.
  using NameTest = std::function<bool(std::string_view)>;
  using Visit = std::function<void(const ListRef&)>;
  void visit_named(const NameTest& wanted, const Visit& visit) const;
  // The same for one exact name.
  void visit_name(std::string_view name, const Visit& visit) const;
  void visit_all(const Visit& visit) const;

  size_t size() const;
  size_t bytes() const;

 private:
  struct ContentHash {
    using is_transparent = void;
    size_t operator()(std::span<const PairView> pairs) const;
    size_t operator()(const ListRef& list) const;
  };
  struct ContentEqual {
    using is_transparent = void;
    bool operator()(const ListRef& a, std::span<const PairView> b) const;
    bool operator()(std::span<const PairView> b, const ListRef& a) const { return (*this)(a, b); }
    bool operator()(const ListRef& a, const ListRef& b) const { return a == b; }
  };

  ListRef make(std::span<const PairView> pairs);
  void release_symbols(const LabelList& list);
  void visit_bucket(const Symbol* name, const Visit& visit) const;

  mutable std::shared_mutex mutex_;
  Symbols symbols_;
  boost::unordered_flat_map<ListId, ListRef> by_id_;
  boost::unordered_flat_set<ListRef, ContentHash, ContentEqual> by_content_;
  // By the value of the metric name; null: the lists that do not speak of it.
  boost::unordered_flat_map<const Symbol*, std::vector<ListId>> by_metric_;
  ListId next_id_ = 0;
  size_t pairs_ = 0;
};

}  // namespace narthex::storage
