#include "storage/commit/committer.h"

#include <boost/unordered/unordered_flat_set.hpp>

namespace narthex::storage {

Committer::Committer(Core& core, Windows& windows, ExemplarRing& ring, RecordLog& record_log, const Options& options,
                     const LiveLimits& limits, FrozenSink& sink, Log& log)
    : core_(core),
      windows_(windows),
      ring_(ring),
      record_log_(record_log),
      log_(log),
      preparer_(core, windows, ring, options, limits),
      housekeeping_(core, windows, record_log, options, sink) {
  thread_ = std::thread([this] { run(); });
}

Committer::~Committer() { stop(); }

void Committer::commit(std::unique_ptr<ScratchImpl> scratch, std::function<void(CommitResult)> done) {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      waiting_.push_back({std::move(scratch), std::move(done), false, {}, {}, {}});
      wake_.notify_one();
      return;
    }
  }
  CommitResult refused;
  refused.status = Error{Code::kUnavailable, "the store is closed"};
  done(std::move(refused));
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

void Committer::process(std::vector<Job> jobs) {
  while (!jobs.empty()) {
    std::vector<Job> batch = take_batch(jobs);
    const Result<> status = write(batch);
    if (status) apply(batch);
    finish(batch, status);
    housekeeping_.run();
  }
}

namespace {

// The target, and the owners of its foreign slots.
std::vector<const Target*> written_by(Target& target) {
  std::vector<const Target*> owners = {&target};
  std::lock_guard lock(target.mutex());
  for (const auto& [slot, foreign] : target.foreign_slots()) owners.push_back(foreign.owner.get());
  return owners;
}

}  // namespace

std::vector<Committer::Job> Committer::take_batch(std::vector<Job>& jobs) {
  std::vector<Job> batch;
  std::vector<Job> later;
  boost::unordered_flat_set<const Target*> touched;
  for (Job& job : jobs) {
    const std::shared_ptr<Target>& target = job.scratch->target();
    if (touched.contains(target.get())) {
      later.push_back(std::move(job));
      continue;
    }
    claim(job);
    bool alone = true;
    const std::vector<const Target*> owners = written_by(*target);
    for (const Target* owner : owners) alone = alone && !touched.contains(owner);
    touched.insert(owners.begin(), owners.end());
    (alone ? batch : later).push_back(std::move(job));
  }
  jobs = std::move(later);
  return batch;
}

void Committer::claim(Job& job) {
  if (!job.claimed) {
    for (const CreatedSlot& created : job.scratch->created()) claim_slot(job, created.slot, created.hash);
  }
  job.claimed = true;
  check_foreign_slots(job);
}

// The slot becomes the owner of its series, or learns who is.
void Committer::claim_slot(Job& job, Slot slot, uint64_t hash) {
  const std::shared_ptr<Target>& target = job.scratch->target();
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
  job.inserted.push_back({slot, hash});
}

// An owner may have been forgotten, or have moved in a compaction.
void Committer::check_foreign_slots(Job& job) {
  const Target& target = *job.scratch->target();
  unpin(job);
  for (auto stale = pin_owners(job); !stale.empty(); stale = pin_owners(job)) {
    unpin(job);
    for (const auto& [slot, id] : stale) {
      const ListRef list = core_.identity.get(id);
      claim_slot(job, slot, series_hash(target.labels(), *list));
    }
  }
}

// Keeps the owners of the target's foreign slots from being compacted until the job is done. Returns those whose owner
// is not what it was.
std::vector<SlotTemplate> Committer::pin_owners(Job& job) {
  Target& target = *job.scratch->target();
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
    job.pinned.push_back(foreign.owner);
  }
  return stale;
}

void Committer::unpin(Job& job) {
  for (const auto& owner : job.pinned) {
    std::lock_guard lock(owner->mutex());
    --owner->scratches_out;
  }
  job.pinned.clear();
}

Result<> Committer::write(std::vector<Job>& batch) {
  RecordBatch records;
  for (Job& job : batch) {
    job.prepared = preparer_.prepare(*job.scratch);
    for (PreparedRecord& record : job.prepared.records) records.push_back(&record);
  }
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
    stats_.out_of_order += job.prepared.result.out_of_order;
    stats_.too_old += job.prepared.result.too_old;
    if (!job.prepared.result.status) continue;
    for (PreparedRecord& r : job.prepared.records) {
      std::lock_guard lock(r.target->mutex());
      r.target->apply(r.record, *r.part, sequence, oldest_view);
    }
    if (job.prepared.newest != INT64_MIN) windows_.advance(job.prepared.newest);
    for (const PreparedExemplar& e : job.prepared.exemplars) ring_.add(e.series, *e.exemplar);
    samples += job.prepared.samples;
    histograms += job.prepared.histograms;
    job.scratch->settle();
    ++stats_.commits;
  }
  windows_.publish(sequence);
  stats_.samples += samples;
  stats_.histograms += histograms;
}

void Committer::finish(std::vector<Job>& batch, const Result<>& status) {
  for (Job& job : batch) {
    if (!status) {
      ++stats_.failures;
      job.prepared.result = {};
      job.prepared.result.status = status;
    }
    if (!job.prepared.result.status) take_back(job);
    // The scratch goes first: who is told of the end may begin anew.
    job.prepared.records.clear();
    job.prepared.exemplars.clear();
    unpin(job);
    job.scratch.reset();
    job.done(std::move(job.prepared.result));
  }
}

void Committer::take_back(Job& job) {
  const uint32_t target = job.scratch->target()->number();
  for (const CreatedSlot& slot : job.inserted) core_.index.erase(slot.hash, {target, slot.slot});
}

}  // namespace narthex::storage
