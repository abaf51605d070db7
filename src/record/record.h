// A record of any entity as the engine keeps it, and what a caller brings to change one. Not for the typed
// structs of entities, which are made of it by schema::object_of().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/principal.h"
#include "base/labels.h"
#include "base/record_id.h"
#include "base/result.h"
#include "base/time.h"
#include "schema/entity.h"
#include "store/sql/database.h"

namespace hinomi::record {

// Traffic Light Protocol 2.0 (FIRST, August 2022): whom a record may be passed on to.
enum class Tlp : std::uint8_t { none, clear, green, amber, amber_strict, red };
[[nodiscard]] std::string_view name_of(Tlp tlp) noexcept;  // "amber+strict"
[[nodiscard]] std::optional<Tlp> parse_tlp(std::string_view name) noexcept;

struct Record {
  base::RecordId id{};
  std::int64_t version = 0;  // 1 from its creation on, one more with each change
  std::string number;        // receipt number; empty where the entity has none
  base::Labels labels;
  Tlp tlp = Tlp::none;
  base::TimeNs created_at{};
  base::RecordId created_by{};
  base::TimeNs updated_at{};
  base::RecordId updated_by{};
  std::optional<base::TimeNs> deleted_at;
  schema::Texts tags;
  std::string custom = "{}";          // values of custom fields: one JSON object
  std::vector<schema::Value> values;  // in the order of the entity's fields
  // Fields that the caller may not see; their values are empty.
  std::vector<std::size_t> withheld;
};

// What a caller wants a record to hold; what is not named stays as it is (of a new one: the default).
struct Draft {
  std::optional<base::RecordId> id;                           // of a new record, made by the caller
  std::vector<std::pair<std::size_t, schema::Value>> values;  // index of the field, its new value
  std::optional<base::OrganisationId> organisation;           // of a new record only
  std::optional<base::SiteId> site;
  std::optional<base::Zone> zone;
  std::optional<base::DataClass> data_class;
  std::optional<Tlp> tlp;
  std::optional<schema::Texts> tags;
  std::optional<std::string> custom;  // members to set; null takes one away, the others stay
};

// One thing that is wrong with a draft. Codes: needed, too_long, too_short, out_of_range, not_a_choice,
// not_a_date, no_such_record, not_unique, unknown_field, wrong_type, not_yours (server-owned), written_once,
// not_allowed.
struct Fault {
  std::string field;
  std::string code;
  std::string detail;  // English, for logs and programs
};

// Who does it, from where and why: what histories and the audit log hold.
struct Context {
  const access::Principal* who = nullptr;
  std::string_view via = "api";  // "api", "web", "cli", "job", "system"
  std::string_view peer;
  std::string_view reason;
  std::string_view request_key;  // Idempotency-Key: the same key by the same principal takes effect once
  base::Realm realm = base::Realm::real;
  bool preview = false;  // everything but the effect: the transaction is given up at its end
  // Set by Engine::together(): the call is a part of that transaction, and a refusal undoes only this call.
  store::sql::Connection* joined = nullptr;
  // The approval that this carries out; nil: none. Set by whoever decides on approvals, nobody else.
  base::RecordId approval{};
  // Asked at the beginning of each write transaction; an error ends it (a job that lost its lease).
  const std::function<base::Result<void>(store::sql::Connection&)>* fence = nullptr;
};

// The end of an operation that did not succeed.
struct Refusal {
  enum class Kind : std::uint8_t {
    not_found,       // or hidden from the caller
    forbidden,       // known to the caller, but not allowed
    invalid,         // see faults
    stale,           // another version than the caller knew
    conflict,        // what must be unique is not, or the state does not allow it
    needs_reason,    // the action wants one
    needs_step_up,   // the caller must prove again who they are
    needs_approval,  // nothing is wrong: it takes effect when `approval` is approved
    failed,          // the database or disk; see error
  };
  Kind kind = Kind::failed;
  std::vector<Fault> faults;
  base::Error error;
  base::RecordId approval{};
};

template <typename T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value) : value_(std::move(value)) {}              // NOLINT(google-explicit-constructor)
  Outcome(Refusal refusal) : refusal_(std::move(refusal)) {}  // NOLINT(google-explicit-constructor)
  Outcome(base::Error error)                                  // NOLINT(google-explicit-constructor)
      : refusal_(Refusal{Refusal::Kind::failed, {}, std::move(error)}) {}
  [[nodiscard]] bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] T& operator*() {
    HINOMI_CHECK(value_.has_value());
    return *value_;
  }
  [[nodiscard]] const T& operator*() const {
    HINOMI_CHECK(value_.has_value());
    return *value_;
  }
  [[nodiscard]] T* operator->() { return &**this; }
  [[nodiscard]] const T* operator->() const { return &**this; }
  [[nodiscard]] const Refusal& refusal() const {
    HINOMI_CHECK(!value_.has_value());
    return refusal_;
  }

 private:
  std::optional<T> value_;
  Refusal refusal_;
};

}  // namespace hinomi::record
