// compare_bodies BEFORE BODY AFTER: whether a body in the protobuf format says what the text bodies say that the same
// target sent just before and just after it. Every series of both texts must be there, with equal labels, and none that
// is in neither; where the texts agree on a value, it must be that one; HELP and TYPE must be the same.
//
// Prints what differs, and at the end "N series, N with the same value, N families". Exit code 1: something differs.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "base/quote.h"
#include "exposition/protobuf.h"
#include "exposition/text.h"
#include "model/labels.h"

namespace narthex::exposition {
namespace {

std::string same_spelling(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

// In protobuf a family has a HELP always; the texts leave out what is empty.
constexpr std::string_view kNoText = "\"\"";

// What a body says.
struct Content {
  std::map<std::string, std::string> series;
  std::map<std::string, std::string> metadata;
  std::string error;

  void on_comment(std::string_view) {}
  void on_unit(std::string_view, std::string_view) { error = "a unit, which no target here has"; }
  void on_help(std::string_view name, std::string_view text) { metadata["HELP " + std::string(name)] = go_quote(text); }
  void on_type(std::string_view name, MetricType type) { metadata["TYPE " + std::string(name)] = type_name(type); }
  void on_histogram(const HistogramLine&) { error = "a native histogram, which nobody asked for"; }
  void on_series(const SeriesLine& line) {
    if (auto wrong = parse_series(line.key, key_type, labels)) error = wrong->message;
    std::vector<Label> all = {{std::string(kMetricName), std::string(labels.name())}};
    for (const LabelView& label : labels.labels()) all.push_back({std::string(label.name), std::string(label.value)});
    const std::string value =
        same_spelling(line.value) + (line.timestamp ? " @" + std::to_string(*line.timestamp) : "");
    if (!series.emplace(Labels(std::move(all)).metric_str(), value).second) error = "twice: " + std::string(line.key);
  }

  MetricType key_type = MetricType::kUnknown;
  SeriesLabels labels;
};

std::string file(const char* name) {
  std::ifstream in(name, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void read_text(const std::string& body, Content& content) {
  TextWalker walker(body);
  while (!walker.done() && content.error.empty()) {
    content.key_type = walker.type();
    if (auto error = walker.walk_line(content)) content.error = error->message;
  }
}

void read_protobuf(const std::string& body, Content& content) {
  ProtobufWalker walker(body, {});
  while (!walker.done() && content.error.empty()) {
    if (auto error = walker.walk_family(content)) content.error = error->message;
  }
}

class Comparison {
 public:
  bool run(const Content& before, const Content& body, const Content& after) {
    for (const Content* each : {&before, &body, &after}) {
      if (!each->error.empty()) complain("error", each->error, "");
    }
    for (const auto& [name, value] : before.series) {
      const auto later = after.series.find(name);
      const auto found = body.series.find(name);
      if (later == after.series.end()) continue;
      if (found == body.series.end()) {
        complain("missing", name, "");
      } else if (later->second == value) {
        ++same_;
        if (found->second != value) complain("value", name, found->second + " instead of " + value);
      }
    }
    for (const auto& [name, value] : body.series) {
      if (!before.series.contains(name) && !after.series.contains(name)) complain("invented", name, value);
    }
    for (const auto& [what, text] : body.metadata) {
      const auto found = before.metadata.find(what);
      const std::string_view expected = found == before.metadata.end() ? kNoText : std::string_view(found->second);
      if (text != expected) complain("metadata", what, text);
    }
    std::printf("%zu series, %zu with the same value, %zu families\n", body.series.size(), same_,
                body.metadata.size() / 2);
    return good_;
  }

 private:
  void complain(const char* what, const std::string& name, const std::string& detail) {
    std::printf("%s: %s %s\n", what, name.c_str(), detail.c_str());
    good_ = false;
  }

  bool good_ = true;
  size_t same_ = 0;
};

}  // namespace
}  // namespace narthex::exposition

int main(int argc, char** argv) {
  using namespace narthex::exposition;
  if (argc != 4) return std::fprintf(stderr, "usage: compare_bodies BEFORE BODY AFTER\n"), 2;
  const std::string texts[] = {file(argv[1]), file(argv[3])}, body = file(argv[2]);
  Content before, told, after;
  read_text(texts[0], before);
  read_protobuf(body, told);
  read_text(texts[1], after);
  return Comparison().run(before, told, after) ? 0 : 1;
}
