// A preview as text for people and as JSON for programs.
#include <boost/json.hpp>

#include "base/number.h"
#include "lab/preview.h"
#include "model/histogram_buckets.h"

namespace narthex::lab {
namespace {

std::string value_text(const PreviewSample& sample) {
  if (sample.histogram) return dump(*sample.histogram);
  std::string out;
  append_sample_value(out, sample.value);
  return out;
}

// Lines of a body may be long: what is shown is the part around the fault.
constexpr size_t kShownBefore = 60;
constexpr size_t kShownLine = 160;

std::string fault_text(const PreviewFault& fault) {
  std::string out;
  if (fault.line > 0) out = std::to_string(fault.line) + ":" + std::to_string(fault.column) + ": ";
  out += fault.message + "\n";
  if (fault.text.empty()) return out;
  const size_t column = fault.column > 0 ? static_cast<size_t>(fault.column - 1) : 0;
  const size_t first = column > kShownBefore ? column - kShownBefore : 0;
  if (first < fault.text.size()) out += "  " + fault.text.substr(first, kShownLine) + "\n";
  if (fault.column > 0) out += "  " + std::string(column - first, ' ') + "^\n";
  return out;
}

}  // namespace

std::string preview_text(const Preview& preview) {
  std::string out;
  for (const PreviewSample& sample : preview.samples) {
    out += sample.labels.metric_str() + " " + value_text(sample);
    if (sample.timestamp) out += " @" + std::to_string(*sample.timestamp);
    out += "\n";
  }
  for (const PreviewFault& fault : preview.faults) out += fault_text(fault);
  return out;
}

boost::json::object preview_json(const Preview& preview) {
  boost::json::array samples;
  for (const PreviewSample& sample : preview.samples) {
    boost::json::object labels;
    for (const Label& label : sample.labels) labels[label.name] = label.value;
    boost::json::object entry{{"labels", std::move(labels)}};
    entry[sample.histogram ? "histogram" : "value"] = value_text(sample);
    if (sample.timestamp) entry["timestamp"] = *sample.timestamp;
    samples.push_back(std::move(entry));
  }
  boost::json::array faults;
  for (const PreviewFault& fault : preview.faults) {
    boost::json::object entry{{"message", fault.message}, {"offset", fault.offset}, {"text", fault.text}};
    if (fault.line > 0) entry["line"] = fault.line, entry["column"] = fault.column;
    faults.push_back(std::move(entry));
  }
  return {{"entries", preview.entries}, {"dropped", preview.dropped}, {"samples", samples}, {"faults", faults}};
}

}  // namespace narthex::lab
