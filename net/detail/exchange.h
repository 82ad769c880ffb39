// One request and its answer on one connection.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/detail/response_parser.h"
#include "net/detail/transport.h"
#include "net/http_client.h"

namespace narthex::net {

// Memory that the calls of one client share. What is in `chunk` is used up between two suspension points.
struct Scratch {
  static constexpr size_t kChunkBytes = 128 * 1024;
  std::unique_ptr<char[]> chunk = std::make_unique_for_overwrite<char[]>(kChunkBytes);
  std::vector<std::string> compressed;  // spare buffers for bodies as they came
};

struct ExchangeInput {
  std::string_view head;
  std::string_view body;
  bool is_head_request = false;
  bool follows_redirects = false;  // long bodies of redirects are not read
  int64_t max_body_bytes = 0;      // as in Request
  std::string& buffer;             // becomes the answer's body
};

// How it ended. Failed if `error` is not empty.
struct ExchangeEnd {
  FailedPhase phase = FailedPhase::kRequest;
  std::string error;
  bool limit = false;     // of the error: a limit was exceeded
  bool answered = false;  // at least one byte of the answer came
  bool reusable = false;  // the connection can take another request
};

// Reads the answer into `response`; times into `phases`. The arguments must live until the end.
Task<ExchangeEnd> exchange(Transport& transport, Scratch& scratch, const ExchangeInput& input, Response& response,
                           Phases& phases);

}  // namespace narthex::net
