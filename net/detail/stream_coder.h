// Gzip and deflate (zlib format) of bodies whose end is not known yet. libdeflate codes whole buffers only, so this
// goes through Beast's zlib.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/detail/gzip.h"

namespace narthex::net {

// Not thread-safe. Kinds: gzip and deflate.
class StreamCoder {
 public:
  explicit StreamCoder(Coding coding);
  ~StreamCoder();
  // What to send for `plain` so that the client can decode all of it at once; `last`: and the trailer.
  std::string code(std::string_view plain, bool last);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex::net
