#include "trust/checkpoint.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <random>

#include "os/testing/scratch_folder.h"
#include "trust/merkle.h"

namespace hinomi::trust {
namespace {

constexpr std::string_view kName = "hinomi.example.org/audit/1";
constexpr base::TimeNs kTime{1'795'592'741'000'000'000};

os::RandomBytes seeded(std::uint64_t seed) {
  return [random = std::mt19937_64(seed)](std::span<std::uint8_t> into) mutable {
    for (auto& byte : into) byte = static_cast<std::uint8_t>(random());
  };
}
SigningKey key(std::uint64_t seed = 1, std::string_view name = kName) {
  return SigningKey::make(name, seeded(seed)).value();
}
std::string note() {
  return make_checkpoint(3, leaf_hash("x"), kTime, key()).value();
}

TEST(Note, the_key_of_the_specification_has_its_id_and_verifies_its_note) {
  // The example of the C2SP signed-note specification's Go implementation (golang.org/x/mod/sumdb/note).
  const auto peter = VerifierKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(peter.has_value()) << peter.error().message;
  const std::string text =
      "If you think cryptography is the answer to your problem,\n"
      "then you don't know what your problem is.\n"
      "\n"
      "\xE2\x80\x94 PeterNeumann "
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
  EXPECT_TRUE(open_note(text, std::vector{*peter}).has_value());
}

TEST(Note, a_public_key_reads_back_and_every_changed_character_is_refused) {
  const VerifierKey verifier = key().verifier();
  const std::string text = verifier.text();
  EXPECT_EQ(VerifierKey::parse(text).value(), verifier);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(VerifierKey::parse(changed).has_value()) << changed;
    EXPECT_FALSE(VerifierKey::parse(text.substr(0, i)).has_value());
  }
}

TEST(SigningKeyFile, is_closed_to_others_and_gives_the_same_key_back) {
  const os::ScratchFolder root;
  const SigningKey made = key();
  ASSERT_TRUE(made.save(root / "log.pem").has_value());
  EXPECT_EQ(SigningKey::load(kName, root / "log.pem")->verifier(), made.verifier());
  EXPECT_FALSE(made.save(root / "log.pem").has_value());
  ASSERT_EQ(::chmod((root / "log.pem").c_str(), 0644), 0);
  EXPECT_EQ(SigningKey::load(kName, root / "log.pem").error().code, base::ErrorCode::forbidden);
}

TEST(SigningKeyFile, takes_nothing_but_an_ed25519_key_and_a_good_name) {
  const std::string pem(key().pem()->view());
  EXPECT_TRUE(SigningKey::from_pem(kName, pem).has_value());
  for (const char* name : {"", "a b", "a+b", "a\nb", "\xE7\x81\xAB"})
    EXPECT_FALSE(SigningKey::from_pem(name, pem).has_value()) << name;
  EXPECT_FALSE(SigningKey::from_pem(kName, pem.substr(0, pem.size() / 2)).has_value());
  EXPECT_FALSE(SigningKey::from_pem(kName, "").has_value());
}

TEST(Checkpoint, reads_back_and_is_of_its_log) {
  const auto opened = open_checkpoint(note(), std::vector{key().verifier()});
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_EQ(*opened, (Checkpoint{std::string(kName), 3, leaf_hash("x"), kTime}));
  EXPECT_TRUE(note().starts_with("hinomi.example.org/audit/1\n3\n"));
  EXPECT_NE(note().find("\ntime 2026-11-25T07:45:41.000000000Z\n\n\xE2\x80\x94 hinomi.example.org/audit/1 "),
            std::string::npos);
}

TEST(Checkpoint, every_changed_byte_is_refused) {
  const std::string good = note();
  const std::vector trusted{key().verifier()};
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int change = 1; change < 256; change += 6) {
      std::string changed = good;
      changed[i] = static_cast<char>(changed[i] ^ change);
      EXPECT_FALSE(open_checkpoint(changed, trusted).has_value()) << i << ' ' << change;
    }
    EXPECT_FALSE(open_checkpoint(good.substr(0, i), trusted).has_value()) << i;
  }
  EXPECT_FALSE(open_checkpoint(good + "\n", trusted).has_value());
  EXPECT_FALSE(open_checkpoint("", trusted).has_value());
}

TEST(Checkpoint, other_keys_do_not_count) {
  EXPECT_FALSE(open_checkpoint(note(), std::vector{key(2).verifier()}).has_value());
  EXPECT_FALSE(open_checkpoint(note(), {}).has_value());
  // A trusted key of another log vouches for its own log alone.
  const SigningKey other = key(3, "other.example.org");
  const std::string stolen = other.sign_note(checkpoint_text({std::string(kName), 3, Hash{}, kTime})).value();
  EXPECT_FALSE(open_checkpoint(stolen, std::vector{key().verifier(), other.verifier()}).has_value());
}

TEST(Checkpoint, signatures_of_witnesses_change_neither_validity_nor_anchor) {
  const SigningKey witness = key(4, "witness.example.org");
  const std::string good = note();
  const std::string cosigned = witness.sign_note(parse_note(good)->text).value();
  const std::string both = good + cosigned.substr(cosigned.rfind("\n\n") + 2);
  EXPECT_TRUE(open_checkpoint(both, std::vector{key().verifier()}).has_value());
  EXPECT_EQ(anchored_hash(both).value(), anchored_hash(good).value());
  EXPECT_EQ(anchored_hash(good).value(), sha256(good));
  std::string broken = both;
  broken[broken.size() - 10] = broken[broken.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(open_checkpoint(broken, std::vector{key().verifier()}).has_value());
  EXPECT_FALSE(open_checkpoint(broken, std::vector{key().verifier(), witness.verifier()}).has_value());
}

TEST(Checkpoint, a_text_that_is_not_quite_one_is_refused) {
  const std::string good = checkpoint_text({"a", 1, Hash{}, kTime});
  EXPECT_TRUE(parse_checkpoint_text(good).has_value());
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& text :
       {changed("1\n", "01\n"), changed("1\n", "-1\n"), changed("1\n", "18446744073709551615\n"),
        changed("AA", "A"), changed("A=", "B="), changed("time ", "time  "), changed("time ", "when "),
        changed(".000000000Z", "Z"), changed("Z\n", "Z\nx\n"), changed("Z\n", "Z"), changed("a\n", "\n"),
        changed("a\n", "a b\n"), good.substr(0, 4), good.substr(0, good.find("time"))})
    EXPECT_FALSE(parse_checkpoint_text(text).has_value()) << text;
}

}  // namespace
}  // namespace hinomi::trust
