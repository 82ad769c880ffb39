#include "server/commands/blocking_client.h"

#include <future>

#include "web/version.h"

namespace narthex::server {

// On the reactor's thread, as the client wants it; the promise outlives both.
Result<net::Response> BlockingClient::send(net::Request request) {
  std::promise<Result<net::Response>> promise;
  std::shared_ptr<net::HttpClient> client;
  reactor_.post([&] {
    auto made = net::HttpClient::create(reactor_, {}, "narthex/" + std::string(version()));
    if (!made) return promise.set_value(made.error());
    client = *made;
    client->send(std::move(request), [&](net::Outcome outcome) {
      outcome ? promise.set_value(std::move(*outcome)) : promise.set_value(outcome.error().error);
    });
  });
  auto answer = promise.get_future().get();
  std::promise<void> released;
  reactor_.post([&] {
    client.reset();
    released.set_value();
  });
  released.get_future().wait();
  return answer;
}

}  // namespace narthex::server
