#include "normalise/evtx_extractor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "normalise/normaliser.h"
#include "parse/evtx/testing/chunk_builder.h"

namespace hinomi::normalise {
namespace {

namespace testing = parse::evtx::testing;

testing::EventSpec sample() {
  testing::EventSpec event;
  event.provider = "Microsoft-Windows-Sysmon";
  event.event_id = 1;
  event.record_id = 4711;
  event.time = {1'776'000'000'123'456'700};
  event.channel = "Microsoft-Windows-Sysmon/Operational";
  event.computer = "host";
  event.data = {{"Image", testing::string_value("C:\\cmd.exe")},
                {"CommandLine", testing::string_value("chcp ")},
                {"ProcessId", testing::number_value(parse::evtx::ValueType::uint32, 42U)},
                {"Empty", testing::string_value("")},
                {"None", testing::null_value()}};
  return event;
}

struct Seen {
  std::multimap<std::string, std::string> slots;  // field, or * and the name for unlisted ones
  event::Event event;
};

Seen extract(const event::FieldTable& fields, EvtxExtractor& extractor, event::Extent extent) {
  const testing::Buffer file = testing::make_file(std::vector<testing::EventSpec>{sample()});
  const parse::evtx::FileView view(file);
  parse::evtx::TemplateCache cache;
  parse::evtx::ChunkReader reader(cache);
  reader.open(view.chunk(0).bytes);
  const parse::evtx::Record* record = reader.next();
  EXPECT_NE(record, nullptr);
  Seen seen;
  if (record == nullptr) return seen;
  base::Arena arena;
  seen.event.slots.resize(3);  // of an earlier event
  EXPECT_TRUE(extractor.extract(*record, extent, arena, seen.event));
  for (const event::Slot& slot : seen.event.slots) {
    const bool listed = slot.field != event::kUnlistedField;
    const std::string name = listed ? std::string(fields.name(slot.field)) : "*" + std::string(slot.name);
    constexpr std::string_view kMarks = "0'#?";
    seen.slots.emplace(name,
                       kMarks[static_cast<std::size_t>(slot.value.kind)] + std::string(slot.value.text));
  }
  seen.event.slots.clear();
  return seen;
}

std::string last_key(std::string_view path) {
  return std::string(path.substr(path.rfind('.') + 1));
}

using Slots = std::multimap<std::string, std::string>;

TEST(EvtxExtractor, takes_only_the_fields_that_rules_refer_to) {
  event::FieldTable fields;
  for (const char* name : {"Image", "CommandLine", "ProcessId", "Empty", "None", "Absent", "EventID"})
    fields.intern(name);
  EvtxExtractor extractor(fields, EvtxExtractor::NameOf(last_key));
  const Seen seen = extract(fields, extractor, event::Extent::referenced);
  EXPECT_EQ(seen.slots, (Slots{{"Image", "'C:\\cmd.exe"},
                               {"CommandLine", "'chcp "},
                               {"ProcessId", "#42"},
                               {"Empty", "'"},
                               {"None", "0"},
                               {"EventID", "#1"}}));
  EXPECT_EQ(seen.event.format, event::Format::evtx);
  EXPECT_EQ(seen.event.record, 4711U);
  EXPECT_TRUE(seen.event.has_time);
  EXPECT_EQ(seen.event.time, base::TimeNs{1'776'000'000'123'456'700});
}

TEST(EvtxExtractor, takes_everything_but_what_has_no_name) {
  event::FieldTable fields;
  fields.intern("Image");
  EvtxExtractor extractor(fields, [](std::string_view path) {
    return path.starts_with("Event.EventData.") ? last_key(path) : std::string();
  });
  EXPECT_EQ(extract(fields, extractor, event::Extent::everything).slots, (Slots{{"Image", "'C:\\cmd.exe"},
                                                                                {"*CommandLine", "'chcp "},
                                                                                {"*ProcessId", "#42"},
                                                                                {"*Empty", "'"},
                                                                                {"*None", "0"}}));
}

TEST(EvtxExtractor, gives_a_value_to_every_field_that_the_map_says) {
  event::FieldTable fields;
  event::SourceRegistry sources;
  auto normaliser = Normaliser::load(std::string(HINOMI_SOURCE_DIR) + "/content/mappings", fields, sources);
  ASSERT_TRUE(normaliser) << normaliser.error().message;
  for (const char* name : {"Image", "EventID", "Event.EventData.Image", "Provider_Name"}) fields.intern(name);
  ASSERT_TRUE((*normaliser)->freeze());
  EvtxExtractor extractor(fields, (*normaliser)->field_map());
  const Seen seen = extract(fields, extractor, event::Extent::referenced);
  for (const auto& [name, text] : Slots{{"Image", "'C:\\cmd.exe"},
                                        {"Event.EventData.Image", "'C:\\cmd.exe"},
                                        {"EventID", "#1"},
                                        {"Provider_Name", "'Microsoft-Windows-Sysmon"}}) {
    const auto [begin, end] = seen.slots.equal_range(name);
    EXPECT_TRUE(std::any_of(begin, end, [&](const auto& slot) { return slot.second == text; })) << name;
  }
}

}  // namespace
}  // namespace hinomi::normalise
