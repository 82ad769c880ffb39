// Where the conformance files are: $NARTHEX_CONFORMANCE, or shared/conformance beside the source directory.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace narthex {

// The folder `name` of the conformance files; empty if there is none.
inline std::filesystem::path conformance_folder(const std::string& name) {
  const char* given = std::getenv("NARTHEX_CONFORMANCE");
  const std::filesystem::path source = NARTHEX_SOURCE_DIR;
  const std::filesystem::path root = given != nullptr ? given : source.parent_path() / "shared" / "conformance";
  return std::filesystem::is_directory(root / name) ? root / name : std::filesystem::path();
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace narthex
