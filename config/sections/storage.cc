// `storage`. Configuration spec, section 1.2.
#include "base/quote.h"
#include "config/sections/other_sections.h"
#include "base/size.h"

namespace narthex::config {
namespace {

constexpr Field kRetentionFields[] = {duration("time"), field("size", Kind::kSize), field("percentage", Kind::kFloat)};

constexpr Schema kRetention = {
    "config.plain", kRetentionFields, [](Section& retention) {
      if (retention.text("size").starts_with('-')) {
        retention.complain(
            "size", "'storage.tsdb.retention.size' must be greater than or equal to 0, got " + retention.text("size"));
      }
      const double percentage = retention.number("percentage");
      if (!(percentage >= 0 && percentage <= 100)) {
        retention.complain("percentage", "'storage.tsdb.retention.percentage' must be in the range [0, 100], got " +
                                             retention.text("percentage"));
      }
    }};

constexpr Field kEncodingFields[] = {text("floats")};
constexpr Schema kEncoding = {
    "config.plain", kEncodingFields, [](Section& encoding) {
      if (!encoding.has_key("floats")) return;
      encoding.require_one_of("floats", {"xor", "xor2"},
                              "'storage.tsdb.chunk_encoding.floats' must be 'xor' or 'xor2', or the field must be "
                              "omitted entirely, got " +
                                  go_quote(encoding.text("floats")));
    }};

constexpr Field kTsdbFields[] = {
    duration("out_of_order_time_window"),
    field("stale_series_compaction_threshold", Kind::kFloat),
    nested("chunk_encoding", kEncoding),
    nested("retention", kRetention),
};
constexpr Schema kTsdb = {"config.plain", kTsdbFields};

constexpr Field kExemplarsFields[] = {
    {.name = "max_exemplars", .kind = Kind::kInt, .fallback = "100000", .type = "int64"}};
constexpr Schema kExemplars = {"config.ExemplarsConfig", kExemplarsFields};

constexpr Field kStorageFields[] = {nested("tsdb", kTsdb), nested("exemplars", kExemplars)};

}  // namespace

constexpr Schema kStorageSchema = {"config.StorageConfig", kStorageFields};

}  // namespace narthex::config
