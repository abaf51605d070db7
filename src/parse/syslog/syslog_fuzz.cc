// The text log parsers on hostile bytes: whatever they give must lie in the line or the Arena and be
// readable.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "parse/syslog/access_log.h"
#include "parse/syslog/audit.h"
#include "parse/syslog/event_xml.h"
#include "parse/syslog/key_value.h"
#include "parse/syslog/message.h"

namespace {

// Reads every byte, so that a sanitizer sees a view that points astray.
std::size_t touch(std::string_view text) {
  std::size_t sum = text.size();
  for (const char c : text) sum += static_cast<unsigned char>(c);
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace syslog = hinomi::parse::syslog;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  hinomi::base::Arena arena(1024);
  syslog::Pairs pairs;
  const syslog::TimePolicy policy{.reference = hinomi::base::TimeNs{1'790'000'000'000'000'000},
                                  .zone_offset_minutes = 540};
  std::size_t sum = 0;
  if (const auto message = syslog::parse_message(line, policy, arena, pairs)) {
    sum += touch(message->host) + touch(message->program) + touch(message->process_id) + touch(message->text);
    if (const auto record = syslog::parse_audit(message->text, arena, pairs)) sum += touch(record->type);
  }
  if (const auto record = syslog::parse_audit(line, arena, pairs))
    sum += touch(record->type) + touch(record->serial);
  if (const auto access = syslog::parse_access_line(line)) {
    sum += touch(access->uri) + touch(access->path) + touch(access->query) + touch(access->user_agent);
  }
  syslog::parse_key_values(line, arena, pairs);
  syslog::parse_sudo(line, pairs);
  syslog::parse_event_xml(line, arena, pairs);
  for (const auto& pair : pairs) sum += touch(pair.name) + touch(pair.value);
  if (pairs.size() > 7 * syslog::kMaxPairs) std::abort();
  // The sum is asked for so that it is computed; it cannot be that large.
  if (sum > (size + 1) * 255 * 64 * syslog::kMaxPairs) std::abort();
  return 0;
}
