#include "tests/bench/scrape_load/lateness.h"

#include <httplib.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

namespace narthex::bench {

uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

std::vector<double> read_lateness(uint16_t port) {
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(60, 0);
  const auto answer = client.Get("/api/v1/targets/history");
  std::vector<double> out;
  if (!answer || answer->status != 200) return out;
  const auto json = boost::json::parse(answer->body);
  for (const auto& target : json.at("data").at("targets").as_array()) {
    for (const auto& attempt : target.at("attempts").as_array()) {
      out.push_back(attempt.at("late").to_number<double>());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

void print_lateness(const std::vector<double>& sorted) {
  if (sorted.empty()) {
    std::printf("  no attempts to tell of\n");
    return;
  }
  const auto at = [&](double share) {
    return sorted[std::min(sorted.size() - 1, static_cast<size_t>(share * static_cast<double>(sorted.size())))] * 1e3;
  };
  const auto in_time = std::upper_bound(sorted.begin(), sorted.end(), 0.05) - sorted.begin();
  std::printf(
      "  %zu scrapes began after their slot by: 50%% %.2f ms, 90%% %.2f, 99%% %.2f, 99.9%% %.2f, 99.99%% %.2f, "
      "latest %.2f; %.3f%% within 50 ms\n",
      sorted.size(), at(0.5), at(0.9), at(0.99), at(0.999), at(0.9999), sorted.back() * 1e3,
      100.0 * static_cast<double>(in_time) / static_cast<double>(sorted.size()));
}

}  // namespace narthex::bench
