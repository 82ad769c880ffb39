#include "tests/bench/compare/target.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace narthex::bench {
namespace {

using Kind = TargetPlan::Kind;

Catalogue catalogue_of(Kind kind, int series) {
  switch (kind) {
    case Kind::kCadvisor:
      return container_catalogue();
    case Kind::kChurn:
      return pod_catalogue();
    default:
      return mixed_catalogue(series - 1);
  }
}

std::string hex(Random& random, int digits) {
  std::string out;
  while (static_cast<int>(out.size()) < digits) {
    char word[17];
    std::snprintf(word, sizeof word, "%016lx", static_cast<unsigned long>(random.next()));
    out += word;
  }
  out.resize(static_cast<size_t>(digits));
  return out;
}

std::string container_labels(Random& random) {
  const std::string pod = hex(random, 8) + "-" + hex(random, 4) + "-" + hex(random, 4) + "-" + hex(random, 12);
  const std::string app = "service-" + std::to_string(random.below(60));
  const std::string id = hex(random, 64);
  return "container=\"" + app + "\",id=\"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + pod +
         ".slice/cri-containerd-" + id + ".scope\",image=\"registry.example.net/team/" + app +
         "@sha256:" + hex(random, 64) + "\",name=\"" + id + "\",namespace=\"team-" + std::to_string(random.below(12)) +
         "\",pod=\"" + app + "-" + hex(random, 10) + "-" + hex(random, 5) + "\"";
}

std::string pod_labels(Random& random) {
  return "namespace=\"team-" + std::to_string(random.below(12)) + "\",pod=\"service-" + hex(random, 10) + "-" +
         hex(random, 5) + "\"";
}

}  // namespace

TargetPlan::TargetPlan(Kind of_kind, int series, int per_hour)
    : kind(of_kind),
      catalogue(catalogue_of(of_kind, series)),
      groups(std::max<size_t>(1, static_cast<size_t>(series - 1) / catalogue.size())),
      scrapes_per_hour(per_hour) {
  std::string_view family;
  for (const SeriesShape& shape : catalogue) {
    heads.emplace_back();
    if (shape.family != family) {
      heads.back() = "# HELP " + shape.family + " What the simulated program says of it.\n# TYPE " + shape.family +
                     " " + shape.type + "\n";
    }
    family = shape.family;
    std::string text = shape.name;
    const char* separator = "{";
    for (const auto& [name, value] : shape.labels) {
      text += separator + name + "=\"" + value + "\"";
      separator = ",";
    }
    const bool grouped = kind != Kind::kMixed;
    if (grouped) {
      text += separator;
    } else {
      text += shape.labels.empty() ? " " : "} ";
    }
    openings.push_back(std::move(text));
  }
}

Target::Target(const TargetPlan& plan, uint64_t seed, uint64_t number)
    : plan_(plan), seed_(derived_seed(seed, number)), number_(number), random_(seed_) {
  for (size_t i = 0; i < plan.groups; ++i) groups_.push_back(make_group(i));
}

Target::Group Target::make_group(size_t place) {
  Group group{Values(plan_.catalogue, derived_seed(seed_, place + replaced_ * plan_.groups)), {}, {}, 0, {}, 0};
  if (plan_.kind == Kind::kCadvisor) group.labels = container_labels(random_) + "} ";
  if (plan_.kind == Kind::kChurn) group.labels = pod_labels(random_) + "} ";
  group.delay_ms = random_.below(100);
  group.texts.resize(group.values.size());
  for (uint32_t i = 0; i < group.values.size(); ++i) render(group, i);
  return group;
}

void Target::render(Group& group, uint32_t series) {
  Text& text = group.texts[series];
  const auto end = std::to_chars(text.chars, text.chars + sizeof text.chars, group.values[series]).ptr;
  text.size = static_cast<uint8_t>(end - text.chars);
}

void Target::advance(Group& group, int64_t now_ms) {
  group.values.step();
  for (uint32_t series : group.values.changed()) render(group, series);
  changed_ += group.values.changed().size();
  if (plan_.kind != Kind::kCadvisor) return;
  // Each container was looked at a while ago, not always equally long.
  group.last_ms = std::max(group.last_ms + 1, now_ms - group.delay_ms - random_.below(20));
  group.timestamp = ' ' + std::to_string(group.last_ms);
}

// Pod after pod, spread evenly over the hour; targets are at different places of it.
void Target::replace_groups() {
  if (plan_.kind != Kind::kChurn) return;
  const auto per_ten_hours = plan_.groups;
  const auto ten_hours = static_cast<uint64_t>(plan_.scrapes_per_hour) * 10;
  const uint64_t phase = number_ * 7919 % ten_hours;
  const auto due = [&](uint64_t scrape) { return (scrape + phase) * per_ten_hours / ten_hours; };
  for (uint64_t n = due(scrapes_) - due(scrapes_ - 1); n > 0; --n) {
    ++replaced_;
    const size_t place = replaced_ % plan_.groups;
    groups_[place] = make_group(place);
  }
}

void Target::scrape(int64_t now_ms, std::string& body) {
  ++scrapes_;
  changed_ = 1;
  replace_groups();
  for (Group& group : groups_) advance(group, now_ms);
  body += "# TYPE bench_scrape_number counter\nbench_scrape_number " + std::to_string(scrapes_) + "\n";
  for (size_t series = 0; series < plan_.catalogue.size(); ++series) {
    body += plan_.heads[series];
    for (const Group& group : groups_) {
      const Text& text = group.texts[series];
      body += plan_.openings[series];
      body += group.labels;
      body.append(text.chars, text.size);
      body += group.timestamp;
      body += '\n';
    }
  }
}

}  // namespace narthex::bench
