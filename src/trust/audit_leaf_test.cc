#include "trust/audit_leaf.h"

#include <gtest/gtest.h>

#include <random>

namespace hinomi::trust {
namespace {

AuditEntry sample() {
  AuditEntry entry;
  entry.index = 41;
  entry.time = {1'795'592'741'123'456'789};
  entry.labels.organisation = base::OrganisationId{7};
  entry.labels.vault = base::VaultId{2};
  entry.labels.zone = base::Zone::ot;
  entry.labels.data_class = base::DataClass::sealed;
  entry.labels.realm = base::Realm::exercise;
  entry.actor_kind = ActorKind::staff;
  entry.actor_id = "0193a1b2";
  entry.actor_name = "\xE9\xAB\x98\xE6\xA9\x8B \"Taro\" \\";
  entry.session = "s-1";
  entry.peer = "192.0.2.7";
  entry.action = "alert.close";
  entry.entity = "alert";
  entry.object = "a-1";
  entry.version = 3;
  entry.outcome = AuditOutcome::refused;
  entry.reason = "line\nfeed \x1b[31m \xE2\x80\xAE reversed";
  entry.details = sha256("d");
  return entry;
}

// The form of version 1. When this test fails, old logs do not verify any more: make a version 2 instead.
TEST(AuditLeaf, its_form_never_changes) {
  EXPECT_EQ(
      leaf_bytes(sample()).value(),
      R"({"v":1,"organisation":7,"index":41,"time":"2026-11-25T07:45:41.123456789Z","actor_kind":"staff",)"
      R"("actor_id":"0193a1b2","actor_name":")"
      "\xE9\xAB\x98\xE6\xA9\x8B"
      R"( \"Taro\" \\","session":"s-1","peer":"192.0.2.7","action":"alert.close","entity":"alert","object":"a-1",)"
      R"("version":3,"outcome":"refused","reason":"line\u000afeed \u001b[31m \u202e reversed","site":0,"zone":"ot",)"
      R"("operator":0,"vault":2,"class":"sealed","realm":"exercise",)"
      R"("details":"18ac3e7343f016890c510e93f935261169d9e3f565436429830faf0934f4f8e4","evidence":""})");
}

TEST(AuditLeaf, every_entry_reads_back_from_its_bytes) {
  EXPECT_EQ(parse_leaf(leaf_bytes(sample()).value()).value(), sample());
  EXPECT_EQ(parse_leaf(leaf_bytes(AuditEntry{}).value()).value(), AuditEntry{});
  std::mt19937_64 random(14);
  for (int i = 0; i < 500; ++i) {
    AuditEntry entry = sample();
    entry.index = random();
    entry.version = random() >> random() % 64;
    entry.time.since_epoch_ns = static_cast<std::int64_t>(random());
    entry.actor_kind = static_cast<ActorKind>(random() % 7);
    entry.reason.clear();
    for (std::uint64_t c = random() % 200; c > 0; --c) entry.reason += static_cast<char>(random());
    entry.evidence = sha256(entry.reason);
    entry = fitted(entry);
    const auto bytes = leaf_bytes(entry);
    ASSERT_TRUE(bytes.has_value());
    EXPECT_EQ(bytes->find('\n'), std::string::npos);
    EXPECT_EQ(parse_leaf(*bytes).value(), entry);
  }
}

TEST(AuditLeaf, no_other_bytes_are_taken) {
  const std::string good = leaf_bytes(sample()).value();
  for (std::size_t cut = 0; cut < good.size(); ++cut)
    EXPECT_FALSE(parse_leaf(good.substr(0, cut)).has_value());
  EXPECT_FALSE(parse_leaf(good + " ").has_value());
  EXPECT_FALSE(parse_leaf(" " + good).has_value());
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  for (const auto& [from, to] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"\"v\":1", "\"v\":2"},
           {"\"v\":1", "\"v\":1.0"},
           {"\"v\":1", "\"v\": 1"},
           {"\"index\":41", "\"index\":-41"},
           {"\"index\":41", "\"index\":\"41\""},
           {"\"index\":41", "\"index\":99999999999999999999"},
           {"\"organisation\":7", "\"organisation\":4294967296"},
           {"staff", "root"},
           {"refused", "Refused"},
           {".123456789Z", ".123456789+00:00"},
           {".123456789Z", "Z"},
           {"\\u000a", "\\n"},
           {"\\u001b", "\\u001B"},
           {"\\u202e", "\xE2\x80\xAE"},
           {"\\\"Taro", "\\u0022Taro"},
           {"s-1", "s\\/1"},
           {"\"session\"", "\"sessio\\u006e\""},
           {"\"session\":\"s-1\",", ""},
           {"\"session\":\"s-1\",", "\"session\":\"s-1\",\"session\":\"s-1\","},
           {"\"evidence\":\"\"", "\"evidence\":\"\",\"more\":1"},
           {"\"evidence\":\"\"", "\"evidence\":null"},
           {"18ac", "18AC"},
           {"alert.close", "\xff"}})
    EXPECT_FALSE(parse_leaf(changed(from, to)).has_value()) << from << " -> " << to;
}

TEST(AuditLeaf, texts_that_do_not_fit_are_refused_and_can_be_made_to_fit) {
  AuditEntry entry = sample();
  entry.peer = std::string(kMaxAuditIdBytes + 1, 'p');
  EXPECT_FALSE(leaf_bytes(entry).has_value());
  entry.actor_name =
      "a\xff"
      "b";
  entry.reason.clear();
  while (entry.reason.size() <= kMaxAuditTextBytes) entry.reason += "\xE7\x81\xAB";
  const AuditEntry fit = fitted(entry);
  EXPECT_EQ(fit.peer.size(), kMaxAuditIdBytes);
  EXPECT_EQ(fit.actor_name,
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(fit.reason.size(), kMaxAuditTextBytes / 3 * 3);
  EXPECT_TRUE(leaf_bytes(fit).has_value());
  EXPECT_EQ(fitted(sample()), sample());
}

TEST(AuditLeaf, the_longest_texts_fit_into_the_longest_leaf) {
  AuditEntry entry;
  for (auto text : {&AuditEntry::actor_id, &AuditEntry::session, &AuditEntry::peer, &AuditEntry::action,
                    &AuditEntry::entity, &AuditEntry::object})
    entry.*text = std::string(kMaxAuditIdBytes, '\0');
  for (auto text : {&AuditEntry::actor_name, &AuditEntry::reason})
    entry.*text = std::string(kMaxAuditTextBytes, '\0');
  entry.index = entry.version = ~std::uint64_t{0};
  entry.details = entry.evidence = sha256("");
  const auto leaf = leaf_bytes(entry);
  ASSERT_TRUE(leaf.has_value());
  EXPECT_EQ(parse_leaf(*leaf).value(), entry);
}

TEST(AuditLeaf, details_are_bound_by_salt_and_text) {
  const AuditDetails details{sha256("salt"), "{\"from\":1}"};
  EXPECT_EQ(details_hash(details), sha256(std::string(view_of(details.salt)) + details.text));
  EXPECT_NE(details_hash({sha256("other"), details.text}), details_hash(details));
}

}  // namespace
}  // namespace hinomi::trust
