// `otlp`. Configuration spec, section 1.2.
#include <set>

#include "base/quote.h"
#include "config/sections/other_sections.h"

namespace narthex::config {
namespace {

constexpr Field kOtlpFields[] = {
    flag("promote_all_resource_attributes"),
    strings("promote_resource_attributes"),
    strings("ignore_resource_attributes"),
    text("translation_strategy", "UnderscoreEscapingWithSuffixes"),
    flag("keep_identifying_resource_attributes"),
    flag("convert_histograms_to_nhcb"),
    flag("promote_scope_metadata"),
    flag("label_name_underscore_sanitization", "true"),
    flag("label_name_preserve_multiple_underscores", "true"),
};

// `adjective` is what the complaints call the attributes of this list.
void check_attributes(Section& otlp, const std::string& name, const std::string& adjective) {
  std::set<std::string> seen;
  for (const std::string& attribute : otlp.strings(name)) {
    const size_t first = attribute.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) {
      otlp.complain(name, "invalid '" + name + "': empty " + adjective + " OTel resource attribute");
      continue;
    }
    const std::string trimmed = attribute.substr(first, attribute.find_last_not_of(" \t\r\n") - first + 1);
    if (seen.insert(trimmed).second) continue;
    otlp.complain(name,
                  "invalid '" + name + "': duplicated " + adjective + " OTel resource attribute " + go_quote(trimmed));
  }
}

void check_otlp(Section& otlp) {
  const bool all = otlp.flag("promote_all_resource_attributes");
  if (all && !otlp.strings("promote_resource_attributes").empty()) {
    otlp.complain("promote_resource_attributes",
                  "'promote_all_resource_attributes' and 'promote_resource_attributes' cannot be configured "
                  "simultaneously");
  }
  if (!all && !otlp.strings("ignore_resource_attributes").empty()) {
    otlp.complain("ignore_resource_attributes",
                  "'ignore_resource_attributes' cannot be configured unless 'promote_all_resource_attributes' is true");
  }
  check_attributes(otlp, "promote_resource_attributes", "promoted");
  check_attributes(otlp, "ignore_resource_attributes", "ignored");
  otlp.require_one_of("translation_strategy",
                      {"", "UnderscoreEscapingWithSuffixes", "UnderscoreEscapingWithoutSuffixes",
                       "NoUTF8EscapingWithSuffixes", "NoTranslation"},
                      "unsupported OTLP translation strategy " + go_quote(otlp.text("translation_strategy")));
}

}  // namespace

constexpr Schema kOtlpSchema = {"config.plain", kOtlpFields, check_otlp};

}  // namespace narthex::config
