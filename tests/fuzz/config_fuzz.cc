// Configurations of any bytes: nothing may crash, every error has its place, and what is printed of a configuration
// that loads must load again, to the same number of jobs, and print the same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/config.h"

namespace narthex::config {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(std::string_view text) {
  const LoadResult first = load_text(text, "f.yml");
  require(first.config.has_value() == first.errors.empty());
  for (const Error& error : first.errors) {
    require(error.place.file == "f.yml" && error.place.line > 0 && error.place.column > 0 && !error.message.empty());
  }
  if (!first.config) return;
  const LoadResult second = load_text(first.config->yaml, "f.yml");
  require(second.config && second.config->jobs.size() == first.config->jobs.size());
  require(second.config->yaml == first.config->yaml);
}

}  // namespace
}  // namespace narthex::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Patterns that are matched on the disk of this machine are not part of the experiment, nor are its variables.
  if (text.find("scrape_config_files") == text.npos && text.find('$') == text.npos) narthex::config::check(text);
  return 0;
}
