// Proofs of single entries and of two checkpoints, as the log hands them out, and the public test vectors.
#include <gtest/gtest.h>

#include <random>

#include "sample_log.h"
#include "trust/merkle.h"
#include "trust/testing/proof_vectors.h"

namespace hinomi::verifying {
namespace {

std::string quoted(const trust::Hash& hash) {
  return '"' + trust::to_base64(trust::view_of(hash)) + '"';
}

std::string listed(const std::vector<trust::Hash>& proof) {
  std::string text = "[";
  for (const trust::Hash& hash : proof) text += (text.size() > 1 ? ", " : "") + quoted(hash);
  return text + "]";
}

// A log of 37 entries whose hashes are stored as a table would.
struct Stored {
  trust::Frontier frontier;
  std::map<trust::NodeId, trust::Hash> nodes;
  Stored() {
    for (int i = 0; i < 37; ++i)
      EXPECT_TRUE(frontier
                      .append(trust::leaf_hash(std::to_string(i)),
                              [this](trust::NodeId id, const trust::Hash& hash) {
                                nodes[id] = hash;
                                return base::Result<void>();
                              })
                      .has_value());
  }
  [[nodiscard]] trust::NodeReader reader() const {
    return [this](trust::NodeId id) -> base::Result<trust::Hash> { return nodes.at(id); };
  }
};

TEST(Proofs, made_by_the_log_hold_and_those_of_other_sizes_do_not) {
  const os::ScratchFolder root;
  const Stored log;
  for (const std::uint64_t index : {0U, 15U, 31U, 32U, 36U}) {
    const auto proof = trust::inclusion_proof(index, 37, log.reader()).value();
    const std::string rest = ",\"treeSize\":37,\"leafHash\":" + quoted(log.nodes.at({0, index})) +
                             ",\"root\":" + quoted(log.frontier.root()) + ",\"proof\":" + listed(proof) + "}";
    EXPECT_EQ(verify({"--proof", root.write("p", "{\"leafIdx\":" + std::to_string(index) + rest)}).code, 0);
    EXPECT_EQ(verify({"--proof", root.write("p", "{\"leafIdx\":" + std::to_string(index ^ 1) + rest)}).code,
              1);
  }
  for (const std::uint64_t first : {1U, 16U, 20U, 36U}) {
    const auto proof = trust::consistency_proof(first, 37, log.reader()).value();
    const std::string rest =
        ",\"size2\":37,\"root1\":" + quoted(trust::root_at(first, log.reader()).value()) +
        ",\"root2\":" + quoted(log.frontier.root()) + ",\"proof\":" + listed(proof) + "}";
    EXPECT_EQ(verify({"--proof", root.write("p", "{\"size1\":" + std::to_string(first) + rest)}).code, 0);
    EXPECT_EQ(verify({"--proof", root.write("p", "{\"size1\":" + std::to_string(first + 1) + rest)}).code, 1);
  }
}

TEST(Proofs, every_public_vector_is_judged_as_it_says) {
  const auto files = trust::proof_vectors();
  if (files.empty()) GTEST_SKIP() << "SKIPPED: ../shared/data/forensics/merkle.tar.xz is not there";
  const os::ScratchFolder root;
  std::vector<std::string> good{"--proof"};
  std::size_t bad = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string path = root.write(std::to_string(i), files[i].text);
    if (files[i].text.find("\"wantErr\": false") != std::string::npos) {
      good.push_back(path);
      continue;
    }
    EXPECT_EQ(verify({"--proof", path}).code, 1) << files[i].name;
    ++bad;
  }
  EXPECT_EQ(good.size() + bad, 519U);
  const Verdict verdict = verify(good);
  EXPECT_EQ(verdict.code, 0) << verdict.out;
}

TEST(Proofs, no_changed_byte_and_no_garbage_holds) {
  const os::ScratchFolder root;
  const Stored log;
  const auto proof = trust::consistency_proof(20, 37, log.reader()).value();
  const std::string good =
      "{\"size1\":20,\"size2\":37,\"root1\":" + quoted(trust::root_at(20, log.reader()).value()) +
      ",\"root2\":" + quoted(log.frontier.root()) + ",\"proof\":" + listed(proof) + "}";
  ASSERT_EQ(verify({"--proof", root.write("p", good)}).code, 0);
  std::mt19937_64 random(9162);
  for (int i = 0; i < 150; ++i) {
    std::string changed = good;
    const std::size_t at = random() % good.size();
    changed[at] = static_cast<char>(changed[at] ^ (1 + random() % 255));
    const bool blank = changed[at] == ' ' || good[at] == ' ';  // these mean nothing
    EXPECT_TRUE(blank || verify({"--proof", root.write("p", changed)}).code == 1) << changed;
  }
  for (const char* text : {"", "{}", "[]", "null", "{\"size1\":1}", "{\"proof\":[[]]}", "{\"a\":{}}",
                           "{\"size1\":99999999999999999999,\"size2\":1}", "{\"proof\":["})
    EXPECT_EQ(verify({"--proof", root.write("p", text)}).code, 1) << text;
  EXPECT_EQ(verify({"--proof", root / "absent"}).code, 1);
}

}  // namespace
}  // namespace hinomi::verifying
