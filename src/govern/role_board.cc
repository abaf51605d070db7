#include "govern/role_board.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/time.h"
#include "govern/role_rows.h"
#include "record/validate.h"

namespace hinomi::govern {
namespace {

using content::Role;
using record::Refusal;
using store::sql::Connection;

Refusal not_found() {
  return {Refusal::Kind::not_found, {}, {}};
}

// What ended reading; too many rows are the caller's to narrow.
Refusal refusal_of(const base::Error& error) {
  if (error.code == base::ErrorCode::limit_exceeded)
    return {Refusal::Kind::invalid, {{"organisation", "too_long", "ask for one organisation"}}, {}};
  return {Refusal::Kind::failed, {}, error};
}

base::Error too_many() {
  return {base::ErrorCode::limit_exceeded, "too many rows for one board", "", {}};
}

// Leaves the organisations that were asked for; false where there are none of them.
bool narrow(std::vector<BoardOrganisation>& organisations, const BoardQuestion& question) {
  if (question.day)
    for (BoardOrganisation& one : organisations) one.day = *question.day;
  if (!question.organisation) return true;
  std::erase_if(organisations,
                [&](const BoardOrganisation& one) { return one.key != *question.organisation; });
  return !organisations.empty();
}

Window window_of(const std::vector<BoardOrganisation>& organisations) {
  Window window;
  for (const BoardOrganisation& one : organisations) {
    if (window.first.empty() || one.day < window.first) window.first = one.day;
    if (one.day > window.last) window.last = one.day;
  }
  return window;
}

// Who holds a post on a day, as far as the caller may know; and whether anybody does.
struct PostToday {
  bool held = false;
  std::vector<PostHolder> known;
};
PostToday post_on(const Holdings& holdings, const base::RecordId& post, const std::string& day,
                  const access::Principal& who) {
  PostToday today;
  const auto [first, last] = holdings.equal_range(post);
  for (auto at = first; at != last; ++at) {
    const HoldingRow& row = at->second;
    if (standing_of(row.holder.from, row.holder.until, day) != Standing::current) continue;
    if (standing_of(row.person, day) != Standing::current) continue;
    today.held = true;
    if (may(who, "holding.read", row.organisation, row.site)) today.known.push_back(row.holder);
  }
  return today;
}

// The assignment with what it is worth on the day.
Holder holder_on(const AssignmentRow& row, const Holdings& holdings, const std::string& day,
                 const access::Principal& who) {
  Holder holder = row.holder;
  holder.standing = standing_of(holder.from, holder.until, day);
  if (holder.is_post) {
    PostToday post = post_on(holdings, holder.id, day, who);
    holder.held_by = std::move(post.known);
    if (holder.standing != Standing::current) return holder;
    if (!row.post_exists)
      holder.standing = Standing::left;
    else if (!post.held)
      holder.standing = Standing::vacant;
  } else if (holder.standing != Standing::ended) {
    const Standing person = standing_of(row.person, day);
    if (person != Standing::current) holder.standing = person;
  }
  return holder;
}

// Counts who carries a role. A deputy counts where nobody else does.
struct Count {
  bool main[2] = {};      // by Sourcing
  bool deputies[2] = {};  // by Sourcing

  void add(const Holder& holder) {
    if (holder.standing != Standing::current) return;
    (holder.deputy ? deputies : main)[static_cast<std::size_t>(holder.sourcing)] = true;
  }
  [[nodiscard]] bool has_main() const noexcept { return main[0] || main[1]; }
  [[nodiscard]] bool has_deputy() const noexcept { return deputies[0] || deputies[1]; }
  [[nodiscard]] Carried carried() const noexcept {
    const bool(&counted)[2] = has_main() ? main : deputies;
    if (counted[0]) return counted[1] ? Carried::both : Carried::inhouse;
    return counted[1] ? Carried::outsourced : Carried::nobody;
  }
};

// They stand in the order of their keys. nullptr: not among them.
const BoardOrganisation* find(const std::vector<BoardOrganisation>& organisations, base::OrganisationId key) {
  const auto found = std::lower_bound(
      organisations.begin(), organisations.end(), key,
      [](const BoardOrganisation& one, base::OrganisationId wanted) { return one.key < wanted; });
  return found == organisations.end() || found->key != key ? nullptr : &*found;
}

// What the caller may read of a change, for its time.
bool may_read(const access::Principal& who, const schema::Registry& registry, const Activity& activity) {
  const schema::Entity* const entity = registry.find(activity.entity);
  if (entity == nullptr || entity->attached || !entity->owner.empty()) return false;
  const std::string permission = activity.entity + ".read";
  access::ObjectView view;
  view.labels.organisation = activity.organisation;
  view.labels.site = activity.site;
  view.of_all_organisations = entity->for_all_organisations;
  return access::decide(who, permission, permission, view) == access::Decision::allowed;
}

// Puts the rows of one question together, role by role.
class Composer {
 public:
  Composer(const BoardQuestion& question, const schema::Registry& registry, Board& board)
      : question_(question), registry_(registry), board_(board) {}

  void start(const content::RoleCatalogue& catalogue, const Role* only) {
    for (const Role& role : catalogue.roles()) {
      if (only != nullptr && &role != only) continue;
      places_.emplace(role.code.to_string(), board_.roles.size());
      BoardRole one;
      one.role = &role;
      one.area = content::area_of(role.default_sourcing);
      board_.roles.push_back(std::move(one));
    }
    counts_.resize(board_.roles.size());
    people_.resize(board_.roles.size());
    one_role_ = only != nullptr;
  }

  void add(const std::vector<AssignmentRow>& rows, const Holdings& holdings) {
    for (const AssignmentRow& row : rows) {
      const auto place = places_.find(row.role);
      if (place == places_.end() || !concerns(row.holder)) continue;
      Holder holder = holder_on(row, holdings, day_of(row.holder.organisation), question_.who);
      counts_[place->second].add(holder);
      BoardRole& role = board_.roles[place->second];
      if (!may(question_.who, "assignment.read", holder.organisation, holder.site)) {
        role.withheld += holder.standing == Standing::current ? 1 : 0;
        continue;
      }
      if (holder.standing == Standing::current) remember(place->second, holder);
      const bool shown =
          one_role_ || holder.standing == Standing::current || holder.standing == Standing::vacant;
      if (shown) role.holders.push_back(std::move(holder));
    }
  }

  void add(std::vector<SettingOf> settings) {
    for (SettingOf& one : settings) {
      const auto place = places_.find(one.setting.role);
      if (place == places_.end() || !is_asked(one.organisation)) continue;
      BoardRole& role = board_.roles[place->second];
      if (one.setting.maturity_as_is) role.as_is.add(*one.setting.maturity_as_is);
      if (one.setting.maturity_to_be) role.to_be.add(*one.setting.maturity_to_be);
      role.settings.push_back(std::move(one));
    }
  }

  // Newest first. What the program does by itself is nobody's activity.
  void add(const std::vector<Activity>& activities) {
    for (const Activity& activity : activities) {
      const schema::Entity* const entity = registry_.find(activity.entity);
      if (activity.actor.is_nil() || !may_read(question_.who, registry_, activity)) continue;
      if (!entity->for_all_organisations && !is_asked(activity.organisation)) continue;
      for (std::size_t i = 0; i < board_.roles.size(); ++i) {
        BoardRole& role = board_.roles[i];
        if (role.last_activity) continue;
        const auto& uses = role.role->uses.entities;
        if (people_[i].contains(activity.actor) ||
            std::find(uses.begin(), uses.end(), activity.entity) != uses.end())
          role.last_activity = activity.at;
      }
    }
  }

  void finish() {
    for (std::size_t i = 0; i < board_.roles.size(); ++i) {
      BoardRole& role = board_.roles[i];
      role.carried = board_.organisations.empty() ? Carried::unknown : counts_[i].carried();
      const auto refused = std::count_if(role.settings.begin(), role.settings.end(),
                                         [](const SettingOf& one) { return one.setting.not_needed; });
      if (role.carried == Carried::nobody && refused > 0 &&
          static_cast<std::size_t>(refused) == board_.organisations.size())
        role.carried = Carried::not_needed;
      role.area = area_of(role);
    }
  }

 private:
  [[nodiscard]] bool is_asked(base::OrganisationId key) const {
    return find(board_.organisations, key) != nullptr;
  }
  // That of the organisation, or of the one that is asked about.
  [[nodiscard]] const std::string& day_of(base::OrganisationId key) const {
    const BoardOrganisation* const found = find(board_.organisations, key);
    return (found == nullptr ? board_.organisations.front() : *found).day;
  }
  [[nodiscard]] bool concerns(const Holder& holder) const {
    return !board_.organisations.empty() && (holder.whole_group || is_asked(holder.organisation));
  }
  void remember(std::size_t place, const Holder& holder) {
    if (!holder.is_post) people_[place].insert(holder.id);
    for (const PostHolder& one : holder.held_by) people_[place].insert(one.person);
  }
  // By setting or, where an organisation has none, by content.
  [[nodiscard]] std::string area_of(const BoardRole& role) const {
    const std::string usual(content::area_of(role.role->default_sourcing));
    std::set<std::string> areas;
    for (const SettingOf& one : role.settings) areas.insert(one.setting.area.value_or(usual));
    if (role.settings.size() < board_.organisations.size() || areas.empty()) areas.insert(usual);
    return areas.size() == 1 ? *areas.begin() : std::string();
  }

  const BoardQuestion& question_;
  const schema::Registry& registry_;
  Board& board_;
  bool one_role_ = false;
  std::map<std::string, std::size_t, std::less<>> places_;  // of roles in the board
  std::vector<Count> counts_;
  std::vector<std::set<base::RecordId>> people_;
};

std::optional<std::string> later(const std::optional<std::string>& a, const std::optional<std::string>& b) {
  if (!a) return b;
  return b && *b > *a ? b : a;
}

// The roles of an organisation that nobody, or only a deputy, carries on the day.
class OwnerlessFinder {
 public:
  OwnerlessFinder(const BoardQuestion& question, const std::vector<AssignmentRow>& rows,
                  const Holdings& holdings)
      : question_(question), holdings_(holdings) {
    for (const AssignmentRow& row : rows) by_role_.emplace(row.role, &row);
  }

  std::optional<OwnerlessRole> look_at(const Role& role, const BoardOrganisation& organisation,
                                       const std::string& today) const {
    Count now;
    Count then;
    OwnerlessRole found;
    const auto [first, last] = by_role_.equal_range(role.code.to_string());
    for (auto at = first; at != last; ++at) {
      const Holder& assigned = at->second->holder;
      if (assigned.organisation != organisation.key && !assigned.whole_group) continue;
      Holder holder = holder_on(*at->second, holdings_, today, question_.who);
      const Holder later_on = holder_on(*at->second, holdings_, organisation.day, question_.who);
      now.add(holder);
      then.add(later_on);
      const bool known = may(question_.who, "assignment.read", assigned.organisation, assigned.site);
      if (known && holder.standing == Standing::current && later_on.standing != Standing::current)
        found.lost.push_back({std::move(holder), later_on.standing});
    }
    if (then.has_main()) return std::nullopt;
    found.role = &role;
    found.organisation = organisation.key;
    found.deputy_only = then.has_deputy();
    found.held_today = now.has_main();
    return found;
  }

 private:
  const BoardQuestion& question_;
  const Holdings& holdings_;
  std::multimap<std::string, const AssignmentRow*> by_role_;
};

// Codes of the roles that are given to posts, by post, in force on the day.
std::map<base::RecordId, std::vector<std::string>> roles_of_posts(const std::vector<AssignmentRow>& rows,
                                                                  const BoardQuestion& question) {
  std::map<base::RecordId, std::vector<std::string>> roles;
  for (const AssignmentRow& row : rows) {
    const Holder& holder = row.holder;
    if (!holder.is_post || standing_of(holder.from, holder.until, *question.day) != Standing::current)
      continue;
    if (may(question.who, "assignment.read", holder.organisation, holder.site))
      roles[holder.id].push_back(row.role);
  }
  return roles;
}

}  // namespace

std::string_view name_of(Carried carried) noexcept {
  constexpr std::string_view kNames[] = {"inhouse", "outsourced", "both", "nobody", "not_needed", "unknown"};
  return kNames[static_cast<std::size_t>(carried)];
}

std::string_view name_of(Standing standing) noexcept {
  constexpr std::string_view kNames[] = {"current", "future", "ended", "left", "vacant"};
  return kNames[static_cast<std::size_t>(standing)];
}

void Levels::add(std::int64_t level) noexcept {
  lowest = lowest ? std::min(*lowest, level) : level;
  highest = highest ? std::max(*highest, level) : level;
}

record::Outcome<Board> RoleBoard::board(const BoardQuestion& question) {
  return compute(question, nullptr);
}

record::Outcome<Board> RoleBoard::role(const BoardQuestion& question, content::Code code) {
  const Role* const role = catalogue_.find(code);
  if (role == nullptr) return not_found();
  return compute(question, role);
}

record::Outcome<Board> RoleBoard::compute(const BoardQuestion& question, const Role* only) {
  Board board;
  bool hidden = false;
  const auto read = engine_.in_read([&](Connection& connection) -> base::Result<void> {
    board = Board();
    auto organisations = read_organisations(connection, question.who, engine_.clock().now());
    if (!organisations) return organisations.error();
    hidden = !narrow(*organisations, question);
    if (hidden) return {};
    board.organisations = std::move(*organisations);
    RowsWanted wanted{question.who, question.organisation, std::nullopt, window_of(board.organisations)};
    if (only != nullptr) {
      wanted.role = only->code.to_string();
      wanted.window = {};  // past and future too
    }
    const auto assignments = read_assignments(connection, wanted);
    if (!assignments) return assignments.error();
    const auto holdings = read_holdings(connection, wanted);
    if (!holdings) return holdings.error();
    auto settings = read_settings(connection, wanted);
    if (!settings) return settings.error();
    const auto activities = read_activity(connection, question.who.realm, kChanges);
    if (!activities) return activities.error();
    Composer composer(question, engine_.registry(), board);
    composer.start(catalogue_, only);
    composer.add(*assignments, *holdings);
    composer.add(std::move(*settings));
    composer.add(*activities);
    composer.finish();
    return {};
  });
  if (!read) return refusal_of(read.error());
  if (hidden) return not_found();
  return board;
}

record::Outcome<std::vector<HeldRole>> RoleBoard::of_person(const access::Principal& who,
                                                            const base::RecordId& person) {
  if (who.id != person) {
    record::Context context;
    context.who = &who;
    const auto seen = engine_.get(context, engine_.registry().get("person"), person);
    if (!seen) return seen.refusal();
  }
  PersonRows rows;
  const auto read = engine_.in_read([&](Connection& connection) -> base::Result<void> {
    auto found = read_person(connection, who, person, engine_.clock().now());
    if (!found) return found.error();
    rows = std::move(*found);
    return {};
  });
  if (!read) return refusal_of(read.error());
  if (rows.day.empty()) return not_found();
  std::vector<HeldRole> held;
  for (const AssignmentRow& row : rows.assignments) {
    if (!row.holder.is_post) {
      if (standing_of(row.person, rows.day) != Standing::current) continue;
      held.push_back({row.role, row.holder, std::nullopt, std::nullopt, row.holder.from});
      continue;
    }
    for (const HoldingRow& holding : rows.holdings) {
      if (holding.post != row.holder.id || !row.post_exists) continue;
      if (standing_of(holding.person, rows.day) != Standing::current) continue;
      held.push_back(
          {row.role, row.holder, holding.id, holding.holder, later(row.holder.from, holding.holder.from)});
    }
  }
  return held;
}

record::Outcome<Ownerless> RoleBoard::ownerless(const BoardQuestion& question) {
  if (!question.day || !record::is_date(*question.day))
    return Refusal{Refusal::Kind::invalid, {{"on", question.day ? "not_a_date" : "needed", "a day"}}, {}};
  Ownerless answer;
  bool hidden = false;
  const auto read = engine_.in_read([&](Connection& connection) -> base::Result<void> {
    answer = Ownerless();
    answer.day = *question.day;
    auto organisations = read_organisations(connection, question.who, engine_.clock().now());
    if (!organisations) return organisations.error();
    if (!question.organisation)
      std::erase_if(*organisations, [](const BoardOrganisation& one) { return one.is_supplier; });
    std::map<base::OrganisationId, std::string> today;
    for (const BoardOrganisation& one : *organisations) today[one.key] = one.day;
    Window window = window_of(*organisations);
    hidden = !narrow(*organisations, question);
    if (hidden || organisations->empty()) return {};
    answer.organisations = std::move(*organisations);
    window.first = std::min(window.first, answer.day);
    window.last = std::max(window.last, answer.day);
    const RowsWanted wanted{question.who, question.organisation, std::nullopt, window};
    const auto rows = read_assignments(connection, wanted);
    if (!rows) return rows.error();
    const auto holdings = read_holdings(connection, wanted);
    if (!holdings) return holdings.error();
    const auto settings = read_settings(connection, wanted);
    if (!settings) return settings.error();
    std::set<std::pair<base::OrganisationId, std::string>> not_needed;
    for (const SettingOf& one : *settings)
      if (one.setting.not_needed) not_needed.emplace(one.organisation, one.setting.role);
    const OwnerlessFinder finder(question, *rows, *holdings);
    for (const BoardOrganisation& organisation : answer.organisations)
      for (const Role& role : catalogue_.roles()) {
        if (not_needed.contains({organisation.key, role.code.to_string()})) continue;
        if (auto found = finder.look_at(role, organisation, today[organisation.key]))
          answer.roles.push_back(std::move(*found));
        if (answer.roles.size() > kMaxRows) return too_many();
      }
    auto posts = read_empty_posts(connection, wanted, answer.day, today[answer.organisations.front().key]);
    if (!posts) return posts.error();
    auto given = roles_of_posts(*rows, question);
    for (OwnerlessPost& post : *posts) {
      if (find(answer.organisations, post.organisation) == nullptr) continue;
      if (const auto roles = given.find(post.post); roles != given.end()) post.roles = roles->second;
      answer.posts.push_back(std::move(post));
    }
    return {};
  });
  if (!read) return refusal_of(read.error());
  if (hidden) return not_found();
  return answer;
}

content::RoleState state_of(const content::Service& service, const content::RoleCatalogue& catalogue) {
  std::size_t built = 0;
  std::size_t planned = 0;
  for (const content::Code code : service.roles) {
    const Role* const role = catalogue.find(code);
    HINOMI_CHECK(role != nullptr);  // the service catalogue was read against the roles
    built += role->state == content::RoleState::built ? 1 : 0;
    planned += role->state == content::RoleState::planned ? 1 : 0;
  }
  if (planned == service.roles.size()) return content::RoleState::planned;
  return built == service.roles.size() ? content::RoleState::built : content::RoleState::partial;
}

}  // namespace hinomi::govern
