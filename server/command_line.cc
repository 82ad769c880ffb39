#include "server/command_line.h"

#include <algorithm>
#include <map>
#include <ostream>

#include "web/version.h"

namespace narthex::server {
namespace {

constexpr int kUsageExit = 2;
constexpr int kWrongModeExit = 3;

// Where CLI11 leaves what it read. Every value stays text here: FlagValues knows the kinds.
struct Raw {
  std::map<std::string_view, bool> bools;
  std::map<std::string_view, std::vector<std::string>> texts;
};

void add_flag(CLI::App& app, const FlagSpec& spec, Raw& raw) {
  const std::string name(spec.name);
  std::string help(spec.help);
  if (!spec.fallback.empty()) help += " Default: " + std::string(spec.fallback) + ".";
  if (spec.kind == FlagKind::kBool) {
    app.add_flag("--" + name + ",!--no-" + name, raw.bools[spec.name], help);
    return;
  }
  auto* option = app.add_option("--" + name, raw.texts[spec.name], help)->expected(1)->allow_extra_args(false);
  if (spec.kind == FlagKind::kList) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

FlagValues collect(const CLI::App& app, const Raw& raw) {
  FlagValues values;
  for (const FlagSpec& spec : flag_table()) {
    if (app.count("--" + std::string(spec.name)) == 0) continue;
    if (spec.kind == FlagKind::kBool) {
      values.set(spec.name, {raw.bools.at(spec.name) ? "true" : "false"});
    } else {
      values.set(spec.name, raw.texts.at(spec.name));
    }
  }
  return values;
}

// "--flag=" is an empty value, which CLI11 would look for in the next argument.
std::vector<std::string> reversed_arguments(std::vector<std::string> arguments) {
  std::vector<std::string> out;
  for (std::string& argument : arguments) {
    if (argument.starts_with("--") && argument.size() > 3 && argument.find('=') == argument.size() - 1) {
      argument.pop_back();
      out.push_back(std::move(argument));
      out.emplace_back();
    } else {
      out.push_back(std::move(argument));
    }
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::string describe_unknown(const std::string& argument) {
  if (argument.starts_with("--")) return "unknown long flag '" + argument.substr(0, argument.find('=')) + "'";
  if (argument.starts_with("-") && argument.size() > 1) return "unknown short flag '" + argument.substr(0, 2) + "'";
  return "unexpected " + argument;
}

// The reference's words for a flag that came twice, or without its value.
std::string describe(const CLI::ParseError& error) {
  const std::string text = error.what();
  if (error.get_name() != "ArgumentMismatch" || !text.starts_with("--")) return text;
  const std::string name = text.substr(0, text.find(':'));
  if (text.find("At Most 1") != std::string::npos) return "flag '" + name.substr(2) + "' cannot be repeated";
  return "expected argument for flag '" + name + "'";
}

int usage_error(const CLI::App& app, const std::string& message, Io& io) {
  io.err << "Error parsing command line arguments: " << message << "\n" << app.help();
  return kUsageExit;
}

int serve_checked(const CLI::App& app, const FlagValues& flags, Io& io,
                  const std::function<int(const FlagValues&, Io&)>& serve) {
  auto ok = flags.check();
  if (ok) return serve(flags, io);
  if (ok.error().code != Code::kUnsupported) return usage_error(app, ok.error().message, io);
  io.err << ok.error().message << "\n";
  return kWrongModeExit;
}

int parse_and_run(CLI::App& app, std::vector<std::string> arguments, Io& io,
                  const std::function<int(const FlagValues&, Io&)>& serve) {
  Raw raw;
  Dispatch dispatch;
  for (const FlagSpec& spec : flag_table()) add_flag(app, spec, raw);
  register_commands(app, dispatch);
  try {
    app.parse(reversed_arguments(std::move(arguments)));
  } catch (const CLI::CallForHelp&) {
    io.out << app.help();
    return 0;
  } catch (const CLI::CallForVersion&) {
    io.out << version_line() << "\n";
    return 0;
  } catch (const CLI::ParseError& error) {
    // What is unknown explains more than what is missing beside it ("check confg": a subcommand is required).
    const auto unknown = app.remaining(true);
    const bool missing = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
    return usage_error(app, missing && !unknown.empty() ? describe_unknown(unknown[0]) : describe(error), io);
  }
  if (auto unknown = app.remaining(true); !unknown.empty()) return usage_error(app, describe_unknown(unknown[0]), io);
  if (dispatch.run) return dispatch.run(io);
  return serve_checked(app, collect(app, raw), io, serve);
}

}  // namespace

std::string version_line() {
  return "narthex, version " + std::string(version()) + " (compatible with Prometheus " +
         std::string(kCompatibleVersion) + ")";
}

int run_command_line(std::vector<std::string> arguments, Io& io,
                     const std::function<int(const FlagValues&, Io&)>& serve) {
  CLI::App app("Narthex, a Prometheus-compatible monitoring server.", "narthex");
  app.set_version_flag("--version", version_line());
  app.allow_extras();
  app.prefix_command(false);
  return parse_and_run(app, std::move(arguments), io, serve);
}

}  // namespace narthex::server
