#include "web/api/routes.h"

#include "web/http/router.h"

namespace narthex::web {
namespace {

constexpr bool kEarly = true;

constexpr Route kRoutes[] = {
    {kQueryPath, kGet | kPost, query, "Evaluates a PromQL expression at one time.",
     "query time timeout limit lookback_delta stats"},
    {kQueryRangePath, kGet | kPost, query_range, "Evaluates a PromQL expression over a range of time.",
     "query start end step timeout limit lookback_delta stats"},
    {"/api/v1/query_exemplars", kGet | kPost, query_exemplars, "Exemplars of the series that an expression selects.",
     "query start end"},

    {"/api/v1/series", kGet | kPost, series, "Label sets of the series that selectors find.",
     "match[] start end limit"},
    {"/api/v1/labels", kGet | kPost, label_names, "Names of labels.", "match[] start end limit"},
    {"/api/v1/label/:name/values", kGet, label_values, "Values of a label.", "match[] start end limit"},
    {"/api/v1/metadata", kGet, metric_metadata, "Type, help and unit of metrics, over all targets.",
     "metric limit limit_per_metric"},

    {"/api/v1/targets", kGet, targets, "Targets: labels before and after relabeling, health, last scrape and error.",
     "scrapePool state health search match[] limit nextToken"},
    {"/api/v1/targets/history", kGet, target_history,
     "The last attempts to scrape each target, with phases and errors; the last body that failed.",
     "scrapePool target limit body"},
    {"/api/v1/targets/metadata", kGet, target_metadata, "Type, help and unit of metrics, target by target.",
     "match_target metric limit"},
    {"/api/v1/scrape_pools", kGet, scrape_pools, "Names of the scrape jobs.", ""},
    {"/api/v1/scrape_pools/config", kGet, scrape_pool_config, "Configuration of a scrape job, secrets hidden.",
     "scrapePool"},
    {"/api/v1/alertmanagers", kGet, alertmanagers, "Alertmanagers: always none.", ""},

    {"/api/v1/status/config", kGet, status_config, "Configuration with defaults filled in, secrets hidden.", ""},
    {"/api/v1/status/flags", kGet, status_flags, "Command line flags.", ""},
    {"/api/v1/status/buildinfo", kGet, status_buildinfo, "Version.", ""},
    {"/api/v1/status/runtimeinfo", kGet, status_runtimeinfo, "The process: since when, where, with what.", ""},
    {"/api/v1/status/tsdb", kGet, status_tsdb, "Series in memory, counted by their labels.", "limit"},
    {"/api/v1/status/tsdb/blocks", kGet, status_blocks, "Segments on disk.", ""},
    {"/api/v1/status/walreplay", kGet, status_walreplay, "Whether the log is replayed.", "", kEarly},
    {"/api/v1/status/self_metrics", kGet, status_self_metrics, "Metrics of this server as ProtoJSON.",
     "metric_name_pattern"},
    {"/api/v1/admin/tsdb/delete_series", kPost | kPut, delete_series, "Deletes samples of series.",
     "match[] start end"},
    {"/api/v1/admin/tsdb/clean_tombstones", kPost | kPut, clean_tombstones, "Frees the space of what was deleted.", ""},
    {"/api/v1/admin/tsdb/snapshot", kPost | kPut, snapshot, "Copies the store as it is into its folder snapshots.",
     "skip_head"},
    {"/api/v1/features", kGet, features, "What this server can do.", ""},
    {"/api/v1/notifications", kGet, notifications, "What people should know now.", "", kEarly},
    {"/api/v1/notifications/live", kGet, notifications_live, "The same as a stream of events.", "", kEarly},
    {kWritePath, kPost, remote_write, "Remote write 1.0 and 2.0: samples from elsewhere.", ""},
    {"/api/v1/openapi.yaml", kGet, openapi, "This document.", "openapi_version"},
};

}  // namespace

std::span<const Route> api_routes() { return kRoutes; }

}  // namespace narthex::web
