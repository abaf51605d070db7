#include "app/finding_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/json_writer.h"
#include "base/text.h"
#include "messages/messages.h"

namespace hinomi::app {
namespace {

using base::JsonWriter;

std::string place_text(const flow::EventPlace& place) {
  return std::to_string(place.record);
}

// A whole number without a point.
void write_number(JsonWriter& json, double value) {
  constexpr double kExact = 9007199254740992.0;
  if (std::floor(value) == value && std::fabs(value) < kExact) {
    json.integer(static_cast<std::int64_t>(value));
  } else {
    json.number(value);
  }
}

class NdjsonWriter final : public FindingWriter {
 public:
  void write(const flow::Finding& finding, std::string_view file, std::string& out) override {
    JsonWriter json(out);
    const detect::RuleInfo& rule = *finding.rule;
    json.begin_object().key("rule").begin_object();
    json.key("id")
        .string(rule.id)
        .key("title")
        .string(rule.title)
        .key("level")
        .string(detect::name_of(rule.level));
    json.key("tags").begin_array();
    for (const std::string& tag : rule.tags) json.string(tag);
    json.end_array();
    if (!rule.author.empty()) json.key("author").string(rule.author);
    json.end_object().key("event").begin_object().key("time");
    if (finding.has_time) {
      json.string(base::format_rfc3339(finding.time));
    } else {
      json.null();
    }
    json.key("source").begin_object().key("file").string(file).key("record").unsigned_integer(
        finding.place.record);
    json.end_object().end_object();
    if (finding.correlated) write_correlation(json, finding);
    json.key("matched").begin_array();
    for (const detect::MatchedItem& item : finding.matched) write_item(json, item);
    json.end_array().end_object();
    out += '\n';
  }

 private:
  static void write_item(JsonWriter& json, const detect::MatchedItem& item) {
    json.begin_object().key("selection").string(item.selection).key("field");
    if (item.field.empty()) {
      json.null();
    } else {
      json.string(item.field);
    }
    json.key("modifier")
        .string(item.modifier)
        .key("expected")
        .string(item.expected)
        .key("value")
        .string(item.value)
        .end_object();
  }

  static void write_correlation(JsonWriter& json, const flow::Finding& finding) {
    json.key("correlation").begin_object().key("group").begin_object();
    for (const auto& [field, value] : finding.group) json.key(field).string(value);
    json.end_object().key("value");
    write_number(json, finding.value);
    json.key("events").unsigned_integer(finding.event_count);
    json.key("first_time").string(base::format_rfc3339(finding.first_time));
    json.key("records").begin_array();
    for (const flow::NamedPlace& place : finding.events) {
      json.begin_object()
          .key("file")
          .string(place.file)
          .key("record")
          .unsigned_integer(place.record)
          .end_object();
    }
    json.end_array().end_object();
  }
};

std::string group_text(const flow::Finding& finding) {
  std::string text;
  for (const auto& [field, value] : finding.group) text += (text.empty() ? "" : "  ") + field + "=" + value;
  return text + (text.empty() ? "" : "  ") + "× " + std::to_string(finding.event_count);
}

// "CommandLine=…  Image=…": each field once, the first value that decided.
std::string matched_text(const flow::Finding& finding) {
  if (finding.correlated) return group_text(finding);
  std::string text;
  std::vector<std::string_view> seen;
  for (const detect::MatchedItem& item : finding.matched) {
    if (std::find(seen.begin(), seen.end(), item.field) != seen.end()) continue;
    seen.push_back(item.field);
    text +=
        (text.empty() ? "" : "  ") + (item.field.empty() ? std::string("*") : item.field) + "=" + item.value;
  }
  return text;
}

class CsvWriter final : public FindingWriter {
 public:
  // The mark makes spreadsheets read the file as UTF-8.
  void head(std::string& out) override {
    out += "\xEF\xBB\xBFtime,level,rule_id,title,tags,file,record,matched\r\n";
  }

  void write(const flow::Finding& finding, std::string_view file, std::string& out) override {
    const detect::RuleInfo& rule = *finding.rule;
    std::string tags;
    for (const std::string& tag : rule.tags) tags += (tags.empty() ? "" : " ") + tag;
    out += finding.has_time ? base::format_rfc3339(finding.time) : std::string();
    for (const std::string& text : {std::string(detect::name_of(rule.level)), rule.id, rule.title, tags,
                                    std::string(file), place_text(finding.place), matched_text(finding)}) {
      out += ',';
      out += csv_field(text);
    }
    out += "\r\n";
  }
};

class TableWriter final : public FindingWriter {
 public:
  explicit TableWriter(const Console& console) : console_(console) {
    const int rest = std::max(console.columns - kTime - kLevel - 6, 40);
    title_ = rest * 4 / 10;
    place_ = rest * 2 / 10;
    matched_ = rest - title_ - place_ - 2;
  }

  void head(std::string& out) override {
    const base::Language language = console_.language;
    out += cell(messages::scan_column_time(language), kTime) + "  " +
           cell(messages::scan_column_level(language), kLevel) + "  " +
           cell(messages::scan_column_rule(language), title_) + "  " +
           cell(messages::scan_column_source(language), place_) + "  " +
           messages::scan_column_matched(language) + "\n";
  }

  void write(const flow::Finding& finding, std::string_view file, std::string& out) override {
    const detect::RuleInfo& rule = *finding.rule;
    const bool japanese = console_.language == base::Language::ja && !rule.title_ja.empty();
    const std::size_t slash = file.rfind('/');
    const std::string place =
        place_cell(base::visible(slash == std::string_view::npos ? file : file.substr(slash + 1)),
                   ":" + place_text(finding.place));
    out += cell(
        finding.has_time ? base::format_rfc3339(finding.time, 0) : messages::scan_no_time(console_.language),
        kTime);
    out += "  " + level_cell(console_, rule.level, kLevel);
    out += "  " + cell(base::visible(japanese ? rule.title_ja : rule.title), title_);
    out += "  " + cell(place, place_);
    out += "  " + base::cut_to_width(base::visible(matched_text(finding)), matched_);
    out += '\n';
  }

 private:
  // The number is what one looks for: a name too long loses its end, not the number.
  [[nodiscard]] std::string place_cell(const std::string& name, const std::string& number) const {
    return base::cut_to_width(name, std::max(place_ - static_cast<int>(number.size()), 2)) + number;
  }

  static constexpr int kTime = 20;
  static constexpr int kLevel = 15;
  const Console& console_;
  int title_;
  int place_;
  int matched_;
};

}  // namespace

std::string level_name(base::Language language, detect::Level level) {
  switch (level) {
    case detect::Level::informational:
      return messages::level_informational(language);
    case detect::Level::low:
      return messages::level_low(language);
    case detect::Level::medium:
      return messages::level_medium(language);
    case detect::Level::high:
      return messages::level_high(language);
    case detect::Level::critical:
      return messages::level_critical(language);
  }
  return {};
}

std::string level_cell(const Console& console, detect::Level level, int columns) {
  struct Look {
    std::string_view mark;
    std::string_view colour;
  };
  constexpr std::array<Look, 5> kLooks{
      {{"·", "\x1b[2m"}, {"○", "\x1b[36m"}, {"●", "\x1b[33m"}, {"▲", "\x1b[31m"}, {"◆", "\x1b[1;35m"}}};
  const Look& look = kLooks[static_cast<std::size_t>(level)];
  const std::string text = cell(std::string(look.mark) + " " + level_name(console.language, level), columns);
  return console.colour ? std::string(look.colour) + text + "\x1b[0m" : text;
}

std::string cell(std::string_view text, int columns) {
  std::string out = base::cut_to_width(text, columns);
  out.append(static_cast<std::size_t>(std::max(0, columns - base::display_width(out))), ' ');
  return out;
}

std::string csv_field(std::string_view text) {
  std::string safe = base::visible(text);
  // Spreadsheets may take the full-width forms for formulas too, and skip blanks before them.
  constexpr std::array<std::string_view, 8> kFormulaStarts{"=", "+", "-", "@", "＝", "＋", "－", "＠"};
  const std::string_view begun =
      std::string_view(safe).substr(std::min(safe.find_first_not_of(' '), safe.size()));
  const bool formula = std::any_of(kFormulaStarts.begin(), kFormulaStarts.end(),
                                   [&](std::string_view s) { return begun.starts_with(s); });
  if (formula || text.starts_with("\t") || text.starts_with("\r")) safe.insert(safe.begin(), '\'');
  if (safe.find_first_of(",\"; '") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::unique_ptr<FindingWriter> make_finding_writer(FindingFormat format, const Console& console) {
  switch (format) {
    case FindingFormat::ndjson:
      return std::make_unique<NdjsonWriter>();
    case FindingFormat::csv:
      return std::make_unique<CsvWriter>();
    case FindingFormat::table:
      break;
  }
  return std::make_unique<TableWriter>(console);
}

}  // namespace hinomi::app
