#include "trust/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <random>

#include "os/testing/scratch_folder.h"

namespace hinomi::trust {
namespace {

os::RandomBytes seeded(std::uint64_t seed) {
  auto random = std::make_shared<std::mt19937_64>(seed);  // copies of the function go on together
  return [random](std::span<std::uint8_t> into) {
    for (auto& byte : into) byte = static_cast<std::uint8_t>((*random)());
  };
}

constexpr SecretPlace kPlace{"user", "0001", "totp_secret"};

struct Keys {
  os::RandomBytes random = seeded(1);
  KeyEncryptionKey kek = KeyEncryptionKey::make(random).value();
  KeyRing ring;
  WrappedKey wrapped = ring.make_key("secrets", kek, random).value();

  [[nodiscard]] std::string seal(std::string_view plain, const SecretPlace& place = kPlace) const {
    return ring.seal("secrets", place, plain, random).value();
  }
};

std::string text(const base::Result<SecretBytes>& opened) {
  return opened ? std::string(opened->view()) : "error: " + opened.error().message;
}

TEST(KeyEncryptionKey, its_file_gives_the_same_key_and_is_closed_to_others) {
  const os::ScratchFolder root;
  const Keys keys;
  ASSERT_TRUE(keys.kek.save(root / "kek").has_value());
  EXPECT_EQ(KeyEncryptionKey::load(root / "kek", os::SecretFileKind::own)->id(), keys.kek.id());
  ASSERT_EQ(::chmod((root / "kek").c_str(), 0440), 0);
  EXPECT_FALSE(KeyEncryptionKey::load(root / "kek", os::SecretFileKind::own).has_value());
  EXPECT_TRUE(KeyEncryptionKey::load(root / "kek", os::SecretFileKind::credential).has_value());
}

TEST(KeyEncryptionKey, a_file_that_is_no_key_is_refused) {
  const os::ScratchFolder root;
  for (const std::string& bytes : {std::string(), std::string(31, 'x') + "", std::string(33, 'y'),
                                   std::string(32, '\0'), std::string(32, 'a')}) {
    const std::string path = root.write("kek", bytes);
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    EXPECT_FALSE(KeyEncryptionKey::load(path, os::SecretFileKind::own).has_value()) << bytes.size();
  }
}

TEST(KeyRing, a_secret_opens_where_it_was_sealed) {
  const Keys keys;
  for (const std::string& plain : {std::string(), std::string("JBSWY3DP"), std::string(100'000, '\xff')})
    EXPECT_EQ(text(keys.ring.open("secrets", kPlace, keys.seal(plain))), plain);
  EXPECT_NE(keys.seal("x"), keys.seal("x"));
  EXPECT_EQ(keys.seal("JBSWY3DP").find("JBSWY3DP"), std::string::npos);
}

TEST(KeyRing, a_secret_that_was_moved_is_refused) {
  Keys keys;
  const std::string sealed = keys.seal("secret");
  for (const SecretPlace& other :
       {SecretPlace{"user", "0002", "totp_secret"}, SecretPlace{"user", "0001", "mail"},
        SecretPlace{"guest", "0001", "totp_secret"}, SecretPlace{"user0001", "", "totp_secret"},
        SecretPlace{"user", "0001totp", "_secret"}})
    EXPECT_EQ(keys.ring.open("secrets", other, sealed).error().code, base::ErrorCode::forbidden);
  ASSERT_TRUE(keys.ring.make_key("organisation:1", keys.kek, keys.random).has_value());
  EXPECT_EQ(keys.ring.open("organisation:1", kPlace, sealed).error().code, base::ErrorCode::forbidden);
}

TEST(KeyRing, every_changed_bit_and_every_cut_is_refused) {
  const Keys keys;
  const std::string sealed = keys.seal("secret");
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(keys.ring.open("secrets", kPlace, changed).has_value()) << bit;
  }
  for (std::size_t cut = 0; cut < sealed.size(); ++cut)
    EXPECT_FALSE(keys.ring.open("secrets", kPlace, sealed.substr(0, cut)).has_value()) << cut;
  EXPECT_FALSE(keys.ring.open("secrets", kPlace, sealed + "x").has_value());
}

TEST(KeyRing, stored_keys_open_in_another_process) {
  const Keys keys;
  KeyRing other;
  const KeyEncryptionKey* under[] = {&keys.kek};
  EXPECT_FALSE(other.has_key("secrets"));
  ASSERT_TRUE(other.add_key(keys.wrapped, under).has_value());
  EXPECT_EQ(text(other.open("secrets", kPlace, keys.seal("secret"))), "secret");
  EXPECT_EQ(KeyRing().open("secrets", kPlace, keys.seal("secret")).error().code, base::ErrorCode::not_found);
}

TEST(KeyRing, a_wrapped_key_is_bound_to_its_id_and_context) {
  const Keys keys;
  const KeyEncryptionKey* under[] = {&keys.kek};
  KeyRing other;
  WrappedKey moved = keys.wrapped;
  moved.context = "vault:1";
  EXPECT_FALSE(other.add_key(moved, under).has_value());
  WrappedKey renamed = keys.wrapped;
  renamed.id[0] ^= 1;
  EXPECT_FALSE(other.add_key(renamed, under).has_value());
  // A secret of that form, sealed by a data key, is no wrapped key either.
  EXPECT_FALSE(
      other.add_key({keys.wrapped.id, "secrets", keys.seal(std::string(32, 'k'))}, under).has_value());
  for (std::size_t i = 0; i < keys.wrapped.sealed.size(); ++i) {
    WrappedKey changed = keys.wrapped;
    changed.sealed[i] = static_cast<char>(changed.sealed[i] ^ 1);
    EXPECT_FALSE(other.add_key(changed, under).has_value());
  }
}

TEST(KeyRing, the_key_encryption_key_is_changed_without_sealing_anything_anew) {
  const Keys keys;
  const std::string sealed = keys.seal("secret");
  const KeyEncryptionKey fresh = KeyEncryptionKey::make(keys.random).value();
  const KeyEncryptionKey* old[] = {&keys.kek};
  const KeyEncryptionKey* both[] = {&fresh, &keys.kek};
  const KeyEncryptionKey* only[] = {&fresh};
  const WrappedKey anew = KeyRing::wrap_anew(keys.wrapped, old, fresh, keys.random).value();
  EXPECT_EQ(anew.id, keys.wrapped.id);
  KeyRing ring;
  ASSERT_TRUE(ring.add_key(anew, only).has_value());
  EXPECT_EQ(text(ring.open("secrets", kPlace, sealed)), "secret");
  // Half-way through, both are at hand.
  KeyRing between;
  EXPECT_TRUE(between.add_key(keys.wrapped, both).has_value());
  EXPECT_TRUE(between.add_key(anew, both).has_value());
  EXPECT_EQ(between.add_key(keys.wrapped, only).error().code, base::ErrorCode::not_found);
}

TEST(KeyRing, a_new_data_key_seals_and_the_old_one_still_opens) {
  Keys keys;
  const std::string old = keys.seal("old");
  EXPECT_FALSE(keys.ring.is_outdated("secrets", old));
  ASSERT_TRUE(keys.ring.make_key("secrets", keys.kek, keys.random).has_value());
  const std::string fresh = keys.seal("new");
  EXPECT_NE(key_id_of(old), key_id_of(fresh));
  EXPECT_EQ(text(keys.ring.open("secrets", kPlace, old)), "old");
  EXPECT_TRUE(keys.ring.is_outdated("secrets", old));
  EXPECT_FALSE(keys.ring.is_outdated("secrets", fresh));
}

TEST(KeyRing, limits_and_contexts_are_kept) {
  Keys keys;
  EXPECT_FALSE(keys.ring.make_key("", keys.kek, keys.random).has_value());
  EXPECT_FALSE(keys.ring.make_key(std::string(256, 'c'), keys.kek, keys.random).has_value());
  EXPECT_EQ(keys.ring.seal("vault:9", kPlace, "x", keys.random).error().code, base::ErrorCode::not_found);
  EXPECT_EQ(
      keys.ring.seal("secrets", kPlace, std::string(kMaxSealedPlainBytes + 1, 'x'), keys.random).error().code,
      base::ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace hinomi::trust
