// An entry of the audit log and its one form as bytes: a line of JSON with every field, always in the same
// order (docs/en/audit-log.md). These bytes are the leaf of the Merkle tree, so the form of a released
// version never changes. Not for the details of an entry: the leaf holds only their salted hash, so that they
// can be erased while the leaf still proves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/labels.h"
#include "base/result.h"
#include "base/time.h"
#include "trust/hash.h"

namespace hinomi::trust {

inline constexpr std::size_t kMaxAuditIdBytes = 255;     // ids, kinds, session, peer, action
inline constexpr std::size_t kMaxAuditTextBytes = 4096;  // names and reasons
inline constexpr std::size_t kMaxLeafBytes = 64 * 1024;
inline constexpr std::size_t kMaxDetailsBytes = 1 << 20;

enum class ActorKind : std::uint8_t { staff, employee, guest, service, agent, system, nobody };
enum class AuditOutcome : std::uint8_t { done, refused };

struct AuditEntry {
  std::uint64_t index = 0;  // place in the log of the organisation, from 0
  base::TimeNs time{};
  base::Labels labels;
  ActorKind actor_kind = ActorKind::nobody;
  std::string actor_id;
  std::string actor_name;     // as it was then
  std::string session;        // names a session; never its token
  std::string peer;           // address
  std::string action;         // "alert.close"
  std::string entity;         // of the object: "alert"
  std::string object;         // its id
  std::uint64_t version = 0;  // of the object after the action; 0: none
  AuditOutcome outcome = AuditOutcome::done;
  std::string reason;            // why it was refused, or what the actor gave as the reason
  std::optional<Hash> details;   // details_hash()
  std::optional<Hash> evidence;  // SHA-256 of the piece of evidence that the entry is about
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

// The leaf, without a line feed. Error invalid_input: a text is no UTF-8 or beyond its limit (see fitted()).
[[nodiscard]] base::Result<std::string> leaf_bytes(const AuditEntry& entry);
// Only what leaf_bytes() writes.
[[nodiscard]] base::Result<AuditEntry> parse_leaf(std::string_view leaf);

// The entry with its texts made to fit: malformed bytes become U+FFFD, what is too long is cut at a
// character. An action must not escape the log because of a hostile name.
[[nodiscard]] AuditEntry fitted(AuditEntry entry);

// What an entry says beyond its leaf: text (JSON as a rule, UTF-8), and random bytes without which the hash
// in the leaf tells nothing of it. To erase the details, forget both.
struct AuditDetails {
  Hash salt{};
  std::string text;
  friend bool operator==(const AuditDetails&, const AuditDetails&) = default;
};
[[nodiscard]] Hash details_hash(const AuditDetails& details);  // SHA-256(salt, text)

// Appends `text` as a JSON string in the one form of this log: '"' and '\' behind a backslash; control
// characters and a fixed list of those that hide or reorder text as \u and four lower-case digits; all else
// as it is.
void append_canonical_string(std::string& out, std::string_view text);

}  // namespace hinomi::trust
