#include "app/cli.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "app/front_descriptors.h"
#include "app/version.h"
#include "messages/messages.h"

namespace hinomi::app {
namespace {

struct Command {
  std::string_view first;
  std::string_view second;  // empty for a command of one word
  int (*run)(Console&, std::span<const std::string>);
  std::string (*usage)(base::Language);
};

constexpr std::array kCommands{
    Command{"scan", "", scan_command, messages::usage_scan},
    Command{"rules", "check", rules_check_command, messages::usage_rules_check},
    Command{"rules", "test", rules_test_command, messages::usage_rules_test},
    Command{"rules", "explain", rules_explain_command, messages::usage_rules_explain},
    Command{"evtx", "dump", evtx_dump_command, messages::usage_evtx_dump},
    Command{"demo", "generate", demo_generate_command, messages::usage_demo_generate},
    Command{"demo", "next", demo_next_command, messages::usage_demo_next},
    Command{"serve", "", serve_command, messages::usage_serve},
    Command{"login", "", login_command, messages::usage_login},
    Command{"backup", "", backup_command, messages::usage_backup},
    Command{"restore", "", restore_command, messages::usage_restore},
    Command{"audit", "check", audit_check_command, messages::usage_audit_check},
    Command{"audit", "export", audit_export_command, messages::usage_audit_export},
    Command{"audit", "new-key", audit_new_key_command, messages::usage_audit_new_key},
    Command{"api", "", api_command, messages::usage_api},
    Command{"records", "list", records_list_command, messages::usage_records},
    Command{"records", "get", records_get_command, messages::usage_records},
    Command{"records", "create", records_create_command, messages::usage_records},
    Command{"records", "change", records_change_command, messages::usage_records},
    Command{"records", "delete", records_delete_command, messages::usage_records},
};

bool is_help(std::string_view word) {
  return word == "--help" || word == "-h";
}

int show(Console& console, std::string_view text) {
  console.line(text.ends_with('\n') ? text.substr(0, text.size() - 1) : text);
  return console.finish() ? kExitOk : kExitProblems;
}

}  // namespace

int run(Console& console, std::span<const std::string> words) {
  if (words.empty()) {
    console.error_line(messages::usage_main(console.language));
    return kExitUsage;
  }
  if (is_help(words[0]) || words[0] == "help") return show(console, messages::usage_main(console.language));
  if (words[0] == "version" || words[0] == "--version")
    return show(console, messages::usage_version(console.language, kVersion));
  // Processes that `serve` starts; not for people.
  if (words[0] == kFrontCommand) return front_command(console, words.subspan(1));
  if (words[0] == kAnchorCommand) return anchor_command(console, words.subspan(1));
  if (words[0] == kPrepareCommand) return prepare_command(console, words.subspan(1));
  for (const Command& command : kCommands) {
    if (words[0] != command.first) continue;
    const std::size_t length = command.second.empty() ? 1 : 2;
    if (length == 2 && (words.size() < 2 || words[1] != command.second)) continue;
    const auto rest = words.subspan(length);
    const auto options_end = std::find(rest.begin(), rest.end(), "--");
    if (std::any_of(rest.begin(), options_end, is_help))
      return show(console, command.usage(console.language));
    const int code = command.run(console, rest);
    if (console.finish()) return code;
    // A reader that has had enough ("| head") is no fault; anything else is.
    if (console.failure() != EPIPE) {
      console.error_line(messages::error_output(console.language, std::strerror(console.failure())));
    }
    return code != kExitOk ? code : kExitProblems;
  }
  const std::string shown = words.size() > 1 && !words[1].starts_with('-') && words[0] != "scan"
                                ? words[0] + " " + words[1]
                                : words[0];
  console.error_line(messages::usage_unknown_command(console.language, shown));
  return kExitUsage;
}

}  // namespace hinomi::app
