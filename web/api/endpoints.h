// The endpoints below /api/v1. One file per family; HTTP API spec, sections 2, 3, 4, 6 and 9.
#pragma once

#include <functional>
#include <string>

#include "web/api/answer.h"
#include "web/app.h"
#include "web/http/form.h"

namespace narthex::web {

// One request to an endpoint.
struct Call {
  const net::ServerRequest& request;
  const Form& form;        // body first, then URL
  const Form& url;         // URL alone
  std::string argument;    // what stands for ":name" in the route, decoded
  const Sources& sources;  // empty on an early route (see Route) while the server is not ready
  const Settings& settings;
  std::function<bool()> canceled;
};

Answer query(const Call& call);
Answer query_range(const Call& call);
Answer query_exemplars(const Call& call);

Answer series(const Call& call);
Answer label_names(const Call& call);
Answer label_values(const Call& call);

Answer metric_metadata(const Call& call);
Answer target_metadata(const Call& call);

Answer targets(const Call& call);
Answer scrape_pools(const Call& call);
Answer target_history(const Call& call);
Answer scrape_pool_config(const Call& call);
Answer alertmanagers(const Call& call);

Answer status_config(const Call& call);
Answer status_flags(const Call& call);
Answer status_buildinfo(const Call& call);
Answer status_runtimeinfo(const Call& call);
Answer status_tsdb(const Call& call);
Answer status_blocks(const Call& call);
Answer status_walreplay(const Call& call);
Answer status_self_metrics(const Call& call);
Answer features(const Call& call);

Answer delete_series(const Call& call);
Answer clean_tombstones(const Call& call);
Answer snapshot(const Call& call);

Answer notifications(const Call& call);
Answer notifications_live(const Call& call);

Answer remote_write(const Call& call);

Answer openapi(const Call& call);

// The object of /status/buildinfo and /version.
std::string buildinfo_json();

}  // namespace narthex::web
