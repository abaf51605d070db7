// What the text and the children of an element are once the values of a record fill it: the rules that json.h
// and flatten.h must share, so that both say the same. Not for callers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parse/evtx/reader.h"
#include "parse/evtx/value.h"

namespace hinomi::parse::evtx {

// What one record may cost to render; a template may repeat a value, and fragments multiply.
class RenderBudget {
 public:
  void reset() noexcept {
    parts_ = kMaxRenderedParts;
    bytes_ = kMaxRenderedBytes;
    depth_ = 0;
    exhausted_ = false;
  }
  // False when the record has used up its share; stays false.
  [[nodiscard]] bool spend(std::size_t parts, std::size_t bytes) noexcept {
    if (exhausted_ || parts > parts_ || bytes > bytes_) {
      exhausted_ = true;
      return false;
    }
    parts_ -= parts;
    bytes_ -= bytes;
    return true;
  }
  // Opening a fragment costs by its size: it is read again each time.
  [[nodiscard]] bool spend_open(std::size_t fragment_bytes) noexcept {
    return spend(1 + fragment_bytes / 8, 0);
  }
  [[nodiscard]] bool exhausted() const noexcept { return exhausted_; }
  [[nodiscard]] bool enter() noexcept {
    if (depth_ >= kMaxRenderedDepth) exhausted_ = true;
    ++depth_;
    return !exhausted_;
  }
  void leave() noexcept { --depth_; }

 private:
  std::size_t parts_ = kMaxRenderedParts;
  std::size_t bytes_ = kMaxRenderedBytes;
  int depth_ = 0;
  bool exhausted_ = false;
};

// The text of an element or attribute: how many non-empty pieces, and the value if it is but one. Nothing at
// all is null; a string value without characters is an empty text.
struct TextSummary {
  std::size_t pieces = 0;
  bool single_is_value = false;   // exactly one piece, and it is no literal text
  bool has_empty_string = false;  // some string value has no characters
  bool has_children = false;      // elements or fragments
  Value single;

  [[nodiscard]] LeafKind kind() const noexcept {
    if (pieces == 0) return has_empty_string ? LeafKind::text : LeafKind::null;
    return single_is_value ? kind_of(single) : LeafKind::text;
  }
  [[nodiscard]] bool is_null() const noexcept { return pieces == 0 && !has_empty_string; }
};
[[nodiscard]] TextSummary summarise(const Instance& instance, Range parts);

// Appends the text of all pieces. The caller has checked the budget for text_bound().
[[nodiscard]] std::size_t text_bound(const Instance& instance, Range parts);
void append_text(const Instance& instance, Range parts, Strings strings, std::string& out);

// True when some attribute is not null: then the element is more than its own text.
[[nodiscard]] bool has_attribute(const Instance& instance, const Element& element);

// EventData and UserData: within them, Data elements are named by their attribute Name.
[[nodiscard]] inline bool is_container(std::string_view element_name) noexcept {
  return element_name == "EventData" || element_name == "UserData";
}
inline constexpr std::string_view kDataName = "Data";
// The attribute Name of a Data element; nullptr when it is missing or has no text.
[[nodiscard]] const Attribute* data_name(const Instance& instance, const Element& element);

// An element with an array in its text or attributes stands for one element an item (MS-EVEN6 3.1.4.7.5).
// With several arrays, the n-th element takes the n-th item of each.
[[nodiscard]] bool has_array(const Instance& instance, const Element& element);

class ArrayExpansion {
 public:
  ArrayExpansion(const Instance& instance, const Element& element);
  [[nodiscard]] std::size_t count() const noexcept { return count_; }  // at least 1
  // The instance as the n-th element sees it; valid until the next call.
  [[nodiscard]] const Instance& at(std::size_t n);

 private:
  struct Array {
    std::uint16_t index;
    std::vector<Value> items;
  };
  void add(const Instance& instance, Range parts, const Template& definition);

  Instance expanded_;
  std::vector<Value> values_;
  std::vector<Array> arrays_;
  std::size_t count_ = 1;
};

}  // namespace hinomi::parse::evtx
