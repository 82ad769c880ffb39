// How a pass turns the classic histograms of the text formats into native ones. Source: exposition spec, section 6.
#include <algorithm>
#include <cmath>

#include "base/number.h"
#include "exposition/writer.h"
#include "scrape/loop/scrape_pass.h"

namespace narthex::scrape {
namespace {

using Role = ClassicHistograms::Role;

std::optional<Role> role_of(std::string_view name, std::string_view family) {
  if (family.empty() || !name.starts_with(family)) return std::nullopt;
  const std::string_view suffix = name.substr(family.size());
  if (suffix == "_bucket") return Role::kBucket;
  if (suffix == "_count") return Role::kCount;
  if (suffix == "_sum") return Role::kSum;
  return std::nullopt;
}

// The histogram's series: the same whatever the order of the labels.
std::string spell(std::string_view family, std::span<const exposition::LabelView> exposed) {
  std::vector<exposition::LabelView> labels(exposed.begin(), exposed.end());
  std::erase_if(labels, [](const exposition::LabelView& label) { return label.name == "le"; });
  std::stable_sort(labels.begin(), labels.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::string key = "{";
  exposition::append_quoted(key, family);
  for (const exposition::LabelView& label : labels) {
    key += ',';
    exposition::append_quoted(key, label.name);
    key += '=';
    exposition::append_quoted(key, label.value);
  }
  return key + '}';
}

}  // namespace

// Whether the series in exposed_ is part of a histogram of the family that the last TYPE line named. A bucket whose
// bound is no number is a series like others.
std::optional<ClassicHistograms::Member> ScrapePass::member_of(std::string& group_key) const {
  if (!family_) return std::nullopt;
  const std::string_view family = setup_.metadata.entry(*family_).metric;
  const auto role = role_of(exposed_.name(), family);
  if (!role) return std::nullopt;
  ClassicHistograms::Member member{.role = *role};
  if (*role == Role::kBucket) {
    const auto labels = exposed_.labels();
    const auto le = std::find_if(labels.begin(), labels.end(), [](const auto& label) { return label.name == "le"; });
    const auto bound = le == labels.end() ? Result<double>(invalid("no bound")) : parse_float(le->value);
    if (!bound || std::isnan(*bound)) return std::nullopt;
    member.bound = *bound;
  }
  group_key = spell(family, exposed_.labels());
  return member;
}

void ScrapePass::collect(const ClassicHistograms::Member& member, double value, std::optional<Timestamp> timestamp) {
  ClassicHistograms& classics = *setup_.classics;
  if (classics.open() != member.group) {
    if (classics.open()) store_converted(timestamp);
    classics.open(member.group);
  }
  classics.collect(member, value, timestamp);
}

Verdict ScrapePass::take_new_member(const exposition::SeriesLine& line, ClassicHistograms::Member member,
                                    std::string group_key) {
  ClassicHistograms& classics = *setup_.classics;
  member.group = classics.group(std::move(group_key));
  collect(member, line.value, line.timestamp);
  if (failure_) return Verdict::stop();
  Verdict classic = Verdict::dropped();
  if (setup_.histograms.always_classic) {
    if (!parse(line.key, exposition::MetricType::kHistogram)) return Verdict::stop();
    classic = store_new(line);
    member.classic = classic.slot;
  }
  if (line.has_extras()) classics.collect(line.exemplars, line.start);
  const bool settled = classic.action == Verdict::kRemember || classic.action == Verdict::kRefuse;
  return settled ? Verdict::stored(classics.add(member)) : classic;
}

// A known line. True: that is all there is to do for it.
bool ScrapePass::take_for_conversion(storage::Slot slot, double value, std::optional<Timestamp> timestamp,
                                     bool repeated) {
  if (failure_) return true;
  if (!ClassicHistograms::is_member(slot)) {
    if (setup_.classics->open()) store_converted(timestamp);
    return failure_.has_value();
  }
  const ClassicHistograms::Member member = setup_.classics->member(slot);
  collect(member, value, timestamp);
  if (!failure_ && setup_.histograms.always_classic) {
    take_sample(member.classic, value, timestamp, repeated);
  }
  return true;
}

// Metadata, or the end of the body: the histogram has the timestamp of its own last series. A series behind it would
// have lent it its own: so does the reference.
void ScrapePass::end_conversion() {
  if (setup_.classics->open() && !failure_) store_converted(setup_.classics->last_timestamp());
}

void ScrapePass::store_converted(std::optional<Timestamp> timestamp) {
  ClassicHistograms& classics = *setup_.classics;
  const uint32_t number = *classics.open();
  Histogram histogram;
  if (!classics.close(histogram)) return;
  const std::string key = classics.group(number).key;
  const exposition::HistogramLine line{key, histogram, timestamp, classics.exemplars(), classics.start()};
  if (classics.group(number).placed) {
    const storage::Slot slot = classics.group(number).slot;
    const bool again = slot != storage::kNoSlot && slot < setup_.scratch.slot_count() && setup_.scratch.has(slot);
    on_known_histogram(slot, line, again);
    return;
  }
  const Verdict verdict = on_unknown_histogram(line);
  if (verdict.action == Verdict::kRemember || verdict.action == Verdict::kRefuse) classics.place(number, verdict.slot);
}

}  // namespace narthex::scrape
