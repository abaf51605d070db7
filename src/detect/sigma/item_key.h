// The key of a detection item, "Field|modifier|…", read: the field and its modifiers, which have been found
// to go together. Not for what the modifiers do (transform.h, item.h).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hinomi::detect::sigma {

enum class Modifier : unsigned char {
  all,
  contains,
  startswith,
  endswith,
  exists,
  cased,
  neq,
  windash,
  re,
  ignore_case,
  multi_line,
  dot_all,
  base64,
  base64offset,
  utf16le,
  utf16be,
  utf16,
  lt,
  lte,
  gt,
  gte,
  minute,
  hour,
  day,
  week,
  month,
  year,
  cidr,
  expand,
  fieldref,
};

// What kinds of value a modifier makes; values of one kind only can stand in an item.
enum class Family : unsigned char {
  link,
  cased,
  place,
  encoding,
  expand,
  flag,
  exists,
  re,
  cidr,
  fieldref,
  compare,
  time
};

[[nodiscard]] Family family_of(Modifier modifier) noexcept;
// As rules write it.
[[nodiscard]] std::string_view name_of(Modifier modifier) noexcept;

inline constexpr std::size_t kMaxModifiers = 16;  // of one item

struct Key {
  std::string field;  // empty = every value
  std::vector<Modifier> modifiers;

  [[nodiscard]] bool has(Modifier modifier) const {
    return std::find(modifiers.begin(), modifiers.end(), modifier) != modifiers.end();
  }
};

// Fails on unknown modifiers and on those that would be ignored beside others; the error stands at `where`.
[[nodiscard]] base::Result<Key> parse_key(std::string_view text, base::Position where);

}  // namespace hinomi::detect::sigma
