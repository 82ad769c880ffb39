// `narthex test relabel FILE…`: runs relabel tests. The form of the files: docs/relabel-tests.md.
#include <algorithm>
#include <boost/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "lab/relabel_suite.h"
#include "server/commands/command.h"

namespace narthex::server {
namespace {

namespace json = boost::json;

struct Options {
  std::vector<std::string> files;
  std::string format;
};

// What became of one file: errors, or results.
struct Tested {
  std::string file;
  std::vector<Error> errors;
  std::vector<lab::CaseResult> results;

  size_t failed() const {
    return static_cast<size_t>(
        std::count_if(results.begin(), results.end(), [](const lab::CaseResult& r) { return !r.passed(); }));
  }
  int exit_code() const { return !errors.empty() ? 2 : failed() > 0 ? 1 : 0; }
};

Tested test_file(const std::string& file) {
  lab::SuiteRead read = lab::read_suite_file(file);
  if (!read.suite) return {file, std::move(read.errors), {}};
  auto results = lab::run_suite(*read.suite);
  if (!results) return {file, {results.error()}, {}};
  return {file, {}, std::move(*results)};
}

void print_indented(const std::string& text, std::ostream& out) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    out << "    " << text.substr(at, end - at) << "\n";
    at = end + 1;
  }
}

void print_text(const Tested& tested, Io& io) {
  for (const Error& error : tested.errors) io.err << error.str() << "\n";
  if (!tested.errors.empty()) return;
  for (const lab::CaseResult& result : tested.results) {
    if (result.passed()) continue;
    io.out << "FAILED " << result.place.str() << ": " << result.name << "\n";
    for (const std::string& line : result.failures) io.out << "  " << line << "\n";
    io.out << "  what the rules did:\n";
    print_indented(result.steps, io.out);
  }
  io.out << tested.file << ": " << tested.results.size() - tested.failed() << " passed, " << tested.failed()
         << " failed\n";
}

json::object place_json(const Place& place) {
  return {{"file", place.file}, {"line", place.line}, {"column", place.column}};
}

json::object to_json(const Tested& tested) {
  json::array errors;
  for (const Error& error : tested.errors) {
    json::object& item = errors.emplace_back(place_json(error.place)).as_object();
    item["message"] = error.message;
  }
  json::array tests;
  for (const lab::CaseResult& result : tested.results) {
    json::object& item = tests.emplace_back(place_json(result.place)).as_object();
    item["name"] = result.name;
    item["passed"] = result.passed();
    item["failures"] = json::array(result.failures.begin(), result.failures.end());
  }
  return {{"file", tested.file},
          {"errors", std::move(errors)},
          {"passed", tested.results.size() - tested.failed()},
          {"failed", tested.failed()},
          {"tests", std::move(tests)}};
}

int run(const Options& options, Io& io) {
  json::array files;
  int code = 0;
  for (const std::string& file : options.files) {
    const Tested tested = test_file(file);
    code = std::max(code, tested.exit_code());
    if (options.format == "json") {
      files.push_back(to_json(tested));
    } else {
      print_text(tested, io);
    }
  }
  if (options.format == "json") io.out << json::object{{"files", std::move(files)}} << "\n";
  return code;
}

}  // namespace

void register_test_relabel(CLI::App& root, Dispatch& dispatch) {
  auto options = std::make_shared<Options>();
  CLI::App& group = command_group(root, "test", "Test rules against expectations.");
  CLI::App* command = group.add_subcommand("relabel", "Run relabel tests.");
  command->add_option("FILE", options->files, "Files of relabel tests")->required();
  add_format(*command, options->format);
  command->callback([options, &dispatch] { dispatch.run = [options](Io& io) { return run(*options, io); }; });
}

}  // namespace narthex::server
