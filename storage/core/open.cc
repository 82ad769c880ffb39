#include "storage/core/open.h"

#include <algorithm>

#include "storage/budget/forecast.h"
#include "storage/budget/process_memory.h"
#include "storage/log/database.h"
#include "storage/log/durable_log.h"
#include "storage/log/replay.h"
#include "storage/log/segment_db.h"

namespace narthex::storage {
namespace {

void tell(Log& log, const ReplayReport& report, int64_t took_ms) {
  log.info("Replayed the log", {{"batches", std::to_string(report.batches)},
                                {"records", std::to_string(report.records)},
                                {"samples", std::to_string(report.samples)},
                                {"duration_ms", std::to_string(took_ms)}});
  for (const std::string& problem : report.problems) log.error("The log is damaged", {{"err", problem}});
  if (report.damaged_frames == 0 && report.skipped_records == 0) return;
  log.error("Parts of the log were lost; the targets concerned continue at their next key frame",
            {{"damaged", std::to_string(report.damaged_frames)}, {"skipped", std::to_string(report.skipped_records)}});
}

// The newest exemplars of the segments, as many as are kept, in the order in which they came.
void fill_ring(const SegmentList& segments, ExemplarRing& ring, Log& log) {
  SegmentList newest_first = segments;
  std::sort(newest_first.begin(), newest_first.end(),
            [](const auto& a, const auto& b) { return a->footer().max_time > b->footer().max_time; });
  std::vector<std::pair<Labels, Exemplar>> found;
  for (const auto& segment : newest_first) {
    if (found.size() >= ring.max()) break;
    if (segment->footer().exemplars == 0) continue;
    auto some = segment->exemplars();
    if (!some) log.error("Exemplars of a segment cannot be read", {{"err", some.error().str()}});
    if (!some) continue;
    for (SeriesExemplars& series : *some) {
      for (Exemplar& exemplar : series.exemplars) found.emplace_back(series.series, std::move(exemplar));
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return is_older(a.second, b.second); });
  for (const auto& [series, exemplar] : found) ring.add(series, exemplar);
}

// One that cannot be read is told and left where it is: what it hid is seen again.
void load_tombstones(Shared& shared, Log& log) {
  for (const StoredTombstone& stored : shared.segment_files->tombstones()) {
    auto tombstone = decode_tombstone(stored.number, stored.bytes);
    if (!tombstone) log.error("A deletion cannot be read", {{"err", tombstone.error().str()}});
    if (!tombstone) continue;
    shared.windows.change_deletions([&](std::vector<Tombstone>& all) { all.push_back(std::move(*tombstone)); });
  }
}

void open_segments(Shared& shared, Log& log) {
  shared.catalog = std::make_unique<Catalog>(*shared.segment_files, shared.page_cache, log);
  shared.catalog->open();
  const SegmentList segments = shared.catalog->segments();
  shared.windows.replace({}, segments, {});
  load_tombstones(shared, log);
  fill_ring(segments, shared.exemplars, log);
}

std::shared_ptr<Sealer> make_sealer(Shared& shared, uint64_t exemplars_sealed, const Clock& clock, Log& log) {
  return std::make_shared<Sealer>(
      SealParts{*shared.segment_files, *shared.catalog, shared.windows, shared.core.identity, shared.exemplars,
                shared.page_cache, shared.options, clock, log},
      exemplars_sealed);
}

// What the columns of the open windows will still take. For the thread that measures.
uint64_t growth(const Shared& shared, ColumnForecast& forecast) {
  const auto list = shared.windows.list();
  const Timestamp newest = shared.windows.newest();
  if (list->empty() || newest == INT64_MIN) return 0;  // the first window is there before its first sample
  ColumnForecast::State state;
  state.series = shared.core.index.size();
  state.newest_bytes = list->back()->arena()->bytes();
  for (const auto& window : *list) state.all_bytes += window->arena()->bytes();
  state.age_ms = std::max<int64_t>(0, newest - list->back()->start());
  state.window_ms = shared.options.window_ms;
  return forecast.growth(state);
}

void give_back(Shared& shared, bool urgent) {
  if (urgent) {
    shared.page_cache.set_max(0);
    shared.page_cache.set_max(static_cast<size_t>(std::max<int64_t>(0, shared.options.page_cache_bytes)));
  }
  give_back_free_memory();
}

std::unique_ptr<Budget> make_budget(Shared& shared, Log& log) {
  Budget::Settings settings;
  settings.limit = shared.options.memory_budget;
  settings.resident = shared.options.resident_bytes ? shared.options.resident_bytes : resident_bytes;
  settings.growth = [&shared, forecast = ColumnForecast()]() mutable { return growth(shared, forecast); };
  settings.give_back = [&shared](bool urgent) { give_back(shared, urgent); };
  return std::make_unique<Budget>(std::move(settings), log);
}

// With the windows that the store was made with.
Options options_for(const Options& asked, int64_t window_ms) {
  Options options = asked;
  options.window_ms = window_ms;
  return options;
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const Options& options, const Clock& clock, Log& log,
                                          const Replacements& replacements) {
  auto database = Database::open({.folder = options.path,
                                  .window_ms = options.window_ms,
                                  .sync_every_write = options.sync_interval_ms <= 0,
                                  .env = replacements.env,
                                  .at_point = options.at_point},
                                 log);
  if (!database) return database.error();
  auto files = open_segment_files(*database);
  if (!files) return files.error();
  auto shared = std::make_shared<Shared>(options_for(options, (*database)->window_ms()), clock);
  shared->segment_files = replacements.wrap_files ? replacements.wrap_files(std::move(*files)) : std::move(*files);
  open_segments(*shared, log);
  const uint64_t exemplars_sealed = shared->exemplars.last_number();
  auto db = std::make_unique<LogDb>(std::move(*database));
  const int64_t began = clock.steady_ns();
  const ReplayReport report = replay(*db, shared->core, shared->windows, shared->exemplars);
  tell(log, report, (clock.steady_ns() - began) / 1'000'000);
  Timestamp sealed = INT64_MIN;
  for (const auto& segment : *shared->windows.segments()) sealed = std::max(sealed, segment->footer().max_time);
  shared->windows.set_sealed_at_start(sealed);
  if (sealed != INT64_MIN) shared->windows.advance(sealed);  // data time goes on, even where the log was lost
  shared->damaged_frames = report.damaged_frames;
  shared->record_log =
      std::make_unique<DurableLog>(std::move(db), shared->core.identity, shared->windows, shared->options, log);
  FrozenSink* sink = replacements.sink;
  if (sink == nullptr) {
    shared->sealer = make_sealer(*shared, exemplars_sealed, clock, log);
    sink = shared->sealer.get();
  }
  shared->committer = std::make_unique<Committer>(shared->core, shared->windows, shared->exemplars, *shared->record_log,
                                                  shared->options, shared->limits, *sink, log);
  shared->budget = make_budget(*shared, log);
  shared->watch = std::make_unique<BudgetWatch>(*shared->budget, clock);
  return std::unique_ptr<Store>(std::make_unique<StoreImpl>(std::move(shared)));
}

Result<std::unique_ptr<Store>> Store::open(const Options& options, const Clock& clock, Log& log) {
  return open_store(options, clock, log);
}

}  // namespace narthex::storage
