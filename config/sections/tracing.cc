// `tracing`. Configuration spec, section 1.2.
#include "config/sections/headers.h"
#include "config/sections/other_sections.h"

namespace narthex::config {
namespace {

constexpr Field kTracingFields[] = {
    text("client_type", "grpc"),
    text("endpoint"),
    field("sampling_fraction", Kind::kFloat),
    flag("insecure"),
    field("tls_config", Kind::kTls),
    field("headers", Kind::kStringMap),
    text("compression"),
    duration("timeout"),
};

void check_tracing(Section& tracing) {
  check_headers(tracing, "custom authorization header configuration is not yet supported");
  tracing.require("endpoint", "tracing endpoint must be set");
  tracing.require_one_of(
      "client_type", {"http", "grpc"},
      "expected tracing client type to be to be http or grpc, but got " + tracing.text("client_type"));
  tracing.require_one_of("compression", {"", "gzip"},
                         "invalid compression type " + tracing.text("compression") + " provided, valid options: gzip");
}

}  // namespace

constexpr Schema kTracingSchema = {"config.plain", kTracingFields, check_tracing};

}  // namespace narthex::config
