// Functions of one value. Source: PromQL spec, section 7.
#include <array>
#include <cmath>
#include <numbers>

#include "promql/eval/catalogue.h"

namespace narthex::promql {
namespace {

template <double (*F)(double)>
bool plain(double value, double, const double*, double& out) {
  out = F(value);
  return true;
}

// Ties go up: -2.5 becomes -2. The inverse, because 1/0.1 is exact where 0.1 is not.
bool round_to(double value, double, const double* parameters, double& out) {
  const double inverse = 1 / parameters[0];
  out = std::floor(value * inverse + 0.5) / inverse;
  return true;
}

double sign_of(double value) { return value < 0 ? -1 : value > 0 ? 1 : value; }
double degrees(double value) { return value * 180 / std::numbers::pi; }
double radians(double value) { return value * std::numbers::pi / 180; }

struct Named {
  std::string_view name;
  MapFunction function;
};

constexpr std::array kFunctions = std::to_array<Named>({
    {"abs", plain<std::fabs>},    {"acos", plain<std::acos>}, {"acosh", plain<std::acosh>}, {"asin", plain<std::asin>},
    {"asinh", plain<std::asinh>}, {"atan", plain<std::atan>}, {"atanh", plain<std::atanh>}, {"ceil", plain<std::ceil>},
    {"cos", plain<std::cos>},     {"cosh", plain<std::cosh>}, {"deg", plain<degrees>},      {"exp", plain<std::exp>},
    {"floor", plain<std::floor>}, {"ln", plain<std::log>},    {"log10", plain<std::log10>}, {"log2", plain<std::log2>},
    {"rad", plain<radians>},      {"sgn", plain<sign_of>},    {"round", round_to},          {"sin", plain<std::sin>},
    {"sinh", plain<std::sinh>},   {"sqrt", plain<std::sqrt>}, {"tan", plain<std::tan>},     {"tanh", plain<std::tanh>},
});

}  // namespace

MapFunction find_map_function(std::string_view function) {
  for (const auto& [name, evaluate] : kFunctions) {
    if (name == function) return evaluate;
  }
  return nullptr;
}

}  // namespace narthex::promql
