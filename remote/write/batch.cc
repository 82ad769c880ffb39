#include "remote/write/batch.h"

#include <future>

#include "model/histogram_check.h"

namespace narthex::remote {

using storage::CommitMode;
using storage::CommitResult;
using storage::RefusedSample;

BatchResult Batch::write(int64_t steady_ms, Timestamp now) {
  cache_.begin(steady_ms, now);
  went_.resize(request_.series.size());
  if (auto filled = fill(); !filled) return refuse(filled.error());
  CommitResult result = commit();
  cache_.end(result.status.has_value());
  tell(result);
  answer(result);
  return std::move(out_);
}

// Nothing of the request is stored, because of what it says; or for want of memory, which may pass.
BatchResult Batch::refuse(const Error& error) {
  static_cast<void>(cache_.take_scratches());
  cache_.end(false);
  const bool may_pass = error.code == Code::kLimit;
  (may_pass ? out_.failed : out_.rolled_back) = true;
  out_.written = {};
  out_.answer = {.status = may_pass ? 500 : 400, .text = error.message, .written = std::nullopt};
  return std::move(out_);
}

Result<> Batch::fill() {
  for (size_t i = 0; i < request_.series.size(); ++i) {
    if (auto filled = fill_series(i); !filled) return filled;
  }
  return {};
}

Timestamp Batch::first_time(size_t i) const {
  const WrittenSeries& series = request_.series[i];
  if (series.first_sample < request_.samples_end(i)) return request_.samples[series.first_sample].timestamp;
  if (series.first_histogram < request_.histograms_end(i)) return request_.histograms[series.first_histogram].timestamp;
  return request_.exemplars[series.first_exemplar].timestamp;
}

bool Batch::is_empty(size_t i) const {
  const WrittenSeries& series = request_.series[i];
  return series.first_sample == request_.samples_end(i) && series.first_histogram == request_.histograms_end(i);
}

Result<> Batch::fill_series(size_t i) {
  const WrittenSeries& series = request_.series[i];
  auto found = place_of(i);
  if (!found) return found.error();
  if (*found == nullptr) return {};
  const SeriesPlace place = **found;
  WriteTarget& target = cache_.target(place);
  went_[i] = {static_cast<uint32_t>(target.place), place.slot};
  storage::Scratch& scratch = *target.scratch;
  const size_t samples_end = request_.samples_end(i);
  for (size_t k = series.first_sample; k < samples_end; ++k) {
    const WrittenSample& sample = request_.samples[k];
    scratch.set_at(place.slot, sample.timestamp, sample.value);
    if (sample.start != 0 && options_.start_timestamps) {
      scratch.set_start_at(place.slot, sample.timestamp, sample.start);
    }
  }
  out_.written.samples += samples_end - series.first_sample;
  for (size_t k = series.first_histogram; k < request_.histograms_end(i); ++k) {
    if (auto added = add_histogram(i, place, request_.histograms[k]); !added) return added;
  }
  for (size_t k = series.first_exemplar; k < request_.exemplars_end(i); ++k) {
    add_exemplar(i, place, request_.exemplars[k]);
  }
  return {};
}

Result<const SeriesPlace*> Batch::place_of(size_t i) {
  const WrittenSeries& series = request_.series[i];
  if (is_empty(i)) {
    // In 1.0 exemplars come in a series of their own; without any there is nothing to store, and nothing is wrong.
    const bool exemplars_alone = is_v1_ && options_.exemplars && series.first_exemplar < request_.exemplars_end(i);
    if (is_v1_ && !exemplars_alone) return nullptr;
    if (!is_v1_) return first_seen(i, series);
  }
  if (series.sound) {
    if (const SeriesPlace* known = cache_.find(series.key, first_time(i))) return known;
  }
  return first_seen(i, series);
}

Result<const SeriesPlace*> Batch::first_seen(size_t i, const WrittenSeries& series) {
  if (!series.sound) {
    skip(i, check_refs(request_, series).error().message);
    return nullptr;
  }
  if (auto read = labels_of(request_, series, sent_); !read) return read.error();
  if (auto valid = check_labels(sent_); !valid) {
    skip(i, valid.error().message);
    return nullptr;
  }
  labels_ = Labels(sent_);
  if (!is_v1_ && is_empty(i)) {
    refusals_.add(i, "TimeSeries must contain at least one sample or histogram", &labels_);
    return nullptr;
  }
  const auto added = cache_.add(series.key, labels_, first_time(i));
  if (!added) return added.error();
  added_ = *added;
  return &added_;
}

// A series whose labels are not valid: 1.0 counts its samples and says nothing.
void Batch::skip(size_t i, std::string text) {
  const WrittenSeries& series = request_.series[i];
  out_.invalid_label_samples += request_.samples_end(i) - series.first_sample;
  out_.invalid_label_samples += request_.histograms_end(i) - series.first_histogram;
  if (!is_v1_) refusals_.add(i, std::move(text));
}

const Labels& Batch::labels_of_place(const SeriesPlace& place) {
  labels_ = cache_.target(place).appender->labels(place.slot);
  return labels_;
}

Result<> Batch::add_histogram(size_t i, const SeriesPlace& place, WrittenHistogram& written) {
  if (auto valid = check_histogram(written.histogram); !valid) {
    ++out_.refused_samples;
    if (is_v1_) return valid;
    refusals_.add(i, valid.error().message, &labels_of_place(place));
    return {};
  }
  storage::Scratch& scratch = *cache_.target(place).scratch;
  scratch.set_histogram_at(place.slot, written.timestamp, std::move(written.histogram));
  if (written.start != 0 && options_.start_timestamps) {
    scratch.set_start_at(place.slot, written.timestamp, written.start);
  }
  ++out_.written.histograms;
  return {};
}

void Batch::add_exemplar(size_t i, const SeriesPlace& place, WrittenExemplar& written) {
  if (!written.error.empty()) {
    const Labels& series = labels_of_place(place);
    refusals_.add(i, "parsing exemplar for series " + series.str() + ": " + written.error);
    return;
  }
  ++out_.written.exemplars;
  if (!options_.exemplars) return;  // accepted, as Prometheus does without the feature
  cache_.target(place).scratch->add_exemplar(place.slot,
                                             {Labels(std::move(written.labels)), written.value, written.timestamp});
}

CommitResult Batch::commit() {
  std::vector<std::unique_ptr<storage::Scratch>> scratches = cache_.take_scratches();
  if (scratches.empty()) return {};
  std::promise<CommitResult> promise;
  store_.commit_all(std::move(scratches), is_v1_ ? CommitMode::kAllOrNothing : CommitMode::kPartial,
                    [&promise](CommitResult result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

// What the store refused, by the series of the request.
void Batch::tell(CommitResult& result) {
  if (result.refused.empty()) return;
  boost::unordered_flat_map<uint64_t, size_t> series;
  const auto key = [](uint64_t scratch, storage::Slot slot) { return scratch << 32 | slot; };
  for (size_t i = 0; i < went_.size(); ++i) {
    if (went_[i].scratch != kNowhere) series.emplace(key(went_[i].scratch, went_[i].slot), i);
  }
  for (const RefusedSample& refused : result.refused) {
    if (is_exemplar(refused)) {
      --out_.written.exemplars;
      ++out_.refused_exemplars;
      // One that is too long, or any of 1.0, is for the log.
      if (is_v1_ || refused.why == storage::Refusal::kExemplarTooLong) continue;
    } else {
      --(refused.is_histogram ? out_.written.histograms : out_.written.samples);
      ++out_.refused_samples;
    }
    refusals_.add(series[key(refused.scratch, refused.slot)], text_of(refused), is_v1_ ? nullptr : &refused.series);
  }
}

void Batch::answer(const CommitResult& result) {
  if (!result.status && result.refused.empty()) {
    out_.failed = true;
    out_.written = {};
    out_.answer = {.status = 500, .text = result.status.error().message, .written = std::nullopt};
    return;
  }
  if (!result.status) {
    out_.rolled_back = true;
    out_.written = {};
  }
  if (!refusals_.empty()) {
    out_.answer.status = 400;
    out_.answer.text = out_.rolled_back ? refusals_.first() : refusals_.all();
  }
  if (!is_v1_) out_.answer.written = out_.written;
}

}  // namespace narthex::remote
