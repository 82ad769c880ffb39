// An HTTP client for commands, which have nothing to do but wait.
#pragma once

#include <string>

#include "base/result.h"
#include "net/http_client.h"
#include "net/reactor.h"

namespace narthex::server {

// One request at a time.
class BlockingClient {
 public:
  // `name`: of its thread.
  explicit BlockingClient(std::string name) : reactor_(std::move(name)) {}

  // Waits for the answer, whatever its status. Errors are the client's, without the URL.
  Result<net::Response> send(net::Request request);

 private:
  net::Reactor reactor_;
};

}  // namespace narthex::server
