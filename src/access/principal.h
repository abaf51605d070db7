// Who acts, with what they may do and where: the answer of signing in, and what every question of permission
// is put to. Not for how somebody proved who they are (credential).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/labels.h"
#include "base/record_id.h"
#include "base/time.h"

namespace hinomi::access {

// Staff work in the console; employees see a plain shell of their own things; guests hold a link to one
// thing; services and agents are programs. `system` is this program itself, for what nobody asked for.
enum class PrincipalKind : std::uint8_t { staff, employee, guest, service, agent, system };
[[nodiscard]] std::string_view name_of(PrincipalKind kind) noexcept;

// A place where a permission holds: an organisation, or one site of it.
struct Place {
  base::OrganisationId organisation{};
  std::optional<base::SiteId> site;
  friend auto operator<=>(const Place&, const Place&) = default;
};

// Where one permission holds.
struct Reach {
  bool everywhere = false;    // all organisations
  std::vector<Place> places;  // sorted, each once

  void add(const Place& place);
  void add(const Reach& other);
  [[nodiscard]] bool holds(base::OrganisationId organisation, base::SiteId site) const noexcept;
  [[nodiscard]] bool is_empty() const noexcept { return !everywhere && places.empty(); }
};

// An emergency access that is open.
struct Emergency {
  base::RecordId record{};
  base::OrganisationId organisation{};
};

// Permissions with their reach. A permission in one organisation and another one elsewhere never add up to
// more than either: the reach is kept for each permission by itself.
class Grants {
 public:
  void add(std::string_view permission, const Reach& reach);
  // nullptr: not held anywhere.
  [[nodiscard]] const Reach* find(std::string_view permission) const noexcept;
  [[nodiscard]] const std::map<std::string, Reach, std::less<>>& all() const noexcept { return reaches_; }
  // Part of this stands under an emergency access: every read is written down.
  void set_emergency(const Emergency& emergency) { emergency_ = emergency; }
  [[nodiscard]] const std::optional<Emergency>& emergency() const noexcept { return emergency_; }
  // What both hold, each where both hold it: a token never does more than its owner.
  [[nodiscard]] static Grants common(const Grants& a, const Grants& b);

 private:
  std::map<std::string, Reach, std::less<>> reaches_;
  std::optional<Emergency> emergency_;
};

struct Principal {
  PrincipalKind kind = PrincipalKind::guest;
  base::RecordId id{};  // of the person, service or agent; nil for the system
  std::string name;     // as shown in histories
  std::string session;  // short name of the session or token, for the audit log
  std::shared_ptr<const Grants> grants;
  std::vector<base::VaultId> vaults;      // sealed compartments they are a member of
  std::optional<base::TimeNs> proved_at;  // when they last proved who they are, for step-up
  bool is_human = true;                   // may approve
  base::Realm realm = base::Realm::real;  // of what they see and make unless they ask for another
};

// The same principal, who holds `permission` only where `by` is held too: for what needs both in one place.
[[nodiscard]] Principal narrowed(Principal principal, std::string_view permission, std::string_view by);

// The program itself: everything everywhere, but no vault.
[[nodiscard]] Principal system_principal();

}  // namespace hinomi::access
