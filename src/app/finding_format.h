// Findings as text: one JSON document a line, CSV (RFC 4180) or a table for people. Log text is hostile: in
// the table it is made visible, in CSV also safe against formulas, in JSON escaped.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/console.h"
#include "flow/scan.h"

namespace hinomi::app {

enum class FindingFormat : unsigned char { ndjson, table, csv };

// Names an input of the scan; ids are those of EventPlace.
class FindingWriter {
 public:
  FindingWriter() = default;
  FindingWriter(const FindingWriter&) = delete;
  FindingWriter& operator=(const FindingWriter&) = delete;
  virtual ~FindingWriter() = default;
  // Appends the finding to `out`. `file` is the name of its input.
  virtual void write(const flow::Finding& finding, std::string_view file, std::string& out) = 0;
  // What stands before the first finding.
  virtual void head(std::string& /*out*/) {}
};

[[nodiscard]] std::unique_ptr<FindingWriter> make_finding_writer(FindingFormat format,
                                                                 const Console& console);

// "▲ high" in the console's language, `columns` wide or more; coloured where the console is.
[[nodiscard]] std::string level_cell(const Console& console, detect::Level level, int columns);
[[nodiscard]] std::string level_name(base::Language language, detect::Level level);
// `text` and blanks up to `columns`; cut with "…" where it is wider.
[[nodiscard]] std::string cell(std::string_view text, int columns);
// One CSV field, quoted where needed, never a formula.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace hinomi::app
