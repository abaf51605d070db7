// Which vaults there are, and getting into one.
#include "vault/vaults.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "os/file.h"

namespace hinomi::vault {
namespace {

using record::Refusal;
using store::sql::Connection;
using Kind = Refusal::Kind;

std::string number(base::VaultId id) {
  return std::to_string(static_cast<std::uint32_t>(id));
}

std::string context_of(base::VaultId id) {
  return "vault:" + number(id);
}

std::string hex(const trust::KeyId& id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : id) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

base::Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return base::Error{
      base::ErrorCode::io, path + ": cannot be made: " + std::generic_category().message(errno), "", {}};
}

// Only people at work get into a vault: no programs, no guests by link, and not the program itself.
bool may_be_member(const access::Principal& who) noexcept {
  return who.is_human && !who.id.is_nil() &&
         (who.kind == access::PrincipalKind::staff || who.kind == access::PrincipalKind::employee);
}

}  // namespace

base::Result<std::unique_ptr<Vaults>> Vaults::open(Parts parts) {
  HINOMI_CHECK(parts.database != nullptr && parts.outside != nullptr && parts.clock != nullptr);
  std::unique_ptr<Vaults> vaults(new Vaults(std::move(parts)));
  if (auto made = make_folder(vaults->parts_.folder); !made) return made.error();
  if (auto migrated = store::sql::migrate(*vaults->parts_.database, main_migrations()); !migrated)
    return migrated.error();
  if (auto read = vaults->refresh(true); !read) return read.error();
  return vaults;
}

base::Result<std::shared_ptr<const Vaults::Known>> Vaults::read_known(Connection& connection,
                                                                      base::VaultId id) {
  auto row = load_row(connection, id);
  if (!row) return row.error();
  if (!*row) return std::shared_ptr<const Known>();
  auto known = std::make_shared<Known>();
  known->row = std::move(**row);
  const std::string context = context_of(id);
  const auto stays_closed = [&](const std::string& why) {
    say("vault " + number(id) + " stays closed: " + why);
    return std::shared_ptr<const Known>(known);
  };
  if (auto added = known->ring.add_key(known->row.key, parts_.keys); !added) {
    if (added.error().code != base::ErrorCode::not_found) return stays_closed(added.error().message);
    const auto wanted = trust::key_id_of(known->row.key.sealed);
    return stays_closed("its key is under the key-encryption key " + (wanted ? hex(*wanted) : "?") +
                        ", which is not at hand; put that key file back and start again");
  }
  const auto plain = known->ring.open(context, {"vault", number(id), "members"}, known->row.members);
  if (!plain) return stays_closed("its list of members does not open: " + plain.error().message);
  auto members = Membership::parse(plain->view());
  if (!members) return stays_closed(members.error().message);
  known->members = std::move(*members);
  known->unlocked = true;
  return std::shared_ptr<const Known>(known);
}

base::Result<void> Vaults::refresh(bool now) {
  const std::lock_guard lock(mutex_);
  const auto time = parts_.clock->steady();
  if (!now && looked_at_ && time - *looked_at_ < kStale) return {};
  auto lease = parts_.database->lease(Connection::Kind::read);
  if (!lease) return lease.error();
  const auto rows = row_versions(**lease);
  if (!rows) return rows.error();
  std::map<base::VaultId, std::shared_ptr<const Known>> known;
  bool changed = rows->size() != known_.size();
  for (const RowVersion& row : *rows) {
    const auto found = known_.find(row.id);
    if (found != known_.end() && found->second->row.version == row.version) {
      known.emplace(row.id, found->second);
      continue;
    }
    auto read = read_known(**lease, row.id);
    if (!read) return read.error();
    if (*read != nullptr) known.emplace(row.id, std::move(*read));
    changed = true;
  }
  looked_at_ = time;
  if (!changed) return {};
  known_ = std::move(known);
  by_person_.clear();
  for (const auto& [id, one] : known_)
    for (const Member& member : one->members.all()) by_person_[member.person].push_back(id);
  return {};
}

base::Result<std::vector<base::VaultId>> Vaults::vaults_of(const base::RecordId& person) {
  if (auto read = refresh(false); !read) return read.error();
  const std::lock_guard lock(mutex_);
  const auto found = by_person_.find(person);
  return found == by_person_.end() ? std::vector<base::VaultId>() : found->second;
}

std::size_t Vaults::locked() {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(known_.begin(), known_.end(), [](const auto& one) { return !one.second->unlocked; }));
}

// One look at the caller's own vaults, whatever was asked for: what is not among them is not there.
record::Outcome<std::shared_ptr<const Vaults::Known>> Vaults::known_to(const access::Principal& who,
                                                                       base::VaultId id) {
  if (auto read = refresh(false); !read) return read.error();
  const std::lock_guard lock(mutex_);
  const auto mine = by_person_.find(who.id);
  if (!may_be_member(who) || mine == by_person_.end() ||
      std::find(mine->second.begin(), mine->second.end(), id) == mine->second.end())
    return Refusal{Kind::not_found, {}, {}};
  return known_.at(id);
}

std::string Vaults::path_of(base::VaultId id) const {
  return parts_.folder + "/" + number(id) + ".db";
}

base::Result<std::shared_ptr<OpenVault>> Vaults::open_file(const Known& known, bool make) {
  const base::VaultId id = known.row.id;
  const std::string path = path_of(id);
  const bool there = os::file_info(path).has_value();
  if (there == make)
    return base::Error{make ? base::ErrorCode::conflict : base::ErrorCode::not_found,
                       path + (make ? ": there is such a file already" : ": the vault is not on this server"),
                       "",
                       {}};
  const auto key = known.ring.open(context_of(id), {"vault", number(id), "page_key"}, known.row.page_key);
  if (!key) return key.error();
  store::sql::SqliteOptions options;
  options.path = path;
  options.readers = 2;
  options.cache_kib = 4 * 1024;
  options.pages = store::sql::SqlitePages::sealed;
  options.key = std::as_bytes(key->span());
  options.random = parts_.random;
  auto database = store::sql::open_sqlite(options);
  if (!database) return database.error();
  auto vault = std::make_shared<OpenVault>();
  vault->id_ = id;
  vault->database_ = std::move(*database);
  if (parts_.make_audit) vault->audit_ = parts_.make_audit(id);
  record::Engine::Parts parts;
  parts.database = vault->database_.get();
  parts.registry = &parts_.outside->registry();
  parts.clock = parts_.clock;
  parts.random = parts_.random;
  parts.audit = vault->audit_.get();
  parts.vault = id;
  parts.outside = parts_.outside;
  vault->engine_.emplace(std::move(parts));
  if (auto migrated = vault->engine_->migrate(); !migrated) return migrated.error();
  if (auto migrated = store::sql::migrate(*vault->database_, file_migrations()); !migrated)
    return migrated.error();
  for (const store::sql::Migrations& more : parts_.migrations)
    if (auto migrated = store::sql::migrate(*vault->database_, more); !migrated) return migrated.error();
  if (parts_.prepare) parts_.prepare(*vault->engine_);
  ++files_opened_;
  return vault;
}

base::Result<std::shared_ptr<OpenVault>> Vaults::file_of(const Known& known) {
  const std::lock_guard lock(files_mutex_);
  File& file = files_[known.row.id];
  std::shared_ptr<OpenVault> vault = file.used.lock();
  if (vault == nullptr) {
    auto opened = open_file(known, false);
    if (!opened) return opened.error();
    vault = std::move(*opened);
  }
  vault->used_at_ = parts_.clock->steady();
  file.kept = vault;
  file.used = vault;
  return vault;
}

record::Outcome<Entered> Vaults::enter(const access::Principal& who, base::VaultId id) {
  const auto known = known_to(who, id);
  if (!known) return known.refusal();
  if ((*known)->row.state == State::closed) return Refusal{Kind::conflict, {{"vault", "closed", ""}}, {}};
  auto vault = file_of(**known);
  if (!vault) return vault.error();
  // An older row put back into the main database opens nothing.
  const auto still = is_in_file(**vault, who);
  if (!still) return still.error();
  if (!*still) return Refusal{Kind::not_found, {}, {}};
  Entered entered{std::move(*vault), who};
  entered.who.vaults = {id};
  return entered;
}

std::size_t Vaults::files_open() {
  const std::lock_guard lock(files_mutex_);
  return static_cast<std::size_t>(std::count_if(files_.begin(), files_.end(),
                                                [](const auto& one) { return !one.second.used.expired(); }));
}

void Vaults::tick() {
  {
    const std::lock_guard lock(files_mutex_);
    const auto now = parts_.clock->steady();
    for (auto& [id, file] : files_)
      if (file.kept != nullptr && now - file.kept->used_at_ >= kIdle) file.kept.reset();
  }
  if (wipe_due_ && !wipe()) say("what was sealed is not wiped from the main database yet");
}

}  // namespace hinomi::vault
