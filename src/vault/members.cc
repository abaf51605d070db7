// Making a vault, and who belongs to it.
#include <unistd.h>

#include <algorithm>
#include <set>

#include "record/rows.h"
#include "record/validate.h"
#include "vault/vaults.h"

namespace hinomi::vault {
namespace {

using record::Context;
using record::Refusal;
using store::sql::Connection;
using Kind = Refusal::Kind;

Refusal refuse(Kind kind) {
  return {kind, {}, {}};
}

Refusal refuse(Kind kind, std::string field, std::string code) {
  return {kind, {{std::move(field), std::move(code), ""}}, {}};
}

std::vector<record::Fault> faults_of(const About& about) {
  std::vector<record::Fault> faults;
  if (about.title.empty()) faults.push_back({"title", "needed", ""});
  if (about.title.size() > kMaxTitle) faults.push_back({"title", "too_long", ""});
  if (!record::is_line(about.title)) faults.push_back({"title", "wrong_type", "one line of text"});
  if (about.purpose.size() > kMaxPurpose) faults.push_back({"purpose", "too_long", ""});
  if (!record::is_prose(about.purpose)) faults.push_back({"purpose", "wrong_type", "no control characters"});
  return faults;
}

// The caller's rights, without what they asked for.
Context plain(const Context& context) {
  Context asked;
  asked.who = context.who;
  asked.via = context.via;
  asked.realm = context.realm;
  return asked;
}

}  // namespace

bool Vaults::is_person(const Context& context, const base::RecordId& id) {
  const schema::Entity* const people = parts_.outside->registry().find("person");
  if (people == nullptr) return false;
  const auto found = parts_.outside->get(plain(context), *people, id);
  return found && !found->deleted_at;
}

base::Result<void> Vaults::note(Connection& connection, OpenVault& vault, const Context& context,
                                std::string_view deed, const base::RecordId* about) {
  Entry entry;
  entry.at = parts_.clock->now();
  entry.actor = context.who->id;
  entry.actor_name = context.who->name;
  entry.deed = std::string(deed);
  if (about != nullptr) entry.about = *about;
  entry.reason = std::string(context.reason);
  if (auto written = append_entry(connection, entry); !written) return written;
  if (vault.audit_ == nullptr) return {};
  record::AuditEntry audited;
  audited.vault = vault.id_;
  audited.at = entry.at;
  audited.who = context.who;
  audited.via = context.via;
  audited.peer = context.peer;
  audited.action = "vault." + entry.deed;
  audited.record = entry.about;
  audited.reason = context.reason;
  audited.details = "{}";
  return vault.audit_->append(connection, audited);
}

// That something happened, by nobody and to nothing that is named.
base::Result<void> Vaults::tell_outside(Connection& connection, base::OrganisationId organisation,
                                        std::string action) {
  if (parts_.audit == nullptr) return {};
  static const access::Principal system = access::system_principal();
  record::AuditEntry entry;
  entry.organisation = organisation;
  entry.at = parts_.clock->now();
  entry.who = &system;
  entry.via = "system";
  entry.action = std::move(action);
  entry.details = "{}";
  return parts_.audit->append(connection, entry);
}

base::Result<void> Vaults::write_to_file(const Known& known, const Context& context, std::string_view deed,
                                         const base::RecordId* about,
                                         const std::function<base::Result<void>(Connection&)>& work) {
  auto vault = file_of(known);
  if (!vault) return vault.error();
  return (*vault)->engine_->in_write([&](Connection& connection) -> base::Result<void> {
    if (auto done = work(connection); !done) return done;
    return note(connection, **vault, context, deed, about);
  });
}

// The row of the main database, as it is to be now.
base::Result<void> Vaults::store(const Known& known, State state, const Membership& members) {
  Row row = known.row;
  const std::string number = std::to_string(static_cast<std::uint32_t>(row.id));
  auto sealed =
      known.ring.seal("vault:" + number, {"vault", number, "members"}, members.bytes(), parts_.random);
  if (!sealed) return sealed.error();
  row.members = std::move(*sealed);
  row.state = state;
  ++row.version;
  auto stored =
      store::sql::in_transaction(*parts_.database, Connection::Kind::write,
                                 [&](Connection& connection) { return update_row(connection, row); });
  if (!stored) return stored;
  return refresh(true);
}

record::Outcome<std::shared_ptr<const Vaults::Known>> Vaults::for_custodian(const Context& context,
                                                                            base::VaultId id) {
  auto known = known_to(*context.who, id);
  if (!known) return known;
  auto file = file_of(**known);
  if (!file) return file.error();
  auto lease = (*file)->database_->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  const auto member = file_member(**lease, context.who->id);
  if (!member) return member.error();
  if (!*member) return refuse(Kind::not_found);
  if (!(**member).custodian || !(*known)->members.find(context.who->id)->custodian)
    return refuse(Kind::forbidden);
  if (context.reason.empty()) return refuse(Kind::needs_reason);
  return known;
}

record::Outcome<base::VaultId> Vaults::create(const Context& context, const Order& order) {
  const access::Principal& who = *context.who;
  const bool person = who.is_human && (who.kind == access::PrincipalKind::staff ||
                                       who.kind == access::PrincipalKind::employee);
  if (!person || !access::holds_anywhere(who, "vault.create")) return refuse(Kind::forbidden);
  if (!access::has_stepped_up(who, parts_.clock->now())) return refuse(Kind::needs_step_up);
  auto faults = faults_of(order.about);
  if (order.custodians.empty()) faults.push_back({"custodians", "needed", "somebody beside yourself"});
  if (order.custodians.size() > kMaxFirstCustodians) faults.push_back({"custodians", "too_long", ""});
  std::set<base::RecordId> each;
  if (faults.empty())
    for (const base::RecordId& custodian : order.custodians)
      if (custodian == who.id || !each.insert(custodian).second || !is_person(context, custodian))
        faults.push_back({"custodians", "no_such_record", "another person, each once"});
  if (!faults.empty()) return Refusal{Kind::invalid, std::move(faults), {}};
  if (parts_.keys.empty())
    return base::Error{base::ErrorCode::unavailable,
                       "there is no key-encryption key",
                       "Put the key file back and start again.",
                       {}};
  const std::lock_guard lock(change_mutex_);
  auto made = make(context, order);
  if (!made) return made.refusal();
  return (*made)->row.id;
}

// The key, the file, and last the row, without which the file is nothing.
record::Outcome<std::shared_ptr<const Vaults::Known>> Vaults::make(const Context& context,
                                                                   const Order& order) {
  {
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMaxVaults) return refuse(Kind::conflict, "vault", "too_many");
  }
  auto known = std::make_shared<Known>();
  Row& row = known->row;
  const auto numbered = parts_.outside->in_write([&](Connection& connection) -> base::Result<void> {
    const auto next = record::next_number(connection, "vault");
    if (!next) return next.error();
    row.id = static_cast<base::VaultId>(*next);
    return {};
  });
  if (!numbered) return numbered.error();
  const std::string number = std::to_string(static_cast<std::uint32_t>(row.id));
  row.created_at = parts_.clock->now();
  auto key = known->ring.make_key("vault:" + number, *parts_.keys.front(), parts_.random);
  if (!key) return key.error();
  row.key = std::move(*key);
  trust::SecretBytes pages(trust::kKeyBytes);
  parts_.random(pages.span());
  known->members.put({context.who->id, true});
  for (const base::RecordId& custodian : order.custodians) known->members.put({custodian, true});
  auto page_key =
      known->ring.seal("vault:" + number, {"vault", number, "page_key"}, pages.view(), parts_.random);
  if (!page_key) return page_key.error();
  row.page_key = std::move(*page_key);
  auto members = known->ring.seal("vault:" + number, {"vault", number, "members"}, known->members.bytes(),
                                  parts_.random);
  if (!members) return members.error();
  row.members = std::move(*members);
  known->unlocked = true;
  auto vault = open_file(*known, true);
  if (!vault) return vault.error();
  auto stored = (*vault)->engine_->in_write([&](Connection& connection) -> base::Result<void> {
    if (auto kept = insert_about(connection, order.about); !kept) return kept;
    for (const Member& member : known->members.all())
      if (auto kept = put_file_member(connection, member); !kept) return kept;
    return note(connection, **vault, context, "create", nullptr);
  });
  if (stored)
    stored = parts_.outside->in_write([&](Connection& connection) -> base::Result<void> {
      if (auto kept = insert_row(connection, row); !kept) return kept;
      return tell_outside(connection, {}, "vault.create");
    });
  if (!stored) {
    vault->reset();
    for (const char* const end : {"", "-wal", "-shm"})
      ::unlink((path_of(row.id) + end).c_str());  // nothing leads to it
    return stored.error();
  }
  vault->reset();
  if (auto read = refresh(true); !read) return read.error();
  return std::shared_ptr<const Known>(known);
}

// What the file itself says, which has the last word.
base::Result<bool> Vaults::is_in_file(OpenVault& vault, const access::Principal& who) {
  auto lease = vault.database_->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  const auto member = file_member(**lease, who.id);
  if (!member) return member.error();
  return member->has_value();
}

record::Outcome<Summary> Vaults::summary_of(const access::Principal& who, const Known& known) {
  Summary summary;
  summary.id = known.row.id;
  summary.created_at = known.row.created_at;
  summary.state = known.row.state;
  const Member* const member = known.members.find(who.id);
  summary.custodian = member != nullptr && member->custodian;
  summary.members = known.members.all().size();
  auto file = file_of(known);
  if (!file) return summary;
  const auto still = is_in_file(**file, who);
  if (!still) return summary;
  if (!*still) return refuse(Kind::not_found);
  auto lease = (*file)->database_->lease(Connection::Kind::read);
  if (!lease) return summary;
  auto about = load_about(**lease);
  if (about) summary.about = std::move(*about);
  return summary;
}

record::Outcome<std::vector<Summary>> Vaults::list(const Context& context) {
  const auto mine = vaults_of(context.who->id);
  if (!mine) return mine.error();
  std::vector<Summary> summaries;
  for (const base::VaultId id : *mine) {
    const auto known = known_to(*context.who, id);
    if (!known) continue;
    auto summary = summary_of(*context.who, **known);
    if (summary) summaries.push_back(std::move(*summary));
  }
  return summaries;
}

record::Outcome<Summary> Vaults::summary(const Context& context, base::VaultId id) {
  const auto known = known_to(*context.who, id);
  if (!known) return known.refusal();
  return summary_of(*context.who, **known);
}

record::Outcome<std::vector<Member>> Vaults::members(const Context& context, base::VaultId id) {
  const auto known = known_to(*context.who, id);
  if (!known) return known.refusal();
  auto file = file_of(**known);
  if (!file) return file.error();
  const auto still = is_in_file(**file, *context.who);
  if (!still) return still.error();
  if (!*still) return refuse(Kind::not_found);
  return (*known)->members.all();
}

record::Outcome<std::vector<Entry>> Vaults::log(const Context& context, base::VaultId id, std::int64_t before,
                                                std::size_t limit) {
  const auto known = known_to(*context.who, id);
  if (!known) return known.refusal();
  auto file = file_of(**known);
  if (!file) return file.error();
  const auto still = is_in_file(**file, *context.who);
  if (!still) return still.error();
  if (!*still) return refuse(Kind::not_found);
  auto lease = (*file)->database_->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  auto read = entries(**lease, before, limit);
  if (!read) return read.error();
  return std::move(*read);
}

std::optional<Refusal> Vaults::put_member(const Context& context, base::VaultId id, const Member& member) {
  const std::lock_guard lock(change_mutex_);
  const auto known = for_custodian(context, id);
  if (!known) return known.refusal();
  Membership members = (*known)->members;
  const Member* const before = members.find(member.person);
  if (before == nullptr && !is_person(context, member.person))
    return refuse(Kind::invalid, "person", "no_such_record");
  if (before == nullptr && members.all().size() >= kMaxMembers)
    return refuse(Kind::conflict, "person", "too_many");
  if (before != nullptr && before->custodian && !member.custodian && members.custodians() == 1)
    return refuse(Kind::conflict, "person", "last_custodian");
  members.put(member);
  // First the file, then the row: until both say so nobody gets in.
  auto done = write_to_file(**known, context, "add_member", &member.person,
                            [&](Connection& connection) { return put_file_member(connection, member); });
  if (done) done = store(**known, (*known)->row.state, members);
  if (!done) return Refusal{Kind::failed, {}, done.error()};
  return std::nullopt;
}

std::optional<Refusal> Vaults::remove_member(const Context& context, base::VaultId id,
                                             const base::RecordId& person) {
  const std::lock_guard lock(change_mutex_);
  const auto known = for_custodian(context, id);
  if (!known) return known.refusal();
  Membership members = (*known)->members;
  const Member* const before = members.find(person);
  if (before == nullptr) return refuse(Kind::not_found);
  if (before->custodian && members.custodians() == 1)
    return refuse(Kind::conflict, "person", "last_custodian");
  members.remove(person);
  // First the file, whose word is the last: from here on they are out, whatever happens to the row.
  auto done = write_to_file(**known, context, "remove_member", &person,
                            [&](Connection& connection) { return remove_file_member(connection, person); });
  if (done) done = store(**known, (*known)->row.state, members);
  if (!done) return Refusal{Kind::failed, {}, done.error()};
  return std::nullopt;
}

std::optional<Refusal> Vaults::leave(const Context& context, base::VaultId id) {
  const std::lock_guard lock(change_mutex_);
  const auto known = known_to(*context.who, id);
  if (!known) return known.refusal();
  Membership members = (*known)->members;
  const base::RecordId& person = context.who->id;
  if (members.find(person)->custodian && members.custodians() == 1)
    return refuse(Kind::conflict, "person", "last_custodian");
  members.remove(person);
  auto done = write_to_file(**known, context, "leave", &person,
                            [&](Connection& connection) { return remove_file_member(connection, person); });
  if (done) done = store(**known, (*known)->row.state, members);
  if (!done) return Refusal{Kind::failed, {}, done.error()};
  return std::nullopt;
}

std::optional<Refusal> Vaults::set_state(const Context& context, base::VaultId id, State state) {
  const std::lock_guard lock(change_mutex_);
  const auto known = for_custodian(context, id);
  if (!known) return known.refusal();
  const bool opens = state == State::open;
  if (!access::holds_anywhere(*context.who, opens ? "vault.open" : "vault.close"))
    return refuse(Kind::forbidden);
  if (opens && !access::has_stepped_up(*context.who, parts_.clock->now())) return refuse(Kind::needs_step_up);
  if ((*known)->row.state == state) return refuse(Kind::conflict, "vault", opens ? "open" : "closed");
  auto done = write_to_file(**known, context, opens ? "open" : "close", nullptr,
                            [](Connection&) { return base::Result<void>(); });
  if (done) done = store(**known, state, (*known)->members);
  if (!done) return Refusal{Kind::failed, {}, done.error()};
  if (!opens) {
    const std::lock_guard files(files_mutex_);
    files_[id].kept.reset();
  }
  return std::nullopt;
}

}  // namespace hinomi::vault
