// The parts of an office file (OPC, ISO/IEC 29500-2) in memory, by name, over parse/archive. Nothing is
// unpacked to a file; a part's name is text. Not for archives at large.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "parse/sheet/table.h"

namespace hinomi::parse::sheet {

class Package {
 public:
  // `bytes` are borrowed for the life of the package. All of it is unpacked once, small parts are kept.
  // Errors: no zip, damaged, encrypted, two parts of one name, a limit.
  [[nodiscard]] static base::Result<Package> open(std::span<const std::byte> bytes, const Limits& limits);

  // Part names compare without regard to ASCII case (29500-2, 6.2.2.3); no '/' in front.
  [[nodiscard]] bool has(std::string_view name) const;
  using Sink = std::function<base::Result<void>(std::string_view)>;
  // The part from front to back; not_found where there is none.
  [[nodiscard]] base::Result<void> read(std::string_view name, const Sink& sink) const;

 private:
  explicit Package(std::string_view bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}
  [[nodiscard]] base::Result<void> walk(
      const std::function<base::Result<Sink>(const std::string& name)>& choose) const;

  struct Part {
    bool kept = false;
    std::string content;
  };
  std::string_view bytes_;
  Limits limits_;
  std::map<std::string, Part, std::less<>> parts_;  // by folded name
};

// The part that `target` of a relationship of `source` names: "worksheets/sheet1.xml" of "xl/workbook.xml" is
// "xl/worksheets/sheet1.xml". "" when it leads out of the package.
[[nodiscard]] std::string resolve_target(std::string_view source, std::string_view target);
// "xl/workbook.xml" → "xl/_rels/workbook.xml.rels".
[[nodiscard]] std::string relationships_of(std::string_view part);

}  // namespace hinomi::parse::sheet
