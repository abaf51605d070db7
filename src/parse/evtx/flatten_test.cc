#include "parse/evtx/flatten.h"

#include <gtest/gtest.h>

#include <map>

#include "parse/evtx/testing/chunk_builder.h"

namespace hinomi::parse::evtx {
namespace {

using testing::Buffer;
using testing::ElementSpec;
using testing::EventSpec;
using testing::Hole;
using testing::InstanceSpec;
using testing::Text;

struct Flat {
  std::multimap<std::string, std::string> leaves;  // path to "text" with a mark for the kind
  Flattener::Result result;
};

std::string marked(const Leaf& leaf) {
  switch (leaf.kind) {
    case LeafKind::null:
      return "null";
    case LeafKind::number:
      return "#" + std::string(leaf.text);
    case LeafKind::boolean:
      return "?" + std::string(leaf.text);
    case LeafKind::text:
      break;
  }
  return "'" + std::string(leaf.text) + "'";
}

Flat flatten(const InstanceSpec& instance, Flattener::Extent extent, const Flattener::PathToId& id_of,
             const Flattener::Limits& limits = {}) {
  testing::ChunkBuilder builder;
  EXPECT_TRUE(builder.add(77, 116'444'736'000'000'000ULL, instance));
  const Buffer chunk = builder.finish();
  TemplateCache cache;
  ChunkReader reader(cache);
  Flattener flattener(id_of, limits);
  base::Arena arena;
  std::vector<Leaf> leaves;
  Flat flat;
  for (int round = 0; round < 2; ++round) {  // the second time by the plans of the first
    leaves.clear();
    flat.leaves.clear();
    reader.open(chunk);
    const Record* record = reader.next();
    EXPECT_NE(record, nullptr);
    if (record == nullptr) return flat;
    flat.result = flattener.flatten(*record, extent, arena, leaves);
    for (const Leaf& leaf : leaves) flat.leaves.emplace(leaf.path, marked(leaf));
  }
  return flat;
}

Flat everything(const InstanceSpec& instance) {
  return flatten(instance, Flattener::Extent::everything,
                 [](std::string_view) { return Flattener::kUnwanted; });
}

EventSpec sample() {
  EventSpec event;
  event.provider = "Hinomi-Test";
  event.event_id = 1;
  event.record_id = 4711;
  event.time = {1'776'000'000'123'456'700};
  event.channel = "Test";
  event.computer = "host";
  event.user = {18};
  event.data = {{"Image", testing::string_value("C:\\cmd.exe ")},
                {"ProcessId", testing::number_value(ValueType::uint32, 42U)},
                {"Empty", testing::string_value("")},
                {"None", testing::null_value()},
                {"Flag", testing::number_value(ValueType::boolean, 1U)}};
  return event;
}

TEST(EvtxFlatten, gives_every_leaf_with_its_path) {
  const Flat flat = everything(testing::make_event(sample()));
  const std::multimap<std::string, std::string> expected = {
      {"Event.#attributes.xmlns", "'http://schemas.microsoft.com/win/2004/08/events/event'"},
      {"Event.System.Provider.#attributes.Name", "'Hinomi-Test'"},
      {"Event.System.EventID", "#1"},
      {"Event.System.Version", "#0"},
      {"Event.System.Level", "#4"},
      {"Event.System.Task", "#0"},
      {"Event.System.Opcode", "#0"},
      {"Event.System.Keywords", "'0x8000000000000000'"},
      {"Event.System.TimeCreated.#attributes.SystemTime", "'2026-04-12T13:20:00.123456Z'"},
      {"Event.System.EventRecordID", "#4711"},
      {"Event.System.Correlation", "null"},
      {"Event.System.Execution.#attributes.ProcessID", "#4"},
      {"Event.System.Execution.#attributes.ThreadID", "#8"},
      {"Event.System.Channel", "'Test'"},
      {"Event.System.Computer", "'host'"},
      {"Event.System.Security.#attributes.UserID", "'S-1-5-18'"},
      {"Event.EventData.Image", "'C:\\cmd.exe '"},
      {"Event.EventData.ProcessId", "#42"},
      {"Event.EventData.Empty", "''"},
      {"Event.EventData.None", "null"},
      {"Event.EventData.Flag", "?true"}};
  EXPECT_EQ(flat.leaves, expected);
  EXPECT_TRUE(flat.result.complete);
}

TEST(EvtxFlatten, gives_only_what_is_wanted) {
  const auto id_of = [](std::string_view path) -> std::uint32_t {
    return path == "Event.EventData.Image" ? 5 : Flattener::kUnwanted;
  };
  const Flat flat = flatten(testing::make_event(sample()), Flattener::Extent::wanted, id_of);
  EXPECT_EQ(flat.leaves,
            (std::multimap<std::string, std::string>{{"Event.EventData.Image", "'C:\\cmd.exe '"}}));
}

TEST(EvtxFlatten, says_the_same_when_it_can_remember_nothing_more) {
  const auto id_of = [](std::string_view path) { return path.size() % 2 == 0 ? 3 : Flattener::kUnwanted; };
  const InstanceSpec instance = testing::make_event(sample());
  for (const auto extent : {Flattener::Extent::wanted, Flattener::Extent::everything}) {
    const Flat all = flatten(instance, extent, id_of);
    for (const Flattener::Limits limits : {Flattener::Limits{.paths = 0}, Flattener::Limits{.paths = 7},
                                           Flattener::Limits{.plans = 0}, Flattener::Limits{.plans = 1}}) {
      const Flat few = flatten(instance, extent, id_of, limits);
      EXPECT_EQ(few.leaves, all.leaves);
      EXPECT_EQ(few.result.record_id, all.result.record_id);
    }
  }
}

TEST(EvtxFlatten, never_gives_what_is_dropped) {
  const auto id_of = [](std::string_view path) {
    return path.starts_with("Event.System") ? Flattener::kNever : Flattener::kUnwanted;
  };
  const Flat flat = flatten(testing::make_event(sample()), Flattener::Extent::everything, id_of);
  EXPECT_EQ(flat.leaves.size(), 6U);  // xmlns and five of EventData
  EXPECT_EQ(flat.result.record_id, 4711U);
}

TEST(EvtxFlatten, knows_time_and_number_of_the_event_itself) {
  const Flat flat = everything(testing::make_event(sample()));
  EXPECT_EQ(flat.result.time, base::TimeNs{1'776'000'000'123'456'700});
  EXPECT_EQ(flat.result.record_id, 4711U);
}

ElementSpec element(std::string name, std::vector<testing::ContentSpec> content = {}) {
  return {.name = std::move(name), .attributes = {}, .content = std::move(content)};
}

InstanceSpec instance_of(ElementSpec root, std::vector<testing::ValueSpec> values = {}) {
  InstanceSpec instance;
  instance.definition =
      std::make_shared<testing::TemplateSpec>(testing::TemplateSpec{testing::guid_of("t"), std::move(root)});
  instance.values = std::move(values);
  return instance;
}

TEST(EvtxFlatten, takes_the_time_of_the_record_where_the_event_has_none) {
  EXPECT_EQ(everything(instance_of(element("Event"))).result.time, base::TimeNs{0});
}

TEST(EvtxFlatten, reads_a_time_that_is_text) {
  ElementSpec created = element("TimeCreated");
  created.with("SystemTime", Text{"2021-11-19T16:52:33.833733500Z"});
  InstanceSpec instance;
  instance.elements.push_back(
      element("Event", {element("System", {created, element("EventRecordID", {Text{"9"}})})}));
  const Flat flat = everything(instance);
  EXPECT_EQ(flat.result.time, base::parse_rfc3339("2021-11-19T16:52:33.8337335Z"));
  EXPECT_EQ(flat.result.record_id, 9U);
}

using Leaves = std::multimap<std::string, std::string>;

TEST(EvtxFlatten, puts_the_text_of_an_element_with_attributes_at_the_element) {
  ElementSpec id = element("EventID", {Hole{0, ValueType::uint16, true}});
  id.with("Qualifiers", Hole{1, ValueType::uint16, true});
  const auto seven = testing::number_value(ValueType::uint16, std::uint16_t{7});
  EXPECT_EQ(everything(instance_of(element("Event", {id}), {seven, seven})).leaves,
            (Leaves{{"Event.EventID", "#7"}, {"Event.EventID.#attributes.Qualifiers", "#7"}}));
  // No null where there is an attribute; null where there is nothing.
  EXPECT_EQ(everything(instance_of(element("Event", {id}), {testing::null_value(), seven})).leaves,
            (Leaves{{"Event.EventID.#attributes.Qualifiers", "#7"}}));
  EXPECT_EQ(everything(instance_of(element("Event", {id}))).leaves, (Leaves{{"Event.EventID", "null"}}));
}

TEST(EvtxFlatten, gives_what_repeats_one_path) {
  const ElementSpec root =
      element("EventData", {element("Data", {Hole{0, ValueType::string, true}}), element("Data"),
                            element("Other", {Text{"x"}}), element("Other", {Text{"y"}})});
  EXPECT_EQ(everything(instance_of(root, {testing::string_array_value({"a", "", "b"})})).leaves,
            (Leaves{{"EventData.Data", "'a'"},
                    {"EventData.Data", "''"},
                    {"EventData.Data", "'b'"},
                    {"EventData.Data", "null"},
                    {"EventData.Other", "'x'"},
                    {"EventData.Other", "'y'"}}));
}

TEST(EvtxFlatten, names_data_by_a_value_too) {
  ElementSpec data = element("Data", {Hole{1, ValueType::string, true}});
  data.with("Name", Hole{0, ValueType::string, true});
  EXPECT_EQ(everything(instance_of(element("EventData", {data}),
                                   {testing::string_value("Image"), testing::string_value("x")}))
                .leaves,
            (Leaves{{"EventData.Image", "'x'"}}));
  const auto id_of = [](std::string_view path) -> std::uint32_t {
    return path == "EventData.Image" ? 1 : Flattener::kUnwanted;
  };
  const auto instance =
      instance_of(element("EventData", {data}), {testing::string_value("Other"), testing::string_value("x")});
  EXPECT_TRUE(flatten(instance, Flattener::Extent::wanted, id_of).leaves.empty());
}

TEST(EvtxFlatten, joins_text_and_values) {
  EXPECT_EQ(everything(instance_of(element("E", {Text{"<"}, Hole{0, ValueType::uint8, true}, Text{">"}}),
                                   {testing::number_value(ValueType::uint8, std::uint8_t{3})}))
                .leaves,
            (Leaves{{"E", "'<3>'"}}));
}

TEST(EvtxFlatten, says_when_a_fragment_is_missing) {
  testing::ValueSpec broken = testing::elements_value({});
  broken.bytes = Buffer(12, std::byte{0xEE});
  const Flat flat = everything(instance_of(element("Event", {Hole{0, ValueType::binxml, true}}), {broken}));
  EXPECT_FALSE(flat.result.complete);
}

TEST(EvtxFlatten, attributes_what_nests_too_deeply_for_a_path_to_an_ancestor) {
  ElementSpec root = element("deep", {Text{"x"}});
  for (int i = 0; i < 60; ++i) {
    ElementSpec outer = element(std::string(30, 'n'));
    outer.add(std::move(root));
    root = std::move(outer);
  }
  const Flat flat = everything(instance_of(root));
  ASSERT_EQ(flat.leaves.size(), 1U);
  EXPECT_LE(flat.leaves.begin()->first.size(), kMaxPathBytes);
  EXPECT_EQ(flat.leaves.begin()->second, "'x'");
}

}  // namespace
}  // namespace hinomi::parse::evtx
