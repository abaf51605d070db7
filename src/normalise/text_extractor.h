// Recognises one line of a text log and fills an event: audit record, syslog, web access log, Windows event
// as XML, else plain text. One object a worker; not for lines whose meaning depends on other lines (W3C logs,
// audit events).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "normalise/json_extractor.h"
#include "normalise/slot_writer.h"
#include "parse/syslog/message.h"
#include "parse/syslog/pair.h"
#include "parse/syslog/time_stamp.h"

namespace hinomi::normalise {

class TextExtractor {
 public:
  TextExtractor(parse::syslog::TimePolicy policy, parse::json::Limits limits)
      : policy_(policy), json_(limits) {}

  void set_time_reference(base::TimeNs reference) noexcept { policy_.reference = reference; }
  // Sets format and time of `event` and writes its fields. Every line is an event.
  void extract(std::string_view line, SlotWriter& writer, event::Event& event);

 private:
  bool extract_audit(std::string_view text, SlotWriter& writer, event::Event& event);
  bool extract_message(std::string_view line, SlotWriter& writer, event::Event& event);
  bool extract_access_line(std::string_view line, SlotWriter& writer, event::Event& event);
  void extract_text(std::string_view line, SlotWriter& writer, event::Event& event);
  void extract_payload(const parse::syslog::Message& message, SlotWriter& writer, event::Event& event);
  void write_pairs(SlotWriter& writer);

  parse::syslog::TimePolicy policy_;
  JsonExtractor json_;  // for messages that are JSON
  parse::syslog::Pairs pairs_;
};

}  // namespace hinomi::normalise
