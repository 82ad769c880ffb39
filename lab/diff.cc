#include "lab/diff.h"

#include "base/quote.h"

namespace narthex::lab {
namespace {

std::string line(char sign, const Label& label) {
  const std::string name = is_legacy_label_name(label.name) ? label.name : go_quote(label.name);
  return std::string(1, sign) + ' ' + name + '=' + go_quote(label.value);
}

}  // namespace

std::vector<std::string> diff(const Labels& before, const Labels& after) {
  std::vector<std::string> out;
  auto was = before.begin();
  auto is = after.begin();
  while (was != before.end() || is != after.end()) {
    if (was != before.end() && is != after.end() && *was == *is) {
      ++was, ++is;
    } else if (is == after.end() || (was != before.end() && was->name <= is->name)) {
      const Label& old = *was++;
      out.push_back(line('-', old));
      if (is != after.end() && is->name == old.name) out.push_back(line('+', *is++));
    } else {
      out.push_back(line('+', *is++));
    }
  }
  return out;
}

}  // namespace narthex::lab
