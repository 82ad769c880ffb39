// The discovery mechanisms, each described by what an item of its `<name>_sd_configs` may hold. Private to config/.
#pragma once

#include <span>
#include <string_view>

#include "config/sections/schema.h"

namespace narthex::config {

struct Mechanism {
  std::string_view name;       // "consul" of consul_sd_configs
  std::string_view list_type;  // what messages call the list
  const Schema& schema;
};

// One table per file of this folder.
std::span<const Mechanism> cloud_mechanisms();      // of the large clouds
std::span<const Mechanism> provider_mechanisms();   // of hosting providers
std::span<const Mechanism> registry_mechanisms();   // that ask a registry of services or machines
std::span<const Mechanism> container_mechanisms();  // that ask a container engine
std::span<const Mechanism> list_mechanisms();       // that read a list: files, HTTP, DNS

// Complains unless the field holds an http or https URL with a host.
void require_http_url(Section& item, std::string_view name);

}  // namespace narthex::config
