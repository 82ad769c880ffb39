// Answers of servers, as lenient as Go's client where real exporters need it: bare line feeds and a status line without
// a blank behind the code are mended before Beast reads the head. Bodies with a length are not passed through here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace narthex::net {

enum class Framing { kNone, kLength, kChunked, kUntilClose };

struct ResponseHead {
  int status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> headers;
  bool keep_alive = false;
  Framing framing = Framing::kNone;
  uint64_t length = 0;  // if framing is kLength
};

// Bytes of `data` up to and with the blank line that ends a head; 0 if it is not there. `scanned`: bytes looked at
// before, of the same head; updated.
size_t find_head_end(std::string_view data, size_t& scanned);

// One answer. Not thread-safe.
class ResponseParser {
 public:
  explicit ResponseParser(bool answers_head_request);
  ~ResponseParser();

  // `head` as find_head_end() cut it. Error: `malformed HTTP response "xyz"`, …
  Result<ResponseHead> parse_head(std::string_view head);

  struct Fed {
    size_t consumed = 0;
    bool done = false;
  };
  // Takes chunks (framing kChunked) and appends their content to `body`, at most up to `limit` bytes: Code::kLimit.
  // What was not consumed must be given again, with more behind it.
  Result<Fed> feed_chunks(std::string_view data, std::string& body, size_t limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex::net
