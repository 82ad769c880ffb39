// Config::yaml: the configuration as the reference prints it. Private to config/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/marshal/writer.h"
#include "config/sections/scrape_job.h"

namespace narthex::config {

// What was read; the nodes must still be alive.
struct MarshalInput {
  const Global& global;
  NamedNodes unused;  // sections of the top level that are printed as written
  std::vector<JobSection> jobs;
  std::optional<yaml::Node> scrape_config_files;
};

std::string marshal(const MarshalInput& input);
// One job alone.
std::string marshal(const JobSection& job);

// A node as written, with secrets hidden: values of keys that hold secrets anywhere in Prometheus's configuration, and
// passwords in URLs.
Value as_written(const yaml::Node& node);

// Adds the fields that stand inline in a job.
void add_http_client(Value& out, const net::HttpClientOptions& http);

}  // namespace narthex::config
