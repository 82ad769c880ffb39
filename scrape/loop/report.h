// The series that every scrape writes about itself. Source: scrape spec, section 8.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/labels.h"

namespace narthex::scrape {

// What a scrape came to.
struct Report {
  bool up = false;
  double duration_seconds = 0;
  uint64_t scraped = 0;       // entries parsed
  uint64_t post_relabel = 0;  // of these, kept by metric relabeling
  uint64_t added = 0;         // series new to the target
  double timeout_seconds = 0;
  uint64_t sample_limit = 0;
  int64_t body_bytes = 0;  // -1: over the limit
};

// In this order, with extra_scrape_metrics all of them, else the first kBasicReports.
inline constexpr size_t kReports = 8;
inline constexpr size_t kBasicReports = 5;
inline constexpr std::array<std::string_view, kReports> kReportNames = {
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "scrape_body_size_bytes",
};

std::array<double, kReports> report_values(const Report& report);

// The labels of report series `name` of a target: no metric relabeling, no label conflict can touch them.
Labels report_labels(const Labels& target, std::string_view name);

}  // namespace narthex::scrape
