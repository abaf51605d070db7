#include "api/records/role_json.h"

#include <algorithm>
#include <set>

#include "base/time.h"
#include "messages/messages.h"

namespace hinomi::api::records {
namespace {

using base::JsonWriter;
using content::Role;
using content::RoleState;
using content::Service;
using govern::Board;
using govern::BoardRole;
using govern::Carried;
using govern::Holder;

std::string_view name_of(RoleState state) noexcept {
  constexpr std::string_view kNames[] = {"planned", "partial", "built"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view name_of(govern::Sourcing sourcing) noexcept {
  return govern::choices_of(sourcing)[static_cast<std::size_t>(sourcing)];
}

void write_day(JsonWriter& json, std::string_view key, const std::optional<std::string>& day) {
  json.key(key);
  if (day) {
    json.string(*day);
  } else {
    json.null();
  }
}

void write_level(JsonWriter& json, std::string_view key, const std::optional<std::int64_t>& level) {
  json.key(key);
  if (level) {
    json.integer(*level);
  } else {
    json.null();
  }
}

void write_strings(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_codes(JsonWriter& json, std::string_view key, const std::vector<content::Code>& codes) {
  json.key(key).begin_array();
  for (const content::Code code : codes) write_code(json, code);
  json.end_array();
}

void write_post_holder(JsonWriter& json, const govern::PostHolder& one) {
  json.begin_object().key("id").string(one.person.text()).key("name").string(one.name);
  json.key("acting").boolean(one.acting);
  write_day(json, "from", one.from);
  write_day(json, "until", one.until);
  json.end_object();
}

void write_holder(JsonWriter& json, const Holder& holder) {
  json.begin_object().key("assignment").string(holder.assignment.text());
  json.key("kind").string(holder.is_post ? "post" : "person").key("id").string(holder.id.text());
  json.key("title").string(holder.title).key("deputy").boolean(holder.deputy);
  write_day(json, "from", holder.from);
  write_day(json, "until", holder.until);
  json.key("sourcing").string(name_of(holder.sourcing));
  json.key("organisation").unsigned_integer(static_cast<std::uint32_t>(holder.organisation));
  json.key("site").unsigned_integer(static_cast<std::uint32_t>(holder.site));
  json.key("whole_group").boolean(holder.whole_group);
  json.key("standing").string(govern::name_of(holder.standing));
  if (holder.is_post) {
    json.key("held_by").begin_array();
    for (const govern::PostHolder& one : holder.held_by) write_post_holder(json, one);
    json.end_array();
  }
  json.end_object();
}

void write_holders(JsonWriter& json, const std::vector<Holder>& holders) {
  json.key("holders").begin_array();
  for (const Holder& holder : holders) write_holder(json, holder);
  json.end_array();
}

// Lowest levels, and the highest beside them: where several organisations are looked at they differ.
void write_maturity(JsonWriter& json, const govern::Levels& as_is, const govern::Levels& to_be) {
  json.key("maturity");
  if (!as_is.lowest && !to_be.lowest) {
    json.null();
    return;
  }
  json.begin_object();
  write_level(json, "as_is", as_is.lowest);
  write_level(json, "to_be", to_be.lowest);
  write_level(json, "as_is_highest", as_is.highest);
  write_level(json, "to_be_highest", to_be.highest);
  json.end_object();
}

void write_measures(JsonWriter& json, const Role& role) {
  json.key("measures").begin_array();
  for (const content::RoleMeasure& measure : role.measures) {
    json.begin_object().key("key").string(measure.key).key("name");
    write_both(json, measure.names);
    json.key("definition");
    write_both(json, measure.definition);
    json.key("unit").string(content::name_of(measure.unit));
    json.key("good").string(measure.good == content::GoodDirection::up ? "up" : "down");
    json.key("value").null().end_object();  // nothing measures yet
  }
  json.end_array();
}

void write_time(JsonWriter& json, std::string_view key, const std::optional<base::TimeNs>& time) {
  json.key(key);
  if (time) {
    json.string(base::format_rfc3339(*time));
  } else {
    json.null();
  }
}

void write_members(JsonWriter& json, const BoardRole& row) {
  const Role& role = *row.role;
  json.key("code");
  write_code(json, role.code);
  json.key("category").string(std::string(1, role.code.letter)).key("name");
  write_both(json, role.names);
  json.key("aim");
  write_both(json, role.aim);
  json.key("state").string(name_of(role.state)).key("area").string(row.area);
  write_holders(json, row.holders);
  json.key("withheld_holders").unsigned_integer(row.withheld);
  json.key("sourcing").string(govern::name_of(row.carried));
  write_maturity(json, row.as_is, row.to_be);
  json.key("open_work").null();  // no kind of work is kept yet
  write_time(json, "last_activity", row.last_activity);
  write_measures(json, role);
}

void write_categories(JsonWriter& json, const std::vector<content::RoleCategory>& categories) {
  json.key("categories").begin_array();
  for (const content::RoleCategory& category : categories) {
    json.begin_object().key("code").string(std::string(1, category.letter)).key("name");
    write_both(json, category.names);
    json.end_object();
  }
  json.end_array();
}

void write_organisations(JsonWriter& json, const std::vector<govern::BoardOrganisation>& organisations) {
  json.key("organisations").begin_array();
  for (const govern::BoardOrganisation& one : organisations) {
    json.begin_object().key("key").unsigned_integer(static_cast<std::uint32_t>(one.key)).key("name");
    write_both(json, {one.name, one.name_en.empty() ? one.name : one.name_en});
    json.key("day").string(one.day).end_object();
  }
  json.end_array();
}

template <typename Catalogue>
void write_head(JsonWriter& json, const Catalogue& catalogue, const Board& board) {
  json.key("catalogue").begin_object().key("key").string(catalogue.key()).key("name");
  write_both(json, catalogue.names());
  json.key("edition").string(catalogue.edition()).key("source");
  write_both(json, catalogue.source());
  json.end_object();
  write_organisations(json, board.organisations);
  write_categories(json, catalogue.categories());
}

const BoardRole& row_of(const Board& board, content::Code code) {
  const auto found = std::find_if(board.roles.begin(), board.roles.end(),
                                  [&](const BoardRole& one) { return one.role->code == code; });
  HINOMI_CHECK(found != board.roles.end());  // the board has every role of the catalogue
  return *found;
}

// A service as the roles behind it are carried.
struct Joined {
  std::vector<Holder> holders;
  std::size_t withheld = 0;
  Carried carried = Carried::nobody;
  govern::Levels as_is;
  govern::Levels to_be;
  std::string area;
  std::optional<base::TimeNs> last_activity;
};

Carried joined_sourcing(const std::set<Carried>& all) {
  if (all.contains(Carried::unknown)) return Carried::unknown;
  const bool both = all.contains(Carried::both);
  const bool own = both || all.contains(Carried::inhouse);
  const bool others = both || all.contains(Carried::outsourced);
  if (own) return others ? Carried::both : Carried::inhouse;
  if (others) return Carried::outsourced;
  return all == std::set{Carried::not_needed} ? Carried::not_needed : Carried::nobody;
}

// Everybody once; who carries one of the roles is no deputy here.
void add_holder(std::vector<Holder>& holders, const Holder& holder) {
  const auto known = std::find_if(holders.begin(), holders.end(), [&](const Holder& one) {
    return one.id == holder.id && one.organisation == holder.organisation;
  });
  if (known == holders.end())
    holders.push_back(holder);
  else if (known->deputy && !holder.deputy)
    *known = holder;
}

Joined join(const Service& service, const Board& board) {
  Joined joined;
  std::set<Carried> carried;
  std::set<std::string> areas;
  for (const content::Code code : service.roles) {
    const BoardRole& row = row_of(board, code);
    carried.insert(row.carried);
    areas.insert(row.area);
    joined.withheld += row.withheld;
    for (const Holder& holder : row.holders) add_holder(joined.holders, holder);
    for (const auto& [from, into] : {std::pair{&row.as_is, &joined.as_is}, {&row.to_be, &joined.to_be}}) {
      if (from->lowest) into->add(*from->lowest);
      if (from->highest) into->add(*from->highest);
    }
    joined.last_activity = std::max(joined.last_activity, row.last_activity);
  }
  joined.carried = joined_sourcing(carried);
  if (board.organisations.empty()) joined.carried = Carried::unknown;
  if (areas.size() == 1) joined.area = *areas.begin();
  return joined;
}

void write_service(JsonWriter& json, const RoleContent& content, const Service& service, const Board& board) {
  const Joined joined = join(service, board);
  json.key("code");
  write_code(json, service.code);
  json.key("category").string(std::string(1, service.code.letter)).key("name");
  write_both(json, service.names);
  json.key("aim");
  write_both(json, {});
  json.key("verified").boolean(service.verified);
  json.key("state").string(name_of(govern::state_of(service, *content.roles)));
  write_codes(json, "roles", service.roles);
  write_codes(json, "near", service.near);
  json.key("area").string(joined.area);
  write_holders(json, joined.holders);
  json.key("withheld_holders").unsigned_integer(joined.withheld);
  json.key("sourcing").string(govern::name_of(joined.carried));
  write_maturity(json, joined.as_is, joined.to_be);
  json.key("open_work").null();
  write_time(json, "last_activity", joined.last_activity);
  json.key("measures").begin_array().end_array();
}

void write_permissions(JsonWriter& json, const RoleContent& content, const Role& role) {
  json.key("permissions").begin_array();
  for (const std::string& name : role.permissions) {
    json.begin_object().key("name").string(name);
    if (const content::Permission* const known = content.permissions->find(name); known != nullptr) {
      json.key("label");
      write_both(json, known->label);
    }
    json.end_object();
  }
  json.end_array();
}

void write_settings(JsonWriter& json, const std::vector<govern::SettingOf>& settings) {
  json.key("settings").begin_array();
  for (const govern::SettingOf& one : settings) {
    json.begin_object().key("id").string(one.id.text()).key("version").integer(one.version);
    json.key("organisation").unsigned_integer(static_cast<std::uint32_t>(one.organisation));
    write_level(json, "maturity_as_is", one.setting.maturity_as_is);
    write_level(json, "maturity_to_be", one.setting.maturity_to_be);
    write_day(json, "area", one.setting.area);
    json.key("not_needed").boolean(one.setting.not_needed);
    write_day(json, "remark", one.setting.remark);
    json.end_object();
  }
  json.end_array();
}

// The name of a role by its code; of those that are no role of the catalogue, from the messages.
void write_role_name(JsonWriter& json, const RoleContent& content, const std::string& code) {
  const auto parsed = content::Code::parse(code);
  const Role* const role = parsed ? content.roles->find(*parsed) : nullptr;
  content::Bilingual names{code, code};
  if (role != nullptr) {
    names = role->names;
  } else {
    const std::string key = "bundle." + code;
    if (const auto ja = messages::label(base::Language::ja, key)) names.ja = *ja;
    if (const auto en = messages::label(base::Language::en, key)) names.en = *en;
  }
  json.key("role").string(code).key("name");
  write_both(json, names);
}

}  // namespace

void write_both(JsonWriter& json, const content::Bilingual& text) {
  json.begin_object().key("ja").string(text.ja).key("en").string(text.en).end_object();
}

void write_code(JsonWriter& json, content::Code code) {
  json.string(code.to_string());
}

void write_board(JsonWriter& json, const RoleContent& content, const Board& board) {
  json.begin_object();
  write_head(json, *content.roles, board);
  json.key("roles").begin_array();
  for (const BoardRole& row : board.roles) {
    json.begin_object();
    write_members(json, row);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_service_board(JsonWriter& json, const RoleContent& content, const Board& board) {
  json.begin_object();
  write_head(json, *content.services, board);
  json.key("roles").begin_array();
  for (const Service& service : content.services->services()) {
    json.begin_object();
    write_service(json, content, service, board);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_role_page(JsonWriter& json, const RoleContent& content, const Board& board) {
  HINOMI_CHECK(board.roles.size() == 1);
  const BoardRole& row = board.roles.front();
  const Role& role = *row.role;
  json.begin_object();
  write_members(json, row);
  write_organisations(json, board.organisations);
  json.key("work").begin_object();
  const std::pair<std::string_view, const content::Bilingual*> parts[] = {{"in", &role.work.in},
                                                                          {"does", &role.work.does},
                                                                          {"out", &role.work.out},
                                                                          {"reader", &role.work.reader}};
  for (const auto& [key, text] : parts) {
    json.key(key);
    write_both(json, *text);
  }
  json.end_object();
  write_codes(json, "feeds", role.feeds);
  write_codes(json, "fed_by", role.fed_by);
  json.key("uses").begin_object();
  write_strings(json, "entities", role.uses.entities);
  write_strings(json, "actions", role.uses.actions);
  write_strings(json, "screens", role.uses.screens);
  write_strings(json, "measures", role.uses.measures);
  json.end_object();
  write_strings(json, "procedures", role.uses.procedures);
  write_permissions(json, content, role);
  json.key("skills").begin_array();
  for (const content::Bilingual& skill : role.skills) write_both(json, skill);
  json.end_array();
  json.key("default_area").string(content::area_of(role.default_sourcing));
  write_settings(json, row.settings);
  json.key("services").begin_array();
  for (const Service* const service : content.services->services_of(role.code)) {
    json.begin_object().key("code");
    write_code(json, service->code);
    json.key("name");
    write_both(json, service->names);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_service_page(JsonWriter& json, const RoleContent& content, const Board& board,
                        const Service& service) {
  json.begin_object();
  write_service(json, content, service, board);
  write_organisations(json, board.organisations);
  json.key("parts").begin_array();
  for (const content::Code code : service.roles) {
    json.begin_object();
    write_members(json, row_of(board, code));
    json.end_object();
  }
  json.end_array().end_object();
}

void write_held(JsonWriter& json, const RoleContent& content, const std::vector<govern::HeldRole>& held) {
  json.begin_object().key("roles").begin_array();
  for (const govern::HeldRole& one : held) {
    json.begin_object();
    write_role_name(json, content, one.role);
    json.key("assignment").string(one.by.assignment.text());
    json.key("organisation").unsigned_integer(static_cast<std::uint32_t>(one.by.organisation));
    json.key("site").unsigned_integer(static_cast<std::uint32_t>(one.by.site));
    json.key("whole_group").boolean(one.by.whole_group).key("deputy").boolean(one.by.deputy);
    json.key("sourcing").string(name_of(one.by.sourcing));
    write_day(json, "since", one.since);
    write_day(json, "from", one.by.from);
    write_day(json, "until", one.by.until);
    json.key("post");
    if (one.post_holder) {
      json.begin_object().key("id").string(one.by.id.text()).key("title").string(one.by.title);
      json.key("holding").string(one.holding->text()).key("acting").boolean(one.post_holder->acting);
      write_day(json, "from", one.post_holder->from);
      write_day(json, "until", one.post_holder->until);
      json.end_object();
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array().end_object();
}

void write_ownerless(JsonWriter& json, const govern::Ownerless& ownerless) {
  json.begin_object().key("on").string(ownerless.day);
  write_organisations(json, ownerless.organisations);
  json.key("roles").begin_array();
  for (const govern::OwnerlessRole& one : ownerless.roles) {
    json.begin_object().key("role");
    write_code(json, one.role->code);
    json.key("name");
    write_both(json, one.role->names);
    json.key("organisation").unsigned_integer(static_cast<std::uint32_t>(one.organisation));
    json.key("why").string(one.deputy_only ? "deputy_only" : "nobody");
    json.key("held_today").boolean(one.held_today).key("lost").begin_array();
    for (const govern::Lost& lost : one.lost) {
      json.begin_object().key("why").string(govern::name_of(lost.standing)).key("holder");
      write_holder(json, lost.holder);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().key("posts").begin_array();
  for (const govern::OwnerlessPost& one : ownerless.posts) {
    json.begin_object().key("id").string(one.post.text()).key("title").string(one.title);
    json.key("organisation").unsigned_integer(static_cast<std::uint32_t>(one.organisation));
    json.key("why").string(one.acting_only ? "acting_only" : "nobody");
    json.key("held_today").boolean(one.held_today);
    write_strings(json, "roles", one.roles);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace hinomi::api::records
