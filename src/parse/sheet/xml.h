// XML of office files as a stream of elements, over expat: memory does not grow with the document. A document
// type, and with it every entity and external reference, is refused. Not for documents that need a tree.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "parse/sheet/table.h"

namespace hinomi::parse::sheet {

struct XmlAttribute {
  std::string_view name;  // without its prefix
  std::string_view value;
};
// "" where there is none.
[[nodiscard]] std::string_view value_of(std::span<const XmlAttribute> attributes,
                                        std::string_view name) noexcept;

// Names come without prefixes. Elements of namespaces other than those of SpreadsheetML and of OPC
// relationships are left out with all they hold. An Error ends the reading.
class XmlHandler {
 public:
  XmlHandler() = default;
  virtual ~XmlHandler() = default;
  XmlHandler(const XmlHandler&) = delete;
  XmlHandler& operator=(const XmlHandler&) = delete;

  virtual base::Result<void> on_start(std::string_view name, std::span<const XmlAttribute> attributes) = 0;
  virtual base::Result<void> on_end(std::string_view name) = 0;
  // A text may come in pieces.
  virtual base::Result<void> on_text(std::string_view text) = 0;
};

class XmlReader {
 public:
  // `handler` must outlive the reader. `part` names the document in errors.
  [[nodiscard]] static base::Result<XmlReader> open(XmlHandler& handler, std::string_view part,
                                                    const Limits& limits);
  XmlReader(XmlReader&&) noexcept;
  XmlReader& operator=(XmlReader&&) = delete;
  ~XmlReader();

  [[nodiscard]] base::Result<void> feed(std::string_view bytes);
  [[nodiscard]] base::Result<void> finish();

 private:
  struct Parts;
  explicit XmlReader(std::unique_ptr<Parts> parts);
  [[nodiscard]] base::Result<void> parse(std::string_view bytes, bool last);

  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::parse::sheet
