#include "audit/keys.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "os/file.h"
#include "os/secret_file.h"
#include "trust/hash.h"

namespace hinomi::audit {
namespace {

using store::sql::Connection;

constexpr std::size_t kMaxPemBytes = 4096;
constexpr std::size_t kNameBytes = 8;
constexpr std::string_view kSecretsContext = "secrets";
constexpr std::string_view kProbe = "probe";  // a name for reading a key before its log is known

std::string_view view_of_blob(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> blob_of(std::span<const std::uint8_t> bytes) {
  return std::as_bytes(bytes);
}

base::Error lost(const std::string& what, const std::string& path, const std::string& remedy) {
  return {base::ErrorCode::not_found,
          "open the keys of this server: the database knows " + what + ", but " + path + " is not there",
          remedy,
          {}};
}

// Where a key comes from.
struct Place {
  std::string path;
  os::SecretFileKind kind = os::SecretFileKind::own;
  bool is_there = false;
};

Place place_of(const Keys::Setup& setup, std::string_view credential, std::string_view file) {
  if (!setup.credentials.empty()) {
    Place place{setup.credentials + "/" + std::string(credential), os::SecretFileKind::credential, true};
    if (os::file_info(place.path)) return place;
  }
  Place place{setup.folder + "/" + std::string(file), os::SecretFileKind::own, false};
  struct stat status{};
  // Whatever is there, even a broken link, is judged by reading it; a key is never made over it.
  place.is_there = ::lstat(place.path.c_str(), &status) == 0;
  return place;
}

base::Result<trust::SecretBytes> read_pem(const Place& place) {
  trust::SecretBytes pem(kMaxPemBytes);
  const auto size =
      os::read_secret_file(place.path, place.kind, {reinterpret_cast<char*>(pem.span().data()), pem.size()});
  if (!size) return size.error();
  pem.shorten(*size);
  return pem;
}

// What the database says.
struct Known {
  std::optional<std::string> name;
  std::vector<trust::Hash> publics;
  std::vector<trust::WrappedKey> wrapped;
};

base::Result<Known> read_known(Connection& connection) {
  Known known;
  auto statement = connection.prepare("SELECT name FROM audit_instance WHERE one=1");
  if (!statement) return statement.error();
  auto found = (*statement)->step();
  if (!found) return found.error();
  if (*found) {
    known.name = std::string((*statement)->text(0));
    (*statement)->reset();
  }
  statement = connection.prepare("SELECT public_key FROM audit_key ORDER BY place");
  if (!statement) return statement.error();
  for (found = (*statement)->step(); found && *found; found = (*statement)->step()) {
    const auto key = trust::hash_of_bytes(view_of_blob((*statement)->blob(0)));
    if (key) known.publics.push_back(*key);
  }
  if (!found) return found.error();
  statement = connection.prepare("SELECT id, context, sealed FROM wrapped_key ORDER BY place");
  if (!statement) return statement.error();
  for (found = (*statement)->step(); found && *found; found = (*statement)->step()) {
    trust::WrappedKey key;
    const auto id = (*statement)->blob(0);
    if (id.size() == key.id.size()) std::memcpy(key.id.data(), id.data(), id.size());
    key.context = (*statement)->text(1);
    key.sealed = view_of_blob((*statement)->blob(2));
    known.wrapped.push_back(std::move(key));
  }
  if (!found) return found.error();
  return known;
}

base::Result<void> insert_public_key(Connection& connection, std::size_t place, const trust::Hash& key,
                                     base::TimeNs since) {
  auto statement = connection.prepare("INSERT INTO audit_key (place, public_key, since) VALUES (?,?,?)");
  if (!statement) return statement.error();
  (*statement)->bind(static_cast<std::int64_t>(place)).bind(blob_of(key)).bind(since.since_epoch_ns);
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  return {};
}

base::Result<void> insert_name(Connection& connection, const std::string& name) {
  auto statement = connection.prepare("INSERT INTO audit_instance (one, name) VALUES (1,?)");
  if (!statement) return statement.error();
  const auto ran = (*statement)->bind(std::string_view(name)).run();
  if (!ran) return ran.error();
  return {};
}

// The signing key of the file, made when there is none and none may be missed.
base::Result<trust::SecretBytes> signing_pem(const Keys::Setup& setup, const Place& place, bool may_make) {
  if (place.is_there) return read_pem(place);
  if (!may_make)
    return lost("a key that signs the audit log", place.path,
                "put the file back from where it is kept; if it is lost for good, `hinomi audit new-key "
                "--data DIR` begins another one, beside which the old one stays known");
  auto key = trust::SigningKey::make(kProbe, setup.random);
  if (!key) return key.error();
  if (auto saved = key->save(place.path); !saved) return saved.error();
  return key->pem();
}

base::Result<trust::KeyEncryptionKey> key_encryption_key(const Keys::Setup& setup, const Place& place,
                                                         bool may_make) {
  if (place.is_there) return trust::KeyEncryptionKey::load(place.path, place.kind);
  if (!may_make)
    return lost("secrets under a key-encryption key", place.path,
                "put the file back from where it is kept; without it what is sealed in the database cannot "
                "be opened");
  auto key = trust::KeyEncryptionKey::make(setup.random);
  if (!key) return key.error();
  if (auto saved = key->save(place.path); !saved) return saved.error();
  return key;
}

base::Error foreign(const std::string& path, const std::string& what) {
  return {base::ErrorCode::conflict,
          "open the keys of this server: " + path + " is another key than the one " + what,
          "put the right file back, or name the database that belongs to it",
          {}};
}

base::Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return base::Error{base::ErrorCode::io,
                     "make the folder " + path + ": " + std::strerror(errno),
                     "see that the data folder is writable",
                     {}};
}

std::vector<trust::VerifierKey> verifiers_of(const std::vector<trust::Hash>& publics,
                                             const std::string& name) {
  std::vector<trust::VerifierKey> keys;
  for (const trust::Hash& key : publics) keys.push_back(trust::VerifierKey::make(name, key));
  return keys;
}

std::string log_name_of(const std::string& name, base::OrganisationId organisation) {
  return name + "/audit/" + std::to_string(static_cast<std::uint32_t>(organisation));
}

// Opened in one write transaction, so that two servers that start at once agree on one key.
struct Opened {
  Known known;
  std::optional<trust::SecretBytes> pem;
  std::optional<trust::KeyEncryptionKey> kek;
  trust::KeyRing ring;
};

base::Result<void> open_signing(Connection& connection, const Keys::Setup& setup, bool begin_new,
                                Opened& opened) {
  const Place place = place_of(setup, kSigningCredential, kSigningKeyFile);
  if (begin_new && place.is_there && place.kind == os::SecretFileKind::own && !opened.known.publics.empty()) {
    auto pem = read_pem(place);
    auto key = pem ? trust::SigningKey::from_pem(kProbe, pem->view()) : pem.error();
    if (key && key->verifier().public_key == opened.known.publics.back())
      return base::Error{base::ErrorCode::conflict,
                         "begin a new key of the audit log: the present one is there, " + place.path,
                         "move it away first",
                         {}};
  }
  auto pem = signing_pem(setup, place, opened.known.publics.empty() || begin_new);
  if (!pem) return pem.error();
  const auto key = trust::SigningKey::from_pem(kProbe, pem->view());
  if (!key) return key.error();
  const trust::Hash& own = key->verifier().public_key;
  opened.pem.emplace(std::move(*pem));
  std::vector<trust::Hash>& publics = opened.known.publics;
  if (!publics.empty() && publics.back() == own) return {};
  if (!publics.empty() && !begin_new) return foreign(place.path, "that signs the audit log of this database");
  if (auto kept = insert_public_key(connection, publics.size() + 1, own, setup.clock->now()); !kept)
    return kept;
  publics.push_back(own);
  return {};
}

base::Result<void> open_wrapping(Connection& connection, const Keys::Setup& setup, Opened& opened) {
  const Place place = place_of(setup, kKeyEncryptionCredential, kKeyEncryptionKeyFile);
  auto kek = key_encryption_key(setup, place, opened.known.wrapped.empty());
  if (!kek) return kek.error();
  opened.kek.emplace(std::move(*kek));
  opened.ring = trust::KeyRing();
  const trust::KeyEncryptionKey* const under[] = {&*opened.kek};
  for (const trust::WrappedKey& wrapped : opened.known.wrapped) {
    auto added = opened.ring.add_key(wrapped, under);
    if (added) continue;
    if (added.error().code == base::ErrorCode::not_found)
      return foreign(place.path, "that wraps the keys in this database");
    return added;
  }
  if (opened.ring.has_key(kSecretsContext)) return {};
  auto made = opened.ring.make_key(kSecretsContext, *opened.kek, setup.random);
  if (!made) return made.error();
  return insert_wrapped_key(connection, *made);
}

base::Result<Opened> open_all(const Keys::Setup& setup, bool begin_new) {
  if (auto made = make_folder(setup.folder); !made) return made.error();
  Opened opened;
  auto done = store::sql::in_transaction(
      *setup.database, Connection::Kind::write, [&](Connection& connection) -> base::Result<void> {
        if (auto locked = connection.lock_name("audit:keys"); !locked) return locked;
        auto known = read_known(connection);
        if (!known) return known.error();
        opened.known = std::move(*known);
        if (!opened.known.name) {
          std::array<std::uint8_t, kNameBytes> random{};
          setup.random(random);
          opened.known.name = "hinomi-" + trust::to_hex(trust::view_of(random));
          if (auto kept = insert_name(connection, *opened.known.name); !kept) return kept;
        }
        if (auto signing = open_signing(connection, setup, begin_new, opened); !signing) return signing;
        return open_wrapping(connection, setup, opened);
      });
  if (!done) return done.error();
  return opened;
}

}  // namespace

Keys::Keys(std::string name, trust::SecretBytes pem, std::vector<trust::Hash> publics,
           trust::KeyEncryptionKey kek, trust::KeyRing ring)
    : name_(std::move(name)),
      pem_(std::move(pem)),
      publics_(std::move(publics)),
      kek_(std::move(kek)),
      ring_(std::move(ring)) {}

base::Result<Keys> Keys::open(const Setup& setup) {
  auto opened = open_all(setup, false);
  if (!opened) return opened.error();
  return Keys(*opened->known.name, std::move(*opened->pem), std::move(opened->known.publics),
              std::move(*opened->kek), std::move(opened->ring));
}

base::Result<Keys> Keys::open_with_new_signing_key(const Setup& setup) {
  auto opened = open_all(setup, true);
  if (!opened) return opened.error();
  return Keys(*opened->known.name, std::move(*opened->pem), std::move(opened->known.publics),
              std::move(*opened->kek), std::move(opened->ring));
}

std::string Keys::log_name(base::OrganisationId organisation) const {
  return log_name_of(name_, organisation);
}

base::Result<trust::SigningKey> Keys::signing_key(base::OrganisationId organisation) const {
  return trust::SigningKey::from_pem(log_name(organisation), pem_.view());
}

std::vector<trust::VerifierKey> Keys::verifiers(base::OrganisationId organisation) const {
  return verifiers_of(publics_, log_name(organisation));
}

std::string PublicKeys::log_name(base::OrganisationId organisation) const {
  return log_name_of(name, organisation);
}

std::vector<trust::VerifierKey> PublicKeys::verifiers(base::OrganisationId organisation) const {
  return verifiers_of(publics, log_name(organisation));
}

base::Result<PublicKeys> public_keys(Connection& connection) {
  auto known = read_known(connection);
  if (!known) return known.error();
  if (!known->name)
    return base::Error{base::ErrorCode::not_found,
                       "read the keys of the audit log: this database has none",
                       "start the server once; it makes them",
                       {}};
  return PublicKeys{std::move(*known->name), std::move(known->publics)};
}

base::Result<void> insert_wrapped_key(Connection& connection, const trust::WrappedKey& key) {
  auto statement = connection.prepare(
      "INSERT INTO wrapped_key (place, id, context, sealed) SELECT COALESCE(MAX(place), 0) + 1, ?, ?, ? FROM "
      "wrapped_key");
  if (!statement) return statement.error();
  (*statement)->bind(blob_of(key.id)).bind(std::string_view(key.context));
  (*statement)->bind(std::as_bytes(std::span(key.sealed.data(), key.sealed.size())));
  const auto ran = (*statement)->run();
  if (!ran) return ran.error();
  return {};
}

}  // namespace hinomi::audit
