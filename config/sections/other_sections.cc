#include "config/sections/other_sections.h"

#include <set>

#include "base/quote.h"
#include "base/size.h"

namespace narthex::config {
namespace {

constexpr Field kRuntimeFields[] = {integer("gogc", "75")};
constexpr Schema kRuntime = {"config.RuntimeConfig", kRuntimeFields};

// Whether a section says anything: `rule_files:` and `storage: {}` do not.
bool says_something(const yaml::Node& node) {
  return node.kind() == yaml::Kind::kScalar || !node.items().empty() || !node.entries().empty();
}

// What is being put together.
struct Reader {
  yaml::Fields& top;
  const Context& context;
  OtherSections& out;

  std::optional<yaml::Node> find(const char* name) {
    auto node = top.find(name);
    if (!node || node->is_null()) return {};
    return node;
  }

  void note(const char* name) {
    if (auto node = find(name); node && says_something(*node)) context.unused.note(name, "", node->place());
  }

  // A section that is printed if the file has it.
  std::optional<Section> optional(const char* name, const Schema& schema) {
    auto node = find(name);
    if (!node) return {};
    Section section(*node, schema, context);
    if (!section.value().empty()) out.values.emplace_back(name, section.value());
    return section;
  }

  // A section that has defaults, and is printed always.
  Section standing(const char* name, const Schema& schema) {
    auto node = find(name);
    Section section(node ? *node : absent_section(), schema, context);
    out.values.emplace_back(name, section.value());
    return section;
  }

  void remotes(const char* name, const Schema& schema, const std::string& direction, const char* type) {
    std::set<std::string> names;
    Value list = Value::sequence();
    top.each(name, type, [&](const yaml::Node& item) {
      if (item.is_null()) {
        return context.problems.add(item, "empty or null remote " + direction + " config section");
      }
      Section section(item, schema, context);
      const std::string& own = section.text("name");
      if (!own.empty() && !names.insert(own).second) {
        section.complain("name", "found multiple remote " + direction + " configs with job name " + go_quote(own));
      }
      list.push(section.value());
    });
    if (!list.empty()) out.values.emplace_back(name, std::move(list));
    note(name);
  }

  void patterns(const char* name, const char* complaint, bool used) {
    const auto found = read_patterns(top, name, context, complaint);
    if (found.empty()) return;
    out.values.emplace_back(name, Value::strings(found));
    if (!used) note(name);
  }

  void storage() {
    auto section = optional("storage", kStorageSchema);
    if (!section) return;
    for (const Section& exemplars : section->sections("exemplars")) {
      out.max_exemplars = exemplars.integer("max_exemplars");
    }
    for (const Section& tsdb : section->sections("tsdb")) read_tsdb(tsdb);
  }

  void read_tsdb(const Section& tsdb) {
    for (const char* name : {"stale_series_compaction_threshold", "chunk_encoding"}) {
      if (tsdb.given(name)) context.unused.note(std::string("storage.tsdb.") + name, "", tsdb.place(name));
    }
    // What could not be read is reported; its value does not matter.
    if (const auto window = parse_duration(tsdb.text("out_of_order_time_window"))) {
      out.tsdb.out_of_order_time_window = *window;
    }
    for (const Section& retention : tsdb.sections("retention")) {
      if (auto time = parse_duration(retention.text("time")); time && retention.given("time")) {
        out.tsdb.retention_time = *time;
      }
      if (auto size = parse_size(retention.text("size")); size && retention.given("size")) {
        out.tsdb.retention_bytes = *size;
      }
      if (retention.given("percentage")) out.tsdb.retention_percentage = retention.number("percentage");
    }
  }

  void otlp(NameScheme scheme) {
    Section section = standing("otlp", kOtlpSchema);
    const std::string& strategy = section.text("translation_strategy");
    const bool keeps_utf8 = strategy == "NoTranslation" || strategy == "NoUTF8EscapingWithSuffixes";
    if (scheme == NameScheme::kLegacy && keeps_utf8) {
      section.complain("translation_strategy",
                       "OTLP translation strategy " + go_quote(strategy) + " is not allowed when UTF8 is disabled");
    }
    note("otlp");
  }
};

}  // namespace

OtherSections read_other_sections(yaml::Fields& top, const Global& global, const Context& context) {
  OtherSections out;
  Reader reader{top, context, out};
  reader.standing("runtime", kRuntime);
  reader.note("runtime");
  reader.optional("alerting", kAlertingSchema);
  reader.note("alerting");
  reader.patterns("rule_files", "invalid rule file path", false);
  reader.patterns("scrape_config_files", "invalid scrape config file path", true);
  reader.storage();
  reader.optional("tracing", kTracingSchema);
  reader.note("tracing");
  reader.remotes("remote_write", kRemoteWriteSchema, "write", "[]*config.RemoteWriteConfig");
  reader.remotes("remote_read", kRemoteReadSchema, "read", "[]*config.RemoteReadConfig");
  reader.otlp(global.name_validation);
  return out;
}

}  // namespace narthex::config
