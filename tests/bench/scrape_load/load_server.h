// Many targets behind one socket, as cheap to serve as can be: bodies are rendered beforehand, one thread writes them.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/bench/answering_server.h"

namespace narthex::bench {

// The bodies of one target, scrape after scrape: lines as node_exporter writes them, `series` of them besides HELP and
// TYPE. From one to the next, 60 % of the values stay.
std::vector<std::string> make_bodies(int series, int versions);

// Answers GET with the next body, whatever the path; each connection goes through the versions on its own. Thread-safe.
class LoadServer {
 public:
  explicit LoadServer(std::vector<std::string> bodies);

  uint16_t port() const { return server_.port(); }
  uint64_t answered() const { return server_.answered(); }

 private:
  const std::vector<std::string> answers_;
  std::unordered_map<int, size_t> versions_;  // by connection: which body is next
  AnsweringServer server_;                    // last, since it calls from its beginning on
};

}  // namespace narthex::bench
