// /api/v1/series, /labels and /label/<name>/values: HTTP API spec, section 3.
#include <algorithm>

#include "base/quote.h"
#include "web/api/endpoints.h"
#include "web/api/json.h"
#include "web/api/label_name.h"
#include "web/api/params.h"

namespace narthex::web {
namespace {

struct Scope {
  std::vector<std::vector<Matcher>> sets;
  Timestamp start;
  Timestamp end;
  size_t limit;
};

ApiResult<Scope> scope_parameters(const Call& call) {
  if (call.form.error()) return bad_data("error parsing form values: " + call.form.error()->message);
  auto limit = limit_parameter(call.form);
  if (!limit) return limit.error();
  auto start = time_parameter(call.form, "start", storage::kMinTime);
  if (!start) return start.error();
  auto end = time_parameter(call.form, "end", storage::kMaxTime);
  if (!end) return end.error();
  auto sets = match_parameters(call.form);
  if (!sets) return sets.error();
  return Scope{std::move(*sets), *start, *end, *limit};
}

template <class T>
void sort_unique(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

// Cuts to the limit; the answer says so.
template <class T>
void truncate(std::vector<T>& items, size_t limit, ApiData& answer) {
  if (limit == 0 || items.size() <= limit) return;
  items.resize(limit);
  answer.warnings.emplace_back("results truncated due to limit");
}

// What `look_up` finds for each matcher set (or without any), as one sorted list.
template <class LookUp>
Answer union_of_names(const Scope& scope, LookUp look_up) {
  std::vector<std::string> names;
  const std::vector<std::vector<Matcher>> everything(1);
  for (const auto& matchers : scope.sets.empty() ? everything : scope.sets) {
    auto found = look_up(matchers);
    if (!found) return api_error(found.error());
    std::move(found->begin(), found->end(), std::back_inserter(names));
  }
  sort_unique(names);
  ApiData answer;
  truncate(names, scope.limit, answer);
  JsonWriter json(answer.data);
  json.open('[');
  for (const std::string& name : names) json.text(name);
  json.close(']');
  return answer;
}

}  // namespace

Answer series(const Call& call) {
  auto scope = scope_parameters(call);
  if (!scope) return scope.error();
  if (scope->sets.empty()) return bad_data("no match[] parameter provided");
  auto view = call.sources.store->view();
  std::vector<Labels> found;
  for (const auto& matchers : scope->sets) {
    auto set = view->select(matchers, scope->start, scope->end);
    if (!set) return api_error(set.error());
    for (size_t i = 0; i < (*set)->size(); ++i) found.push_back((*set)->labels(i));
  }
  sort_unique(found);
  ApiData answer;
  truncate(found, scope->limit, answer);
  JsonWriter json(answer.data);
  json.open('[');
  for (const Labels& labels : found) json.labels(labels);
  json.close(']');
  return answer;
}

Answer label_names(const Call& call) {
  auto scope = scope_parameters(call);
  if (!scope) return scope.error();
  auto view = call.sources.store->view();
  return union_of_names(*scope,
                        [&](const auto& matchers) { return view->label_names(matchers, scope->start, scope->end); });
}

Answer label_values(const Call& call) {
  const std::string name = unescape_label_name(call.argument);
  if (name.empty() || !is_valid_label_name(name, NameScheme::kUtf8)) {
    return bad_data("invalid label name: " + go_quote(name));
  }
  auto scope = scope_parameters(call);
  if (!scope) return scope.error();
  auto view = call.sources.store->view();
  return union_of_names(
      *scope, [&](const auto& matchers) { return view->label_values(name, matchers, scope->start, scope->end); });
}

}  // namespace narthex::web
