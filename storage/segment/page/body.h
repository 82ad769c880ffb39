// What every page but the footer is wrapped in: as it is, or compressed where that gains a tenth.
//
//   page = 0:u8 raw
//        | 1:u8 size:v zstd      size: bytes once unpacked
#pragma once

#include <string>
#include <string_view>

namespace narthex::storage {

// Compresses pages. Keeps its memory from page to page. Not thread-safe.
class PageWriter {
 public:
  PageWriter();
  ~PageWriter();
  PageWriter(const PageWriter&) = delete;
  PageWriter& operator=(const PageWriter&) = delete;

  // The page of these bytes; valid until the next call.
  std::string_view close(std::string_view raw);

 private:
  struct Context;
  Context* const context_;
  std::string page_;
};

// Replaces `raw`. False: it is no page. Thread-safe.
bool open_page(std::string_view page, std::string& raw);

}  // namespace narthex::storage
