// One line of syslog: RFC 5424, RFC 3164 and the form with an RFC 3339 time-stamp that rsyslog writes into
// files. Not for what programs put into the message (key_value.h, audit.h) and not for framing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/time.h"
#include "parse/syslog/pair.h"
#include "parse/syslog/time_stamp.h"

namespace hinomi::parse::syslog {

enum class MessageForm : std::uint8_t { rfc5424, rfc3164, rfc3339 };

// Absent parts are empty; the nil value "-" of RFC 5424 counts as absent.
struct Message {
  MessageForm form = MessageForm::rfc3164;
  std::optional<int> facility;  // 0-23
  std::optional<int> severity;  // 0-7
  std::optional<base::TimeNs> time;
  std::string_view host;
  std::string_view program;
  std::string_view process_id;
  std::string_view message_id;  // RFC 5424 only
  std::string_view text;
};

// nullopt when the line is none of the forms. Structured data is appended to `structured` as "id.name" with
// its escapes undone; the texts live in `line` and `arena`.
[[nodiscard]] std::optional<Message> parse_message(std::string_view line, const TimePolicy& policy,
                                                   base::Arena& arena, Pairs& structured);

// "auth", "local7" …, as RFC 5424, 6.2.1 numbers them; empty beyond 23.
[[nodiscard]] std::string_view facility_name(int facility) noexcept;
[[nodiscard]] std::string_view severity_name(int severity) noexcept;

}  // namespace hinomi::parse::syslog
