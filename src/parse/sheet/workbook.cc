#include "parse/sheet/workbook.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "parse/sheet/package.h"
#include "parse/sheet/worksheet.h"
#include "parse/sheet/xml.h"

namespace hinomi::parse::sheet {
namespace {

constexpr std::size_t kMaxRelationships = 10'000;
constexpr std::size_t kMaxFormats = 65'536;

std::optional<std::uint32_t> whole(std::string_view text) noexcept {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Relationship {
  std::string type;  // the last part of it: "worksheet"
  std::string target;
};
using Relationships = std::map<std::string, Relationship, std::less<>>;

class RelationshipsHandler final : public XmlHandler {
 public:
  RelationshipsHandler(std::string source, Relationships& out) : source_(std::move(source)), out_(out) {}
  base::Result<void> on_start(std::string_view name, std::span<const XmlAttribute> attributes) override {
    if (name != "Relationship" || value_of(attributes, "TargetMode") == "External") return {};
    if (out_.size() >= kMaxRelationships) return beyond_limit("relationships", kMaxRelationships);
    const std::string_view type = value_of(attributes, "Type");
    const std::size_t slash = type.rfind('/');
    out_.try_emplace(
        std::string(value_of(attributes, "Id")),
        Relationship{.type = std::string(type.substr(slash == std::string_view::npos ? 0 : slash + 1)),
                     .target = resolve_target(source_, value_of(attributes, "Target"))});
    return {};
  }
  base::Result<void> on_end(std::string_view) override { return {}; }
  base::Result<void> on_text(std::string_view) override { return {}; }

 private:
  std::string source_;
  Relationships& out_;
};

struct NamedSheet {
  SheetName name;
  std::string relationship;
};

class WorkbookHandler final : public XmlHandler {
 public:
  explicit WorkbookHandler(const Limits& limits) : limits_(limits) {}
  base::Result<void> on_start(std::string_view name, std::span<const XmlAttribute> attributes) override {
    if (name == "workbookPr") {
      const std::string_view flag = value_of(attributes, "date1904");
      if (flag == "1" || flag == "true") system = DateSystem::from_1904;
    }
    if (name != "sheet") return {};
    if (sheets.size() >= limits_.max_sheets) return beyond_limit("sheets", limits_.max_sheets);
    const std::string_view state = value_of(attributes, "state");
    sheets.push_back({.name = {.name = std::string(value_of(attributes, "name")),
                               .hidden = state == "hidden" || state == "veryHidden"},
                      .relationship = std::string(value_of(attributes, "id"))});
    return {};
  }
  base::Result<void> on_end(std::string_view) override { return {}; }
  base::Result<void> on_text(std::string_view) override { return {}; }

  std::vector<NamedSheet> sheets;
  DateSystem system = DateSystem::from_1900;

 private:
  const Limits& limits_;
};

class StylesHandler final : public XmlHandler {
 public:
  base::Result<void> on_start(std::string_view name, std::span<const XmlAttribute> attributes) override {
    if (name == "numFmt") {
      if (codes_.size() >= kMaxFormats) return beyond_limit("number formats", kMaxFormats);
      const auto id = whole(value_of(attributes, "numFmtId"));
      if (id) codes_[*id] = form_of(value_of(attributes, "formatCode"));
    } else if (name == "cellXfs") {
      in_cells_ = true;
    } else if (name == "xf" && in_cells_) {
      if (forms.size() >= kMaxFormats) return beyond_limit("cell formats", kMaxFormats);
      const std::uint32_t id = whole(value_of(attributes, "numFmtId")).value_or(0);
      const auto code = codes_.find(id);
      forms.push_back(code != codes_.end() ? code->second : builtin_form(id));
    }
    return {};
  }
  base::Result<void> on_end(std::string_view name) override {
    if (name == "cellXfs") in_cells_ = false;
    return {};
  }
  base::Result<void> on_text(std::string_view) override { return {}; }

  std::vector<DateForm> forms;

 private:
  std::map<std::uint32_t, DateForm> codes_;
  bool in_cells_ = false;
};

base::Result<void> read_part(const Package& package, std::string_view part, XmlHandler& handler,
                             const Limits& limits) {
  auto reader = XmlReader::open(handler, part, limits);
  if (!reader) return reader.error();
  auto done = package.read(part, [&](std::string_view piece) { return reader->feed(piece); });
  if (!done) return done;
  return reader->finish();
}

base::Result<Relationships> read_relationships(const Package& package, std::string_view source,
                                               const Limits& limits) {
  Relationships found;
  RelationshipsHandler handler(std::string(source), found);
  const std::string part = relationships_of(source);
  if (!package.has(part)) return found;
  if (auto done = read_part(package, part, handler, limits); !done) return done.error();
  return found;
}

// The one of this type whose part is there; "" for none.
std::string target_of(const Relationships& all, std::string_view type, const Package& package) {
  for (const auto& [id, relationship] : all) {
    if (relationship.type == type && package.has(relationship.target)) return relationship.target;
  }
  return {};
}

base::Error not_a_workbook(const Package& package) {
  if (package.has("mimetype")) {
    return {base::ErrorCode::unsupported, "XLSX: it is an OpenDocument file", "save it as .xlsx", {}};
  }
  return {base::ErrorCode::invalid_input, "XLSX: it holds no workbook", "save it as .xlsx", {}};
}

}  // namespace

struct Workbook::Parts {
  Parts(Package of, const Limits& limit) : package(std::move(of)), limits(limit) {}

  Package package;
  Limits limits;
  CellContext context;
  std::vector<SheetName> sheets;
  std::vector<std::string> targets;  // of sheets

  base::Result<void> load();
  base::Result<void> load_sheets(const WorkbookHandler& book, const Relationships& related);
};

base::Result<void> Workbook::Parts::load() {
  const auto root = read_relationships(package, "", limits);
  if (!root) return root.error();
  std::string part = target_of(*root, "officeDocument", package);
  if (part.empty()) part = "xl/workbook.xml";
  if (part.ends_with(".bin")) {
    return base::Error{
        base::ErrorCode::unsupported, "XLSX: it is a binary workbook (.xlsb)", "save it as .xlsx", {}};
  }
  if (!package.has(part)) return not_a_workbook(package);
  WorkbookHandler book(limits);
  if (auto done = read_part(package, part, book, limits); !done) return done;
  const auto related = read_relationships(package, part, limits);
  if (!related) return related.error();
  context.system = book.system;
  if (auto done = load_sheets(book, *related); !done) return done;

  if (const std::string styles = target_of(*related, "styles", package); !styles.empty()) {
    StylesHandler handler;
    if (auto done = read_part(package, styles, handler, limits); !done) return done;
    context.forms = std::move(handler.forms);
  }
  if (const std::string strings = target_of(*related, "sharedStrings", package); !strings.empty()) {
    SharedStringsHandler handler(context.strings, limits);
    if (auto done = read_part(package, strings, handler, limits); !done) return done;
  }
  return {};
}

base::Result<void> Workbook::Parts::load_sheets(const WorkbookHandler& book, const Relationships& related) {
  for (const NamedSheet& sheet : book.sheets) {
    const auto found = related.find(sheet.relationship);
    if (found != related.end() && found->second.type != "worksheet") continue;
    if (found == related.end() || !package.has(found->second.target)) {
      return base::Error{base::ErrorCode::invalid_input,
                         "XLSX: a sheet that it names is not there",
                         "get a complete copy of the file, or save it anew",
                         {}};
    }
    sheets.push_back(sheet.name);
    targets.push_back(found->second.target);
  }
  if (sheets.empty()) return not_a_workbook(package);
  return {};
}

Workbook::Workbook(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Workbook::Workbook(Workbook&&) noexcept = default;
Workbook& Workbook::operator=(Workbook&&) noexcept = default;
Workbook::~Workbook() = default;

base::Result<Workbook> Workbook::open(std::span<const std::byte> bytes, const Limits& limits) {
  auto package = Package::open(bytes, limits);
  if (!package) return package.error();
  auto parts = std::make_unique<Parts>(std::move(*package), limits);
  if (auto done = parts->load(); !done) return done.error();
  return Workbook(std::move(parts));
}

const std::vector<SheetName>& Workbook::sheets() const noexcept {
  return parts_->sheets;
}

std::size_t Workbook::first_visible() const noexcept {
  const auto& sheets = parts_->sheets;
  const auto at =
      std::find_if(sheets.begin(), sheets.end(), [](const SheetName& sheet) { return !sheet.hidden; });
  return at == sheets.end() ? 0 : static_cast<std::size_t>(at - sheets.begin());
}

std::optional<std::size_t> Workbook::find(std::string_view name) const noexcept {
  const auto same = [](char a, char b) {
    return a == b || ((a ^ b) == 0x20 && (a | 0x20) >= 'a' && (a | 0x20) <= 'z');
  };
  for (std::size_t i = 0; i < parts_->sheets.size(); ++i) {
    const std::string& other = parts_->sheets[i].name;
    if (std::equal(other.begin(), other.end(), name.begin(), name.end(), same)) return i;
  }
  return std::nullopt;
}

base::Result<Table> Workbook::read(std::size_t sheet) const {
  if (sheet >= parts_->sheets.size()) {
    return base::Error{base::ErrorCode::usage,
                       "XLSX: there is no sheet number " + std::to_string(sheet + 1),
                       "choose one of its sheets",
                       {}};
  }
  WorksheetHandler handler(parts_->context, parts_->limits);
  if (auto done = read_part(parts_->package, parts_->targets[sheet], handler, parts_->limits); !done) {
    return done.error();
  }
  Table table = std::move(handler).take();
  table.sheets = parts_->sheets;
  table.sheet = sheet;
  return table;
}

}  // namespace hinomi::parse::sheet
