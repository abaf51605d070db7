#include "trust/audit_leaf.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "parse/json/reader.h"

namespace hinomi::trust {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::array<std::string_view, 7> kActorKinds{"staff", "employee", "guest", "service",
                                                      "agent", "system",   "nobody"};
constexpr std::array<std::string_view, 2> kOutcomes{"done", "refused"};
constexpr std::array<std::string_view, 3> kZones{"it", "ot", "cloud"};
constexpr std::array<std::string_view, 4> kClasses{"ordinary", "personal", "confidential", "sealed"};
constexpr std::array<std::string_view, 4> kRealms{"real", "demo", "exercise", "replay"};

base::Error refuse(std::string why) {
  return {
      base::ErrorCode::invalid_input, "read or write an entry of the audit log: " + std::move(why), {}, {}};
}

// Part of format 1: what a reader would not see, or would see in another order. Never to be changed.
bool is_escaped(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

void append_member(std::string& out, std::string_view key, std::uint64_t value) {
  out += out.empty() ? "{\"" : ",\"";
  out += key;
  out += "\":" + std::to_string(value);
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  append_canonical_string(out, value);
}

std::string hex_or_nothing(const std::optional<Hash>& hash) {
  return hash ? to_hex(view_of(*hash)) : std::string();
}

// Reads the members in their order; after the first that is not as expected, everything fails.
class Members {
 public:
  explicit Members(parse::json::Value object) : at_(object.first()), end_(object.last()) {}

  std::string_view text(std::string_view key) {
    const auto value = next(key);
    if (!value || value->kind() != parse::json::Kind::string) {
      ok_ = false;
      return {};
    }
    return value->string();
  }
  std::uint64_t number(std::string_view key) {
    const auto value = next(key);
    using parse::json::Kind;
    if (!value || (value->kind() != Kind::unsigned_integer && value->kind() != Kind::integer)) {
      ok_ = false;
      return 0;
    }
    return value->unsigned_integer();  // a negative one does not write back as it was
  }
  template <typename Enum, std::size_t kCount>
  Enum one_of(std::string_view key, const std::array<std::string_view, kCount>& names) {
    const auto found = std::find(names.begin(), names.end(), text(key));
    if (found == names.end()) ok_ = false;
    return static_cast<Enum>(found == names.end() ? 0 : found - names.begin());
  }
  template <typename Id>
  Id id(std::string_view key) {
    const std::uint64_t value = number(key);
    if (value > 0xFFFF'FFFF) ok_ = false;
    return static_cast<Id>(static_cast<std::uint32_t>(value));
  }
  std::optional<Hash> hash(std::string_view key) {
    const std::string_view hex = text(key);
    if (hex.empty()) return std::nullopt;
    const auto hash = hash_of_hex(hex);
    if (!hash) ok_ = false;
    return hash;
  }
  [[nodiscard]] bool ended_well() const noexcept { return ok_ && at_ == end_; }

 private:
  std::optional<parse::json::Value> next(std::string_view key) {
    if (!ok_ || at_ == end_ || at_.string() != key) return std::nullopt;
    const parse::json::Value value = at_.next();
    at_ = value.next();
    return value;
  }

  parse::json::Value at_;
  parse::json::Value end_;
  bool ok_ = true;
};

struct TextLimit {
  std::string AuditEntry::* text;
  std::size_t bytes;
};
constexpr std::array<TextLimit, 8> kTextLimits{{{&AuditEntry::actor_id, kMaxAuditIdBytes},
                                                {&AuditEntry::actor_name, kMaxAuditTextBytes},
                                                {&AuditEntry::session, kMaxAuditIdBytes},
                                                {&AuditEntry::peer, kMaxAuditIdBytes},
                                                {&AuditEntry::action, kMaxAuditIdBytes},
                                                {&AuditEntry::entity, kMaxAuditIdBytes},
                                                {&AuditEntry::object, kMaxAuditIdBytes},
                                                {&AuditEntry::reason, kMaxAuditTextBytes}}};

}  // namespace

void append_canonical_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const base::Decoded decoded = base::decode_utf8(text);
    const std::string_view bytes = text.substr(0, decoded.length);
    text.remove_prefix(decoded.length);
    if (is_escaped(decoded.code_point)) {
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out += kHex[decoded.code_point >> shift & 15];
      continue;
    }
    if (bytes == "\"" || bytes == "\\") out += '\\';
    out += bytes;
  }
  out += '"';
}

base::Result<std::string> leaf_bytes(const AuditEntry& entry) {
  for (const TextLimit& limit : kTextLimits) {
    const std::string& text = entry.*limit.text;
    if (text.size() > limit.bytes || !base::is_utf8(text)) return refuse("a text is no UTF-8, or too long");
  }
  const base::Labels& labels = entry.labels;
  const auto name = [](const auto& names, auto value) { return names[static_cast<std::size_t>(value)]; };
  std::string out;
  append_member(out, "v", kVersion);
  append_member(out, "organisation", static_cast<std::uint64_t>(labels.organisation));
  append_member(out, "index", entry.index);
  append_member(out, "time", base::format_rfc3339(entry.time));
  append_member(out, "actor_kind", name(kActorKinds, entry.actor_kind));
  append_member(out, "actor_id", entry.actor_id);
  append_member(out, "actor_name", entry.actor_name);
  append_member(out, "session", entry.session);
  append_member(out, "peer", entry.peer);
  append_member(out, "action", entry.action);
  append_member(out, "entity", entry.entity);
  append_member(out, "object", entry.object);
  append_member(out, "version", entry.version);
  append_member(out, "outcome", name(kOutcomes, entry.outcome));
  append_member(out, "reason", entry.reason);
  append_member(out, "site", static_cast<std::uint64_t>(labels.site));
  append_member(out, "zone", name(kZones, labels.zone));
  append_member(out, "operator", static_cast<std::uint64_t>(labels.operated_by));
  append_member(out, "vault", static_cast<std::uint64_t>(labels.vault));
  append_member(out, "class", name(kClasses, labels.data_class));
  append_member(out, "realm", name(kRealms, labels.realm));
  append_member(out, "details", hex_or_nothing(entry.details));
  append_member(out, "evidence", hex_or_nothing(entry.evidence));
  out += '}';
  if (out.size() > kMaxLeafBytes) return refuse("too long");
  return out;
}

base::Result<AuditEntry> parse_leaf(std::string_view leaf) {
  if (leaf.size() > kMaxLeafBytes) return refuse("too long");
  parse::json::Reader reader({.document_bytes = kMaxLeafBytes, .depth = 2});
  const auto read = reader.read(leaf);
  if (!read) return read.error();
  if (read->kind() != parse::json::Kind::object) return refuse("no object");
  Members members(*read);
  if (members.number("v") != kVersion) return refuse("another version");
  AuditEntry entry;
  base::Labels& labels = entry.labels;
  labels.organisation = members.id<base::OrganisationId>("organisation");
  entry.index = members.number("index");
  const auto time = base::parse_rfc3339(members.text("time"));
  entry.actor_kind = members.one_of<ActorKind>("actor_kind", kActorKinds);
  entry.actor_id = members.text("actor_id");
  entry.actor_name = members.text("actor_name");
  entry.session = members.text("session");
  entry.peer = members.text("peer");
  entry.action = members.text("action");
  entry.entity = members.text("entity");
  entry.object = members.text("object");
  entry.version = members.number("version");
  entry.outcome = members.one_of<AuditOutcome>("outcome", kOutcomes);
  entry.reason = members.text("reason");
  labels.site = members.id<base::SiteId>("site");
  labels.zone = members.one_of<base::Zone>("zone", kZones);
  labels.operated_by = members.id<base::OperatorId>("operator");
  labels.vault = members.id<base::VaultId>("vault");
  labels.data_class = members.one_of<base::DataClass>("class", kClasses);
  labels.realm = members.one_of<base::Realm>("realm", kRealms);
  entry.details = members.hash("details");
  entry.evidence = members.hash("evidence");
  if (!members.ended_well() || !time) return refuse("a member is missing, unknown or wrong");
  entry.time = *time;
  // One entry has one form: blanks, other escapes and other numbers are refused by writing it anew.
  const auto again = leaf_bytes(entry);
  if (!again || *again != leaf) return refuse("not in its canonical form");
  return entry;
}

AuditEntry fitted(AuditEntry entry) {
  for (const TextLimit& limit : kTextLimits) {
    std::string& text = entry.*limit.text;
    if (!base::is_utf8(text)) {
      std::string sound;
      for (std::string_view rest = text; !rest.empty() && sound.size() <= limit.bytes;) {
        const base::Decoded decoded = base::decode_utf8(rest);
        base::append_utf8(sound, decoded.code_point);
        rest.remove_prefix(decoded.length);
      }
      text = std::move(sound);
    }
    text.resize(base::cut_to_bytes(text, limit.bytes).size());
  }
  return entry;
}

Hash details_hash(const AuditDetails& details) {
  Sha256 hash;
  hash.add(view_of(details.salt));
  hash.add(details.text);
  return hash.finish();
}

}  // namespace hinomi::trust
