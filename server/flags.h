// The flags of the server: Prometheus's names, so that existing manifests start us unchanged, and a few of our own.
// One table says everything that parsing, --help, /api/v1/status/flags and the warning about unserved flags need.
// Source: configuration spec, section 10.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/duration.h"

namespace narthex::server {

enum class FlagKind {
  kBool,  // --name, --no-name
  kString,
  kList,  // repeatable
  kInt,   // not negative
  kFloat,
  kDuration,
  kSize,          // 512MB, 1GiB; 0 = none
  kMemoryBudget,  // also a percentage, or nothing
};

enum class FlagUse {
  kServed,
  kIgnored,    // accepted and without effect: named in one warning when given
  kAgentOnly,  // as kIgnored, but using it without --agent is an error, as it is in the reference
  kRefused,    // starting without what it promises would surprise (encryption, passwords, another mode of operation)
};

struct FlagSpec {
  std::string_view name;  // without dashes
  FlagKind kind;
  std::string_view fallback;  // as a user would write it
  FlagUse use;
  std::string_view help;
  std::string_view choices = {};  // comma-separated; empty: any
};

// Bytes of "1000", "512MB" or "1GiB": one number and one unit, all powers of 1024.
Result<int64_t> parse_flag_size(std::string_view text);

// Sorted by name.
std::span<const FlagSpec> flag_table();

// What the command line said, with defaults for the rest. A value type.
class FlagValues {
 public:
  FlagValues();

  // Each checks nothing: `name` must be in the table, and check() must have passed.
  const std::string& text(std::string_view name) const;
  const std::vector<std::string>& list(std::string_view name) const;
  bool flag(std::string_view name) const { return text(name) == "true"; }
  int64_t integer(std::string_view name) const;
  Duration duration(std::string_view name) const;
  int64_t size(std::string_view name) const;  // bytes
  bool given(std::string_view name) const;

  // Values given by the user replace the default.
  void set(std::string_view name, std::vector<std::string> values);

  // Whether every value is of its flag's kind, and no refused flag is in use.
  Result<> check() const;
  // Given flags that have no effect here, as "--name", sorted.
  std::vector<std::string> without_effect() const;
  // Name and value of every flag, sorted: /api/v1/status/flags.
  std::vector<std::pair<std::string, std::string>> all() const;

 private:
  struct Value {
    std::vector<std::string> values;
    bool given = false;
  };
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace narthex::server
