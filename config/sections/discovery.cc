#include "config/sections/discovery.h"

#include <algorithm>

#include "config/sections/mechanisms/mechanisms.h"

namespace narthex::config {
namespace {

void read_mechanism(const Mechanism& mechanism, yaml::Fields& fields, const Context& context,
                    std::vector<Discovery>& out) {
  const std::string name = std::string(mechanism.name) + "_sd_configs";
  Value items = Value::sequence();
  fields.each(name, mechanism.list_type, [&](const yaml::Node& item) {
    if (item.is_null()) return context.problems.add(item, "empty or null section in " + name);
    items.push(Section(item, mechanism.schema, context).value());
  });
  if (!items.empty()) out.push_back({name, std::move(items), fields.place_of(name)});
}

}  // namespace

std::vector<Discovery> read_discovery(yaml::Fields& fields, const Context& context) {
  std::vector<Discovery> found;
  for (const auto& mechanisms :
       {cloud_mechanisms(), container_mechanisms(), list_mechanisms(), provider_mechanisms(), registry_mechanisms()}) {
    for (const Mechanism& mechanism : mechanisms) read_mechanism(mechanism, fields, context, found);
  }
  std::sort(found.begin(), found.end(), [](const Discovery& a, const Discovery& b) { return a.name < b.name; });
  return found;
}

}  // namespace narthex::config
