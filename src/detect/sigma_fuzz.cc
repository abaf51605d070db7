// YAML text to rules, rules to an image and back, and every rule judged on a few events by both evaluators.
// An input that begins with the image's magic is read as an image instead, with its hash put right.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/hash.h"
#include "detect/rule_set.h"
#include "query/gates.h"
#include "query/reference_evaluator.h"
#include "query/stream_evaluator.h"
#include "query/value_match.h"

namespace {

using namespace hinomi;

constexpr std::size_t kMaxInputBytes = 64 * 1024;
constexpr std::string_view kMagic = "HNMIRULE";
constexpr std::size_t kHashAt = 12;  // behind magic and version
constexpr std::size_t kMaxPredicates = 2'000;

constexpr std::array<event::Value, 12> kValues{{{event::ValueKind::text, "a"},
                                                {event::ValueKind::text, "C:\\Windows\\System32\\cmd.exe"},
                                                {event::ValueKind::text, "cmd.exe /c whoami -all"},
                                                {event::ValueKind::number, "4688"},
                                                {event::ValueKind::null, ""},
                                                {event::ValueKind::text, ""},
                                                {event::ValueKind::boolean, "true"},
                                                {event::ValueKind::text, "10.1.2.3"},
                                                {event::ValueKind::text, "2026-01-05T08:00:00Z"},
                                                {event::ValueKind::text, "火の見 ΟΔΟΣ \xFF\xFE"},
                                                {event::ValueKind::text, "2001:db8::1"},
                                                {event::ValueKind::number, "-1.5e3"}}};

void evaluate(const detect::RuleSet& set) {
  if (set.program.query_count() == 0 || set.program.predicate_count() > kMaxPredicates) return;
  const query::Gates gates(set.program);
  const query::ValueMatcher matcher(set.program);
  query::StreamEvaluator fast(set.program, gates, matcher, set.fields().size(), 1);
  query::ReferenceEvaluator reference(set.program);
  std::vector<query::QueryId> all;
  for (std::uint32_t i = 0; i < set.program.query_count(); ++i) all.push_back(query::QueryId{i});
  const query::QuerySet queries(gates, set.fields().size(), all);
  const auto fields = std::min<std::size_t>(set.fields().size(), 12);
  std::vector<query::QueryId> found;
  for (std::size_t shift = 0; shift < 6; ++shift) {
    event::Event event;
    for (std::uint32_t i = 0; i < fields * 2; ++i) {
      if ((i + shift) % 3 == 0) continue;
      event.slots.push_back({event::FieldId{static_cast<std::uint32_t>(i % fields)},
                             kValues[(i + shift * 5) % kValues.size()],
                             {}});
    }
    event.slots.push_back({event::kUnlistedField, kValues[shift], {}});
    if (shift % 2 == 0) event.raw = kValues[2].text;
    std::vector<query::QueryId> expected;
    for (const query::QueryId id : all) {
      if (reference.holds(id, event)) expected.push_back(id);
    }
    fast.evaluate(event, queries, found);
    HINOMI_CHECK(found == expected);
  }
}

void load_image(std::string image) {
  if (image.size() >= kHashAt + sizeof(std::uint64_t)) {
    const std::uint64_t hash =
        base::hash64(std::string_view(image).substr(kHashAt + sizeof(std::uint64_t)), 0);
    std::memcpy(image.data() + kHashAt, &hash, sizeof hash);
  }
  const auto set = detect::RuleSet::load(image);
  if (set) evaluate(*set);
}

void compile_text(std::string_view text) {
  detect::CompileOptions options;
  options.placeholders = {{"admins", {"root", "adm*"}}, {"x", {"1", "2", "?"}}};
  const detect::RuleSet set = detect::compile_rules({{"fuzz.yml", std::string(text)}}, options);
  for (const detect::Refusal& refusal : set.refused) HINOMI_CHECK(!refusal.reason.empty());
  HINOMI_CHECK(set.correlations.size() == set.correlation_info.size());
  std::string image;
  set.save(image);
  const auto loaded = detect::RuleSet::load(image);
  HINOMI_CHECK(loaded.has_value());
  std::string again;
  loaded->save(again);
  HINOMI_CHECK(again == image);
  evaluate(*loaded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMaxInputBytes) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.starts_with(kMagic)) {
    load_image(std::string(input));
  } else {
    compile_text(input);
  }
  return 0;
}
