// Where things are: the one page that every query needs.
//
//   directory = symbols:v lists:v groups:v packs:v exemplar_pages:v
//               count { text }      the first text of each symbol page
//               count { number:v }  the first time group of each times page, less that of the page before
//               count { number:v }  the first metric (symbol) of each index page, likewise
//               count { number:v }  label names (symbols), likewise: the values of label i are in labels page i
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace narthex::storage {

// Immutable once parsed; thread-safe.
struct Directory {
  // How many there are.
  uint32_t symbols = 0;
  uint32_t lists = 0;
  uint32_t groups = 0;
  uint32_t packs = 0;
  uint32_t exemplar_pages = 0;

  std::vector<std::string> first_symbols;
  std::vector<uint32_t> first_groups;
  std::vector<uint32_t> first_metrics;
  std::vector<uint32_t> label_names;

  std::string raw() const;
  bool parse(std::string raw);
  size_t bytes() const;
};

}  // namespace narthex::storage
