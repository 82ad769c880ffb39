#include "config/sections/schema.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/number.h"
#include "config/marshal/marshal.h"
#include "config/relabel_rules.h"
#include "config/sections/discovery.h"
#include "config/sections/http_client.h"
#include "base/size.h"
#include "config/sections/statics.h"
#include "config/sections/url.h"
#include "model/duration.h"

namespace narthex::config {
namespace {

std::string_view type_of(const Field& field, std::string_view usual) { return field.type.empty() ? usual : field.type; }

bool is_literal(Kind kind) { return kind == Kind::kBool || kind == Kind::kInt || kind == Kind::kFloat; }

bool is_zero(Kind kind, const std::string& text) {
  if (kind == Kind::kBool) return text != "true";
  if (kind == Kind::kInt || kind == Kind::kFloat) return text == "0" || text == "-0";
  if (kind == Kind::kDuration) return text == "0s";
  if (kind == Kind::kSize) return text == "0B";
  return text.empty();
}

// As YAML spells floats.
std::string float_text(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value < 0 ? "-.inf" : ".inf";
  return float_general(value);
}

Value secret_value(const std::string& text) { return text.empty() ? Value::literal("null") : Value::text("<secret>"); }

}  // namespace

// Reads the fields of one section. Lives as long as its yaml::Fields: the end of it reports unknown keys.
class SectionReader {
 public:
  SectionReader(Section& section, const yaml::Node& node, const Context& context)
      : section_(section), context_(context), fields_(node, section.schema_->type, context.problems) {}

  void read(const Field& field, Section::Read& out) {
    if (!field.name.empty()) see(field, out);
    const size_t before = context_.problems.count();
    read_value(field, out);
    out.broken = context_.problems.count() != before;
    out.zero = out.zero && is_zero(field.kind, out.text);
  }

 private:
  void see(const Field& field, Section::Read& out) {
    auto node = fields_.find(field.name);
    out.given = node && !node->is_null();
    if (out.given) out.place = node->place();
  }

  void read_value(const Field& field, Section::Read& out) {
    switch (field.kind) {
      case Kind::kBool:
      case Kind::kInt:
      case Kind::kFloat:
        return read_literal(field, out);
      case Kind::kDuration:
        return read_parsed<Duration>(field, out, parse_duration, [](Duration d) { return d.str(); });
      case Kind::kSize:
        return read_parsed<int64_t>(field, out, parse_size, format_size);
      case Kind::kStrings:
      case Kind::kPaths:
        return read_strings(field, out);
      case Kind::kStringMap:
        return read_map(field, out);
      case Kind::kTls:
        return read_tls_options(field, out);
      case Kind::kHttpClient:
        return read_http(field, out);
      case Kind::kDiscovery:
        return read_targets(out);
      case Kind::kRules:
        return read_rule_list(field, out);
      case Kind::kSection:
      case Kind::kOptional:
      case Kind::kSections:
        return read_inner(field, out);
      default:
        return read_text(field, out);
    }
  }

  void read_text(const Field& field, Section::Read& out) {
    out.text = field.fallback;
    const std::string_view type = field.kind == Kind::kSecret ? "config.plain" : "string";
    if (field.kind == Kind::kUrl) {
      read_url(fields_, field.name, out.text);
    } else if (fields_.read(field.name, out.text, type) && field.kind == Kind::kPath) {
      out.text = context_.resolve(out.text);
    }
  }

  void read_literal(const Field& field, Section::Read& out) {
    if (field.kind == Kind::kBool) {
      bool value = field.fallback == "true";
      fields_.read(field.name, value);
      out.text = value ? "true" : "false";
    } else if (field.kind == Kind::kInt) {
      int64_t value = 0;
      std::from_chars(field.fallback.data(), field.fallback.data() + field.fallback.size(), value);
      fields_.read(field.name, value, type_of(field, "int"));
      out.text = std::to_string(value);
    } else {
      double value = 0;
      fields_.read(field.name, value);
      out.text = float_text(value);
    }
  }

  template <class T, class Parse, class Print>
  void read_parsed(const Field& field, Section::Read& out, Parse parse, Print print) {
    T value{};
    if (!field.fallback.empty()) value = *parse(field.fallback);
    fields_.parse(field.name, value, parse);
    out.text = print(value);
  }

  void read_strings(const Field& field, Section::Read& out) {
    fields_.read(field.name, out.strings);
    Value shown = Value::sequence();
    for (const std::string& item : out.strings) {
      shown.push(Value::text(field.kind == Kind::kPaths ? context_.resolve(item) : hide_password(item)));
    }
    out.shown = std::move(shown);
    out.zero = out.strings.empty();
  }

  void read_map(const Field& field, Section::Read& out) {
    std::map<std::string, std::string> map;
    const std::string_view type = type_of(field, "map[string]string");
    fields_.each_entry(field.name, type, [&](const std::string& key, const yaml::Entry& entry) {
      yaml::read(entry.value, map[key], context_.problems);
      out.strings.push_back(key);
      out.key_places.push_back(entry.key.place());
    });
    Value shown = Value::mapping();
    for (const auto& [key, value] : map) shown.add(key, hide_password(value));
    out.shown = std::move(shown);
    out.zero = map.empty();
  }

  void read_tls_options(const Field& field, Section::Read& out) {
    const net::TlsOptions tls = read_tls(fields_, field.name, context_);
    out.shown = tls_value(tls);
    out.zero = tls == net::TlsOptions();
  }

  void read_http(const Field& field, Section::Read& out) {
    net::HttpClientOptions defaults;
    if (field.fallback == kNoHttp2) defaults.enable_http2 = false;
    section_.http_ = read_http_client(fields_, context_, defaults);
    Value shown = Value::mapping();
    add_http_client(shown, section_.http_);
    out.inlined = shown.fields();
  }

  void read_targets(Section::Read& out) {
    auto rules = fields_.find("relabel_configs");
    const bool relabels = rules && !rules->items().empty();
    Value shown = Value::mapping();
    auto sections = read_discovery(fields_, context_);
    add_discovery(shown, std::move(sections), read_statics(fields_, !relabels));
    out.inlined = shown.fields();
  }

  void read_rule_list(const Field& field, Section::Read& out) {
    const auto list = read_rules(fields_, field.name, NameScheme::kUtf8, field.complaint);
    out.shown = rules_value(list);
    out.zero = list.empty();
  }

  void read_inner(const Field& field, Section::Read& out) {
    auto node = fields_.find(field.name);
    if (field.kind == Kind::kSections) {
      const std::string type(field.type);
      if (node) {
        yaml::for_each_item(*node, type, context_.problems, [&](const yaml::Node& item) {
          const bool refused = item.is_null() && !field.complaint.empty();
          if (refused) return context_.problems.add(item, std::string(field.complaint));
          out.sections.emplace_back(item, *field.inner, context_);
        });
      }
    } else if (out.given) {
      out.sections.emplace_back(*node, *field.inner, context_);
    } else if (field.kind == Kind::kSection) {
      out.sections.emplace_back(absent_section(), *field.inner, context_);
    }
    out.zero = out.sections.empty() || (field.kind == Kind::kSection && out.sections[0].omittable());
  }

  Section& section_;
  const Context& context_;
  yaml::Fields fields_;
};

Section::Section(const yaml::Node& node, const Schema& schema, const Context& context)
    : schema_(&schema), problems_(&context.problems), place_(node.place()), reads_(schema.fields.size()) {
  for (const yaml::Entry& entry : node.entries()) keys_.push_back(entry.key.text());
  {
    SectionReader reader(*this, node, context);
    for (size_t i = 0; i < reads_.size(); ++i) reader.read(schema.fields[i], reads_[i]);
  }
  const bool readable = node.kind() == yaml::Kind::kMapping || node.is_null();
  if (schema.check && readable) schema.check(*this);
}

const Section::Read& Section::find(std::string_view name) const {
  static const Read kAbsent;
  for (size_t i = 0; i < reads_.size(); ++i) {
    if (schema_->fields[i].name == name) return reads_[i];
  }
  return kAbsent;
}

int64_t Section::integer(std::string_view name) const {
  const std::string& digits = text(name);
  int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

double Section::number(std::string_view name) const {
  const std::string& digits = text(name);
  if (digits == ".nan") return std::nan("");
  if (digits.ends_with(".inf")) return digits[0] == '-' ? -INFINITY : INFINITY;
  auto value = parse_float(digits);
  return value ? *value : 0;
}

bool Section::has_key(std::string_view name) const {
  return std::find(keys_.begin(), keys_.end(), name) != keys_.end();
}

bool Section::require(std::string_view name, std::string message) {
  const Read& read = find(name);
  if (read.zero && !read.broken) complain(name, std::move(message));
  return !read.zero && !read.broken;
}

void Section::require_one_of(std::string_view name, std::initializer_list<std::string_view> values,
                             std::string message) {
  if (find(name).broken || std::find(values.begin(), values.end(), text(name)) != values.end()) return;
  complain(name, std::move(message));
}

void Section::add_to(Value& out, const Field& field, const Read& read) const {
  for (const auto& [name, value] : read.inlined) out.add(name, value);
  // As Go's `omitempty`; but a zero in place of another default is shown, so that the text loads to the same.
  if (field.name.empty() || (read.zero && !field.always && field.fallback.empty())) return;
  if (field.inner) {
    Value list = Value::sequence();
    for (const Section& section : read.sections) list.push(section.value());
    const bool single = field.kind != Kind::kSections;
    out.add(field.name, single ? read.sections.at(0).value() : std::move(list));
  } else if (read.shown) {
    out.add(field.name, *read.shown);
  } else if (field.kind == Kind::kSecret) {
    out.add(field.name, secret_value(read.text));
  } else {
    out.add(field.name, is_literal(field.kind) ? Value::literal(read.text) : Value::text(hide_password(read.text)));
  }
}

Value Section::value() const {
  Value out = Value::mapping();
  for (size_t i = 0; i < reads_.size(); ++i) add_to(out, schema_->fields[i], reads_[i]);
  return out;
}

bool Section::omittable() const {
  for (size_t i = 0; i < reads_.size(); ++i) {
    if (!reads_[i].zero || !reads_[i].inlined.empty() || !schema_->fields[i].fallback.empty()) return false;
  }
  return true;
}

yaml::Node absent_section() {
  static const yaml::Document kNothing = *yaml::Document::parse("", "");
  return kNothing.root();
}

}  // namespace narthex::config
