#include "scrape/line_matcher.h"

namespace narthex::scrape {

LineMatcher::LineMatcher(LineTable& table, std::string_view body)
    : cursor_(table),
      begin_(body.data()),
      end_(body.data() + body.size()),
      p_(begin_),
      walker_(body),
      salt_(cursor_.secret().salt(exposition::MetricType::kUnknown)) {}

}  // namespace narthex::scrape
