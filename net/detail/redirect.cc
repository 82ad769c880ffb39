#include "net/detail/redirect.h"

#include "base/quote.h"

namespace narthex::net {
namespace {

std::string referer_for(Url from, const Url& to) {
  if (from.scheme == "https" && to.scheme == "http") return "";
  from.user.reset();
  from.fragment.clear();
  return from.str(false);
}

bool keeps_method(int status) { return status == 307 || status == 308; }

}  // namespace

bool is_redirect(int status, std::string_view location) {
  return ((status >= 301 && status <= 303) || keeps_method(status)) && !location.empty();
}

Result<std::optional<Redirect>> decide_redirect(int status, std::string_view location, std::string_view method,
                                                const Url& from) {
  if (!is_redirect(status, location)) return std::optional<Redirect>();
  auto url = resolve_url(from, location);
  if (!url) {
    return prefixed("failed to parse Location header " + go_quote(without_password(location)) + ": ", url.error());
  }
  Redirect out{*url, std::string(method), keeps_method(status), referer_for(from, *url)};
  if (!keeps_method(status) && method != "GET" && method != "HEAD") out.method = "GET";
  return std::optional(std::move(out));
}

}  // namespace narthex::net
