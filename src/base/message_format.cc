#include "base/message_format.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace hinomi::base {
namespace {

// Enough for a double in fixed notation with one decimal (309 digits), and for any 64-bit integer.
constexpr std::size_t kNumberBytes = 336;

void append_grouped(std::string& out, std::string_view digits) {
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
}

struct DurationUnits {
  std::string_view day;
  std::string_view hour;
  std::string_view minute;
  std::string_view second;
  std::string_view between;
};
constexpr DurationUnits kEnglishUnits{" d", " h", " min", " s", " "};
constexpr DurationUnits kJapaneseUnits{"日", "時間", "分", "秒", ""};

}  // namespace

void append_count(std::string& out, std::uint64_t value) {
  std::array<char, kNumberBytes> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  append_grouped(out, {buffer.data(), end});
}

void append_plain(std::string& out, std::int64_t value) {
  std::array<char, kNumberBytes> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

void append_decimal(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "–";
    return;
  }
  std::array<char, kNumberBytes> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, 1).ptr;
  std::string_view text{buffer.data(), end};
  if (text.starts_with('-')) {
    out += '-';
    text.remove_prefix(1);
  }
  append_grouped(out, text.substr(0, text.size() - 2));
  out += text.substr(text.size() - 2);
}

void append_bytes(std::string& out, std::uint64_t bytes) {
  constexpr std::uint64_t kStep = 1024;
  constexpr std::array<std::string_view, 6> kUnits{" KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
  if (bytes < kStep) {
    append_count(out, bytes);
    out += " B";
    return;
  }
  std::size_t unit = 0;
  double value = static_cast<double>(bytes) / kStep;
  // 1023.95 would be shown as 1,024.0: that is one of the next unit.
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= kStep;
    ++unit;
  }
  append_decimal(out, value);
  out += kUnits[unit];
}

void append_duration(std::string& out, Language language, std::chrono::seconds duration) {
  const DurationUnits& units = language == Language::ja ? kJapaneseUnits : kEnglishUnits;
  const auto seconds = static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count());
  const std::array<std::pair<std::uint64_t, std::string_view>, 4> parts{{{seconds / 86400, units.day},
                                                                         {seconds / 3600 % 24, units.hour},
                                                                         {seconds / 60 % 60, units.minute},
                                                                         {seconds % 60, units.second}}};
  std::size_t first = 0;
  while (first + 1 < parts.size() && parts[first].first == 0) ++first;
  append_count(out, parts[first].first);
  out += parts[first].second;
  if (first + 1 == parts.size() || parts[first + 1].first == 0) return;
  out += units.between;
  append_count(out, parts[first + 1].first);
  out += parts[first + 1].second;
}

void append_text(std::string& out, std::string_view text) {
  out += visible(text);
}

}  // namespace hinomi::base
