// One record of the Linux audit daemon: type=SYSCALL msg=audit(1700000000.123:456): key=value …
// Not for putting the records of one event together; each record stands for itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/time.h"
#include "parse/syslog/pair.h"

namespace hinomi::parse::syslog {

struct AuditRecord {
  std::string_view type;    // "SYSCALL"; of a number the kernel wrote, its name where known
  std::string_view node;    // of node=, else empty
  std::string_view serial;  // joins the records of one event
  std::optional<base::TimeNs> time;
};

// nullopt when `text` is no audit record. Appends the record's values: quotes taken off, the msg='…' of user
// space records opened, values that the kernel writes in hexadecimal decoded (NUL bytes between arguments
// become blanks), and SYSCALL= by name when only a number of x86-64 is there.
[[nodiscard]] std::optional<AuditRecord> parse_audit(std::string_view text, base::Arena& arena, Pairs& out);

}  // namespace hinomi::parse::syslog
