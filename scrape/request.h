// What is sent to a target, and what of the answer's head is checked. Pure. Source: scrape spec, sections 1.6, 4 and 5.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/http_client.h"
#include "scrape/options.h"

namespace narthex::scrape {

// `narthex/<version>`.
std::string user_agent();

// The protocols of a job in the order in which they are offered.
std::vector<Protocol> effective_protocols(const JobOptions& job);

// The Accept header: the job's protocols, best first, then */*.
std::string accept_header(const JobOptions& job);

// A timeout as the header X-Prometheus-Scrape-Timeout-Seconds has it: 10, 0.5.
std::string timeout_seconds(Duration timeout);

// The request of one target, without buffer.
net::Request make_request(const JobOptions& job, const std::string& url, const std::string& unix_socket,
                          Duration timeout);

// `server returned HTTP status 404 Not Found` unless the status is 200.
Result<> check_status(int status, std::string_view reason);

}  // namespace narthex::scrape
