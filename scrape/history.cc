#include "scrape/history.h"

namespace narthex::scrape {

std::string_view phase_name(Phase phase) {
  static constexpr std::string_view kNames[kPhases] = {"resolve", "connect", "tls",   "first_byte",
                                                       "body",    "parse",   "append"};
  return kNames[static_cast<size_t>(phase)];
}

std::string_view class_name(FailureClass failure) {
  static constexpr std::string_view kNames[] = {"",
                                                "target_limit",
                                                "client",
                                                "connection",
                                                "timeout",
                                                "redirect",
                                                "status",
                                                "body_size_limit",
                                                "content_type",
                                                "parse",
                                                "invalid_sample",
                                                "label_limit",
                                                "sample_limit",
                                                "bucket_limit",
                                                "store"};
  return kNames[static_cast<size_t>(failure)];
}

}  // namespace narthex::scrape
