#include "lab/config_diff.h"

#include <algorithm>

#include "base/quote.h"

namespace narthex::lab {
namespace {

using yaml::Kind;
using yaml::Node;

constexpr std::string_view kHidden = "<secret>";

const Node* find(const Node& mapping, const std::string& key) {
  for (const yaml::Entry& entry : mapping.entries()) {
    if (entry.key.text() == key) return &entry.value;
  }
  return nullptr;
}

// A value that holds a secret: hidden as a whole, or the password of a URL.
bool hides(const Node& node) {
  return node.kind() == Kind::kScalar && (node.text() == kHidden || node.text().find(":xxxxx@") != std::string::npos);
}

bool equal(const Node& a, const Node& b) {
  if (a.kind() != b.kind() || a.text() != b.text()) return false;
  if (a.items().size() != b.items().size() || a.entries().size() != b.entries().size()) return false;
  for (size_t i = 0; i < a.items().size(); ++i) {
    if (!equal(a.items()[i], b.items()[i])) return false;
  }
  return std::all_of(a.entries().begin(), a.entries().end(), [&](const yaml::Entry& entry) {
    const Node* other = find(b, entry.key.text());
    return other && equal(entry.value, *other);
  });
}

// On one line: {a: b, c: [d]}.
std::string flow(const Node& node) {
  std::string out;
  switch (node.kind()) {
    case Kind::kNull:
      return "null";
    case Kind::kScalar:
      return node.plain() ? node.text() : go_quote(node.text());
    case Kind::kSequence:
      for (const Node& item : node.items()) out += (out.empty() ? "" : ", ") + flow(item);
      return "[" + out + "]";
    case Kind::kMapping:
      for (const yaml::Entry& entry : node.entries()) {
        out += (out.empty() ? "" : ", ") + entry.key.text() + ": " + flow(entry.value);
      }
      return "{" + out + "}";
  }
  return out;
}

std::string below(const std::string& path, const std::string& key) { return path.empty() ? key : path + "." + key; }
std::string item_path(const std::string& path, size_t index) { return path + "[" + std::to_string(index) + "]"; }

// Walks two values side by side.
class Walk {
 public:
  FieldDiff take() && { return std::move(out_); }

  void compare(const std::string& path, const Node& before, const Node& after) {
    if (hides(before) && equal(before, after)) return out_.secrets.push_back(path);
    if (before.kind() == Kind::kMapping && after.kind() == Kind::kMapping) return compare_mappings(path, before, after);
    if (before.kind() == Kind::kSequence && after.kind() == Kind::kSequence) return compare_lists(path, before, after);
    if (!equal(before, after)) change(path, &before, &after);
  }

  void compare_mappings(const std::string& path, const Node& before, const Node& after, std::string_view without = "") {
    for (const yaml::Entry& entry : before.entries()) {
      const std::string& key = entry.key.text();
      if (key == without) continue;
      const Node* other = find(after, key);
      other ? compare(below(path, key), entry.value, *other) : change(below(path, key), &entry.value, nullptr);
    }
    for (const yaml::Entry& entry : after.entries()) {
      const std::string& key = entry.key.text();
      if (key != without && !find(before, key)) change(below(path, key), nullptr, &entry.value);
    }
  }

 private:
  void change(const std::string& path, const Node* before, const Node* after) {
    FieldChange& change = out_.changes.emplace_back();
    change.path = path;
    if (before) change.before = flow(*before);
    if (after) change.after = flow(*after);
  }

  // Equal items still hold secrets that are not compared, so they are walked, too.
  void compare_lists(const std::string& path, const Node& before, const Node& after) {
    const auto a = before.items();
    const auto b = after.items();
    const size_t shorter = std::min(a.size(), b.size());
    size_t head = 0;
    while (head < shorter && equal(a[head], b[head])) ++head;
    size_t tail = 0;
    while (tail < shorter - head && equal(a[a.size() - 1 - tail], b[b.size() - 1 - tail])) ++tail;
    for (size_t i = 0; i < shorter - tail; ++i) compare(item_path(path, i), a[i], b[i]);
    for (size_t i = shorter - tail; i < a.size() - tail; ++i) change(item_path(path, i), &a[i], nullptr);
    for (size_t i = shorter - tail; i < b.size() - tail; ++i) change(item_path(path, i), nullptr, &b[i]);
    for (size_t i = tail; i > 0; --i) compare(item_path(path, b.size() - i), a[a.size() - i], b[b.size() - i]);
  }

  FieldDiff out_;
};

}  // namespace

FieldDiff diff_fields(const Node& before, const Node& after) {
  Walk walk;
  walk.compare("", before, after);
  return std::move(walk).take();
}

ConfigView ConfigView::of(const config::Config& config) {
  ConfigView view;
  view.documents_.push_back(*yaml::Document::parse(config.yaml, ""));
  for (const config::ScrapeJob& job : config.jobs) {
    view.documents_.push_back(*yaml::Document::parse(job.yaml, ""));
    view.jobs_.emplace(job.scrape.job_name, view.documents_.back().root());
  }
  return view;
}

Result<ConfigView> ConfigView::of_printed(std::string_view yaml, const std::vector<std::string>& pools) {
  auto document = yaml::Document::parse(yaml, "");
  if (!document) return document.error();
  ConfigView view;
  view.documents_.push_back(*std::move(document));
  if (const Node* jobs = find(view.sections(), "scrape_configs")) {
    for (const Node& job : jobs->items()) {
      if (const Node* name = find(job, "job_name")) view.jobs_.emplace(name->text(), job);
    }
  }
  for (const std::string& pool : pools) {
    if (!view.jobs_.contains(pool)) view.opaque_jobs_.insert(pool);
  }
  return view;
}

FieldDiff diff_sections(const ConfigView& before, const ConfigView& after) {
  Walk walk;
  walk.compare_mappings("", before.sections(), after.sections(), "scrape_configs");
  return std::move(walk).take();
}

std::vector<std::string> discovery_sections(const Node& job) {
  std::vector<std::string> names;
  for (const yaml::Entry& entry : job.entries()) {
    if (entry.key.text().ends_with("_sd_configs")) names.push_back(entry.key.text());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace narthex::lab
