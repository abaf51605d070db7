// Which log sources an event belongs to, decided from a few of its fields by declared conditions
// (content/mappings/sources.yaml). Not for choosing rules: detect does that from the RouteId.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/field_table.h"
#include "event/log_source.h"

namespace hinomi::normalise {

enum class TestKind : std::uint8_t { exists, equals, starts_with, ends_with, contains };

// One condition on one field; it holds when any value of the field satisfies it. Text is compared folded.
struct SourceTest {
  std::string field;
  TestKind kind = TestKind::equals;
  std::string value;  // folded
  friend auto operator<=>(const SourceTest&, const SourceTest&) = default;
};

// Holds when the format is right, an earlier entry has given a source that satisfies `given`, at least one
// test of every group holds and no test of `unless`.
struct SourceEntry {
  std::optional<event::Format> format;
  std::optional<event::LogSource> given;
  std::vector<std::vector<SourceTest>> groups;
  std::vector<SourceTest> unless;
  std::vector<event::LogSource> is;
};

// `text` is the YAML of sources.yaml; an error names line and column.
[[nodiscard]] base::Result<std::vector<SourceEntry>> read_source_entries(std::string_view text);

// The entries made ready: immutable, shared by all workers.
class SourceMap {
 public:
  static constexpr std::size_t kMaxTests = 2048;
  using Signature = std::vector<std::uint64_t>;  // one bit a test

  // Refused when the entries have more than kMaxTests distinct tests.
  [[nodiscard]] static base::Result<SourceMap> build(std::vector<SourceEntry> entries,
                                                     event::FieldTable& fields);

  [[nodiscard]] std::size_t signature_words() const noexcept { return words_; }
  // Sets the bits of the tests that `value`, one of the event's, satisfies. `scratch` is only for reuse.
  void observe(event::FieldId field, std::string_view value, Signature& signature,
               std::string& scratch) const;
  [[nodiscard]] bool observes(event::FieldId field) const noexcept {
    return event::index_of(field) < field_slots_.size() && field_slots_[event::index_of(field)] != 0;
  }
  [[nodiscard]] std::vector<event::LogSource> sources(event::Format format, const Signature& signature) const;

 private:
  struct OneField {
    std::vector<std::uint32_t> exists;
    std::unordered_map<std::string, std::vector<std::uint32_t>> equals;  // folded value -> tests
    std::vector<std::pair<SourceTest, std::uint32_t>> others;            // prefixes, suffixes, parts
    std::size_t longest_equal = 0;                                       // bytes
  };
  struct Compiled {
    std::optional<event::Format> format;
    std::optional<event::LogSource> given;
    std::vector<std::vector<std::uint32_t>> groups;
    std::vector<std::uint32_t> unless;
    std::vector<event::LogSource> is;
  };
  std::vector<std::uint16_t> field_slots_;  // by FieldId: 1 + index in fields_, 0 = not looked at
  std::vector<OneField> fields_;
  std::vector<Compiled> entries_;
  std::size_t words_ = 1;
};

}  // namespace hinomi::normalise
