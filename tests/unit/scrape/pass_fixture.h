// One target's passes, scrape after scrape, without a loop around them.
#pragma once

#include <string>
#include <string_view>

#include "scrape/loop/scrape_pass.h"
#include "tests/unit/scrape/recording_appender.h"

namespace narthex::scrape {

class PassTarget {
 public:
  // What the pass over `body` wrote, then `total/post_relabel/duplicates`, or why it failed. A good one is committed.
  // In pieces of `budget` bytes.
  std::string read(std::string_view body, exposition::Format format = exposition::Format::kText,
                   size_t budget = SIZE_MAX) {
    if (!rules_) {
      job_rules_ = SeriesRules::compile(job).value();
      rules_.emplace(job_rules_);
    }
    auto scratch = appender_.begin(1'000, 1'000);
    metadata.begin_scrape();
    const HistogramSettings histograms{job.scrape_native_histograms, job.convert_classic_histograms,
                                       job.always_scrape_classic_histograms};
    ScrapePass pass({job, features, histograms, target, *rules_, appender_, *scratch, lines_, metadata,
                     job.convert_classic_histograms ? &classics_ : nullptr},
                    body, format);
    while (pass.step(budget)) continue;
    counts = pass.counts();
    std::string out = static_cast<RecordingScratch&>(*scratch).dump();
    out += std::to_string(counts.total) + "/" + std::to_string(counts.post_relabel) + "/" +
           std::to_string(counts.duplicates);
    if (pass.failure()) {
      out = std::string(class_name(pass.failure()->failure)) + ": " + pass.failure()->error.message + "\n" +
            std::to_string(counts.total) + "/" + std::to_string(counts.post_relabel);
      offset = pass.failure()->offset;
      return out;
    }
    pass.commit();
    metadata.commit(interner_);
    return out;
  }

  JobOptions job;
  Features features;
  Labels target{{"job", "j"}};
  MetadataCache metadata;
  PassCounts counts;
  std::optional<size_t> offset;

 private:
  RecordingAppender appender_;
  SeriesRules::Job job_rules_;
  std::optional<SeriesRules> rules_;
  const LineSecret secret_{42};
  LineTable lines_{secret_};
  ClassicHistograms classics_;
  MetadataInterner interner_;
};

}  // namespace narthex::scrape
