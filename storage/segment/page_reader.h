// The pages of one segment, unpacked, through the cache that all segments share.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/segment/page_cache.h"
#include "storage/segment/pages.h"

namespace narthex::storage {

// "pack 12", "directory"
std::string name_of(PageKind kind, uint64_t number);

// Immutable; thread-safe.
class PageReader {
 public:
  PageReader(uint64_t id, std::shared_ptr<const PageSource> source, PageCache& cache)
      : id_(id), source_(std::move(source)), cache_(cache) {}

  uint64_t id() const { return id_; }
  // The same pages through another cache.
  PageReader with(PageCache& cache) const { return {id_, source_, cache}; }

  // The page's bytes as they were before they were compressed. A page that is not there is damage: who asks was told
  // of it by another one.
  Result<> raw(PageKind kind, uint64_t number, std::string& out) const;

  // A page parsed. `Page` has bool parse(std::string) and size_t bytes().
  template <class Page>
  Result<std::shared_ptr<const Page>> get(PageKind kind, uint64_t number) const {
    const PageCache::Key key{id_, kind, number};
    if (auto cached = cache_.find(key)) return std::static_pointer_cast<const Page>(std::move(cached));
    std::string bytes;
    if (const auto read = raw(kind, number, bytes); !read) return read.error();
    auto page = std::make_shared<Page>();
    if (!page->parse(std::move(bytes))) return damaged(kind, number, "its bytes make no sense");
    cache_.put(key, page, page->bytes());
    return std::shared_ptr<const Page>(std::move(page));
  }

  Error damaged(PageKind kind, uint64_t number, std::string_view how) const;

 private:
  const uint64_t id_;
  const std::shared_ptr<const PageSource> source_;
  PageCache& cache_;
};

}  // namespace narthex::storage
