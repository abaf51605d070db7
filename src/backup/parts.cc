#include "backup/parts.h"

#include <algorithm>
#include <cstddef>

namespace hinomi::backup {
namespace {

constexpr std::size_t kMaxPath = 200;
constexpr std::size_t kHashDigits = 64;

bool is_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

bool is_name(std::string_view name) noexcept {
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), is_plain);
}

bool is_hash(std::string_view name) noexcept {
  return name.size() == kHashDigits && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// "1.db", "1.db-wal"
bool is_vault(std::string_view name) noexcept {
  std::size_t digits = 0;
  while (digits < name.size() && name[digits] >= '0' && name[digits] <= '9') ++digits;
  const std::string_view ending = name.substr(digits);
  return digits > 0 && digits <= 10 && (ending == ".db" || ending == ".db-wal");
}

// `rest`: behind the folder and its slash.
bool fits(Form form, std::string_view rest) noexcept {
  switch (form) {
    case Form::file:
    case Form::records:
    case Form::alerts:
      return false;  // nothing below a file
    case Form::folder:
    case Form::log:
      return is_name(rest);
    case Form::sealed:
      return is_vault(rest);
    case Form::blobs:  // "ab/cd/abcd…"
      return rest.size() == kHashDigits + 6 && rest[2] == '/' && rest[5] == '/' && is_hash(rest.substr(6)) &&
             rest.substr(0, 2) == rest.substr(6, 2) && rest.substr(3, 2) == rest.substr(8, 2);
  }
  return false;
}

bool is_file(Form form) noexcept {
  return form == Form::file || form == Form::records || form == Form::alerts;
}

}  // namespace

const Part* part_of(std::string_view path) noexcept {
  if (path.size() > kMaxPath) return nullptr;
  for (const Part& part : kParts) {
    if (path == part.path) return is_file(part.form) ? &part : nullptr;
    if (path.size() <= part.path.size() || !path.starts_with(part.path) || path[part.path.size()] != '/')
      continue;
    return fits(part.form, path.substr(part.path.size() + 1)) ? &part : nullptr;
  }
  return nullptr;
}

}  // namespace hinomi::backup
