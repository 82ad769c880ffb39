#include "storage/log/durable_log.h"

#include <algorithm>
#include <chrono>

namespace narthex::storage {

void Announcer::begin_batch(Timestamp newest, int64_t period) {
  definitions_ = {};
  held_.clear();
  if (told_since_ != INT64_MIN && newest - told_since_ < period) return;
  told_since_ = newest;
  lists_.clear();
  symbols_.clear();
}

void Announcer::need(const Symbol& symbol) {
  if (symbols_.insert(symbol.id).second) definitions_.symbols.push_back({symbol.id, symbol.text});
}

void Announcer::need(const LabelList& list) {
  if (!lists_.insert(list.id).second) return;
  DefinedList defined{list.id, {}};
  for (const SymbolPair& pair : list.pairs) {
    need(*pair.name);
    need(*pair.value);
    defined.pairs.emplace_back(pair.name->id, pair.value->id);
  }
  definitions_.lists.push_back(std::move(defined));
}

void Announcer::end_batch(bool written) {
  if (!written) {
    for (const DefinedSymbol& symbol : definitions_.symbols) symbols_.erase(symbol.id);
    for (const DefinedList& list : definitions_.lists) lists_.erase(list.id);
  }
  definitions_ = {};
  held_.clear();
}

DurableLog::DurableLog(std::unique_ptr<LogDb> db, const Identity& identity, const Windows& windows,
                       const Options& options, Log& log)
    : db_(std::move(db)), identity_(identity), windows_(windows), options_(options), log_(log) {
  if (options_.sync_interval_ms > 0) syncer_ = std::thread([this] { sync_loop(); });
}

DurableLog::~DurableLog() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (syncer_.joinable()) syncer_.join();
  if (auto synced = db_->sync(); !synced) log_.error("Closing the log", {{"err", synced.error().str()}});
}

void DurableLog::sync_loop() {
  bool failing = false;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, std::chrono::milliseconds(options_.sync_interval_ms), [this] { return stopping_; });
    if (!dirty_) continue;
    dirty_ = false;
    lock.unlock();
    const auto synced = db_->sync();
    if (!synced && !failing) log_.error("The log cannot be synced", {{"err", synced.error().str()}});
    failing = !synced;
    lock.lock();
    dirty_ = dirty_ || failing;
  }
}

// Late samples go where samples are written now.
int64_t DurableLog::family_of(int64_t window) const {
  return window >= windows_.first_open() ? window
                                         : std::max(windows_.first_open(), windows_.number_of(windows_.newest()));
}

// In a key frame all slots that ever had a sample; else those this family's reader has not been told.
void DurableLog::fill_slots(PreparedRecord& prepared) {
  Record& record = prepared.record;
  Target& target = *prepared.target;
  LogState& state = prepared.part->log;
  if (record.key_frame) state.told_slots.clear();
  state.told_slots.resize(target.slot_count());
  std::vector<Slot> slots;
  const auto tell = [&](Slot slot) {
    if (state.told_slots[slot]) return;
    state.told_slots[slot] = true;
    slots.push_back(slot);
  };
  if (record.has_scrape) for_each_bit(record.seen, tell);
  for (const OwnSample& sample : record.timed) tell(sample.slot);
  for (const RecordExemplar& e : record.exemplars) tell(e.slot);
  for (Slot slot = 0; record.key_frame && slot < target.slot_count(); ++slot) {
    if (target.column(slot).group != kNoGroup) tell(slot);
  }
  std::sort(slots.begin(), slots.end());
  for (const Slot slot : slots) record.slots.push_back({slot, target.list(slot)});
}

void DurableLog::announce(const PreparedRecord& prepared, Family& family) {
  if (prepared.record.key_frame) family.announcer.need(prepared.target->labels());
  std::vector<ListId> ids;
  for (const SlotTemplate& s : prepared.record.slots) {
    if (!family.announcer.knows(s.list)) ids.push_back(s.list);
  }
  for (ListRef& list : identity_.get(ids)) family.announcer.hold(std::move(list));
}

void DurableLog::encode(PreparedRecord& prepared) {
  std::lock_guard lock(prepared.target->mutex());
  Record& record = prepared.record;
  LogState& state = prepared.part->log;
  const int64_t family = family_of(record.window);
  if (state.family != family) {
    state = {};
    state.family = family;
  }
  const Timestamp now = record.has_scrape || record.timed.empty() ? record.timestamp : record.timed.back().timestamp;
  record.key_frame = state.needs_key_frame || now >= state.last_key_frame + options_.key_frame_ms;
  if (record.key_frame) {
    state.last_key_frame = now;
    prepared.part->forget_bases();
  }
  fill_slots(prepared);
  Family& where = families_[family];
  announce(prepared, where);
  RecordHead head;
  head.target = prepared.target->number();
  head.number = state.next_record++;
  head.key_frame = record.key_frame;
  head.has_scrape = record.has_scrape;
  head.late = static_cast<uint64_t>(family - record.window);
  head.labels = prepared.target->labels().id;
  append_frame(where.records,
               encode_record(head, record, *prepared.target, *prepared.part, windows_.start_of(record.window)));
  state.needs_key_frame = false;
}

Result<> DurableLog::write(const RecordBatch& batch) {
  if (batch.empty()) return {};
  Timestamp newest = windows_.newest();
  for (const PreparedRecord* r : batch) newest = std::max(newest, r->record.timestamp);
  for (auto& [window, family] : families_) family.announcer.begin_batch(newest, options_.key_frame_ms);
  for (PreparedRecord* prepared : batch) encode(*prepared);
  std::vector<FamilyBatch> written;
  bool defines = false;
  for (auto& [window, family] : families_) {
    if (family.records.empty()) continue;
    std::string bytes;
    if (!family.announcer.definitions().empty()) {
      append_frame(bytes, encode_definitions(family.announcer.definitions()));
      defines = true;
    }
    bytes += family.records;
    family.records.clear();
    written.push_back({window, std::move(bytes)});
  }
  if (defines && options_.at_point) options_.at_point("definitions.encoded");
  const Result<> status = db_->write(written);
  if (defines && options_.at_point) options_.at_point("definitions.written");
  for (auto& [window, family] : families_) family.announcer.end_batch(status.has_value());
  if (!status) {
    // What was written may or may not be on the disk: whoever reads on must not build on it.
    for (PreparedRecord* prepared : batch) prepared->part->log.needs_key_frame = true;
    return status;
  }
  std::lock_guard lock(mutex_);
  dirty_ = true;
  return {};
}

void DurableLog::create_ahead(Timestamp t) {
  families_.erase(families_.begin(), families_.lower_bound(windows_.first_open()));
  if (t == INT64_MIN) return;
  const int64_t window = windows_.number_of(t);
  if (t - windows_.start_of(window) < options_.window_ms / 2) return;
  if (auto created = db_->create(window + 1); !created) {
    log_.warn("Creating the log of the next window failed", {{"err", created.error().str()}});
  }
}

}  // namespace narthex::storage
