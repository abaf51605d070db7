// The command line of Hinomi: finds the command in the words and runs it. The only module that speaks to
// people there.
#pragma once

#include <span>
#include <string>

#include "app/console.h"

namespace hinomi::app {

// Returns the exit code.
int run(Console& console, std::span<const std::string> words);

// The commands; `words` are those after the command's name.
int scan_command(Console& console, std::span<const std::string> words);
int rules_check_command(Console& console, std::span<const std::string> words);
int rules_test_command(Console& console, std::span<const std::string> words);
int rules_explain_command(Console& console, std::span<const std::string> words);
int evtx_dump_command(Console& console, std::span<const std::string> words);
int demo_generate_command(Console& console, std::span<const std::string> words);
int serve_command(Console& console, std::span<const std::string> words);
int login_command(Console& console, std::span<const std::string> words);
int backup_command(Console& console, std::span<const std::string> words);
int restore_command(Console& console, std::span<const std::string> words);
int audit_check_command(Console& console, std::span<const std::string> words);
int audit_export_command(Console& console, std::span<const std::string> words);
int audit_new_key_command(Console& console, std::span<const std::string> words);
int api_command(Console& console, std::span<const std::string> words);
int records_list_command(Console& console, std::span<const std::string> words);
int records_get_command(Console& console, std::span<const std::string> words);
int records_create_command(Console& console, std::span<const std::string> words);
int records_change_command(Console& console, std::span<const std::string> words);
int records_delete_command(Console& console, std::span<const std::string> words);
// Of the server's own processes (front_descriptors.h names the words).
int front_command(Console& console, std::span<const std::string> words);
int anchor_command(Console& console, std::span<const std::string> words);
int prepare_command(Console& console, std::span<const std::string> words);
int demo_next_command(Console& console, std::span<const std::string> words);

}  // namespace hinomi::app
