// Members of a JSON object by name, each at most once: of two with one name, which counts would be the
// reader's choice. Not for large objects: it looks through all members.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "parse/json/reader.h"

namespace hinomi::credential {

class JsonMembers {
 public:
  // nullopt when it is no object.
  [[nodiscard]] static std::optional<JsonMembers> of(const parse::json::Value& value) {
    if (value.kind() != parse::json::Kind::object) return std::nullopt;
    return JsonMembers(value);
  }

  enum class Found : unsigned char { none, once, twice };
  struct Member {
    Found found = Found::none;
    std::optional<parse::json::Value> value;  // when it was found once
  };
  [[nodiscard]] Member find(std::string_view name) const {
    Member member;
    for (auto key = object_.first(); !(key == object_.last());) {
      const auto value = key.next();
      if (key.string() == name) {
        if (member.found != Found::none) return {Found::twice, std::nullopt};
        member = {Found::once, value};
      }
      key = value.next();
    }
    return member;
  }
  // The text of a member that is there once; nullopt otherwise.
  [[nodiscard]] std::optional<std::string_view> string(std::string_view name) const {
    const Member member = find(name);
    if (!member.value || member.value->kind() != parse::json::Kind::string) return std::nullopt;
    return member.value->string();
  }

 private:
  explicit JsonMembers(const parse::json::Value& object) : object_(object) {}
  parse::json::Value object_;
};

}  // namespace hinomi::credential
