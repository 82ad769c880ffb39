// Query results as JSON: HTTP API spec, sections 1.4 and 2.
#pragma once

#include <memory>

#include "promql/engine.h"
#include "web/api/answer.h"

namespace narthex::web {

// `{"resultType":…,"result":…` + `extra` + `}`: the data of a query's answer. Results beyond a few thousand samples are
// produced piece by piece while they are sent.
ApiData result_data(promql::QueryResult result, std::string extra);

// Keeps the first `limit` series (0: all). True if there were more.
bool truncate_result(promql::QueryResult& result, size_t limit);

}  // namespace narthex::web
