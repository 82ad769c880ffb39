// What the decoders of all sections share. Private to config/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace narthex::config {

// Sections that are checked, but that nothing in this program uses. Not thread-safe.
class UnusedSections {
 public:
  // `job` is "" for a section of the whole file.
  void note(const std::string& section, const std::string& job, const Place& place);
  // One sentence that names them all, at the place of the first; nullopt if there are none.
  std::optional<Error> warning() const;

 private:
  Place first_;
  std::map<std::string, std::vector<std::string>> jobs_of_;  // by section
};

// `path` as it stands in a file of `directory` → as the process opens it. "" stays "".
std::string resolve_path(const std::string& directory, std::string_view path);

// The file that is being read. Not thread-safe.
struct Context {
  yaml::Problems& problems;
  std::vector<Error>& warnings;
  UnusedSections& unused;
  std::string directory;  // of the file: what relative paths in it start from

  // A path as the file has it → as the process opens it. "" stays "".
  std::string resolve(std::string_view path) const { return resolve_path(directory, path); }
};

// The folder of a file, "." if its name has none.
std::string directory_of(const std::string& file);

// Reads a URL; what Go would not parse is reported.
bool read_url(yaml::Fields& fields, std::string_view name, std::string& out);

// Reads a list of file patterns: a star may stand in the last path element only, else `<complaint> "<pattern>"`.
// The patterns come resolved.
std::vector<std::string> read_patterns(yaml::Fields& fields, std::string_view name, const Context& context,
                                       std::string_view complaint);

// Reads a path and resolves it.
void read_path(yaml::Fields& fields, std::string_view name, const Context& context, std::string& out);

}  // namespace narthex::config
