#include "web/api/result_json.h"

#include <variant>

#include "base/number.h"
#include "web/api/histogram_json.h"
#include "web/api/json.h"

namespace narthex::web {
namespace {

// Large enough that the cost of sending a piece vanishes, small enough to be no load on memory.
constexpr size_t kPieceBytes = 256 * 1024;

void append_vector_series(std::string& out, const promql::Series& series) {
  out += "{\"metric\":";
  append_labels(out, series.metric);
  if (series.samples.empty()) {
    const HistogramSample& sample = series.histograms.front();
    append_histogram_sample(out += ",\"histogram\":", sample.timestamp, *sample.histogram);
  } else {
    append_sample(out += ",\"value\":", series.samples.front());
  }
  out += '}';
}

// A list of series that is written in pieces. One series may be split between pieces as well.
class SeriesWriter {
 public:
  SeriesWriter(std::vector<promql::Series> series, bool is_matrix) : series_(std::move(series)), matrix_(is_matrix) {}

  // Appends until everything is written or `out` holds a piece. True: there is more.
  bool write(std::string& out) {
    for (; next_ < series_.size(); ++next_) {
      if (out.size() >= kPieceBytes) return true;
      if (!open_ && next_ != 0) out += ',';
      if (!matrix_) {
        append_vector_series(out, series_[next_]);
      } else if (!write_matrix_series(out, series_[next_])) {
        return true;
      }
    }
    return false;
  }

 private:
  bool write_matrix_series(std::string& out, promql::Series& series) {
    if (!open_) {
      out += "{\"metric\":";
      append_labels(out, series.metric);
      open_ = true;
    }
    const bool written = write_list(out, ",\"values\":[", series.samples, next_sample_, append_sample) &&
                         write_list(out, ",\"histograms\":[", series.histograms, next_histogram_,
                                    [](std::string& to, const HistogramSample& h) {
                                      append_histogram_sample(to, h.timestamp, *h.histogram);
                                    });
    if (!written) return false;
    out += '}';
    series.samples = {};
    series.histograms = {};
    next_sample_ = next_histogram_ = 0;
    open_ = false;
    return true;
  }

  // From `next` on; nothing if the list is empty. False: the piece is full. Done once `next` is behind the end.
  template <class T, class Append>
  static bool write_list(std::string& out, std::string_view opening, std::vector<T>& list, size_t& next,
                         Append append) {
    for (; next < list.size(); ++next) {
      if (out.size() >= kPieceBytes) return false;
      if (next == 0) out += opening;
      if (next != 0) out += ',';
      append(out, list[next]);
      if (next + 1 == list.size()) out += ']';
    }
    return true;
  }

  std::vector<promql::Series> series_;
  const bool matrix_;
  size_t next_ = 0;
  size_t next_sample_ = 0;
  size_t next_histogram_ = 0;
  bool open_ = false;  // the beginning of series_[next_] is written
};

ApiData series_data(std::string_view type, std::vector<promql::Series> series, bool is_matrix, std::string end) {
  ApiData answer;
  answer.data = "{\"resultType\":\"" + std::string(type) + "\",\"result\":[";
  auto writer = std::make_shared<SeriesWriter>(std::move(series), is_matrix);
  if (!writer->write(answer.data)) {
    answer.data += end;
    return answer;
  }
  answer.more = [writer, end = std::move(end)](std::string& piece) {
    if (writer->write(piece)) return true;
    piece += end;
    return false;
  };
  return answer;
}

// Single values carry their time as a plain float: 1435781451.05, not .050.
std::string single_value(std::string_view type, Timestamp time) {
  std::string out = "{\"resultType\":\"" + std::string(type) + "\",\"result\":[";
  append_json_number(out, static_cast<double>(time) / 1000);
  return out + ',';
}

struct ToData {
  std::string end;  // behind the result

  ApiData operator()(promql::Vector& vector) const {
    return series_data("vector", std::move(vector.series), false, ']' + end);
  }
  ApiData operator()(promql::Matrix& matrix) const {
    return series_data("matrix", std::move(matrix.series), true, ']' + end);
  }
  ApiData operator()(promql::Scalar& scalar) const {
    ApiData answer{single_value("scalar", scalar.timestamp), {}, {}, {}};
    answer.data.append("\"").append(float_plain(scalar.value)).append("\"]").append(end);
    return answer;
  }
  ApiData operator()(promql::String& string) const {
    ApiData answer{single_value("string", string.timestamp), {}, {}, {}};
    answer.data.pop_back();
    JsonWriter(answer.data).text(string.value).close(']');
    answer.data += end;
    return answer;
  }
};

bool truncate_series(std::vector<promql::Series>& series, size_t limit) {
  if (series.size() <= limit) return false;
  series.resize(limit);
  return true;
}

}  // namespace

ApiData result_data(promql::QueryResult result, std::string extra) {
  ApiData answer = std::visit(ToData{extra + '}'}, result.value);
  answer.warnings = std::move(result.warnings);
  answer.infos = std::move(result.infos);
  return answer;
}

bool truncate_result(promql::QueryResult& result, size_t limit) {
  if (limit == 0) return false;
  if (auto* vector = std::get_if<promql::Vector>(&result.value)) return truncate_series(vector->series, limit);
  if (auto* matrix = std::get_if<promql::Matrix>(&result.value)) return truncate_series(matrix->series, limit);
  return false;
}

}  // namespace narthex::web
