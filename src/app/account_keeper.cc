#include "app/account_keeper.h"

#include <filesystem>
#include <utility>

#include "app/content_folder.h"
#include "os/file.h"
#include "os/random.h"
#include "os/secret_file.h"
#include "work/break_glass.h"
#include "work/calendar/calendar_yaml.h"
#include "work/calendar/time_zone.h"

namespace hinomi::app {
namespace {

constexpr std::string_view kAsked = "asked\n";
constexpr std::uint64_t kMaxSecret = 256;

// A key is made where the database knows none; where it does, the file is lost, or was not brought along to a
// further server.
base::Result<trust::KeyEncryptionKey> load_key(const DataFolder& folder, store::sql::Database& database) {
  auto loaded = trust::KeyEncryptionKey::load(folder.key(), os::SecretFileKind::own);
  if (loaded || loaded.error().code != base::ErrorCode::not_found) return loaded;
  const auto sealed = account::has_sealed(database);
  if (!sealed) return sealed.error();
  if (*sealed)
    return base::Error{
        base::ErrorCode::not_found,
        "the database holds secrets of accounts under a key, but " + folder.key() + " is not there",
        "put the file back from where it is kept, or copy it from another server of this "
        "database",
        {}};
  auto made = trust::KeyEncryptionKey::make(os::system_random);
  if (!made) return made;
  if (auto saved = made->save(folder.key()); !saved) return saved.error();
  return made;
}

// Whether the records hold the person of the demonstration. Where other organisations were there before it,
// they do not, and the console goes on signing in the administrator.
base::Result<bool> has_demo_person(record::Engine& engine) {
  const access::Principal system = access::system_principal();
  record::Context context;
  context.who = &system;
  const auto person = engine.get(context, engine.registry().get("person"), demo_person());
  if (person) return true;
  if (person.refusal().kind == record::Refusal::Kind::not_found) return false;
  return person.refusal().error;
}

// The person of the demonstration has an account without a password: only the console signs them in.
base::Result<void> add_demo_account(account::Accounts& accounts, store::sql::Database& database) {
  const auto there = accounts.find(demo_person());
  if (!there) return there.error();
  const access::Principal system = access::system_principal();
  record::Context by;
  by.who = &system;
  by.via = "system";
  return store::sql::in_transaction(
      database, store::sql::Connection::Kind::write,
      [&](store::sql::Connection& connection) -> base::Result<void> {
        if (!*there) {
          const auto made = accounts.create_within(
              connection, by, {.person = demo_person(), .login = "demo", .password_hash = {}});
          if (!made)
            return base::Error{
                base::ErrorCode::conflict, "the account of the demonstration could not be made", "", {}};
        }
        return accounts.set_demo_person_within(connection, demo_person());
      });
}

}  // namespace

base::Result<std::unique_ptr<AccountKeeper>> AccountKeeper::open(const Setup& setup) {
  store::sql::Database& database = setup.records->database();
  if (auto migrated = account::Accounts::migrate(database); !migrated) return migrated.error();
  const auto key = load_key(setup.folder, database);
  if (!key) return key.error();
  std::unique_ptr<AccountKeeper> keeper(new AccountKeeper());
  auto box = account::open_secret_box(database, *key, *setup.clock, os::system_random);
  if (!box) return box.error();
  keeper->box_ = std::move(*box);
  account::Accounts::Parts parts;
  parts.database = &database;
  parts.audit = &setup.records->audit_log();
  parts.clock = setup.clock;
  parts.random = os::system_random;
  parts.box = keeper->box_.get();
  const auto demo = setup.demo ? has_demo_person(setup.records->engine()) : base::Result<bool>(false);
  if (!demo) return demo.error();
  parts.demo = *demo;
  parts.is_locked = work::is_locked;
  auto accounts = account::Accounts::open(std::move(parts));
  if (!accounts) return accounts.error();
  keeper->accounts_ = std::move(*accounts);
  if (!*demo) return keeper;
  if (auto added = add_demo_account(*keeper->accounts_, database); !added) return added.error();
  return keeper;
}

base::Result<api::SetupChoices> AccountKeeper::choices() {
  const auto content = content_folder();
  if (!content) return content.error();
  const auto calendars = work::calendar::CalendarSet::read_folder(*content + "/calendars");
  if (!calendars) return calendars.error();
  api::SetupChoices choices;
  choices.languages = {"ja", "en"};
  choices.zones = work::calendar::time_zone_names();
  for (const auto& [id, calendar] : calendars->all())
    choices.calendars.push_back({id, calendar.spec().names.ja, calendar.spec().names.en});
  return choices;
}

base::Result<void> ask_for_setup_secret(const DataFolder& folder) {
  std::error_code ignored;
  std::filesystem::remove(folder.setup_secret(), ignored);
  return os::write_new_secret_file(folder.setup_secret(), kAsked);
}

base::Result<void> answer_setup_secret(const DataFolder& folder, account::Accounts& accounts) {
  const auto asked = os::read_file(folder.setup_secret(), kMaxSecret);
  if (!asked || *asked != kAsked) return {};
  std::error_code failed;
  std::filesystem::remove(folder.setup_secret(), failed);
  auto secret = accounts.new_setup_secret();
  if (!secret) return secret.error();
  if (!*secret) return {};
  return os::write_new_secret_file(folder.setup_secret(), **secret);
}

std::string take_setup_secret(const DataFolder& folder) {
  auto secret = os::read_file(folder.setup_secret(), kMaxSecret);
  std::error_code ignored;
  std::filesystem::remove(folder.setup_secret(), ignored);
  return secret && *secret != kAsked ? *secret : std::string();
}

}  // namespace hinomi::app
