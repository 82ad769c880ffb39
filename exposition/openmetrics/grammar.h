// The tokens of OpenMetrics where they differ from the text format's. Source: exposition spec, sections 2 and 4.
//
//   body     = { line LF } "# EOF" [ LF ]
//   line     = help | type | unit | sample
//   help     = "# HELP " NAME " " [ TEXT ]                                   type and unit likewise
//   sample   = ( NAME [ braces ] | braces ) " " FLOAT [ " " FLOAT ] [ exemplar ]
//   exemplar = " # " braces " " FLOAT [ " " FLOAT ]                          without a metric name in the braces
//   braces   = "{" [ item { "," item } [ "," ] ] "}"
//   item     = ( LNAME | QSTRING ) "=" LVALUE | QSTRING
//
// A QSTRING without "=" is the metric name. An LVALUE holds no newline; in an exemplar neither does a QSTRING, and no
// LVALUE holds a NUL there.
#pragma once

#include "exposition/text/grammar.h"
#include "exposition/text/scan_series.h"

namespace narthex::exposition::openmetrics {

// As text::scan_quoted(), but a newline does not fit.
inline text::Quoted scan_quoted_in_line(const char* p, const char* end, bool allow_nul) {
  text::Quoted out = text::scan_quoted(p, end, allow_nul);
  const char* newline = text::find_newline(p, out.stop);
  if (newline != out.stop) {
    out.stop = newline;
    out.closed = false;
  }
  return out;
}

struct SeriesBraces {
  static constexpr bool kNeedsCommas = true;
  static constexpr bool kHoldsName = true;
  static const char* gap(const char* p, const char*) { return p; }
  static text::Quoted scan_name(const char* p, const char* end) { return text::scan_quoted(p, end, false); }
  static text::Quoted scan_value(const char* p, const char* end) { return scan_quoted_in_line(p, end, true); }
};

struct ExemplarBraces {
  static constexpr bool kNeedsCommas = true;
  static constexpr bool kHoldsName = false;
  static const char* gap(const char* p, const char*) { return p; }
  static text::Quoted scan_name(const char* p, const char* end) { return scan_quoted_in_line(p, end, false); }
  static text::Quoted scan_value(const char* p, const char* end) { return scan_quoted_in_line(p, end, false); }
};

inline constexpr std::string_view kExemplarStart = " # {";

// A float stands behind exactly one blank. Returns the byte behind it, nullptr if there is none at `p`.
inline const char* skip_float(const char* p, const char* end) {
  if (p == end || *p != ' ') return nullptr;
  const char* stop = text::skip(p + 1, end, text::kWord);
  return stop == p + 1 ? nullptr : stop;
}

}  // namespace narthex::exposition::openmetrics
