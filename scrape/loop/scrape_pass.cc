#include "scrape/loop/scrape_pass.h"

#include "model/histogram_check.h"
#include "scrape/native_limits.h"

namespace narthex::scrape {
namespace {

// What a line of metadata remembers: where its family stands, and which kind of line it is.
enum MetadataKind : uint32_t { kTypeLine, kHelpLine, kUnitLine };
constexpr uint32_t kKinds = 4;

uint32_t with_kind(MetadataCache::Ref ref, MetadataKind kind) { return ref * kKinds + kind; }

}  // namespace

ScrapePass::ScrapePass(const PassSetup& setup, std::string_view body, exposition::Format format)
    : setup_(setup),
      body_(body),
      honor_timestamps_(setup.job.honor_timestamps),
      converts_(setup.classics != nullptr && format != exposition::Format::kProtobuf),
      sample_limit_(setup.job.limits.samples > 0 ? setup.job.limits.samples : UINT64_MAX),
      finest_schema_(finest_schema(setup.job.native_histogram_min_bucket_factor)),
      matcher_(make_matcher(setup, body, format)) {
  if (setup_.classics) setup_.classics->begin_scrape();
}

ScrapePass::Matcher ScrapePass::make_matcher(const PassSetup& setup, std::string_view body, exposition::Format format) {
  const bool starts = setup.features.start_timestamps;
  switch (format) {
    case exposition::Format::kText:
      break;
    case exposition::Format::kOpenMetrics:
      return Matcher(std::in_place_type<OpenMetricsMatcher>, setup.lines, body,
                     exposition::OpenMetricsOptions{.read_created = starts});
    case exposition::Format::kProtobuf:
      return Matcher(std::in_place_type<ProtobufMatcher>, setup.lines, body,
                     exposition::ProtobufOptions{.native_histograms = setup.histograms.native,
                                                 .always_classic = setup.histograms.always_classic,
                                                 .convert_classic = setup.histograms.convert_classic,
                                                 .read_start = starts});
  }
  return Matcher(std::in_place_type<LineMatcher>, setup.lines, body);
}

bool ScrapePass::step(size_t budget) {
  return std::visit(
      [&](auto& matcher) {
        if (auto wrong = matcher.match(*this, budget)) {
          failure_ = PassFailure{invalid(std::move(wrong->message)), FailureClass::kParse, wrong->offset};
        }
        if (failure_) return false;
        if (!matcher.done()) return true;
        finish();
        return false;
      },
      matcher_);
}

// The body was read to its end.
void ScrapePass::finish() {
  if (converts_) end_conversion();
  if (failure_) return;
  if (over_sample_limit_) {
    fail(FailureClass::kSampleLimit, Error{Code::kLimit, "sample limit exceeded"}, {});
  } else if (over_bucket_limit_) {
    fail(FailureClass::kBucketLimit, Error{Code::kLimit, "histogram bucket limit exceeded"}, {});
  }
}

void ScrapePass::commit() {
  std::visit([](auto& matcher) { matcher.commit(); }, matcher_);
  if (setup_.classics) setup_.classics->commit();
}

void ScrapePass::fail(FailureClass failure, Error error, std::string_view key) {
  const bool inside = key.data() >= body_.data() && key.data() < body_.data() + body_.size();
  failure_ = PassFailure{std::move(error), failure, std::nullopt};
  if (inside) failure_->offset = static_cast<size_t>(key.data() - body_.data());
}

Verdict ScrapePass::stop(FailureClass failure, Error error, std::string_view key) {
  fail(failure, std::move(error), key);
  return Verdict::stop();
}

// New series.

bool ScrapePass::parse(std::string_view key, exposition::MetricType type) {
  auto wrong = exposition::parse_series(key, type, exposed_);
  if (wrong) fail(FailureClass::kParse, invalid(std::move(wrong->message)), key);
  return !wrong;
}

Verdict ScrapePass::place_new(std::string_view key) {
  const TypeAndUnit metadata = type_and_unit();
  auto labels =
      setup_.rules.final_labels(setup_.target, exposed_, setup_.features.type_and_unit_labels ? &metadata : nullptr);
  if (!labels) {
    const bool limit = labels.error().code == Code::kLimit;
    return stop(limit ? FailureClass::kLabelLimit : FailureClass::kInvalidSample, labels.error(), key);
  }
  if (labels->empty()) return Verdict::dropped();
  if (limit_reached()) {
    ++counts_.post_relabel;
    return Verdict::forgotten();
  }
  if (auto unique = setup_.rules.check_unique(); !unique) {
    return stop(FailureClass::kInvalidSample, unique.error(), key);
  }
  ++counts_.post_relabel;
  auto slot = setup_.appender.resolve(setup_.scratch, *labels);
  if (slot) return Verdict::stored(*slot);
  if (slot.error().code != Code::kLimit) return stop(FailureClass::kStore, slot.error(), key);
  setup_.lines.set_refusal(slot.error().message);
  count_refused();
  const bool remembered = setup_.appender.may_remember_refusal(LineTable::kRefusalBytes);
  return remembered ? Verdict::refused() : Verdict::forgotten();
}

void ScrapePass::count_refused() {
  if (counts_.refused++ == 0) counts_.refusal = setup_.lines.refusal();
}

TypeAndUnit ScrapePass::type_and_unit() const {
  if (!family_) return {};
  const MetricMetadata& family = setup_.metadata.entry(*family_);
  const bool known = family.type != exposition::MetricType::kUnknown;
  return {known ? exposition::type_name(family.type) : std::string_view(), family.unit};
}

Verdict ScrapePass::on_unknown(const exposition::SeriesLine& line, exposition::MetricType type) {
  if (failure_ || !parse(line.key, type)) return Verdict::stop();
  if (converts_) {
    std::string group_key;
    auto member = type == exposition::MetricType::kHistogram ? member_of(group_key) : std::nullopt;
    if (member) return take_new_member(line, *member, std::move(group_key));
    if (setup_.classics->open()) store_converted(line.timestamp);
    if (failure_ || !parse(line.key, type)) return Verdict::stop();
  }
  return store_new(line);
}

Verdict ScrapePass::store_new(const exposition::SeriesLine& line) {
  ++counts_.total;
  const Verdict verdict = place_new(line.key);
  if (!verdict.is_stored()) return verdict;
  if (line.timestamp && honor_timestamps_) {
    append_at(verdict.slot, *line.timestamp, line.value);
  } else {
    append_now(verdict.slot, line.value);
  }
  if (line.has_extras()) on_extras(verdict.slot, line);
  return verdict;
}

// Histograms, exemplars, start times.

bool ScrapePass::on_known_histogram(storage::Slot slot, const exposition::HistogramLine& line, bool repeated) {
  if (failure_) return false;
  ++counts_.total;
  if (slot == storage::kNoSlot) return true;
  ++counts_.post_relabel;
  if (slot == kRefusedSlot) {
    count_refused();
    return true;
  }
  if (repeated && !(line.timestamp && honor_timestamps_)) {
    ++counts_.duplicates;
    return true;
  }
  return append_histogram(slot, line);
}

Verdict ScrapePass::on_unknown_histogram(const exposition::HistogramLine& line) {
  if (failure_ || !parse(line.key, exposition::MetricType::kUnknown)) return Verdict::stop();
  ++counts_.total;
  const Verdict verdict = place_new(line.key);
  if (!verdict.is_stored()) return verdict;
  return append_histogram(verdict.slot, line) ? verdict : Verdict::stop();
}

// False: it may not be stored, and the scrape has failed. A limit fails it at its end only.
bool ScrapePass::append_histogram(storage::Slot slot, const exposition::HistogramLine& line) {
  Histogram histogram = line.histogram;
  if (!apply_native_limits(histogram, setup_.job.limits.native_histogram_buckets, finest_schema_)) {
    over_bucket_limit_ = true;
    return true;
  }
  if (limit_reached()) return true;
  if (auto sound = check_histogram(histogram); !sound) {
    --counts_.post_relabel;  // what ends the scrape does not count
    fail(FailureClass::kInvalidSample, sound.error(), line.key);
    return false;
  }
  ++appended_;
  if (line.timestamp && honor_timestamps_) {
    setup_.scratch.set_histogram_at(slot, *line.timestamp, std::move(histogram));
    timed_.insert(slot);
  } else if (!setup_.scratch.set_histogram(slot, std::move(histogram))) {
    return true;  // of two lines that spell one series, the first stays
  }
  // Those without a timestamp could not be told from the ones of the scrape before.
  add_exemplars(slot, line.exemplars, std::nullopt);
  add_start(slot, line.start);
  return true;
}

void ScrapePass::on_extras(storage::Slot slot, const exposition::SeriesLine& line) {
  if (slot == storage::kNoSlot || slot == kRefusedSlot || failure_) return;
  if (converts_ && ClassicHistograms::is_member(slot)) {
    setup_.classics->collect(line.exemplars, line.start);
    slot = setup_.classics->member(slot).classic;
    if (slot == storage::kNoSlot || slot == kRefusedSlot) return;
  }
  const bool own = line.timestamp && honor_timestamps_;
  add_exemplars(slot, line.exemplars, own ? *line.timestamp : setup_.scratch.timestamp());
  add_start(slot, line.start);
}

void ScrapePass::add_exemplars(storage::Slot slot, std::span<const exposition::ExemplarView> exemplars,
                               std::optional<Timestamp> otherwise) {
  if (!setup_.features.exemplar_storage) return;
  for (const exposition::ExemplarView& exemplar : exemplars) {
    const std::optional<Timestamp> timestamp = exemplar.timestamp ? exemplar.timestamp : otherwise;
    if (!timestamp) continue;
    std::vector<Label> labels;
    for (const exposition::LabelView& label : exemplar.labels) {
      labels.push_back({std::string(label.name), std::string(label.value)});
    }
    setup_.scratch.add_exemplar(slot, {Labels(std::move(labels)), exemplar.value, *timestamp});
  }
}

void ScrapePass::add_start(storage::Slot slot, Timestamp start) {
  if (start != 0 && setup_.features.start_timestamps) setup_.scratch.set_start(slot, start);
}

// Metadata.

uint32_t ScrapePass::on_type(std::string_view name, exposition::MetricType type) {
  if (converts_) end_conversion();
  family_ = setup_.metadata.on_type(name, type);
  return with_kind(*family_, kTypeLine);
}

uint32_t ScrapePass::on_help(std::string_view name, std::string_view text) {
  if (converts_) end_conversion();
  return with_kind(setup_.metadata.on_help(name, text), kHelpLine);
}

uint32_t ScrapePass::on_unit(std::string_view name, std::string_view unit) {
  if (converts_) end_conversion();
  return with_kind(setup_.metadata.on_unit(name, unit), kUnitLine);
}

void ScrapePass::on_metadata_seen(uint32_t ref) {
  if (converts_) end_conversion();
  if (ref % kKinds == kTypeLine) family_ = ref / kKinds;
  setup_.metadata.on_seen(ref / kKinds);
}

Seen ScrapePass::seen() const {
  Seen seen;
  seen.tracked.assign(setup_.scratch.seen());
  seen.all = seen.tracked;
  seen.all.add(timed_);
  if (setup_.job.track_timestamps_staleness) seen.tracked.add(timed_);
  return seen;
}

}  // namespace narthex::scrape
