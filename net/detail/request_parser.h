// Requests of clients, read by Beast piece by piece, with the server's limits.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_server.h"

namespace narthex::net {

// One request. Not thread-safe.
class RequestParser {
 public:
  RequestParser(size_t max_header_bytes, size_t max_body_bytes);
  ~RequestParser();

  enum class State { kHead, kBody, kDone, kRefused };
  struct Fed {
    size_t consumed = 0;
    State state = State::kHead;  // what is being read now
    int status = 0;              // if refused: what to answer
    std::string reason;          // likewise
  };
  // What was not consumed must be given again, with more behind it. Stops once between head and body.
  Fed feed(std::string_view data);

  // From when the head was read; the first two also after take().
  bool keep_alive() const;
  bool is_http_1_0() const;
  bool expects_continue() const;
  // When done. The peer and gone() are the caller's to set.
  ServerRequest take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex::net
