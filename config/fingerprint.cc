// What the files of a configuration contain, as one number.
#include <xxhash.h>

#include <algorithm>

#include "base/yaml.h"
#include "config/config.h"
#include "config/files.h"
#include "config/sections/context.h"

namespace narthex::config {
namespace {

// The patterns of a list at the top level, whatever its mistakes.
void add_patterns(const yaml::Node& root, const std::string& name, const std::string& directory,
                  std::vector<std::string>& out) {
  for (const yaml::Entry& entry : root.entries()) {
    if (entry.key.text() != name) continue;
    for (const yaml::Node& item : entry.value.items()) out.push_back(resolve_path(directory, item.text()));
  }
}

// The main file, those that its rule_files match, those that its scrape_config_files match.
std::vector<std::string> files_of(const std::string& path, const std::string& text) {
  std::vector<std::string> files = {path};
  auto document = yaml::Document::parse(text, path);
  if (!document) return files;
  std::vector<std::string> patterns;
  for (const char* name : {"rule_files", "scrape_config_files"}) {
    add_patterns(document->root(), name, directory_of(path), patterns);
  }
  for (const std::string& pattern : patterns) {
    for (std::string& file : matching_files(pattern)) files.push_back(std::move(file));
  }
  return files;
}

// A hash of what `before` is a hash of, and then `part`.
uint64_t chained(uint64_t before, const std::string& part) {
  return XXH3_64bits_withSeed(part.data(), part.size(), before);
}

}  // namespace

Result<uint64_t> fingerprint(const std::string& path) {
  auto main = read_file(path);
  if (!main) return main.error();
  uint64_t hash = 0;
  for (const std::string& file : files_of(path, *main)) {
    auto text = read_file(file);
    hash = chained(chained(hash, file), text ? *text : text.error().message);
  }
  return hash;
}

}  // namespace narthex::config
