#include "storage/segment/page/exemplar_page.h"

#include <bit>

#include "storage/head/bytes.h"
#include "storage/segment/page/steps.h"

namespace narthex::storage {
namespace {

void put_labels(std::string& out, const Labels& labels) {
  put_varint(out, labels.size());
  for (const Label& label : labels) {
    put_text(out, label.name);
    put_text(out, label.value);
  }
}

Labels read_labels(ByteReader& in) {
  std::vector<Label> labels;
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    Label& label = labels.emplace_back();
    label.name = in.text();
    label.value = in.text();
  }
  return Labels(std::move(labels));
}

}  // namespace

void ExemplarPageWriter::add(const SeriesExemplars& series) {
  put_labels(raw_, series.series);
  put_varint(raw_, series.exemplars.size());
  for (const Exemplar& e : series.exemplars) {
    put_labels(raw_, e.labels);
    put_signed(raw_, step_between(last_, e.timestamp));
    put_fixed(raw_, std::bit_cast<uint64_t>(e.value));
    last_ = e.timestamp;
  }
}

bool read_exemplars(std::string_view raw, std::vector<SeriesExemplars>& out) {
  ByteReader in(raw);
  Timestamp last = 0;
  while (!in.at_end()) {
    SeriesExemplars& series = out.emplace_back(SeriesExemplars{read_labels(in), {}});
    for (size_t left = in.count(); left > 0 && in.ok(); --left) {
      Exemplar& e = series.exemplars.emplace_back();
      e.labels = read_labels(in);
      e.timestamp = last = after_step(last, in.signed_varint());
      e.value = std::bit_cast<double>(in.fixed<uint64_t>());
    }
  }
  return in.ok();
}

}  // namespace narthex::storage
