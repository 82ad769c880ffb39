#include "web/api/histogram_json.h"

#include "base/number.h"
#include "model/bucket_list.h"
#include "web/api/json.h"

namespace narthex::web {
namespace {

void append_quoted(std::string& out, double value) {
  out += '"';
  append_sample_value(out, value);
  out += '"';
}

char rule_of(const Bucket& bucket) {
  if (bucket.lower_inclusive) return bucket.upper_inclusive ? '3' : '1';
  return bucket.upper_inclusive ? '0' : '2';
}

void append_bucket(std::string& out, const Bucket& bucket) {
  out += '[';
  out += rule_of(bucket);
  for (const double value : {bucket.lower, bucket.upper, bucket.count}) append_quoted(out += ',', value);
  out += ']';
}

}  // namespace

void append_histogram_sample(std::string& out, Timestamp time, const Histogram& h) {
  out += '[';
  append_timestamp(out, time);
  append_quoted(out += ",{\"count\":", h.is_float ? h.count_float : static_cast<double>(h.count));
  append_quoted(out += ",\"sum\":", h.sum);
  std::vector<Bucket> buckets;
  list_buckets(h, buckets);
  for (size_t i = 0; i < buckets.size(); ++i) {
    out += i == 0 ? ",\"buckets\":[" : ",";
    append_bucket(out, buckets[i]);
  }
  out += buckets.empty() ? "}]" : "]}]";
}

}  // namespace narthex::web
