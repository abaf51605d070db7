// Who carries each role of the catalogue at a day, in one organisation or in all that the caller may read
// assignments of; computed from records and content with a handful of statements for all roles. Not for what
// follows from a role for the one who holds it (grants.h), and nothing is estimated here: what no record
// says is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "content/role_catalogue.h"
#include "content/service_catalogue.h"
#include "govern/assignment.h"
#include "record/engine.h"

namespace hinomi::govern {

// How a role is carried on that day.
enum class Carried : std::uint8_t {
  inhouse,
  outsourced,
  both,
  nobody,
  not_needed,  // nobody, and decided so by every organisation asked for
  unknown,     // the caller may not read assignments anywhere
};
[[nodiscard]] std::string_view name_of(Carried carried) noexcept;

// What an assignment is worth on that day.
enum class Standing : std::uint8_t {
  current,
  future,  // it, or the person, begins later
  ended,
  left,    // the person has left, or the post is gone
  vacant,  // a post that nobody holds
};
[[nodiscard]] std::string_view name_of(Standing standing) noexcept;

struct PostHolder {
  base::RecordId person{};
  std::string name;
  bool acting = false;
  std::optional<std::string> from;
  std::optional<std::string> until;
};

// One assignment, as far as it concerns who is there.
struct Holder {
  base::RecordId assignment{};
  bool is_post = false;
  base::RecordId id{};  // of the person or post
  std::string title;
  Sourcing sourcing = Sourcing::inhouse;
  bool deputy = false;
  bool whole_group = false;
  base::OrganisationId organisation{};
  base::SiteId site{};
  std::optional<std::string> from;
  std::optional<std::string> until;
  Standing standing = Standing::current;
  std::vector<PostHolder> held_by;  // of a post: those whom the caller may know
};

// Lowest and highest level among the organisations; the same for one.
struct Levels {
  std::optional<std::int64_t> lowest;
  std::optional<std::int64_t> highest;
  void add(std::int64_t level) noexcept;
};

struct SettingOf {
  base::OrganisationId organisation{};
  base::RecordId id{};
  std::int64_t version = 0;
  RoleSetting setting;
};

struct BoardRole {
  const content::Role* role = nullptr;
  std::vector<Holder> holders;  // of a board: only those whose standing is current or vacant
  // Assignments for the whole group, made in an organisation whose assignments the caller may not read: they
  // count for `carried`, and no more is said of them.
  std::size_t withheld = 0;
  Carried carried = Carried::nobody;
  Levels as_is;
  Levels to_be;
  std::string area;  // "I" to "IV", by setting or content; empty where organisations differ
  std::vector<SettingOf> settings;
  // Last change that a person made who holds the role, or to a kind of record that the role uses, among the
  // newest RoleBoard::kChanges and as far as the caller may read them.
  std::optional<base::TimeNs> last_activity;
};

struct BoardOrganisation {
  base::RecordId id{};
  base::OrganisationId key{};
  std::string name;
  std::string name_en;
  bool is_supplier = false;
  std::string day;  // what the board says holds on this day there
};

struct Board {
  std::vector<BoardOrganisation> organisations;
  std::vector<BoardRole> roles;  // in the order of the catalogue
};

// A role that somebody holds, and by what.
struct HeldRole {
  std::string role;  // a code of the catalogue, or "administrator", "auditor"
  Holder by;
  std::optional<base::RecordId> holding;  // how they hold the post, if it is one
  std::optional<PostHolder> post_holder;
  std::optional<std::string> since;  // the later of both beginnings
};

// What would be without an owner on a day.
struct Lost {
  Holder holder;      // carries it today
  Standing standing;  // on that day
};
struct OwnerlessRole {
  const content::Role* role = nullptr;
  base::OrganisationId organisation{};
  bool deputy_only = false;  // else nobody
  bool held_today = false;   // by more than a deputy
  std::vector<Lost> lost;
};
struct OwnerlessPost {
  base::RecordId post{};
  std::string title;
  base::OrganisationId organisation{};
  bool acting_only = false;
  bool held_today = false;
  std::vector<std::string> roles;  // that are given to the post
};
struct Ownerless {
  std::string day;
  std::vector<BoardOrganisation> organisations;
  std::vector<OwnerlessRole> roles;
  std::vector<OwnerlessPost> posts;
};

struct BoardQuestion {
  const access::Principal& who;
  std::optional<base::OrganisationId> organisation;  // nullopt: all that the caller may read
  std::optional<std::string> day;                    // nullopt: today, in the zone of each organisation
};

// Reads only; safe from any thread. Refusals: not_found for an organisation that is not there or not for the
// caller, invalid (too_long) where more than kMaxRows rows of a kind would be needed.
class RoleBoard {
 public:
  static constexpr std::size_t kMaxOrganisations = 2'000;
  static constexpr std::size_t kMaxRows = 20'000;     // of assignments, holdings, settings, posts: each
  static constexpr std::int64_t kChanges = 50'000;    // looked at for the last activity
  static constexpr std::size_t kMaxPersonRows = 500;  // assignments of one person

  RoleBoard(record::Engine& engine, const content::RoleCatalogue& catalogue)
      : engine_(engine), catalogue_(catalogue) {}

  [[nodiscard]] record::Outcome<Board> board(const BoardQuestion& question);
  // One role, with what is past and to come.
  [[nodiscard]] record::Outcome<Board> role(const BoardQuestion& question, content::Code code);
  // Oneself may always be asked for; others by person.read. By when: today where the person belongs.
  [[nodiscard]] record::Outcome<std::vector<HeldRole>> of_person(const access::Principal& who,
                                                                 const base::RecordId& person);
  // `question.day` is needed. Suppliers are looked at only when asked for by name.
  [[nodiscard]] record::Outcome<Ownerless> ownerless(const BoardQuestion& question);

  [[nodiscard]] const content::RoleCatalogue& catalogue() const noexcept { return catalogue_; }

 private:
  [[nodiscard]] record::Outcome<Board> compute(const BoardQuestion& question, const content::Role* only);

  record::Engine& engine_;
  const content::RoleCatalogue& catalogue_;
};

// The state of a service by the roles that do its work: built when all are, planned when none has begun or no
// role does it.
[[nodiscard]] content::RoleState state_of(const content::Service& service,
                                          const content::RoleCatalogue& catalogue);

}  // namespace hinomi::govern
