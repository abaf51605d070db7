#include "parse/evtx/json.h"

#include <gtest/gtest.h>

#include "parse/evtx/testing/chunk_builder.h"

namespace hinomi::parse::evtx {
namespace {

using testing::Buffer;
using testing::ContentSpec;
using testing::ElementSpec;
using testing::Hole;
using testing::InstanceSpec;
using testing::Text;
using testing::ValueSpec;

ElementSpec element(std::string name, std::vector<ContentSpec> content = {}) {
  return {.name = std::move(name), .attributes = {}, .content = std::move(content)};
}
Hole hole(std::uint16_t index, ValueType type = ValueType::string) {
  return {index, type, true};
}

// The JSON of one record with this template and these values.
std::string json(ElementSpec root, std::vector<ValueSpec> values = {}, Strings strings = Strings::trimmed,
                 JsonRenderer::Outcome expected = JsonRenderer::Outcome::complete) {
  InstanceSpec instance;
  instance.definition =
      std::make_shared<testing::TemplateSpec>(testing::TemplateSpec{testing::guid_of("t"), std::move(root)});
  instance.values = std::move(values);
  testing::ChunkBuilder builder;
  EXPECT_TRUE(builder.add(1, 0, instance));
  const Buffer chunk = builder.finish();
  TemplateCache cache;
  ChunkReader reader(cache);
  reader.open(chunk);
  const Record* record = reader.next();
  EXPECT_NE(record, nullptr);
  if (record == nullptr) return {};
  JsonRenderer renderer(strings);
  std::string out = "kept ";
  EXPECT_EQ(renderer.append(*record, out), expected);
  EXPECT_TRUE(out.starts_with("kept "));
  return out.substr(5);
}

InstanceSpec instance_of(std::string_view name, ElementSpec root, std::vector<ValueSpec> values) {
  InstanceSpec instance;
  instance.definition =
      std::make_shared<testing::TemplateSpec>(testing::TemplateSpec{testing::guid_of(name), std::move(root)});
  instance.values = std::move(values);
  return instance;
}

const auto kSeven = testing::number_value(ValueType::uint16, std::uint16_t{7});

TEST(EvtxJson, writes_null_text_number_or_object_as_an_element_has_it) {
  EXPECT_EQ(json(element("E")), R"({"E":null})");
  EXPECT_EQ(json(element("E", {Text{"x"}})), R"({"E":"x"})");
  EXPECT_EQ(json(element("E", {hole(0)}), {kSeven}), R"({"E":7})");
  EXPECT_EQ(json(element("E", {hole(0)}), {testing::number_value(ValueType::boolean, 1)}), R"({"E":true})");
  EXPECT_EQ(json(element("E", {Text{"n"}, hole(0)}), {kSeven}), R"({"E":"n7"})");
  EXPECT_EQ(json(element("E", {element("F"), element("G", {Text{"x"}})})), R"({"E":{"F":null,"G":"x"}})");
}

TEST(EvtxJson, tells_an_empty_string_from_no_value) {
  EXPECT_EQ(json(element("E", {hole(0)}), {testing::string_value("")}), R"({"E":""})");
  EXPECT_EQ(json(element("E", {hole(0)}), {testing::null_value()}), R"({"E":null})");
  EXPECT_EQ(json(element("E", {hole(5)}), {kSeven}), R"({"E":null})");  // a hole without value
}

TEST(EvtxJson, puts_attributes_and_text_side_by_side) {
  ElementSpec both = element("E", {hole(0)});
  both.with("Q", hole(1)).with("None", hole(2));
  EXPECT_EQ(json(both, {kSeven, kSeven, testing::null_value()}),
            R"({"E":{"#attributes":{"Q":7},"#text":7}})");
  EXPECT_EQ(json(both, {kSeven}), R"({"E":7})");
  EXPECT_EQ(json(both, {testing::null_value(), kSeven}), R"({"E":{"#attributes":{"Q":7}}})");
}

TEST(EvtxJson, numbers_members_of_one_name) {
  EXPECT_EQ(json(element(
                "E", {element("A", {Text{"1"}}), element("A_1"), element("A", {Text{"2"}}), element("A")})),
            R"({"E":{"A":"1","A_1":null,"A_2":"2","A_3":null}})");
}

TEST(EvtxJson, keeps_names_apart_when_they_are_many) {
  ElementSpec root = element("E");
  for (int i = 0; i < 100; ++i) root.add(element("n" + std::to_string(i % 60)));
  const std::string text = json(root);
  EXPECT_NE(text.find(R"("n39_1":null)"), std::string::npos);
  EXPECT_EQ(text.find(R"("n40_1":null)"), std::string::npos);
}

ElementSpec data(std::string name, ContentSpec content) {
  ElementSpec spec = element("Data", {std::move(content)});
  if (!name.empty()) spec.with("Name", Text{name});
  return spec;
}

TEST(EvtxJson, names_data_by_their_attribute) {
  EXPECT_EQ(
      json(element("EventData", {data("A", Text{"x"}), data("B", hole(0)), data("A", hole(1))}), {kSeven}),
      R"({"EventData":{"A":"x","B":7,"A_1":null}})");
  // Only there: elsewhere Data is a name like any other.
  EXPECT_EQ(json(element("Other", {data("A", Text{"x"})})),
            R"({"Other":{"Data":{"#attributes":{"Name":"A"},"#text":"x"}}})");
}

TEST(EvtxJson, lists_data_without_names) {
  EXPECT_EQ(json(element("EventData", {data("", Text{"x"})})), R"({"EventData":{"Data":{"#text":"x"}}})");
  EXPECT_EQ(json(element("EventData", {data("", Text{"x"}), element("Binary"), data("", hole(0))}), {kSeven}),
            R"({"EventData":{"Data":{"#text":["x",7]},"Binary":null}})");
  EXPECT_EQ(json(element("EventData", {data("A", Text{"x"}), data("", Text{"y"})})),
            R"({"EventData":{"A":"x","Data":"y"}})");
}

TEST(EvtxJson, repeats_an_element_for_each_item_of_an_array) {
  const auto array = testing::string_array_value({"a", "", "c"});
  EXPECT_EQ(json(element("E", {element("H", {hole(0)})}), {array}), R"({"E":{"H":"a","H_1":"","H_2":"c"}})");
  EXPECT_EQ(json(element("EventData", {data("", hole(0))}), {array}),
            R"({"EventData":{"Data":{"#text":["a","","c"]}}})");
  EXPECT_EQ(json(element("EventData", {data("", hole(0))}), {testing::string_array_value({"a"})}),
            R"({"EventData":{"Data":{"#text":"a"}}})");
  EXPECT_EQ(json(element("E", {element("H", {hole(0)})}), {testing::string_array_value({})}),
            R"({"E":{"H":null}})");
}

TEST(EvtxJson, sets_fragments_in_place) {
  const InstanceSpec inner = instance_of("inner", element("EventData", {data("A", hole(0))}), {kSeven});
  const ElementSpec root = element("Event", {element("System"), hole(0, ValueType::binxml)});
  EXPECT_EQ(json(root, {testing::fragment_value(inner)}), R"({"Event":{"System":null,"EventData":{"A":7}}})");
  EXPECT_EQ(
      json(root, {testing::elements_value({element("UserData", {element("X", {Text{"y"}})}), element("Z")})}),
      R"({"Event":{"System":null,"UserData":{"X":"y"},"Z":null}})");
  EXPECT_EQ(json(root, {testing::null_value()}), R"({"Event":{"System":null}})");
}

TEST(EvtxJson, leaves_out_a_fragment_that_is_damaged) {
  ValueSpec broken = testing::elements_value({});
  broken.bytes = Buffer(12, std::byte{0xEE});
  EXPECT_EQ(json(element("Event", {element("System"), hole(0, ValueType::binxml)}), {broken},
                 Strings::trimmed, JsonRenderer::Outcome::incomplete),
            R"({"Event":{"System":null}})");
}

TEST(EvtxJson, reads_records_without_template) {
  InstanceSpec instance;
  ElementSpec root = element("Event", {element("EventData", {data("A", Text{"x"})})});
  root.with("xmlns", Text{"urn"});
  instance.elements.push_back(root);
  testing::ChunkBuilder builder;
  ASSERT_TRUE(builder.add(1, 0, instance));
  ASSERT_TRUE(builder.add(2, 0, instance));
  const Buffer chunk = builder.finish();
  TemplateCache cache;
  ChunkReader reader(cache);
  reader.open(chunk);
  JsonRenderer renderer;
  std::size_t records = 0;
  while (const Record* record = reader.next()) {
    std::string out;
    EXPECT_EQ(renderer.append(*record, out), JsonRenderer::Outcome::complete);
    EXPECT_EQ(out, R"({"Event":{"#attributes":{"xmlns":"urn"},"EventData":{"A":"x"}}})");
    ++records;
  }
  EXPECT_EQ(records, 2U);
}

TEST(EvtxJson, resolves_references_and_escapes_what_json_must) {
  EXPECT_EQ(json(element("E", {Text{"a"}, testing::Entity{"lt"}, testing::Entity{"quot"},
                               testing::Entity{"odd"}, testing::CharReference{u'\n'}, Text{"é"}})),
            R"({"E":"a<\"&odd;\né"})");
}

TEST(EvtxJson, trims_strings_only_where_asked) {
  const auto value = testing::string_value("cmd.exe \t\u3000");
  EXPECT_EQ(json(element("E", {hole(0)}), {value}), R"({"E":"cmd.exe"})");
  EXPECT_EQ(json(element("E", {hole(0)}), {value}, Strings::exact), "{\"E\":\"cmd.exe \\t\u3000\"}");
  EXPECT_EQ(json(element("E", {hole(0)}), {testing::string_value("  ")}), R"({"E":""})");
}

TEST(EvtxJson, refuses_a_record_that_would_grow_beyond_the_limit) {
  // 60 KB of text, named 400 times.
  ElementSpec root = element("E");
  for (int i = 0; i < 400; ++i) root.add(element("n", {hole(0)}));
  EXPECT_EQ(json(root, {testing::string_value(std::string(15'000, 'x'))}, Strings::trimmed,
                 JsonRenderer::Outcome::too_large),
            "");
}

TEST(EvtxJson, refuses_fragments_that_multiply) {
  // Each level names the next one eight times: 8^10 leaves from less than 4 KB.
  InstanceSpec inner = instance_of("leaf", element("leaf"), {});
  for (int depth = 0; depth < 10; ++depth) {
    ElementSpec node = element("node");
    for (int i = 0; i < 8; ++i) node.add(hole(0, ValueType::binxml));
    inner = instance_of("node", node, {testing::fragment_value(inner)});
  }
  EXPECT_EQ(json(element("E", {hole(0, ValueType::binxml)}), {testing::fragment_value(inner)},
                 Strings::trimmed, JsonRenderer::Outcome::too_large),
            "");
}

}  // namespace
}  // namespace hinomi::parse::evtx
