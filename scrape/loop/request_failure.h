// What kind of failure it is when a request got no complete answer. Pure.
#pragma once

#include <optional>

#include "net/http_client.h"
#include "scrape/history.h"

namespace narthex::scrape {

struct RequestFailure {
  FailureClass failure;
  std::optional<Phase> failed_in;  // nothing: before anything was sent, or between two requests
};

RequestFailure classify(const net::Failure& failure);

}  // namespace narthex::scrape
