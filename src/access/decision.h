// The one authorisation function, called with the object that is acted on, and the same as a condition on the
// rows of a query. Not for who somebody is (principal.h) nor for what an approval allows (work).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "base/labels.h"

namespace hinomi::access {

// What an object shows of itself to the decision.
struct ObjectView {
  base::Labels labels;
  bool of_all_organisations = false;  // belongs to none: whoever holds the permission anywhere may
  // Set where an object is for one principal alone (an inbox, a private view): nobody else may.
  std::optional<base::RecordId> owner;
  // Set where an object is an organisation (0: one that is not there yet): whoever may read such objects
  // anywhere reads it, but all else needs the permission in that organisation, or everywhere.
  std::optional<base::OrganisationId> itself = {};
};

// How long after proving who they are a principal may do what needs it freshly.
inline constexpr std::int64_t kStepUpNs = 10LL * 60 * 1'000'000'000;
[[nodiscard]] bool has_stepped_up(const Principal& principal, base::TimeNs now) noexcept;

enum class Decision : std::uint8_t {
  allowed,
  hidden,   // the caller must not learn that the object exists: answered like a missing one
  refused,  // the caller may know it, but not do this
};

// `permission` on `object`. An object that the principal may not even read (`read_permission`) is hidden.
[[nodiscard]] Decision decide(const Principal& principal, std::string_view permission,
                              std::string_view read_permission, const ObjectView& object);
// Whether the permission is held anywhere: for what has no object yet. Creating decides on the labels of the
// new object.
[[nodiscard]] bool holds_anywhere(const Principal& principal, std::string_view permission);

// The rows that a principal may see by a permission, as a condition to be compiled into every query: an SQL
// text over the columns "organisation", "site" and "vault" with "?" for the values, which follow in order.
// "1=0" for none. Vaults are databases of their own; a sealed row elsewhere would stay hidden all the same.
struct RowFilter {
  std::string sql;
  std::vector<std::int64_t> values;

  // `of_all_organisations`: rows belong to none.
  [[nodiscard]] static RowFilter of(const Principal& principal, std::string_view permission,
                                    bool of_all_organisations);
};

}  // namespace hinomi::access
