#include "api/json_body.h"

#include <charconv>

#include <algorithm>
#include <utility>

namespace hinomi::api {
namespace {

using parse::json::Kind;
constexpr std::size_t kMaxBody = 256 * 1024;
constexpr std::size_t kMaxMembers = 64;
constexpr std::size_t kMaxTexts = 64;
constexpr std::uint32_t kMaxDepth = 12;

}  // namespace

base::Result<JsonBody> JsonBody::read(std::string_view text) {
  const auto wrong = [] {
    return base::Error{base::ErrorCode::invalid_input, "the body is no JSON object", "", {}};
  };
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxBody, .depth = kMaxDepth});
  const auto value = reader.read(text);
  if (!value || value->kind() != Kind::object) return wrong();
  JsonBody body;
  for (auto key = value->first(); !(key == value->last());) {
    const auto member = key.next();
    if (body.members_.size() >= kMaxMembers) return wrong();
    if (Member* const there = body.find(key.string())) {
      there->twice = true;
      there->known = false;
    } else {
      Member one;
      one.name = key.string();
      one.kind = member.kind();
      if (one.kind == Kind::string) one.text = member.string();
      if (one.kind == Kind::boolean) one.boolean = member.boolean();
      parse::json::append_json(one.json, member);
      body.members_.push_back(std::move(one));
    }
    key = member.next();
  }
  for (Member& member : body.members_) member.known = false;
  return body;
}

JsonBody::Member* JsonBody::find(std::string_view name) {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const Member& one) { return one.name == name; });
  if (found == members_.end()) return nullptr;
  found->known = true;
  return &*found;
}

void JsonBody::add_fault(std::string_view name, std::string code, std::string detail) {
  faults_.push_back({place_ + std::string(name), std::move(code), std::move(detail)});
}

void JsonBody::add_faults(std::vector<record::Fault> faults) {
  for (record::Fault& fault : faults) faults_.push_back(std::move(fault));
}

std::optional<std::string> JsonBody::text(std::string_view name) {
  Member* const member = find(name);
  if (member == nullptr || member->kind == Kind::null) return std::nullopt;
  if (member->kind == Kind::string && !member->twice) return member->text;
  add_fault(name, "wrong_type", "a text, once");
  return std::nullopt;
}

std::optional<std::int64_t> JsonBody::number(std::string_view name) {
  Member* const member = find(name);
  if (member == nullptr || member->kind == Kind::null) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = member->json.data() + member->json.size();
  const auto [stop, error] = std::from_chars(member->json.data(), end, number);
  if (member->kind == Kind::integer && !member->twice && error == std::errc{} && stop == end) return number;
  add_fault(name, "wrong_type", "a whole number, once");
  return std::nullopt;
}

bool JsonBody::flag(std::string_view name) {
  Member* const member = find(name);
  if (member == nullptr || member->kind == Kind::null) return false;
  if (member->kind == Kind::boolean && !member->twice) return member->boolean;
  add_fault(name, "wrong_type", "true or false, once");
  return false;
}

std::vector<std::string> JsonBody::texts(std::string_view name) {
  std::vector<std::string> all;
  Member* const member = find(name);
  if (member == nullptr || member->kind == Kind::null) return all;
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxBody, .depth = kMaxDepth});
  const auto list = reader.read(member->json);
  bool good = list && list->kind() == Kind::array && !member->twice;
  if (good) {
    for (auto at = list->first(); !(at == list->last()) && good; at = at.next()) {
      good = at.kind() == Kind::string && all.size() < kMaxTexts;
      if (good) all.emplace_back(at.string());
    }
  }
  if (good) return all;
  add_fault(name, "wrong_type", "a list of texts");
  return {};
}

std::optional<base::TimeNs> JsonBody::time(std::string_view name) {
  const auto written = text(name);
  if (!written) return std::nullopt;
  const auto time = base::parse_rfc3339(*written);
  if (!time) add_fault(name, "wrong_type", "a time of RFC 3339");
  return time;
}

std::optional<std::string> JsonBody::object(std::string_view name) {
  Member* const member = find(name);
  if (member == nullptr || member->kind == Kind::null) return std::nullopt;
  if (member->kind == Kind::object && !member->twice) return member->json;
  add_fault(name, "wrong_type", "an object, once");
  return std::nullopt;
}

std::vector<JsonBody> JsonBody::objects(std::string_view name, std::size_t most) {
  std::vector<JsonBody> all;
  Member* const member = find(name);
  if (member == nullptr || member->kind == Kind::null) return all;
  parse::json::Reader reader(parse::json::Limits{.document_bytes = kMaxBody, .depth = kMaxDepth});
  const auto list = reader.read(member->json);
  if (!list || list->kind() != Kind::array || member->twice) {
    add_fault(name, "wrong_type", "a list of objects");
    return all;
  }
  std::size_t index = 0;
  for (auto at = list->first(); !(at == list->last()); at = at.next(), ++index) {
    if (index >= most) {
      add_fault(name, "too_many", "at most " + std::to_string(most));
      return all;
    }
    std::string json;
    parse::json::append_json(json, at);
    auto body = read(json);
    if (!body) {
      add_fault(name, "wrong_type", "a list of objects");
      return all;
    }
    body->place_ = place_ + std::string(name) + "." + std::to_string(index) + ".";
    all.push_back(std::move(*body));
  }
  return all;
}

std::string JsonBody::needed(std::string_view name) {
  auto value = text(name);
  const bool blank = !value || value->find_first_not_of(" \t") == std::string::npos;
  if (blank && std::none_of(faults_.begin(), faults_.end(), [&](const record::Fault& fault) {
        return fault.field == place_ + std::string(name);
      }))
    add_fault(name, "needed", "a value is needed");
  return value.value_or(std::string());
}

std::vector<record::Fault> JsonBody::take_faults() {
  for (const Member& member : members_)
    if (!member.known) add_fault(member.name, "unknown_field", "nobody knows this member");
  return std::exchange(faults_, {});
}

}  // namespace hinomi::api
