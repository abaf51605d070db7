#include "flow/live_events.h"

#include "base/text.h"

namespace hinomi::flow {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool looks_like_json(std::string_view text) noexcept {
  const std::size_t front = text.find_first_not_of(" \t\r\n");
  return front != std::string_view::npos && text[front] == '{';
}

normalise::Extractor::Options options(int zone_offset_minutes) {
  normalise::Extractor::Options options;
  options.limits.line_bytes = ingest::live::kMaxEventBytes * 4;  // in UTF-8 it may be longer
  options.time.zone_offset_minutes = zone_offset_minutes;
  options.brief_values = true;  // an event lives until the next record
  return options;
}

}  // namespace

LiveExtractor::LiveExtractor(const normalise::Normaliser& normaliser, int zone_offset_minutes)
    : extractor_(normaliser, options(zone_offset_minutes)) {}

LiveExtraction LiveExtractor::extract(const JournalEvent& record, event::Extent extent) {
  arena_.clear();
  event_.clear();
  extractor_.set_time_reference(record.received);
  std::string_view text = decoder_.decode(record.bytes, record.encoding);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  LiveExtraction result;
  result.is_read = extract_text(text, record.sequence, extent, result.fell_back);
  if (result.is_read) extractor_.finish(event_);
  return result;
}

bool LiveExtractor::extract_text(std::string_view text, std::uint64_t number, event::Extent extent,
                                 bool& fell_back) {
  if (looks_like_json(text)) {
    if (extractor_.json(text, number, extent, arena_, event_)) return true;
    fell_back = true;
    if (!base::is_utf8(text)) {
      text = decoder_.repaired(text);
      if (extractor_.json(text, number, extent, arena_, event_)) return true;
    }
    event_.clear();
  }
  return extractor_.line(text, number, extent, arena_, event_).has_value();
}

}  // namespace hinomi::flow
