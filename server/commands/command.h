// How a subcommand joins the command line. One file per subcommand in this folder, with one registration function:
//
//   // relabel.cc
//   void register_relabel(CLI::App& root, Dispatch& dispatch) {
//     auto options = std::make_shared<Options>();
//     CLI::App* command = root.add_subcommand("relabel", "Explain a rule set.");
//     command->add_option("--rules", options->rules, "File of rules")->required();
//     add_format(*command, options->format);
//     command->callback([=, &dispatch] { dispatch.run = [=](Io& io) { return run(*options, io); }; });
//   }
//
// Its name stands in registration.cc. `run` returns the exit code: 0 fine, 1 the question's answer is "no" (a test
// failed, a file is bad), 2 the question could not be asked (unreadable file, bad usage).
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

namespace narthex::server {

// The world of a command, so that tests can look at it.
struct Io {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

// What the command line asked for. Callbacks of subcommands fill it; it runs after parsing is over.
struct Dispatch {
  std::function<int(Io&)> run;  // empty: be the server
};

// The subcommand `name` of `root` that only groups others ("check config", "test relabel"); made at the first call.
CLI::App& command_group(CLI::App& root, const std::string& name, const std::string& description);

// --format=text|json, which every subcommand has.
void add_format(CLI::App& command, std::string& format);

void register_commands(CLI::App& root, Dispatch& dispatch);

}  // namespace narthex::server
