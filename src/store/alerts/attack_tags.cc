#include "store/alerts/attack_tags.h"

#include <algorithm>

#include "base/text.h"

namespace hinomi::store::alerts {
namespace {

constexpr std::string_view kPrefix = "attack.";

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// "T1021" or "T1021.002".
bool is_technique(std::string_view name) noexcept {
  constexpr std::size_t kTechnique = 5;
  constexpr std::size_t kSubTechnique = 9;
  if (name.size() != kTechnique && name.size() != kSubTechnique) return false;
  if (name.front() != 'T' || (name.size() == kSubTechnique && name[kTechnique] != '.')) return false;
  for (std::size_t i = 1; i < name.size(); ++i) {
    if (i != kTechnique && !is_digit(name[i])) return false;
  }
  return true;
}

std::optional<std::string_view> name_in(std::string_view tag, std::string& folded) {
  folded = base::folded(tag);
  if (!std::string_view(folded).starts_with(kPrefix)) return std::nullopt;
  return std::string_view(folded).substr(kPrefix.size());
}

}  // namespace

std::string tactic_form(std::string_view name) {
  std::string form = base::folded(name);
  std::replace(form.begin(), form.end(), '_', '-');
  return form;
}

std::string technique_form(std::string_view name) {
  std::string form(name);
  for (char& c : form) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return form;
}

std::optional<std::string> tactic_of(std::string_view tag) {
  std::string folded;
  const auto name = name_in(tag, folded);
  if (!name || name->empty()) return std::nullopt;
  std::string form = tactic_form(*name);
  const bool letters =
      std::all_of(form.begin(), form.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
  return letters ? std::optional(std::move(form)) : std::nullopt;
}

std::optional<std::string> technique_of(std::string_view tag) {
  std::string folded;
  const auto name = name_in(tag, folded);
  if (!name) return std::nullopt;
  std::string form = technique_form(*name);
  return is_technique(form) ? std::optional(std::move(form)) : std::nullopt;
}

}  // namespace hinomi::store::alerts
