#include "properties/values.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include "base/json_writer.h"
#include "record/json.h"
#include "record/validate.h"

namespace hinomi::properties {
namespace {

using record::Draft;
using schema::Field;
using schema::Kind;
using schema::Value;

// Each a trial of its own: composed and decomposed, half and full width, beyond the basic plane, right to
// left, what quoting, LIKE, JSON and spreadsheets trip over, and what folds to more than it was.
constexpr std::string_view kPieces[] = {"é",
                                        "e\u0301",
                                        "が",
                                        "か\u3099",
                                        "ｶﾞ",
                                        "ＡＢＣ１２３",
                                        "佐藤 花子",
                                        "ｻﾄｳ ﾊﾅｺ",
                                        "髙﨑",
                                        "𠮷野家",
                                        "👩‍👩‍👧‍👦",
                                        "🇯🇵",
                                        "☠\ufe0f",
                                        "שלום",
                                        "مرحبا",
                                        "\u202etxt.exe",
                                        "\u200b",
                                        "\ufeff",
                                        "\u00a0",
                                        "\u2028",
                                        "\ud7ff",
                                        "\ue000",
                                        "\ufffd",
                                        "\uffff",
                                        "\U0010FFFF",
                                        "\ufdfa",
                                        "ﬃ",
                                        "ß",
                                        "İ",
                                        "'",
                                        "\"",
                                        "\\",
                                        "%",
                                        "_",
                                        "?",
                                        "$1",
                                        ";",
                                        ", ",
                                        "<script>alert(1)</script>",
                                        "=1+1",
                                        "null",
                                        "true",
                                        "0",
                                        "-1",
                                        "1e9",
                                        " ",
                                        "a",
                                        "{}",
                                        "[]"};
constexpr std::string_view kFillers[] = {"a", "あ", "é", "𠮷", "ｶ", "\ufdfa"};

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

std::string repeated(std::string_view one, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += one;
  return text;
}

std::string date(Chance& chance) {
  constexpr std::string_view kEdges[] = {"1900-01-01", "2999-12-31", "2024-02-29", "2000-02-29",
                                         "2026-11-25", "1999-12-31", "2100-02-28"};
  if (chance.one_in(2)) return std::string(chance.of(kEdges));
  return fmt::format("{:04}-{:02}-{:02}", chance.between(1900, 2999), chance.between(1, 12),
                     chance.between(1, 28));
}

double real(Chance& chance) {
  using Limits = std::numeric_limits<double>;
  constexpr double kEdges[] = {0.0,
                               -0.0,
                               1.0,
                               -1.0,
                               0.1,
                               Limits::max(),
                               Limits::lowest(),
                               Limits::min(),
                               Limits::denorm_min(),
                               Limits::epsilon(),
                               9007199254740993.0,
                               1e19,
                               -1e19,
                               9223372036854775808.0};
  if (chance.one_in(2)) return chance.of(kEdges);
  const std::uint64_t bits = chance.bits();
  double number = 0;
  std::memcpy(&number, &bits, sizeof number);
  return std::isfinite(number) ? number : 0.5;
}

std::int64_t integer(const Field& field, Chance& chance) {
  const std::int64_t edges[] = {field.least, field.most, field.least + (field.least < field.most ? 1 : 0),
                                0,           1,          -1};
  const std::int64_t edge = chance.of(edges);
  if (chance.one_in(2) && edge >= field.least && edge <= field.most) return edge;
  return chance.between(field.least, field.most);
}

// The years that texts of times know: 1678 to 2261.
std::int64_t time(Chance& chance) {
  static const std::int64_t first = base::parse_rfc3339("1678-01-01T00:00:00Z")->since_epoch_ns;
  static const std::int64_t last = base::parse_rfc3339("2261-12-31T23:59:59.999999999Z")->since_epoch_ns;
  const std::int64_t edges[] = {first,          last, 0, 1, -1, -1'000'000'000, 1'795'593'600'000'000'001,
                                253'402'300'799};
  if (chance.one_in(2)) return chance.of(edges);
  return chance.between(first, last);
}

// Distinct, and not in order of their bytes: the order is theirs to choose.
schema::Texts texts(const Field& field, Chance& chance) {
  constexpr std::size_t kCounts[] = {0, 0, 1, 2, 3, schema::kTextsLimit};
  const std::size_t count = chance.of(kCounts);
  std::set<std::string> all;
  for (std::size_t i = 0; i < count; ++i) {
    std::string one = line(chance, field.limit);
    const bool fits = !all.contains(one) && !record::check_value(field, schema::Texts{one});
    all.insert(fits ? std::move(one) : "m" + std::to_string(i));
  }
  return {all.rbegin(), all.rend()};
}

bool is_blank(const Field& field, const Value& value) {
  Field needed = field.required();
  needed.by_server = false;
  schema::Entity entity{.name = "any", .path = "any", .title = field.name, .fields = {needed}};
  Draft draft;
  draft.values = {{0, value}};
  record::Record before;
  before.values = {Value()};
  const auto faults = record::check_draft(entity, draft, &before, record::Origin::program);
  return !faults.empty() && faults.front().code == "needed";
}

std::string custom(Chance& chance) {
  std::string json;
  base::JsonWriter writer(json);
  writer.begin_object();
  if (chance.one_in(2)) writer.key("cost_centre").string(line(chance, 60));
  if (chance.one_in(2)) writer.key("floor").integer(static_cast<std::int64_t>(chance.bits()));
  if (chance.one_in(2)) writer.key("remote").boolean(chance.one_in(2));
  writer.end_object();
  return json;
}

std::string json_string(std::string_view text) {
  std::string json;
  base::append_json_string(json, text);
  return json;
}

}  // namespace

std::string line(Chance& chance, std::size_t limit) {
  if (chance.one_in(12)) return {};
  if (chance.one_in(6)) return repeated(chance.of(kFillers), limit);
  std::string text;
  for (std::size_t pieces = 1 + chance.below(6); pieces > 0; --pieces) {
    const std::string_view piece = chance.of(kPieces);
    if (code_points(text) + code_points(piece) > limit) break;
    text += piece;
  }
  return text;
}

Value valid_value(const Field& field, Chance& chance, const Target& target) {
  // What is empty in a declaration by default may be so; the others only where nothing leads from them.
  if (!field.needed && field.kind != Kind::reference && chance.one_in(6)) return {};
  switch (field.kind) {
    case Kind::text: {
      std::string text = line(chance, field.limit);
      if (field.needed && is_blank(field, text)) text = "x";
      return text;
    }
    case Kind::prose: {
      std::string text = line(chance, field.limit / 2);
      if (chance.one_in(2)) text += "\n\t" + line(chance, field.limit / 2 - 2);
      if (field.needed && is_blank(field, text)) text = "x";
      return text;
    }
    case Kind::integer:
      return integer(field, chance);
    case Kind::real:
      return real(chance);
    case Kind::boolean:
      return chance.one_in(2);
    case Kind::time:
      return time(chance);
    case Kind::date:
      return date(chance);
    case Kind::choice:
      return std::string(chance.of(field.choices));
    case Kind::reference:
      return target(std::string(field.target));
    case Kind::texts: {
      schema::Texts members = texts(field, chance);
      if (field.needed && members.empty()) members = {"x"};
      return members;
    }
  }
  return {};
}

Draft valid_draft(const schema::Entity& entity, Chance& chance, const Target& target, bool server_too) {
  Draft draft;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const Field& field = entity.fields[i];
    if ((field.by_server && !server_too) || field.name == entity.state_field) continue;
    // A reference that is no optional member has no value of its own: the program always sets it.
    const bool leads = field.kind == Kind::reference && !schema::is_empty(field.initial());
    if (!field.needed && !leads && chance.one_in(5)) continue;
    draft.values.emplace_back(i, valid_value(field, chance, target));
  }
  if (chance.one_in(2)) {
    std::set<std::string> tags;
    for (std::size_t count = chance.below(4); count > 0; --count)
      tags.insert("tag " + std::to_string(chance.below(100)));
    draft.tags = schema::Texts(tags.rbegin(), tags.rend());
  }
  if (chance.one_in(2)) draft.custom = custom(chance);
  if (entity.for_all_organisations) return draft;
  draft.organisation = static_cast<base::OrganisationId>(chance.between(1, 0xFFFF'FFFF));
  if (chance.one_in(2)) draft.site = static_cast<base::SiteId>(chance.between(0, 0xFFFF'FFFF));
  if (chance.one_in(2)) draft.zone = static_cast<base::Zone>(chance.below(3));
  if (chance.one_in(2)) draft.data_class = static_cast<base::DataClass>(chance.below(3));
  if (chance.one_in(2)) draft.tlp = static_cast<record::Tlp>(chance.below(6));
  return draft;
}

std::string body_of(const schema::Entity& entity, const Draft& draft) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  for (const auto& [index, value] : draft.values) {
    json.key(entity.fields[index].name);
    record::write_value(json, entity.fields[index], value);
  }
  if (draft.tags) {
    json.key("tags").begin_array();
    for (const std::string& tag : *draft.tags) json.string(tag);
    json.end_array();
  }
  if (draft.custom) json.key("custom").raw(*draft.custom);
  if (draft.organisation)
    json.key("organisation").unsigned_integer(static_cast<std::uint32_t>(*draft.organisation));
  if (draft.site) json.key("site").unsigned_integer(static_cast<std::uint32_t>(*draft.site));
  if (draft.zone) json.key("zone").string(record::name_of(*draft.zone));
  if (draft.data_class) json.key("data_class").string(record::name_of(*draft.data_class));
  if (draft.tlp) json.key("tlp").string(record::name_of(*draft.tlp));
  json.end_object();
  return body;
}

std::vector<Invalid> invalid_values(const Field& field, Chance& chance) {
  std::vector<Invalid> all;
  const auto add = [&](std::string json, std::string why) {
    all.push_back({std::move(json), std::move(why)});
  };
  const auto of_other_types = [&](std::initializer_list<std::string_view> jsons) {
    for (const std::string_view json : jsons) add(std::string(json), "another type");
  };
  if (field.needed) add("null", "nothing");
  switch (field.kind) {
    case Kind::text:
    case Kind::prose:
      of_other_types({"1", "true", "[]", "{}", R"(["a"])"});
      add(json_string(repeated(chance.of(kFillers), field.limit + 1)), "too long");
      for (const std::string_view control : {R"("a\u0000b")", R"("a\u001b[2J")", R"("\u007f")", R"("a\rb")"})
        add(std::string(control), "control characters");
      if (field.kind == Kind::text) add(R"("a\nb")", "two lines");
      if (field.needed) {
        for (const std::string_view blank : {R"("")", R"("   ")", R"("　 ")"})
          add(std::string(blank), "blank");
      }
      break;
    case Kind::integer:
      of_other_types({R"("1")", "true", "[]", "{}", "1.5"});
      add("9223372036854775808", "more than an integer holds");
      add("1e30", "more than an integer holds");
      if (field.least > std::numeric_limits<std::int64_t>::min())
        add(std::to_string(field.least - 1), "too small");
      if (field.most < std::numeric_limits<std::int64_t>::max())
        add(std::to_string(field.most + 1), "too large");
      break;
    case Kind::real:
      of_other_types({R"("1")", "true", "[]", "{}"});
      break;
    case Kind::boolean:
      of_other_types({"0", R"("true")", "[]", "{}"});
      break;
    case Kind::time:
      of_other_types({"1", "true", "[]", "{}"});
      for (const std::string_view none : {R"("")", R"("2026-02-30T00:00:00Z")", R"("2026-11-25T25:00:00Z")",
                                          R"("9999-12-31T00:00:00Z")", R"("now")"})
        add(std::string(none), "no time");
      break;
    case Kind::date:
      of_other_types({"1", "true", "[]", "{}"});
      for (const std::string_view none :
           {R"("2026-02-30")", R"("1899-12-31")", R"("3000-01-01")", R"("2026-1-1")",
            R"("2026-11-25T00:00:00Z")", R"("2100-02-29")", R"("２０２６-11-25")"})
        add(std::string(none), "no day");
      break;
    case Kind::choice:
      of_other_types({"0", "true", "[]", "{}"});
      add(json_string(line(chance, 20) + "?"), "no choice");
      add(R"("")", "no choice");
      break;
    case Kind::reference:
      of_other_types({"1", "true", "[]", "{}"});
      add(R"("")", "no id");
      add(R"("017f22e2-79b0-7fff-bf44")", "no id");
      add(R"("017f22e2-79b0-7fff-bf44-5566778899aa")", "no such record");
      break;
    case Kind::texts: {
      of_other_types({"1", "true", R"("a")", "{}", "[1]", R"([["a"]])", "[null]"});
      std::string many = "[";
      for (std::size_t i = 0; i <= schema::kTextsLimit; ++i)
        many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"";
      add(many + "]", "too many");
      add(R"(["a","b","a"])", "one twice");
      add(R"(["a",""])", "a blank one");
      add(R"(["a\nb"])", "two lines");
      add("[" + json_string(repeated("あ", field.limit + 1)) + "]", "one too long");
      break;
    }
  }
  return all;
}

}  // namespace hinomi::properties
