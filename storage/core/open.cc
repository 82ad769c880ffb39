#include "storage/core/open.h"

#include "storage/log/durable_log.h"
#include "storage/log/replay.h"

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

}  // namespace

Result<std::unique_ptr<Store>> open_store(const Options& options, const Clock& clock, Log& log, rocksdb::Env* env,
                                          FrozenSink* sink) {
  auto db = LogDb::open({.folder = options.path,
                         .window_ms = options.window_ms,
                         .sync_every_write = options.sync_interval_ms <= 0,
                         .env = env},
                        log);
  if (!db) return db.error();
  auto shared = std::make_shared<Shared>(options);
  const int64_t began = clock.steady_ns();
  const ReplayReport report = replay(**db, shared->core, shared->windows, shared->exemplars);
  tell(log, report, (clock.steady_ns() - began) / 1'000'000);
  if (sink == nullptr) shared->windows.set_first_retained((*db)->first_retained());
  shared->damaged_frames = report.damaged_frames;
  shared->record_log =
      std::make_unique<DurableLog>(std::move(*db), shared->core.identity, shared->windows, shared->options, log);
  shared->committer = std::make_unique<Committer>(shared->core, shared->windows, shared->exemplars, *shared->record_log,
                                                  shared->options, shared->limits, sink, log);
  return std::unique_ptr<Store>(std::make_unique<StoreImpl>(std::move(shared)));
}

Result<std::unique_ptr<Store>> Store::open(const Options& options, const Clock& clock, Log& log) {
  return open_store(options, clock, log, nullptr);
}

}  // namespace narthex::storage
