// /api/v1/write: HTTP API spec, section 8. What is answered is the receiver's to say.
#include "web/api/endpoints.h"
#include "web/http/router.h"

namespace narthex::web {
namespace {

net::ServerResponse plain(int status, const std::string& text) {
  net::ServerResponse response = text_response(status, text.empty() ? text : text + '\n');
  if (status == 204) response.headers.clear();
  return response;
}

void add_written(net::ServerResponse& response, const remote::Written& written) {
  const std::string prefix = "X-Prometheus-Remote-Write-";
  response.headers.emplace_back(prefix + "Samples-Written", std::to_string(written.samples));
  response.headers.emplace_back(prefix + "Histograms-Written", std::to_string(written.histograms));
  response.headers.emplace_back(prefix + "Exemplars-Written", std::to_string(written.exemplars));
}

ApiData as_it_is(net::ServerResponse response) {
  ApiData data;
  data.other = std::move(response);
  return data;
}

}  // namespace

Answer remote_write(const Call& call) {
  if (call.sources.receiver == nullptr) {
    return as_it_is(plain(404, "remote write receiver needs to be enabled with --web.enable-remote-write-receiver"));
  }
  const net::ServerRequest& request = call.request;
  const remote::WriteAnswer answer =
      call.sources.receiver->write({.content_type = request.header("Content-Type"),
                                    .content_encoding = request.header("Content-Encoding"),
                                    .body = request.body});
  net::ServerResponse response = plain(answer.status, answer.text);
  if (answer.written) add_written(response, *answer.written);
  return as_it_is(std::move(response));
}

}  // namespace narthex::web
