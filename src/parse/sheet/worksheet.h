// The XML of one sheet into a Table, and the strings and formats that its cells point to. For Workbook only.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parse/sheet/number_format.h"
#include "parse/sheet/table.h"
#include "parse/sheet/xml.h"

namespace hinomi::parse::sheet {

// One text of <si> or <is>: runs joined, readings of Japanese words (rPh) left out, _x000D_ undone.
class StringCollector {
 public:
  void clear();
  void on_start(std::string_view name);
  void on_end(std::string_view name);
  // False when the text is longer than `max_bytes`.
  [[nodiscard]] bool on_text(std::string_view text, std::size_t max_bytes);
  [[nodiscard]] std::string take();

 private:
  std::string text_;
  int readings_ = 0;  // open rPh
  bool in_text_ = false;
};

// _xHHHH_ (ST_Xstring, ECMA-376 part 1, 22.9.2.19) → the character; surrogates in pairs only.
[[nodiscard]] std::string without_escapes(std::string_view text);

// All strings that cells share, in one piece of memory.
class SharedStrings {
 public:
  [[nodiscard]] base::Result<void> add(std::string_view text, const Limits& limits);
  [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
  [[nodiscard]] std::string_view at(std::size_t index) const noexcept;

 private:
  std::string texts_;
  std::vector<std::uint64_t> ends_;
};

class SharedStringsHandler final : public XmlHandler {
 public:
  SharedStringsHandler(SharedStrings& strings, const Limits& limits) : strings_(strings), limits_(limits) {}
  base::Result<void> on_start(std::string_view name, std::span<const XmlAttribute> attributes) override;
  base::Result<void> on_end(std::string_view name) override;
  base::Result<void> on_text(std::string_view text) override;

 private:
  SharedStrings& strings_;
  const Limits& limits_;
  StringCollector collector_;
  bool in_item_ = false;
};

// What the cells of a workbook point to.
struct CellContext {
  SharedStrings strings;
  std::vector<DateForm> forms;  // by style index
  DateSystem system = DateSystem::from_1900;
};

class WorksheetHandler final : public XmlHandler {
 public:
  WorksheetHandler(const CellContext& context, const Limits& limits)
      : context_(context), limits_(limits), builder_(limits) {}
  base::Result<void> on_start(std::string_view name, std::span<const XmlAttribute> attributes) override;
  base::Result<void> on_end(std::string_view name) override;
  base::Result<void> on_text(std::string_view text) override;
  [[nodiscard]] Table take() && { return std::move(builder_).take(); }

 private:
  enum class In : std::uint8_t { nothing, value, formula, inline_string };
  struct Pending {
    std::uint32_t column = 0;
    CellKind kind = CellKind::empty;
    bool formula = false;
    double number = 0;
    std::string text{};
  };

  void start_row(std::span<const XmlAttribute> attributes);
  [[nodiscard]] base::Result<void> end_row();
  void start_cell(std::span<const XmlAttribute> attributes);
  [[nodiscard]] base::Result<void> end_cell();
  [[nodiscard]] bool set_value(Pending& cell);
  [[nodiscard]] bool set_number(Pending& cell);
  void on_columns(std::span<const XmlAttribute> attributes);
  [[nodiscard]] Place place() const noexcept { return {builder_.row_number(), column_}; }

  const CellContext& context_;
  const Limits& limits_;
  TableBuilder builder_;
  std::vector<Pending> row_;
  std::uint32_t last_row_ = 0;
  bool row_refused_ = false;
  bool in_row_ = false;

  // The current cell.
  bool in_cell_ = false;
  In in_ = In::nothing;
  std::uint32_t column_ = 0;
  std::string type_;
  DateForm form_ = DateForm::none;
  std::string value_;
  std::string formula_;
  bool has_formula_ = false;
  bool has_inline_ = false;
  StringCollector inline_;
};

}  // namespace hinomi::parse::sheet
