// key=value pairs inside free text: firewalls, PAM, sudo and many others write them.
// Not for audit records, which have rules of their own (audit.h).
#pragma once

#include <string_view>

#include "base/arena.h"
#include "parse/syslog/pair.h"

namespace hinomi::parse::syslog {

// Appends every `name=value` of `text`: the name begins after a blank, comma, semicolon or bracket and holds
// letters, digits, '_', '-', '.', '@'; the value is in double quotes (backslash escapes undone), or goes to
// the next blank, comma or semicolon.
void parse_key_values(std::string_view text, base::Arena& arena, Pairs& out);

// sudo's own form: "user : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls -l"; values go to " ; ". The user
// in front becomes `invoking_user`. Does nothing when `text` is not of that form; then false.
bool parse_sudo(std::string_view text, Pairs& out);

}  // namespace hinomi::parse::syslog
