// The tree behind yaml::Node, private to base/.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/yaml.h"

namespace narthex::yaml {

struct NodeData {
  Kind kind = Kind::kNull;
  int line = 0;  // from 1
  int column = 0;
  bool plain = true;
  bool flow = false;    // {} rather than a block
  bool open = false;    // its end has not been parsed yet
  size_t expanded = 1;  // nodes below and including it, aliases counted as often as they appear
  std::string text;
  std::string tag;
  std::vector<Node> items;  // of a mapping under construction: key, value, key, value, …
  std::vector<Entry> entries;
  const std::string* file = nullptr;
};

struct Document::Storage {
  std::string file;
  std::deque<NodeData> nodes;  // a deque: nodes point to each other
  NodeData* root = nullptr;
};

}  // namespace narthex::yaml
