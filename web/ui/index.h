// The page at "/": what there is to ask this server, for people who come with a browser.
#pragma once

#include <string>
#include <string_view>

namespace narthex::web {

struct IndexFacts {
  std::string_view title;
  std::string_view prefix;  // of all links: "" or "/x"
  bool ready = false;
  size_t targets_up = 0;
  size_t targets = 0;
};

// Complete HTML, without scripts.
std::string index_page(const IndexFacts& facts);

// Text as it may stand in HTML and in quoted attributes.
std::string html_escape(std::string_view text);

}  // namespace narthex::web
