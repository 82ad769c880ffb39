#include "storage/commit/committer.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>

namespace narthex::storage {

Committer::Committer(Core& core, Windows& windows, ExemplarRing& ring, RecordLog& record_log, const Options& options,
                     const LiveLimits& limits, FrozenSink& sink, Log& log)
    : core_(core),
      windows_(windows),
      ring_(ring),
      record_log_(record_log),
      log_(log),
      options_(options),
      preparer_(core, windows, ring, options, limits),
      housekeeping_(core, windows, record_log, options, sink) {
  thread_ = std::thread([this] { run(); });
}

Committer::~Committer() { stop(); }

void Committer::commit(std::unique_ptr<ScratchImpl> scratch, std::function<void(CommitResult)> done) {
  Job job;
  job.entries.push_back({std::move(scratch)});
  job.done = std::move(done);
  add(std::move(job));
}

void Committer::commit_all(std::vector<std::unique_ptr<ScratchImpl>> scratches, CommitMode mode,
                           std::function<void(CommitResult)> done) {
  Job job;
  job.entries.reserve(scratches.size());
  for (auto& scratch : scratches) job.entries.push_back({std::move(scratch)});
  job.mode = mode;
  job.done = std::move(done);
  add(std::move(job));
}

void Committer::add(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      waiting_.push_back(std::move(job));
      wake_.notify_one();
      return;
    }
  }
  job.entries.clear();
  CommitResult refused;
  refused.status = Error{Code::kUnavailable, "the store is closed"};
  job.done(std::move(refused));
}

void Committer::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::vector<Committer::Job> Committer::next_jobs() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  return std::move(waiting_);
}

std::string Committer::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

void Committer::note(const Result<>& written) {
  if (written.has_value() == failure_.empty()) return;
  if (written) {
    log_.info("Samples are stored again");
  } else {
    log_.error("Samples cannot be stored", {{"err", written.error().str()}});
  }
  std::lock_guard lock(mutex_);
  failure_ = written ? "" : written.error().str();
}

void Committer::run() {
  housekeeping_.run();  // what was due when the store was closed
  for (std::vector<Job> jobs = next_jobs(); !jobs.empty(); jobs = next_jobs()) process(std::move(jobs));
}

void Committer::at(std::string_view point) const {
  if (options_.at_point) options_.at_point(point);
}

void Committer::process(std::vector<Job> jobs) {
  while (!jobs.empty()) {
    std::vector<Job> batch = take_batch(jobs);
    const Result<> status = write(batch);
    if (status) {
      at("commit.logged");
      apply(batch);
      at("commit.published");
    }
    finish(batch, status);
    housekeeping_.run();
  }
}

namespace {

// Adds the target, and the owners of its foreign slots.
void add_written(Target& target, std::vector<const Target*>& owners) {
  owners.push_back(&target);
  std::lock_guard lock(target.mutex());
  for (const auto& [slot, foreign] : target.foreign_slots()) owners.push_back(foreign.owner.get());
}

}  // namespace

std::vector<Committer::Job> Committer::take_batch(std::vector<Job>& jobs) {
  std::vector<Job> batch;
  std::vector<Job> later;
  boost::unordered_flat_set<const Target*> touched;
  const auto is_touched = [&](const Target* target) { return touched.contains(target); };
  std::vector<const Target*> owners;
  for (Job& job : jobs) {
    const bool waits = std::any_of(job.entries.begin(), job.entries.end(),
                                   [&](const Entry& e) { return is_touched(e.scratch->target().get()); });
    if (waits) {
      later.push_back(std::move(job));
      continue;
    }
    owners.clear();
    for (Entry& entry : job.entries) {
      claim(entry);
      add_written(*entry.scratch->target(), owners);
    }
    const bool alone = std::none_of(owners.begin(), owners.end(), is_touched);
    touched.insert(owners.begin(), owners.end());
    (alone ? batch : later).push_back(std::move(job));
  }
  jobs = std::move(later);
  return batch;
}

void Committer::claim(Entry& entry) {
  if (!entry.claimed) {
    for (const CreatedSlot& created : entry.scratch->created()) claim_slot(entry, created.slot, created.hash);
  }
  entry.claimed = true;
  check_foreign_slots(entry);
}

// The slot becomes the owner of its series, or learns who is.
void Committer::claim_slot(Entry& entry, Slot slot, uint64_t hash) {
  const std::shared_ptr<Target>& target = entry.scratch->target();
  ListId id = kNoList;
  {
    std::lock_guard lock(target->mutex());
    id = target->list(slot);
  }
  const SeriesPlace here{target->number(), slot};
  const bool maybe_known = !core_.index.find(hash).empty();
  const ListRef list = maybe_known ? core_.identity.get(id) : nullptr;
  const auto owner = maybe_known ? find_owner(core_, combine(target->labels(), *list), hash) : std::nullopt;
  std::lock_guard lock(target->mutex());
  if (owner && (owner->target != target || owner->slot != slot)) {
    target->set_foreign(slot, {owner->target, owner->slot, owner->generation});
    return;
  }
  target->take_ownership(slot);
  if (owner) return;
  core_.index.insert(hash, here);
  entry.inserted.push_back({slot, hash});
}

// An owner may have been forgotten, or have moved in a compaction.
void Committer::check_foreign_slots(Entry& entry) {
  const Target& target = *entry.scratch->target();
  unpin(entry);
  for (auto stale = pin_owners(entry); !stale.empty(); stale = pin_owners(entry)) {
    unpin(entry);
    for (const auto& [slot, id] : stale) {
      const ListRef list = core_.identity.get(id);
      claim_slot(entry, slot, series_hash(target.labels(), *list));
    }
  }
}

// Keeps the owners of the target's foreign slots from being compacted until the entry is done. Returns those whose
// owner is not what it was.
std::vector<SlotTemplate> Committer::pin_owners(Entry& entry) {
  Target& target = *entry.scratch->target();
  std::vector<std::pair<SlotTemplate, ForeignSlot>> known;
  {
    std::lock_guard lock(target.mutex());
    for (const auto& [slot, foreign] : target.foreign_slots()) known.push_back({{slot, target.list(slot)}, foreign});
  }
  std::vector<SlotTemplate> stale;
  for (const auto& [ours, foreign] : known) {
    std::lock_guard lock(foreign.owner->mutex());
    if (foreign.owner->generation() != foreign.generation) {
      stale.push_back(ours);
      continue;
    }
    ++foreign.owner->scratches_out;
    entry.pinned.push_back(foreign.owner);
  }
  return stale;
}

void Committer::unpin(Entry& entry) {
  for (const auto& owner : entry.pinned) {
    std::lock_guard lock(owner->mutex());
    --owner->scratches_out;
  }
  entry.pinned.clear();
}

void Committer::prepare(Job& job) {
  bool refused = false;
  for (size_t i = 0; i < job.entries.size(); ++i) {
    Entry& entry = job.entries[i];
    entry.prepared = job.mode ? preparer_.prepare(*entry.scratch, i) : preparer_.prepare(*entry.scratch);
    const CommitResult& result = entry.prepared.result;
    if (job.status) job.status = result.status;
    refused = refused || result.refused_samples() > 0;
  }
  if (refused && job.mode == CommitMode::kAllOrNothing) job.status = invalid("a sample was refused");
}

Result<> Committer::write(std::vector<Job>& batch) {
  RecordBatch records;
  for (Job& job : batch) {
    prepare(job);
    if (!job.status) continue;
    for (Entry& entry : job.entries) {
      for (PreparedRecord& record : entry.prepared.records) records.push_back(&record);
    }
  }
  at("commit.prepared");
  auto written = record_log_.write(records);
  if (!records.empty()) note(written);
  return written;
}

void Committer::apply(std::vector<Job>& batch) {
  const Sequence sequence = windows_.published() + 1;
  const Sequence oldest_view = windows_.oldest_view();
  uint64_t samples = 0;
  uint64_t histograms = 0;
  for (Job& job : batch) {
    for (const Entry& entry : job.entries) {
      stats_.out_of_order += entry.prepared.result.out_of_order;
      stats_.too_old += entry.prepared.result.too_old;
    }
    if (!job.status) continue;
    for (Entry& entry : job.entries) {
      apply(entry, sequence, oldest_view);
      samples += entry.prepared.samples;
      histograms += entry.prepared.histograms;
    }
    ++stats_.commits;
  }
  windows_.publish(sequence);
  stats_.samples += samples;
  stats_.histograms += histograms;
}

void Committer::apply(Entry& entry, Sequence sequence, Sequence oldest_view) {
  for (PreparedRecord& r : entry.prepared.records) {
    std::lock_guard lock(r.target->mutex());
    r.target->apply(r.record, *r.part, sequence, oldest_view);
  }
  if (entry.prepared.newest != INT64_MIN) windows_.advance(entry.prepared.newest);
  for (const PreparedExemplar& e : entry.prepared.exemplars) ring_.add(e.series, *e.exemplar);
  entry.scratch->settle();
}

void Committer::finish(std::vector<Job>& batch, const Result<>& status) {
  for (Job& job : batch) {
    CommitResult result;
    if (!status) ++stats_.failures;
    for (Entry& entry : job.entries) {
      if (!status || !job.status) take_back(entry);
      unpin(entry);
      if (status) result.add(std::move(entry.prepared.result));
    }
    result.status = status ? job.status : status;
    // The scratches go first: who is told of the end may begin anew.
    job.entries.clear();
    job.done(std::move(result));
  }
}

void Committer::take_back(const Entry& entry) {
  const uint32_t target = entry.scratch->target()->number();
  for (const CreatedSlot& slot : entry.inserted) core_.index.erase(slot.hash, {target, slot.slot});
}

}  // namespace narthex::storage
