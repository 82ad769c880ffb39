#include "web/api/answer.h"

#include <memory>

#include "base/quote.h"
#include "web/api/json.h"

namespace narthex::web {
namespace {

constexpr size_t kMaxAnnotations = 10;

struct TypeInfo {
  int status;
  std::string_view name;
};

TypeInfo info(ErrorType type) {
  switch (type) {
    case ErrorType::kBadData:
      return {400, "bad_data"};
    case ErrorType::kExecution:
      return {422, "execution"};
    case ErrorType::kCanceled:
      return {499, "canceled"};
    case ErrorType::kTimeout:
      return {503, "timeout"};
    case ErrorType::kUnavailable:
      return {500, "unavailable"};
    case ErrorType::kNotFound:
      return {404, "not_found"};
    case ErrorType::kInternal:
      break;
  }
  return {500, "internal"};
}

void append_annotations(std::string& out, std::string_view kind, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  JsonWriter json(out);
  json.key(std::string(kind) + "s").open('[');
  for (size_t i = 0; i < texts.size() && i < kMaxAnnotations; ++i) json.text(texts[i]);
  if (texts.size() > kMaxAnnotations) {
    json.text(std::to_string(texts.size() - kMaxAnnotations) + " more " + std::string(kind) + " annotations omitted");
  }
  json.close(']');
}

std::string tail(const ApiData& data) {
  std::string out = "\"";  // stands for the data, so that the writer knows that a comma is due
  append_annotations(out, "warning", data.warnings);
  append_annotations(out, "info", data.infos);
  return out.substr(1) + '}';
}

net::ServerResponse error_response(const ApiError& error) {
  net::ServerResponse response;
  response.status = info(error.type).status;
  JsonWriter(response.body)
      .open('{')
      .key("status")
      .text("error")
      .key("errorType")
      .text(info(error.type).name)
      .key("error")
      .text(error.message)
      .close('}');
  return response;
}

// Head, pieces, tail: one after the other.
net::BodySource in_pieces(std::string head, net::BodySource more, std::string end) {
  struct State {
    std::string head;
    net::BodySource more;
    std::string end;
    bool done = false;
  };
  auto state = std::make_shared<State>(State{std::move(head), std::move(more), std::move(end)});
  return [state](std::string& piece) {
    piece.swap(state->head);
    state->head.clear();
    if (state->done) return false;
    std::string next;
    state->done = !state->more(next);
    piece += next;
    if (state->done) piece += state->end;
    return !state->done;
  };
}

}  // namespace

void throw_exception_from_error(const ApiError& error, const boost::source_location& location) {
  narthex::throw_exception_from_error(Error{Code::kInternal, error.message}, location);
}

ApiError invalid_parameter(std::string_view name, std::string_view cause) {
  return bad_data("invalid parameter " + go_quote(name) + ": " + std::string(cause));
}

ApiError api_error(const Error& error) {
  switch (error.code) {
    case Code::kInvalid:
    case Code::kUnsupported:
      return {ErrorType::kBadData, error.message};
    case Code::kExecution:
    case Code::kLimit:
      return {ErrorType::kExecution, error.message};
    case Code::kCanceled:
      return {ErrorType::kCanceled, error.message};
    case Code::kTimeout:
      return {ErrorType::kTimeout, error.message};
    case Code::kUnavailable:
      return {ErrorType::kUnavailable, error.message};
    case Code::kNotFound:
      return {ErrorType::kNotFound, error.message};
    case Code::kIo:
    case Code::kCorruption:
    case Code::kInternal:
      break;
  }
  return {ErrorType::kInternal, error.message};
}

net::ServerResponse to_response(Answer answer) {
  if (answer && answer->other) return *std::move(answer->other);
  net::ServerResponse response;
  if (!answer) {
    response = error_response(answer.error());
  } else if (answer->data.empty() && !answer->more) {
    response.status = 204;
    return response;
  } else {
    response.body = "{\"status\":\"success\",\"data\":" + answer->data;
    if (answer->more) {
      response.stream = in_pieces(std::move(response.body), std::move(answer->more), tail(*answer));
      response.body.clear();
    } else {
      response.body += tail(*answer);
    }
  }
  response.headers.emplace_back("Content-Type", "application/json");
  return response;
}

}  // namespace narthex::web
