// The facts about one field of an entity and the way to it in the plain struct. Facts only: what happens when
// something is done to a record is an Action (entity.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "base/time.h"
#include "schema/value.h"

namespace hinomi::schema {

// What a field holds, its alternative of Value, its column (store/sql) and its JSON.
enum class Kind : std::uint8_t {
  text,       // one line; string; TEXT
  prose,      // several lines, shown as plain text; string; TEXT
  integer,    // int64; BIGINT; number
  real,       // double; DOUBLE PRECISION; number
  boolean,    // bool; BIGINT 0/1; boolean
  time,       // int64 ns since 1970 UTC; BIGINT; RFC 3339 string in UTC
  date,       // string "2026-11-25", a civil day without a zone; TEXT
  choice,     // string, one of Field::choices; TEXT
  reference,  // RecordId of a record of Field::target; BLOB of 16 bytes; string
  texts,      // short texts, a set in order; JSON array in TEXT; array of strings
};

inline constexpr std::uint32_t kTextLimit = 200;      // code points, unless a field says otherwise
inline constexpr std::uint32_t kProseLimit = 20'000;  // code points
inline constexpr std::size_t kTextsLimit = 50;        // members of texts

struct Field {
  std::string_view name;  // snake_case; label: field.<entity>.<name>
  Kind kind = Kind::text;
  bool needed = false;        // must have a value that is not blank
  bool unique_value = false;  // within an organisation, among records that are not deleted
  bool in_search = false;     // found by full-text search
  bool in_list = false;       // a column of the default list
  bool may_filter = false;    // indexed; filters and sorting of lists
  bool by_server = false;     // set by actions and the program alone; a client that sends it is refused
  bool once = false;          // a value that stands is never changed (clock anchors)
  std::uint32_t limit = kTextLimit;  // code points of text, prose and each member of texts
  std::int64_t least = std::numeric_limits<std::int64_t>::min();  // of integers
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::span<const std::string_view> choices;  // label of one: choice.<entity>.<field>.<choice>
  std::string_view target;                    // entity that a reference leads to
  std::string_view permission;                // one more that is needed to see it or find by it; empty: none

  // To and from the plain struct; the object is of the struct of the entity.
  Value (*get)(const void* object) = nullptr;
  // The value has the alternative of the kind, or is empty.
  void (*set)(void* object, const Value& value) = nullptr;
  // Of a struct that nobody touched.
  Value (*initial)() = nullptr;

  // Facts, for declarations: text<&Person::name>("name").required().searchable().
  constexpr Field required() const { return with(&Field::needed, true); }
  constexpr Field unique() const { return with(&Field::unique_value, true).filterable(); }
  constexpr Field searchable() const { return with(&Field::in_search, true); }
  constexpr Field listed() const { return with(&Field::in_list, true).filterable(); }
  constexpr Field filterable() const { return with(&Field::may_filter, true); }
  constexpr Field server_owned() const { return with(&Field::by_server, true); }
  constexpr Field write_once() const { return with(&Field::once, true); }
  constexpr Field at_most(std::uint32_t code_points) const { return with(&Field::limit, code_points); }
  constexpr Field between(std::int64_t low, std::int64_t high) const {
    return with(&Field::least, low).with(&Field::most, high);
  }
  constexpr Field needs(std::string_view name_of_permission) const {
    return with(&Field::permission, name_of_permission);
  }

 private:
  template <typename T>
  constexpr Field with(T Field::* fact, T value) const {
    Field changed = *this;
    changed.*fact = value;
    return changed;
  }
};

namespace detail {

template <typename T>
struct MemberOf;
template <typename Struct, typename Member>
struct MemberOf<Member Struct::*> {
  using struct_type = Struct;
  using member_type = Member;
};

template <typename T>
struct Unwrapped {
  using type = T;
  static constexpr bool optional = false;
};
template <typename T>
struct Unwrapped<std::optional<T>> {
  using type = T;
  static constexpr bool optional = true;
};

// Names of an enum in the order of its values, found by argument-dependent lookup:
//   inline constexpr std::string_view kNames[] = {...};
//   constexpr std::span<const std::string_view> choices_of(MyEnum) { return kNames; }
template <typename T>
Value to_value(const T& member) {
  if constexpr (std::is_enum_v<T>) {
    const std::span<const std::string_view> names = choices_of(member);
    const auto index = static_cast<std::size_t>(member);
    HINOMI_CHECK(index < names.size());
    return std::string(names[index]);
  } else if constexpr (std::is_same_v<T, base::TimeNs>) {
    return member.since_epoch_ns;
  } else if constexpr (std::is_same_v<T, bool>) {
    return member;
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<std::int64_t>(member);
  } else {
    return member;
  }
}

template <typename T>
T from_value(const Value& value) {
  if constexpr (std::is_enum_v<T>) {
    const std::span<const std::string_view> names = choices_of(T{});
    const auto& text = std::get<std::string>(value);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == text) return static_cast<T>(i);
    HINOMI_CHECK(false);
  } else if constexpr (std::is_same_v<T, base::TimeNs>) {
    return {std::get<std::int64_t>(value)};
  } else if constexpr (std::is_same_v<T, bool>) {
    return std::get<bool>(value);
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(std::get<std::int64_t>(value));
  } else {
    return std::get<T>(value);
  }
}

template <auto member>
Value get_member(const void* object) {
  using Struct = typename MemberOf<decltype(member)>::struct_type;
  using Member = typename MemberOf<decltype(member)>::member_type;
  const Member& held = static_cast<const Struct*>(object)->*member;
  if constexpr (Unwrapped<Member>::optional) {
    return held ? to_value(*held) : Value();
  } else {
    return to_value(held);
  }
}

template <auto member>
void set_member(void* object, const Value& value) {
  using Struct = typename MemberOf<decltype(member)>::struct_type;
  using Member = typename MemberOf<decltype(member)>::member_type;
  Member& held = static_cast<Struct*>(object)->*member;
  if (is_empty(value)) {
    held = Member{};
    return;
  }
  held = from_value<typename Unwrapped<Member>::type>(value);
}

template <auto member>
Value initial_member() {
  const typename MemberOf<decltype(member)>::struct_type untouched{};
  return get_member<member>(&untouched);
}

template <auto member, typename... Allowed>
constexpr Field member_field(std::string_view name, Kind kind) {
  using Member = typename Unwrapped<typename MemberOf<decltype(member)>::member_type>::type;
  static_assert((std::is_same_v<Member, Allowed> || ...), "a member of another type than the kind needs");
  Field field;
  field.name = name;
  field.kind = kind;
  field.get = get_member<member>;
  field.set = set_member<member>;
  field.initial = initial_member<member>;
  return field;
}

}  // namespace detail

// Declarations: the kind, the member and the name of a field. Members may be std::optional.
template <auto member>
constexpr Field text(std::string_view name) {
  return detail::member_field<member, std::string>(name, Kind::text);
}
template <auto member>
constexpr Field prose(std::string_view name) {
  return detail::member_field<member, std::string>(name, Kind::prose).at_most(kProseLimit);
}
template <auto member>
constexpr Field integer(std::string_view name) {
  return detail::member_field<member, std::int64_t>(name, Kind::integer);
}
template <auto member>
constexpr Field real(std::string_view name) {
  return detail::member_field<member, double>(name, Kind::real);
}
template <auto member>
constexpr Field flag(std::string_view name) {
  return detail::member_field<member, bool>(name, Kind::boolean);
}
template <auto member>
constexpr Field time(std::string_view name) {
  return detail::member_field<member, base::TimeNs>(name, Kind::time);
}
template <auto member>
constexpr Field date(std::string_view name) {
  return detail::member_field<member, std::string>(name, Kind::date);
}
template <auto member>
constexpr Field texts(std::string_view name) {
  return detail::member_field<member, Texts>(name, Kind::texts);
}
template <auto member>
constexpr Field reference(std::string_view name, std::string_view target) {
  Field field = detail::member_field<member, base::RecordId>(name, Kind::reference);
  field.target = target;
  return field;
}
template <auto member>
constexpr Field choice(std::string_view name) {
  using Member = typename detail::Unwrapped<typename detail::MemberOf<decltype(member)>::member_type>::type;
  static_assert(std::is_enum_v<Member>, "a choice is an enum with choices_of()");
  Field field;
  field.name = name;
  field.kind = Kind::choice;
  field.choices = choices_of(Member{});
  field.get = detail::get_member<member>;
  field.set = detail::set_member<member>;
  field.initial = detail::initial_member<member>;
  return field;
}

// "text", "reference", … as in entities.json.
[[nodiscard]] std::string_view name_of(Kind kind) noexcept;

}  // namespace hinomi::schema
