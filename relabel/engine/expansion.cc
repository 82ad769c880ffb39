#include "relabel/engine/expansion.h"

#include <algorithm>
#include <charconv>

namespace narthex::relabel {
namespace {

bool is_number(std::string_view name) {
  if (name.size() > 1 && name[0] == '0') return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The groups that `name` can mean. A group number that the expression does not have means none.
std::vector<int> groups_named(std::string_view name, const re2::RE2& regex) {
  std::vector<int> out;
  if (is_number(name)) {
    int index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (error == std::errc() && index <= regex.NumberOfCapturingGroups()) out.push_back(index);
    return out;
  }
  for (const auto& [index, group] : regex.CapturingGroupNames()) {
    if (group == name) out.push_back(index);
  }
  return out;
}

// Takes a reference ("1", "{name}") off the front of `rest`, which stands behind a '$'. "" if there is none.
std::string_view take_name(std::string_view& rest) {
  static const re2::RE2 pattern(R"(\{([\pL\p{Nd}_]+)\}|([\pL\p{Nd}_]+))");
  re2::StringPiece captures[3];
  if (!pattern.Match(rest, 0, rest.size(), re2::RE2::ANCHOR_START, captures, 3)) return {};
  rest.remove_prefix(captures[0].size());
  const re2::StringPiece& name = captures[1].data() != nullptr ? captures[1] : captures[2];
  return {name.data(), name.size()};
}

}  // namespace

Expansion::Expansion(std::string_view text, const re2::RE2& regex)
    : text_(text), literal_(text.find('$') == text.npos), parts_(1) {
  std::string_view rest = text;
  while (true) {
    const size_t dollar = std::min(rest.find('$'), rest.size());
    parts_.back().text.append(rest.substr(0, dollar));
    if (dollar == rest.size()) break;
    rest.remove_prefix(dollar + 1);
    if (rest.starts_with('$')) {
      parts_.back().text += '$';
      rest.remove_prefix(1);
    } else if (const std::string_view name = take_name(rest); !name.empty()) {
      add_group(name, regex);
    } else {
      parts_.back().text += '$';
    }
  }
  std::sort(groups_.begin(), groups_.end());
  groups_.erase(std::unique(groups_.begin(), groups_.end()), groups_.end());
}

void Expansion::add_group(std::string_view name, const re2::RE2& regex) {
  parts_.back().groups = groups_named(name, regex);
  if (parts_.back().groups.empty()) {
    unknown_.emplace_back(name);
    return;
  }
  groups_.insert(groups_.end(), parts_.back().groups.begin(), parts_.back().groups.end());
  parts_.emplace_back();
}

void Expansion::append(std::string& out, std::span<const re2::StringPiece> captures) const {
  for (const Part& part : parts_) {
    out += part.text;
    for (int group : part.groups) {
      const re2::StringPiece& capture = captures[static_cast<size_t>(group)];
      if (capture.data() == nullptr) continue;
      out.append(capture.data(), capture.size());
      break;
    }
  }
}

}  // namespace narthex::relabel
