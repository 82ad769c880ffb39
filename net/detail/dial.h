// From a URL to a connection that is ready for a request: resolve, connect, proxy, TLS.
#pragma once

#include <memory>
#include <string>

#include "net/detail/interrupt.h"
#include "net/detail/transport.h"
#include "net/detail/url.h"
#include "net/http_client.h"

namespace narthex::net {

struct DialRequest {
  Reactor& reactor;
  Interrupt& interrupt;
  const Url& url;
  const std::string& unix_socket;  // "" = TCP
  const Url* proxy;                // null = none
  const ProxyOptions& proxy_options;
  const std::string& user_agent;  // for the proxy
  const TlsContext* tls;          // needed for https, also of the proxy
  int64_t deadline_ns;            // steady clock
  Phases& phases;
};

struct Dialed {
  std::unique_ptr<Transport> transport;  // null: failed
  FailedPhase phase = FailedPhase::kConnect;
  std::string error;  // worded as Go's, without `Get "…": `
};

// `request` must live until the end.
Task<Dialed> dial(const DialRequest& request);

}  // namespace narthex::net
