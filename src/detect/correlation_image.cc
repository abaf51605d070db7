#include "detect/correlation_image.h"

#include <cstring>

namespace hinomi::detect::correlation {
namespace {

constexpr std::string_view kMagic = "HNMICORR";
constexpr std::uint32_t kVersion = 1;   // of the body and of what the engine means by it
constexpr std::uint32_t kFeatures = 0;  // bits a reader must know to read the body right
constexpr std::uint64_t kSeed = 0x636f7272656c6174;
constexpr std::size_t kHashAt = kMagic.size();

void write_numbers(ImageWriter& writer, const std::vector<std::uint32_t>& numbers) {
  writer.number(static_cast<std::uint32_t>(numbers.size()));
  for (const std::uint32_t number : numbers) writer.number(number);
}
void write_texts(ImageWriter& writer, const std::vector<std::string>& texts) {
  writer.number(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) writer.text(text);
}

void write_rule(ImageWriter& writer, const CorrelationRule& rule) {
  writer.text(rule.id);
  writer.number(static_cast<std::uint8_t>(rule.type));
  writer.number(static_cast<std::uint32_t>(rule.members.size()));
  for (const CorrelationMember& member : rule.members) {
    writer.number(static_cast<std::uint8_t>(member.kind));
    writer.number(member.index);
    writer.number(static_cast<std::uint8_t>(member.negated));
    write_numbers(writer, member.group_captures);
    write_numbers(writer, member.value_captures);
    write_numbers(writer, member.carried_captures);
  }
  write_texts(writer, rule.group_by);
  write_texts(writer, rule.value_fields);
  write_texts(writer, rule.carried);
  writer.number(rule.timespan_ns.value_or(0));
  writer.number(static_cast<std::uint32_t>(rule.condition.size()));
  for (const Bound& bound : rule.condition) {
    writer.number(static_cast<std::uint8_t>(bound.comparison));
    writer.number(bound.limit);
  }
  writer.number(rule.percentile);
  writer.number(static_cast<std::uint8_t>(rule.window));
}

template <typename Visit>
void each_number(RuleStatistics& s, Visit&& visit) {
  for (std::uint64_t* const number :
       {&s.matches, &s.ungrouped, &s.without_value, &s.not_numeric, &s.repeated, &s.firings, &s.suppressed,
        &s.groups_refused, &s.matches_refused, &s.derived_refused}) {
    visit(*number);
  }
}
// `groups` and `bytes` are counted anew.
template <typename Visit>
void each_number(Statistics& s, Visit&& visit) {
  for (std::uint64_t* const number :
       {&s.matches, &s.unreferenced, &s.late, &s.released_early, &s.groups_peak, &s.bytes_peak}) {
    visit(*number);
  }
}
static_assert(sizeof(RuleStatistics) == 10 * sizeof(std::uint64_t), "a new counter belongs into the image");
static_assert(sizeof(Statistics) == 8 * sizeof(std::uint64_t), "a new counter belongs into the image");

base::Error refusal(std::string why) {
  return {.code = base::ErrorCode::invalid_input,
          .message = "state of correlations: " + std::move(why),
          .remedy = "correlate anew from the events"};
}

}  // namespace

void write(ImageWriter& writer, const RuleStatistics& statistics) {
  RuleStatistics copy = statistics;
  each_number(copy, [&](std::uint64_t number) { writer.number(number); });
}
void read(ImageReader& reader, RuleStatistics& statistics) {
  each_number(statistics, [&](std::uint64_t& number) { number = reader.number<std::uint64_t>(); });
}
void write(ImageWriter& writer, const Statistics& statistics) {
  Statistics copy = statistics;
  each_number(copy, [&](std::uint64_t number) { writer.number(number); });
}
void read(ImageReader& reader, Statistics& statistics) {
  each_number(statistics, [&](std::uint64_t& number) { number = reader.number<std::uint64_t>(); });
}

base::Hash128 fingerprint(const std::vector<CorrelationRule>& rules, const CorrelationOptions& options) {
  std::string bytes;
  ImageWriter writer(bytes);
  writer.number(static_cast<std::uint64_t>(options.max_groups));
  writer.number(static_cast<std::uint64_t>(options.max_bytes));
  writer.number(options.allowed_lateness_ns);
  writer.number(static_cast<std::uint32_t>(rules.size()));
  for (const CorrelationRule& rule : rules) write_rule(writer, rule);
  return base::hash128(bytes, kSeed);
}

void begin_image(std::string& out, const base::Hash128& fingerprint) {
  out.append(kMagic);
  ImageWriter writer(out);
  writer.number(std::uint64_t{0});  // hash of all that follows
  writer.number(kVersion);
  writer.number(kFeatures);
  writer.number(fingerprint.low);
  writer.number(fingerprint.high);
}

void seal_image(std::string& out, std::size_t begin) {
  const std::size_t hashed = begin + kHashAt + sizeof(std::uint64_t);
  const std::uint64_t hash = base::hash64(std::string_view(out).substr(hashed), kSeed);
  std::memcpy(out.data() + begin + kHashAt, &hash, sizeof hash);
}

base::Result<std::string_view> open_image(std::string_view image, const base::Hash128& fingerprint) {
  if (!image.starts_with(kMagic)) return refusal("no image of it");
  base::BinaryReader reader(image.substr(kMagic.size()));
  const auto hash = reader.number<std::uint64_t>();
  if (!reader.ok() || base::hash64(reader.rest(), kSeed) != hash) return refusal("the image is damaged");
  const auto version = reader.number<std::uint32_t>();
  const auto features = reader.number<std::uint32_t>();
  if (!reader.ok() || version != kVersion || features != kFeatures)
    return refusal("the image is of another version");
  const auto low = reader.number<std::uint64_t>();
  const auto high = reader.number<std::uint64_t>();
  if (!reader.ok() || base::Hash128{low, high} != fingerprint)
    return refusal("the image belongs to other rules or limits");
  return reader.rest();
}

}  // namespace hinomi::detect::correlation
