#include "detect/sigma/item_key.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace hinomi::detect::sigma {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;

struct NamedModifier {
  std::string_view name;
  Modifier modifier;
};

constexpr std::array kModifiers{
    NamedModifier{"all", Modifier::all},
    NamedModifier{"contains", Modifier::contains},
    NamedModifier{"startswith", Modifier::startswith},
    NamedModifier{"endswith", Modifier::endswith},
    NamedModifier{"exists", Modifier::exists},
    NamedModifier{"cased", Modifier::cased},
    NamedModifier{"neq", Modifier::neq},
    NamedModifier{"windash", Modifier::windash},
    NamedModifier{"re", Modifier::re},
    NamedModifier{"i", Modifier::ignore_case},
    NamedModifier{"ignorecase", Modifier::ignore_case},
    NamedModifier{"m", Modifier::multi_line},
    NamedModifier{"multiline", Modifier::multi_line},
    NamedModifier{"s", Modifier::dot_all},
    NamedModifier{"dotall", Modifier::dot_all},
    NamedModifier{"base64", Modifier::base64},
    NamedModifier{"base64offset", Modifier::base64offset},
    NamedModifier{"utf16le", Modifier::utf16le},
    NamedModifier{"wide", Modifier::utf16le},
    NamedModifier{"utf16be", Modifier::utf16be},
    NamedModifier{"utf16", Modifier::utf16},
    NamedModifier{"lt", Modifier::lt},
    NamedModifier{"lte", Modifier::lte},
    NamedModifier{"gt", Modifier::gt},
    NamedModifier{"gte", Modifier::gte},
    NamedModifier{"minute", Modifier::minute},
    NamedModifier{"hour", Modifier::hour},
    NamedModifier{"day", Modifier::day},
    NamedModifier{"week", Modifier::week},
    NamedModifier{"month", Modifier::month},
    NamedModifier{"year", Modifier::year},
    NamedModifier{"cidr", Modifier::cidr},
    NamedModifier{"expand", Modifier::expand},
    NamedModifier{"fieldref", Modifier::fieldref},
};

Error fault(Position where, std::string message, std::string remedy) {
  return {ErrorCode::invalid_input, std::move(message), std::move(remedy), where};
}

// Whether `other` keeps its meaning beside a modifier of `family`; what would be ignored is refused instead.
bool goes_with(Family family, Family other) noexcept {
  if (other == family || other == Family::link) return true;
  switch (family) {
    case Family::re:
      return other == Family::cased || other == Family::place || other == Family::flag ||
             other == Family::expand;
    case Family::cidr:
      return other == Family::expand;
    case Family::fieldref:
      return other == Family::cased || other == Family::place;
    case Family::compare:
      return other == Family::time;
    case Family::time:
      return other == Family::compare;
    case Family::exists:
      return false;
    default:
      return true;  // texts take every modifier of texts
  }
}

// Every two modifiers must go together; two comparisons or two parts of a time-stamp contradict each other.
Result<void> check_together(const Key& key, Position where) {
  for (const Modifier a : key.modifiers) {
    for (const Modifier b : key.modifiers) {
      const Family family = family_of(a);
      const bool twice =
          a != b && family == family_of(b) && (family == Family::compare || family == Family::time);
      if (!twice && goes_with(family, family_of(b))) continue;
      return fault(where,
                   "the modifiers '" + std::string(name_of(a)) + "' and '" + std::string(name_of(b)) +
                       "' do not go together",
                   "remove one of them, or write two items");
    }
  }
  return {};
}

}  // namespace

Family family_of(Modifier modifier) noexcept {
  switch (modifier) {
    case Modifier::all:
    case Modifier::neq:
      return Family::link;
    case Modifier::cased:
      return Family::cased;
    case Modifier::contains:
    case Modifier::startswith:
    case Modifier::endswith:
      return Family::place;
    case Modifier::expand:
      return Family::expand;
    case Modifier::ignore_case:
    case Modifier::multi_line:
    case Modifier::dot_all:
      return Family::flag;
    case Modifier::exists:
      return Family::exists;
    case Modifier::re:
      return Family::re;
    case Modifier::cidr:
      return Family::cidr;
    case Modifier::fieldref:
      return Family::fieldref;
    case Modifier::lt:
    case Modifier::lte:
    case Modifier::gt:
    case Modifier::gte:
      return Family::compare;
    case Modifier::minute:
    case Modifier::hour:
    case Modifier::day:
    case Modifier::week:
    case Modifier::month:
    case Modifier::year:
      return Family::time;
    case Modifier::windash:
    case Modifier::base64:
    case Modifier::base64offset:
    case Modifier::utf16le:
    case Modifier::utf16be:
    case Modifier::utf16:
      break;
  }
  return Family::encoding;
}

std::string_view name_of(Modifier modifier) noexcept {
  const auto* const found = std::find_if(kModifiers.begin(), kModifiers.end(),
                                         [&](const NamedModifier& m) { return m.modifier == modifier; });
  return found->name;
}

Result<Key> parse_key(std::string_view text, Position where) {
  Key key;
  std::size_t end = text.find('|');
  key.field = text.substr(0, end);
  while (end != std::string_view::npos) {
    text.remove_prefix(end + 1);
    end = text.find('|');
    const std::string_view name = text.substr(0, end);
    const auto* const found = std::find_if(kModifiers.begin(), kModifiers.end(),
                                           [&](const NamedModifier& m) { return m.name == name; });
    if (found == kModifiers.end()) {
      return fault(where, "unknown modifier '" + base::visible(name) + "'",
                   "use a modifier of the Sigma specification 2.1");
    }
    const bool needs_re = found->modifier == Modifier::ignore_case ||
                          found->modifier == Modifier::multi_line || found->modifier == Modifier::dot_all;
    if (needs_re && !key.has(Modifier::re)) {
      return fault(where, "modifier '" + std::string(name) + "' without 're' before it",
                   "write |re|" + std::string(name));
    }
    if (key.modifiers.size() == kMaxModifiers) {
      return fault(where, "more than " + std::to_string(kMaxModifiers) + " modifiers",
                   "remove those that say nothing new");
    }
    key.modifiers.push_back(found->modifier);
  }
  if (auto together = check_together(key, where); !together) return together.error();
  return key;
}

}  // namespace hinomi::detect::sigma
