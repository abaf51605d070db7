#include "normalise/text_extractor.h"

#include <optional>

#include "parse/syslog/access_log.h"
#include "parse/syslog/audit.h"
#include "parse/syslog/event_xml.h"
#include "parse/syslog/key_value.h"

namespace hinomi::normalise {
namespace {

namespace syslog = parse::syslog;

void set_time(event::Event& event, std::optional<base::TimeNs> time) {
  if (!time) return;
  event.has_time = true;
  event.time = *time;
}

bool may_be_audit(std::string_view text) {
  return text.starts_with("type=") || text.starts_with("node=") || text.starts_with("audit: type=");
}

// Writes a text unless it is empty: an absent part is no field.
void write_present(SlotWriter& writer, std::string_view name, std::string_view text) {
  if (!text.empty()) writer.write_named(name, text);
}

// The arguments a0, a1 … of an EXECVE record as one command line; the program alone is its Image when it has
// a path.
void write_command_line(const syslog::Pairs& pairs, SlotWriter& writer) {
  std::string joined;
  std::string_view program;
  for (const auto& [name, value] : pairs) {
    const bool is_argument = name.size() > 1 && name[0] == 'a' && name[1] >= '0' && name[1] <= '9' &&
                             name.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (!is_argument) continue;
    if (name == "a0") program = value;
    if (!joined.empty()) joined += ' ';
    joined += value;
  }
  if (joined.empty()) return;
  writer.write_named("CommandLine", writer.arena().copy(joined));
  if (program.starts_with('/')) writer.write_named("Image", program);
}

// "pam_unix(sshd:auth): authentication failure; logname= …"
std::string_view pam_message(std::string_view text) {
  if (!text.starts_with("pam_")) return {};
  const std::size_t start = text.find("): ");
  if (start == std::string_view::npos) return {};
  const std::size_t end = text.find(';', start);
  return end == std::string_view::npos ? std::string_view{} : text.substr(start + 3, end - start - 3);
}

}  // namespace

void TextExtractor::extract(std::string_view line, SlotWriter& writer, event::Event& event) {
  pairs_.clear();
  if (may_be_audit(line) && extract_audit(line, writer, event)) return;
  if (extract_message(line, writer, event)) return;
  if (extract_access_line(line, writer, event)) return;
  extract_text(line, writer, event);
}

bool TextExtractor::extract_audit(std::string_view text, SlotWriter& writer, event::Event& event) {
  pairs_.clear();
  const auto record = syslog::parse_audit(text, writer.arena(), pairs_);
  if (!record) return false;
  event.format = event::Format::audit;
  set_time(event, record->time);
  writer.write_named("type", record->type);
  write_present(writer, "node", record->node);
  write_present(writer, "serial", record->serial);
  write_pairs(writer);
  if (record->type == "EXECVE") write_command_line(pairs_, writer);
  return true;
}

bool TextExtractor::extract_message(std::string_view line, SlotWriter& writer, event::Event& event) {
  pairs_.clear();
  const auto message = syslog::parse_message(line, policy_, writer.arena(), pairs_);
  if (!message) return false;
  event.format = event::Format::syslog;
  set_time(event, message->time);
  write_present(writer, "host", message->host);
  write_present(writer, "program", message->program);
  write_present(writer, "pid", message->process_id);
  write_present(writer, "msgid", message->message_id);
  if (message->facility) writer.write_named("facility", syslog::facility_name(*message->facility));
  if (message->severity) writer.write_named("severity", syslog::severity_name(*message->severity));
  writer.write_named("message", message->text);
  write_pairs(writer);  // structured data
  extract_payload(*message, writer, event);
  return true;
}

// What programs are known to put into their messages.
void TextExtractor::extract_payload(const syslog::Message& message, SlotWriter& writer, event::Event& event) {
  const std::string_view text = message.text;
  if (may_be_audit(text) && extract_audit(text, writer, event)) return;
  pairs_.clear();
  if (text.starts_with("<Event")) {
    syslog::parse_event_xml(text, writer.arena(), pairs_);
  } else if (text.starts_with('{')) {
    // A message that only looks like JSON stays a text.
    if (json_.extract(text, writer)) return;
  } else if (message.program != "sudo" || !syslog::parse_sudo(text, pairs_)) {
    syslog::parse_key_values(text, writer.arena(), pairs_);
    write_present(writer, "pam_message", pam_message(text));
  }
  write_pairs(writer);
}

bool TextExtractor::extract_access_line(std::string_view text, SlotWriter& writer, event::Event& event) {
  const auto line = syslog::parse_access_line(text);
  if (!line) return false;
  event.format = event::Format::text;
  set_time(event, line->time);
  // Names of the W3C extended log format, as the Sigma taxonomy has them for web servers.
  write_present(writer, "c-ip", line->client);
  write_present(writer, "cs-host", line->virtual_host);
  write_present(writer, "cs-username", line->user);
  write_present(writer, "cs-method", line->method);
  write_present(writer, "cs-uri", line->uri);
  write_present(writer, "cs-uri-stem", line->path);
  write_present(writer, "cs-uri-query", line->query);
  write_present(writer, "cs-version", line->protocol);
  write_present(writer, "sc-status", line->status);
  write_present(writer, "sc-bytes", line->bytes);
  write_present(writer, "cs-referer", line->referer);
  write_present(writer, "cs-user-agent", line->user_agent);
  // Public rules ask cs-uri-query for paths as well, so the whole request target is a value of it too.
  if (line->uri != line->query) write_present(writer, "cs-uri-query", line->uri);
  if (line->method.empty()) write_present(writer, "request", line->request);
  return true;
}

void TextExtractor::extract_text(std::string_view line, SlotWriter& writer, event::Event& event) {
  pairs_.clear();
  event.format = event::Format::text;
  if (line.starts_with("<Event")) {
    syslog::parse_event_xml(line, writer.arena(), pairs_);
  } else {
    const auto stamp = syslog::take_rfc3339(line, policy_);
    set_time(event, stamp.time);
    syslog::parse_key_values(line, writer.arena(), pairs_);
  }
  writer.write_named("message", line);
  write_pairs(writer);
}

void TextExtractor::write_pairs(SlotWriter& writer) {
  for (const auto& [name, value] : pairs_) {
    writer.write_named(name, value);
  }
}

}  // namespace hinomi::normalise
