// A receiver over a store of its own, and requests as they are written down.
#pragma once

#include <snappy.h>

#include "remote/receiver.h"
#include "remote/write/v1.pb.h"
#include "remote/write/v2.pb.h"
#include "tests/support/naive_store.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::remote {

inline constexpr Timestamp kNow = 1'700'000'000'000;
inline constexpr char kV1[] = "application/x-protobuf;proto=prometheus.WriteRequest";
inline constexpr char kV2[] = "application/x-protobuf;proto=io.prometheus.write.v2.Request";

using Pairs = std::vector<std::pair<std::string, std::string>>;

template <class Message>
std::string compressed(const Message& message) {
  const std::string body = message.SerializeAsString();
  std::string out;
  snappy::Compress(body.data(), body.size(), &out);
  return out;
}

// A histogram with two observations in bucket 0 and one in the zero bucket.
inline v1::Histogram histogram(Timestamp t, uint64_t count = 3) {
  v1::Histogram h;
  h.set_count_int(count);
  h.set_sum(4.5);
  h.set_zero_threshold(0.001);
  h.set_zero_count_int(1);
  h.add_positive_spans()->set_length(1);
  h.add_positive_deltas(static_cast<int64_t>(count) - 1);
  h.set_timestamp(t);
  return h;
}

// Of 1.0.
class V1Request {
 public:
  V1Request& series(const Pairs& labels) {
    series_ = message_.add_timeseries();
    for (const auto& [name, value] : labels) add(*series_->add_labels(), name, value);
    return *this;
  }
  V1Request& sample(Timestamp t, double value) {
    v1::Sample& sample = *series_->add_samples();
    sample.set_timestamp(t);
    sample.set_value(value);
    return *this;
  }
  V1Request& histogram(const v1::Histogram& h) {
    *series_->add_histograms() = h;
    return *this;
  }
  V1Request& exemplar(const Pairs& labels, Timestamp t, double value) {
    v1::Exemplar& exemplar = *series_->add_exemplars();
    for (const auto& [name, text] : labels) add(*exemplar.add_labels(), name, text);
    exemplar.set_timestamp(t);
    exemplar.set_value(value);
    return *this;
  }
  v1::WriteRequest& message() { return message_; }
  std::string body() const { return compressed(message_); }

 private:
  static void add(v1::Label& label, const std::string& name, const std::string& value) {
    label.set_name(name);
    label.set_value(value);
  }
  v1::WriteRequest message_;
  v1::TimeSeries* series_ = nullptr;
};

// Of 2.0.
class V2Request {
 public:
  V2Request() { message_.add_symbols(""); }
  uint32_t ref(const std::string& text) {
    for (int i = 0; i < message_.symbols_size(); ++i) {
      if (message_.symbols(i) == text) return static_cast<uint32_t>(i);
    }
    message_.add_symbols(text);
    return static_cast<uint32_t>(message_.symbols_size() - 1);
  }
  V2Request& series(const Pairs& labels) {
    series_ = message_.add_timeseries();
    for (const auto& [name, value] : labels) {
      series_->add_labels_refs(ref(name));
      series_->add_labels_refs(ref(value));
    }
    return *this;
  }
  V2Request& refs(const std::vector<uint32_t>& refs) {
    series_ = message_.add_timeseries();
    for (const uint32_t r : refs) series_->add_labels_refs(r);
    return *this;
  }
  V2Request& sample(Timestamp t, double value, Timestamp start = 0) {
    v2::Sample& sample = *series_->add_samples();
    sample.set_timestamp(t);
    sample.set_value(value);
    sample.set_start_timestamp(start);
    return *this;
  }
  V2Request& histogram(const v1::Histogram& h) {
    series_->add_histograms(h.SerializeAsString());
    return *this;
  }
  V2Request& exemplar(const std::vector<uint32_t>& refs, Timestamp t, double value) {
    v2::Exemplar& exemplar = *series_->add_exemplars();
    for (const uint32_t r : refs) exemplar.add_labels_refs(r);
    exemplar.set_timestamp(t);
    exemplar.set_value(value);
    return *this;
  }
  V2Request& metadata(int type, uint32_t unit = 0, uint32_t help = 0) {
    series_->mutable_metadata()->set_type(type);
    series_->mutable_metadata()->set_unit_ref(unit);
    series_->mutable_metadata()->set_help_ref(help);
    return *this;
  }
  v2::Request& message() { return message_; }
  std::string body() const { return compressed(message_); }

 private:
  v2::Request message_;
  v2::TimeSeries* series_ = nullptr;
};

class ReceiverFixture {
 public:
  explicit ReceiverFixture(ReceiverOptions options = {}, storage::Options store = {})
      : options_(options), store_(std::move(store)) {
    open();
  }

  WriteAnswer post(const std::string& body, std::string_view type = kV1, std::string_view encoding = "snappy") {
    return receiver_->write({.content_type = type, .content_encoding = encoding, .body = body});
  }
  WriteAnswer post(const V1Request& request) { return post(request.body(), kV1); }
  WriteAnswer post(const V2Request& request) { return post(request.body(), kV2); }

  std::string stored() { return testing::dump(*store_->view()); }
  std::string exemplars() { return testing::dump_exemplars(store_.get()); }
  storage::OpenStore& store() { return store_; }
  Receiver& receiver() { return *receiver_; }
  FakeClock& clock() { return clock_; }
  void open() { receiver_ = Receiver::create(store_.get(), clock_, null_log(), options_); }
  void reopen() {
    receiver_.reset();
    store_.reopen();
    open();
  }

 private:
  ReceiverOptions options_;
  storage::OpenStore store_;
  FakeClock clock_{kNow * 1'000'000};
  std::unique_ptr<Receiver> receiver_;
};

// "400 text", with the counts of 2.0 before the text: "400 1/2/3 text".
inline std::string text_of(const WriteAnswer& answer) {
  std::string out = std::to_string(answer.status);
  if (answer.written) {
    out += ' ' + std::to_string(answer.written->samples) + '/' + std::to_string(answer.written->histograms) + '/' +
           std::to_string(answer.written->exemplars);
  }
  return answer.text.empty() ? out : out + ' ' + answer.text;
}

}  // namespace narthex::remote
