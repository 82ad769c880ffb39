#include "web/app.h"

#include <atomic>
#include <mutex>
#include <optional>

#include "base/quote.h"
#include "web/api/routes.h"
#include "web/http/cors.h"
#include "web/http/router.h"
#include "web/ui/index.h"

namespace narthex::web {
namespace {

constexpr std::string_view kApiPrefix = "/api/v1/";
// The body of a form comes before the query string, as in Go.
Form merged_form(const net::ServerRequest& request) {
  Form form;
  const std::string_view type = request.header("Content-Type");
  const std::string_view media = type.substr(0, type.find(';'));
  if (request.method == "POST" && media == "application/x-www-form-urlencoded") form.add(request.body);
  form.add(request.query);
  return form;
}

Form url_form(const net::ServerRequest& request) {
  Form form;
  form.add(request.query);
  return form;
}

// Whether `path` is `folder` or lies in it.
bool below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string without_double_slashes(std::string_view path) {
  std::string out;
  for (char c : path) {
    if (c != '/' || out.empty() || out.back() != '/') out += c;
  }
  return out;
}

}  // namespace

struct App::Impl {
  explicit Impl(Settings s) : settings(std::move(s)) {}

  // What the request got, and under which name it counts ("" for no route).
  struct Routed {
    net::ServerResponse response;
    std::string_view handler;
  };

  struct PlainRoute {
    std::string_view path;
    unsigned methods;
    net::ServerResponse (Impl::*serve)(const net::ServerRequest&);
  };
  static const PlainRoute kPlainRoutes[];

  Routed route(const net::ServerRequest& request);
  Routed route_below_prefix(const net::ServerRequest& request, std::string_view path);
  Routed route_api(const net::ServerRequest& request, std::string_view path);
  net::ServerResponse call(const Route& route, const net::ServerRequest& request, std::string_view argument);
  std::string_view below_prefix(const net::ServerRequest& request) const {
    std::string_view path = request.path;
    if (path.starts_with(settings.route_prefix)) path.remove_prefix(settings.route_prefix.size());
    return path;
  }

  net::ServerResponse healthy(const net::ServerRequest&) {
    return text_response(200, "Prometheus Server is Healthy.\n");
  }
  net::ServerResponse ready_page(const net::ServerRequest&) {
    return current() ? text_response(200, "Prometheus Server is Ready.\n") : unavailable();
  }
  net::ServerResponse index(const net::ServerRequest&);
  net::ServerResponse graph(const net::ServerRequest& request);
  net::ServerResponse metrics(const net::ServerRequest&);
  net::ServerResponse version_page(const net::ServerRequest&) { return text_response(200, buildinfo_json() + "\n"); }
  net::ServerResponse reload(const net::ServerRequest& request);
  net::ServerResponse quit(const net::ServerRequest& request);
  std::optional<net::ServerResponse> lifecycle_refusal(const net::ServerRequest& request) const;
  net::ServerResponse unavailable() const;

  std::shared_ptr<const Sources> current() const {
    std::lock_guard lock(mutex);
    return sources;
  }
  void publish(std::shared_ptr<const Sources> next) {
    std::lock_guard lock(mutex);
    sources.swap(next);
  }

  const Settings settings;
  std::atomic<bool> stops = false;

 private:
  mutable std::mutex mutex;
  std::shared_ptr<const Sources> sources;  // guarded by mutex; null: not ready
};

const App::Impl::PlainRoute App::Impl::kPlainRoutes[] = {
    {"/", kGet, &Impl::index},
    {"/query", kGet, &Impl::index},
    {"/graph", kGet, &Impl::graph},
    {"/-/healthy", kGet | kHead, &Impl::healthy},
    {"/-/ready", kGet | kHead, &Impl::ready_page},
    {"/-/reload", kGet | kPost | kPut, &Impl::reload},
    {"/-/quit", kGet | kPost | kPut, &Impl::quit},
    {"/metrics", kGet, &Impl::metrics},
    {"/version", kGet, &Impl::version_page},
};

net::ServerResponse App::Impl::unavailable() const {
  net::ServerResponse response = text_response(503, "Service Unavailable");
  response.headers.emplace_back("X-Prometheus-Stopping", stops ? "true" : "false");
  return response;
}

net::ServerResponse App::Impl::index(const net::ServerRequest&) {
  IndexFacts facts{settings.page_title, settings.route_prefix};
  if (auto now = current()) {
    facts.ready = true;
    for (const auto& pool : now->pools()) {
      facts.targets += pool->active_size();
      for (size_t i = 0; i < pool->active_size(); ++i) {
        facts.targets_up += pool->active(i).health == scrape::Health::kUp ? 1 : 0;
      }
    }
  }
  net::ServerResponse response;
  response.body = index_page(facts);
  response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  return response;
}

// Where links in alerts and bookmarks of old lead.
net::ServerResponse App::Impl::graph(const net::ServerRequest& request) {
  return redirect(302, settings.route_prefix + "/query?" + request.query);
}

net::ServerResponse App::Impl::metrics(const net::ServerRequest&) {
  net::ServerResponse response;
  response.body = settings.metrics();
  response.headers.emplace_back("Content-Type", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  return response;
}

std::optional<net::ServerResponse> App::Impl::lifecycle_refusal(const net::ServerRequest& request) const {
  if (request.method == "GET") return text_response(405, "Only POST or PUT requests allowed");
  if (!settings.lifecycle) return text_response(403, "Lifecycle API is not enabled.");
  return std::nullopt;
}

net::ServerResponse App::Impl::reload(const net::ServerRequest& request) {
  if (auto refusal = lifecycle_refusal(request)) return *std::move(refusal);
  auto done = settings.reload();
  if (!done) return text_response(500, "failed to reload config: " + done.error().message + "\n");
  return text_response(200, "");
}

net::ServerResponse App::Impl::quit(const net::ServerRequest& request) {
  if (auto refusal = lifecycle_refusal(request)) return *std::move(refusal);
  return text_response(200,
                       settings.quit() ? "Requesting termination... Goodbye!" : "Termination already in progress.");
}

net::ServerResponse App::Impl::call(const Route& route, const net::ServerRequest& request, std::string_view argument) {
  static const auto kNoSources = std::make_shared<const Sources>();
  auto now = current();
  if (!now && !route.early) return unavailable();
  if (!now) now = kNoSources;
  auto decoded = unescape(argument, false);
  if (!decoded) return to_response(bad_data(decoded.error().message));
  const Form form = merged_form(request);
  const Form url = url_form(request);
  auto canceled = [this, &request] {
    return stops.load(std::memory_order_relaxed) || (request.gone && request.gone());
  };
  return to_response(route.endpoint({request, form, url, std::move(*decoded), *now, settings, canceled}));
}

App::Impl::Routed App::Impl::route_api(const net::ServerRequest& request, std::string_view path) {
  Routed routed{not_found(), {}};
  if (request.method == "OPTIONS") {
    routed.response = {};
    routed.response.status = 204;
  }
  for (const Route& route : api_routes()) {
    auto argument = match_path(route.pattern, path);
    if (!argument) continue;
    routed.handler = route.pattern;
    if (request.method == "OPTIONS") break;
    const bool allowed = (route.methods & method_bit(request.method)) != 0;
    routed.response = allowed ? call(route, request, *argument) : method_not_allowed(route.methods);
    break;
  }
  if (routed.response.status != 404 && routed.response.status != 405) {
    add_cors(request, settings.cors_origin.get(), routed.response);
  }
  return routed;
}

App::Impl::Routed App::Impl::route_below_prefix(const net::ServerRequest& request, std::string_view path) {
  if (path.starts_with(kApiPrefix)) return route_api(request, path);
  for (const PlainRoute& route : kPlainRoutes) {
    if (route.path != path) continue;
    if (request.method == "OPTIONS") return {allowed_methods(route.methods), route.path};
    const bool allowed = (route.methods & method_bit(request.method)) != 0;
    return {allowed ? (this->*route.serve)(request) : method_not_allowed(route.methods), route.path};
  }
  return {not_found(), {}};
}

App::Impl::Routed App::Impl::route(const net::ServerRequest& request) {
  std::string_view path = request.path;
  if (path.find("//") != std::string_view::npos) {
    return {redirect(307, without_double_slashes(path) + (request.query.empty() ? "" : "?" + request.query)), {}};
  }
  if (!settings.route_prefix.empty()) {
    if (path == "/") return {redirect(302, settings.route_prefix), {}};
    if (!below(path, settings.route_prefix)) return {not_found(), {}};
    path.remove_prefix(settings.route_prefix.size());
    if (path.empty()) path = "/";
  }
  return route_below_prefix(request, path);
}

App::App(Settings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
App::~App() = default;

net::ServerResponse App::handle(const net::ServerRequest& request) const {
  const int64_t begin = impl_->settings.clock->steady_ns();
  Impl::Routed routed = impl_->route(request);
  if (!routed.handler.empty() && impl_->settings.observe) {
    const double seconds = static_cast<double>(impl_->settings.clock->steady_ns() - begin) / 1e9;
    impl_->settings.observe({routed.handler, routed.response.status, seconds});
  }
  return std::move(routed.response);
}

bool App::is_query(const net::ServerRequest& request) const {
  const std::string_view path = impl_->below_prefix(request);
  return path == kQueryPath || path == kQueryRangePath;
}

bool App::is_write(const net::ServerRequest& request) const { return impl_->below_prefix(request) == kWritePath; }

void App::ready(Sources sources) { impl_->publish(std::make_shared<const Sources>(std::move(sources))); }

void App::stopping() {
  impl_->stops = true;
  impl_->publish(nullptr);
}

bool App::is_ready() const { return impl_->current() != nullptr; }

}  // namespace narthex::web
