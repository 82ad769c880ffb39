// How requests are signed for clouds: `sigv4`, `azuread`, `google_iam`. Configuration spec, section 6.1. Private to
// config/.
#pragma once

#include "config/sections/schema.h"

namespace narthex::config {

extern const Schema kSigV4Schema;
extern const Schema kAzureAdSchema;
extern const Schema kGoogleIamSchema;

}  // namespace narthex::config
