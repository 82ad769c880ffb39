// What goes over the wire for an answer: head, coding, framing. No I/O.
#pragma once

#include <string>
#include <string_view>

#include "net/detail/gzip.h"
#include "net/http_server.h"

namespace narthex::net {

// What an answer must know of its request.
struct AnswerContext {
  bool is_head_request = false;
  bool is_http_1_0 = false;
  bool keep_alive = true;  // the connection stays open afterwards
  std::string_view accept_encoding = {};
};

struct Answer {
  std::string head;           // up to and with the blank line
  std::string body;           // "" for HEAD and streams
  BodySource stream;          // if set: pieces follow
  BodySource feed = nullptr;  // if set: pieces follow, now and then
  bool chunked = false;
  Coding coding = Coding::kIdentity;  // of the stream; `body` is already coded
  bool keep_alive = true;
};

// Codes the body and writes the head. Takes CPU for long bodies: belongs on a worker.
Answer make_answer(ServerResponse response, const AnswerContext& context);

// A text answer after which the connection closes.
Answer make_refusal(int status, const std::string& text);

// The first of gzip and deflate that the client names and does not rule out by q=0; other weights are ignored (HTTP API
// spec, section 1.5).
Coding choose_coding(std::string_view accept_encoding);

}  // namespace narthex::net
