// Functions over windows. Source: PromQL spec, section 7.
#include <array>

#include "promql/eval/catalogue.h"

namespace narthex::promql {
namespace {

using Simple = bool (*)(const Window&, double&);

class SimpleFunction final : public WindowFunction {
 public:
  explicit SimpleFunction(Simple function) : evaluate_(function) {}
  bool evaluate(const Window& window, double& out) override { return evaluate_(window, out); }

 private:
  Simple evaluate_;
};

bool count(const Window& w, double& out) { return out = static_cast<double>(w.size()), true; }
bool present(const Window&, double& out) { return out = 1, true; }
bool first(const Window& w, double& out) { return out = w.value(w.first), true; }
bool last(const Window& w, double& out) { return out = w.value(w.last - 1), true; }

struct Named {
  std::string_view name;
  Simple function;
};
constexpr std::array kSimple = std::to_array<Named>({
    {"count_over_time", count},
    {"first_over_time", first},
    {"last_over_time", last},
    {"present_over_time", present},
});

}  // namespace

std::unique_ptr<WindowFunction> make_window_function(std::string_view function) {
  if (function == "rate") return make_extrapolated(true, true);
  if (function == "increase") return make_extrapolated(true, false);
  if (function == "delta") return make_extrapolated(false, false);
  for (const auto& [name, evaluate] : kSimple) {
    if (name == function) return std::make_unique<SimpleFunction>(evaluate);
  }
  return nullptr;
}

}  // namespace narthex::promql
