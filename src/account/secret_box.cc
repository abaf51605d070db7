#include "account/secret_box.h"

#include <utility>
#include <vector>

#include "account/sql.h"

namespace hinomi::account {
namespace {

using store::sql::Connection;

constexpr std::string_view kContext = "accounts";
constexpr std::string_view kEntity = "account";
constexpr std::size_t kMaxDataKeys = 64;

class RingBox final : public SecretBox {
 public:
  RingBox(trust::KeyRing ring, os::RandomBytes random) : ring_(std::move(ring)), random_(std::move(random)) {}

  base::Result<std::string> seal(const Place& place, std::string_view plain) const override {
    return ring_.seal(kContext, {kEntity, place.record, place.field}, plain, random_);
  }
  base::Result<credential::Secret> open(const Place& place, std::string_view sealed) const override {
    const auto plain = ring_.open(kContext, {kEntity, place.record, place.field}, sealed);
    if (!plain) return plain.error();
    credential::Secret secret(plain->size());
    const auto from = plain->span();
    std::copy(from.begin(), from.end(), secret.writable().begin());
    return secret;
  }

 private:
  trust::KeyRing ring_;
  os::RandomBytes random_;
};

base::Result<std::vector<trust::WrappedKey>> stored_keys(Connection& connection) {
  auto statement = bound(connection, "SELECT id, context, sealed FROM account_key ORDER BY created_at");
  if (!statement) return statement.error();
  std::vector<trust::WrappedKey> keys;
  while (true) {
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (!*row) return keys;
    trust::WrappedKey key;
    const auto id = (*statement)->blob(0);
    if (id.size() != key.id.size() || keys.size() >= kMaxDataKeys)
      return base::Error{base::ErrorCode::internal, "the data keys of accounts are damaged", "", {}};
    for (std::size_t i = 0; i < id.size(); ++i) key.id[i] = static_cast<std::uint8_t>(id[i]);
    key.context = (*statement)->text(1);
    key.sealed = blob_text(**statement, 2);
    keys.push_back(std::move(key));
  }
}

}  // namespace

base::Result<bool> has_sealed(store::sql::Database& database) {
  std::int64_t keys = 0;
  const auto done = store::sql::in_transaction(
      database, Connection::Kind::read, [&](Connection& connection) -> base::Result<void> {
        const auto found = count(connection, "SELECT count(*) FROM account_key");
        if (!found) return found.error();
        keys = *found;
        return {};
      });
  if (!done) return done.error();
  return keys > 0;
}

base::Result<std::unique_ptr<SecretBox>> open_secret_box(store::sql::Database& database,
                                                         const trust::KeyEncryptionKey& key,
                                                         const os::Clock& clock, os::RandomBytes random) {
  std::optional<trust::KeyRing> ring;
  const auto done = store::sql::in_transaction(
      database, Connection::Kind::write, [&](Connection& connection) -> base::Result<void> {
        ring.emplace();
        // One program makes the first key; the others read it.
        if (auto locked = connection.lock_name("account_key"); !locked) return locked;
        const auto keys = stored_keys(connection);
        if (!keys) return keys.error();
        const trust::KeyEncryptionKey* const under[] = {&key};
        for (const trust::WrappedKey& one : *keys)
          if (auto added = ring->add_key(one, under); !added) return added;
        if (ring->has_key(kContext)) return {};
        const auto made = ring->make_key(kContext, key, random);
        if (!made) return made.error();
        const auto stored =
            execute(connection, "INSERT INTO account_key (id, context, sealed, created_at) VALUES (?,?,?,?)",
                    blob_of(made->id), made->context, Blob{made->sealed}, clock.now());
        if (!stored) return stored.error();
        return {};
      });
  if (!done) return done.error();
  return std::unique_ptr<SecretBox>(std::make_unique<RingBox>(std::move(*ring), std::move(random)));
}

}  // namespace hinomi::account
