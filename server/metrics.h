// Our own metrics. Components keep plain counters; here they get their names. Names that Prometheus's users alert on
// are exactly those; all others begin with narthex_ (configuration spec, section 10).
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "remote/receiver.h"
#include "scrape/manager.h"
#include "storage/store.h"
#include "web/app.h"

namespace narthex::server {

// Whether the configuration in use is the one on disk.
struct ReloadState {
  bool last_successful = false;
  double last_success_seconds = 0;  // since 1970
};

struct PoolSize {
  std::string job;
  size_t targets;        // being scraped
  uint64_t sync_failed;  // see scrape::PoolStatus
};

// What the components count, at one moment. A part that does not run yet is absent.
struct Snapshot {
  bool ready = false;
  ReloadState reload;
  std::optional<net::ServerStats> http;
  std::optional<storage::Stats> storage;
  storage::Limits limits;  // that hold
  std::optional<scrape::Stats> scrape;
  std::optional<remote::ReceiverStats> receiver;
  std::vector<PoolSize> pools;
};

// Thread-safe.
class OwnMetrics {
 public:
  OwnMetrics();

  // Counts an answered request.
  void observe(const web::Served& served);
  // Everything in text format 0.0.4.
  std::string text(const Snapshot& now) const;
  // The families whose names are wanted, as ProtoJSON.
  std::string json(const Snapshot& now, const std::function<bool(std::string_view)>& wanted) const;

 private:
  std::vector<prometheus::MetricFamily> families(const Snapshot& now) const;

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
};

}  // namespace narthex::server
