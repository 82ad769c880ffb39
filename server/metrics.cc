#include "server/metrics.h"

#include "instrumentation/text_format.h"
#include "server/metrics_json.h"
#include "server/process_stats.h"
#include "web/version.h"

namespace narthex::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// The reference's buckets of prometheus_http_request_duration_seconds.
const prometheus::Histogram::BucketBoundaries kRequestSeconds = {0.1, 0.2, 0.4, 1, 3, 8, 20, 60, 120};

// Families being put together.
class Families {
 public:
  explicit Families(std::vector<MetricFamily> begin) : list_(std::move(begin)) {}

  void counter(const char* name, const char* help, uint64_t value, std::vector<ClientMetric::Label> labels = {}) {
    add(name, help, MetricType::Counter);
    append(static_cast<double>(value), std::move(labels));
  }
  void counter_seconds(const char* name, const char* help, double value) {
    add(name, help, MetricType::Counter);
    append(value, {});
  }
  void gauge(const char* name, const char* help, double value, std::vector<ClientMetric::Label> labels = {}) {
    add(name, help, MetricType::Gauge);
    append(value, std::move(labels));
  }
  void gauge(const char* name, const char* help, uint64_t value) { gauge(name, help, static_cast<double>(value)); }

  void add(const char* name, const char* help, MetricType type) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = type;
    list_.push_back(std::move(family));
  }
  // A series of the family added last.
  void append(double value, std::vector<ClientMetric::Label> labels) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = value;
    metric.gauge.value = value;
    list_.back().metric.push_back(std::move(metric));
  }

  std::vector<MetricFamily> take() { return std::move(list_); }

 private:
  std::vector<MetricFamily> list_;
};

void add_server(Families& out, const Snapshot& now) {
  out.gauge("prometheus_build_info", "Constant 1, labelled with what this is.", 1.0,
            {{"version", std::string(kCompatibleVersion)}, {"narthex_version", std::string(version())}});
  out.gauge("prometheus_ready", "Whether queries are answered.", now.ready ? 1.0 : 0.0);
  out.gauge("prometheus_config_last_reload_successful", "Whether the last configuration was loaded.",
            now.reload.last_successful ? 1.0 : 0.0);
  out.gauge("prometheus_config_last_reload_success_timestamp_seconds", "When a configuration was loaded last.",
            now.reload.last_success_seconds);
}

void add_http(Families& out, const net::ServerStats& stats) {
  out.gauge("narthex_http_connections_open", "HTTP connections open.", stats.connections_open);
  out.counter("narthex_http_connections_accepted_total", "HTTP connections accepted.", stats.connections_accepted);
  out.counter("narthex_http_requests_rejected_total", "HTTP requests refused because too many were waiting.",
              stats.rejected);
}

void add_storage(Families& out, const storage::Stats& stats) {
  out.gauge("prometheus_tsdb_head_series", "Series with recent samples.", stats.series);
  out.counter("prometheus_tsdb_head_samples_appended_total", "Samples stored since start.",
              stats.samples_appended - stats.histograms_appended, {{"type", "float"}});
  out.append(static_cast<double>(stats.histograms_appended), {{"type", "histogram"}});
  out.gauge("prometheus_tsdb_exemplar_exemplars_in_storage", "Exemplars held in memory.", stats.exemplars);
  out.gauge("prometheus_tsdb_exemplar_series_with_exemplars_in_storage", "Series with exemplars.",
            stats.exemplar_series);
  out.gauge("narthex_storage_exemplar_bytes", "Memory of exemplars.", stats.exemplar_bytes);
  out.gauge("prometheus_tsdb_head_min_time", "Where the oldest window in memory begins, in milliseconds since 1970.",
            static_cast<double>(stats.head_min_time));
  out.gauge("prometheus_tsdb_head_max_time", "Time of the newest sample in memory, in milliseconds since 1970.",
            static_cast<double>(stats.head_max_time));
  out.counter("prometheus_tsdb_out_of_order_samples_total",
              "Samples refused since start: older than their series' newest.", stats.out_of_order);
  out.counter("prometheus_tsdb_too_old_samples_total",
              "Samples refused since start: too old for the out-of-order window.", stats.too_old);
  out.gauge("prometheus_tsdb_lowest_timestamp", "Time of the oldest sample, in milliseconds since 1970.",
            static_cast<double>(stats.min_time));
  out.gauge("prometheus_tsdb_lowest_timestamp_seconds", "Time of the oldest sample.",
            static_cast<double>(stats.min_time) / 1000);
  out.gauge("narthex_storage_newest_timestamp_seconds", "Time of the newest sample.",
            static_cast<double>(stats.max_time) / 1000);
  out.gauge("narthex_storage_targets", "Label sets of targets that series are split by.", stats.targets);
  out.gauge("narthex_storage_templates", "What series of different targets have in common.", stats.templates);
  out.gauge("narthex_storage_windows", "Windows of time held in memory.", stats.windows);
  out.counter("narthex_storage_commits_total", "Batches written to the log.", stats.commits);
  out.counter("narthex_storage_commit_failures_total", "Batches that could not be written.", stats.commit_failures);
  out.gauge("narthex_storage_log_bytes", "Size of the log on disk.", stats.log_bytes);
  out.gauge("narthex_storage_memory_budget_bytes", "Memory that this process may use; 0: no budget.",
            stats.memory_budget);
  out.gauge("narthex_storage_resident_bytes", "Resident memory, as the budget measures it.", stats.resident_bytes);
  out.counter("narthex_storage_series_refused_total", "New series refused because the memory budget was used up.",
              stats.series_refused);
  out.gauge("narthex_storage_series_refusing", "Whether new series are refused at this moment.",
            stats.refusing_series ? 1.0 : 0.0);
  out.gauge("narthex_storage_column_bytes", "Memory of samples.", stats.column_bytes);
  out.gauge("narthex_storage_index_bytes", "Memory of labels and slots.", stats.index_bytes);
}

void add_codecs(Families& out, const std::vector<storage::CodecCount>& codecs) {
  out.add("narthex_storage_segment_columns", "Columns of all segments, by how they are coded.", MetricType::Gauge);
  for (const auto& c : codecs) out.append(static_cast<double>(c.columns), {{"codec", c.codec}});
  out.add("narthex_storage_segment_samples", "Samples of all segments, by how they are coded.", MetricType::Gauge);
  for (const auto& c : codecs) out.append(static_cast<double>(c.samples), {{"codec", c.codec}});
  out.add("narthex_storage_segment_value_bytes",
          "Bytes of the values in all segments before they are compressed together, by how they are coded.",
          MetricType::Gauge);
  for (const auto& c : codecs) out.append(static_cast<double>(c.bytes), {{"codec", c.codec}});
}

void add_segments(Families& out, const storage::Stats& stats, const storage::Limits& limits) {
  out.gauge("prometheus_tsdb_blocks_loaded", "Segments that can be read.", stats.segments);
  out.gauge("prometheus_tsdb_storage_blocks_bytes", "Size of the segments on disk.", stats.segment_bytes);
  out.counter("prometheus_tsdb_compactions_total", "Segments made since start, of windows or of other segments.",
              stats.seals + stats.merges);
  out.counter("prometheus_tsdb_compactions_failed_total", "Failures since start of sealing, merging and removing.",
              stats.seal_failures);
  out.gauge("prometheus_tsdb_retention_limit_seconds", "How long samples are kept; 0: no limit.",
            static_cast<double>(limits.retention_ms) / 1000);
  out.gauge("prometheus_tsdb_retention_limit_bytes", "How much is kept on disk; 0: no limit.",
            static_cast<double>(limits.retention_bytes));
  out.gauge("narthex_storage_retention_limit_percent", "How much of the file system is used; 0: no limit.",
            limits.retention_percent);
  out.counter("prometheus_tsdb_time_retentions_total", "How often segments were removed because they were too old.",
              stats.time_retentions);
  out.counter("prometheus_tsdb_size_retentions_total", "How often segments were removed because all were too large.",
              stats.size_retentions);
  out.counter("prometheus_tsdb_wal_corruptions_total", "Parts of the log that could not be read at the start.",
              stats.damaged_frames);
  out.gauge("narthex_storage_late_segments", "Segments with late samples of windows that have another one.",
            stats.late_segments);
  out.gauge("narthex_storage_damaged_segments", "Segments that cannot be read.", stats.damaged_segments);
  out.gauge("narthex_storage_windows_to_seal", "Batches of closed windows that are no segments yet.",
            stats.windows_to_seal);
  out.counter("narthex_storage_seals_total", "Batches of closed windows that became segments.", stats.seals);
  out.counter("narthex_storage_merges_total", "Segments made of others.", stats.merges);
  out.counter("narthex_storage_segments_expired_total", "Segments removed by retention.", stats.segments_expired);
  add_codecs(out, stats.codecs);
}

void add_scrape(Families& out, const scrape::Stats& stats) {
  out.counter("prometheus_target_scrapes_exceeded_sample_limit_total", "Scrapes refused by sample_limit.",
              stats.exceeded_sample_limit);
  out.counter("prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total",
              "Scrapes refused by native_histogram_bucket_limit.", stats.exceeded_bucket_limit);
  out.counter("prometheus_target_scrapes_exemplar_out_of_order_total", "Exemplars older than their series' newest.",
              stats.exemplar_out_of_order);
  out.counter("prometheus_target_scrapes_exceeded_body_size_limit_total", "Scrapes refused by body_size_limit.",
              stats.exceeded_body_size_limit);
  out.counter("prometheus_target_scrapes_sample_out_of_order_total", "Samples older than their series' newest.",
              stats.sample_out_of_order);
  out.counter("prometheus_target_scrapes_sample_duplicate_timestamp_total",
              "Samples with another value for a time that had one.", stats.sample_duplicate_timestamp);
  out.counter("prometheus_target_scrapes_sample_out_of_bounds_total", "Samples too old or too far ahead.",
              stats.sample_out_of_bounds);
  out.counter("prometheus_target_scrape_pool_exceeded_target_limit_total", "Scrape jobs refused by target_limit.",
              stats.exceeded_target_limit);
  out.counter("prometheus_target_scrape_pool_exceeded_label_limits_total", "Scrapes refused by a label limit.",
              stats.exceeded_label_limits);
  out.counter("narthex_scrapes_total", "Scrapes finished.", stats.scrapes);
  out.counter("narthex_scrapes_failed_total", "Scrapes that failed.", stats.scrapes_failed);
  out.counter("narthex_scrape_samples_total", "Samples read from targets.", stats.samples);
}

void add_receiver(Families& out, const remote::ReceiverStats& stats) {
  out.counter("narthex_remote_write_received_samples_total", "Samples accepted from remote writers.", stats.samples,
              {{"type", "float"}});
  out.append(static_cast<double>(stats.histograms), {{"type", "histogram"}});
  out.counter("narthex_remote_write_received_exemplars_total", "Exemplars accepted from remote writers.",
              stats.exemplars);
  out.counter("narthex_remote_write_invalid_labels_samples_total", "Samples left out because of their labels.",
              stats.invalid_label_samples);
  out.counter("narthex_remote_write_refused_samples_total", "Samples refused for their timestamps or their values.",
              stats.refused_samples);
  out.counter("narthex_remote_write_rolled_back_requests_total", "Requests refused because of one sample.",
              stats.rolled_back_requests);
  out.counter("narthex_remote_write_failed_requests_total", "Requests that could not be written.",
              stats.failed_requests);
  out.gauge("narthex_remote_write_known_series", "Series that are written without a look at their labels.",
            stats.known_series);
  out.gauge("narthex_remote_write_known_targets", "Label sets of targets that are written to.", stats.known_targets);
}

void add_pools(Families& out, const std::vector<PoolSize>& pools) {
  out.add("prometheus_target_scrape_pool_targets", "Targets being scraped, by job.", MetricType::Gauge);
  for (const auto& pool : pools) out.append(static_cast<double>(pool.targets), {{"scrape_job", pool.job}});
  out.add("prometheus_target_sync_failed_total",
          "Targets that could not be made, at each delivery of the job's targets.", MetricType::Counter);
  for (const auto& pool : pools) out.append(static_cast<double>(pool.sync_failed), {{"scrape_job", pool.job}});
}

void add_process(Families& out, const ProcessStats& stats) {
  out.counter_seconds("process_cpu_seconds_total", "CPU time used, user and system.", stats.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Resident memory.", stats.resident_bytes);
  out.gauge("process_virtual_memory_bytes", "Virtual memory.", stats.virtual_bytes);
  out.gauge("process_open_fds", "Open file descriptors.", stats.open_fds);
  out.gauge("process_max_fds", "Largest number of open file descriptors.", stats.max_fds);
  out.gauge("process_start_time_seconds", "When this process started, since 1970.", stats.start_time_seconds);
  out.gauge("narthex_process_threads", "Threads.", stats.threads);
}

}  // namespace

OwnMetrics::OwnMetrics()
    : requests_(prometheus::BuildCounter()
                    .Name("prometheus_http_requests_total")
                    .Help("HTTP requests answered.")
                    .Register(registry_)),
      durations_(prometheus::BuildHistogram()
                     .Name("prometheus_http_request_duration_seconds")
                     .Help("How long HTTP requests took.")
                     .Register(registry_)) {}

void OwnMetrics::observe(const web::Served& served) {
  const std::string handler(served.handler);
  requests_.Add({{"handler", handler}, {"code", std::to_string(served.status)}}).Increment();
  durations_.Add({{"handler", handler}}, kRequestSeconds).Observe(served.seconds);
}

std::vector<MetricFamily> OwnMetrics::families(const Snapshot& now) const {
  Families out(registry_.Collect());
  add_server(out, now);
  if (now.http) add_http(out, *now.http);
  if (now.storage) add_storage(out, *now.storage);
  if (now.storage) add_segments(out, *now.storage, now.limits);
  if (now.scrape) add_scrape(out, *now.scrape);
  if (now.receiver) add_receiver(out, *now.receiver);
  if (now.scrape) add_pools(out, now.pools);
  add_process(out, read_process_stats());
  return out.take();
}

std::string OwnMetrics::text(const Snapshot& now) const { return instrumentation::to_text(families(now)); }

std::string OwnMetrics::json(const Snapshot& now, const std::function<bool(std::string_view)>& wanted) const {
  return to_proto_json(families(now), wanted);
}

}  // namespace narthex::server
