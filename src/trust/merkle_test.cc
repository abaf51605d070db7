#include "trust/merkle.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "trust/merkle_verify.h"

namespace hinomi::trust {
namespace {

std::string leaf(std::uint64_t index) {
  return "leaf " + std::to_string(index);
}

// MTH of RFC 9162, 2.1.1, as the recursion that stands there.
Hash naive_root(const std::vector<Hash>& leaves, std::size_t from, std::size_t to) {
  if (from == to) return empty_root();
  if (to - from == 1) return leaves[from];
  std::size_t k = 1;
  while (k * 2 < to - from) k *= 2;
  return node_hash(view_of(naive_root(leaves, from, from + k)), view_of(naive_root(leaves, from + k, to)));
}

struct Tree {
  Frontier frontier;
  std::vector<Hash> leaves;
  std::map<NodeId, Hash> nodes;
  mutable std::size_t reads = 0;

  void grow(std::uint64_t size) {
    while (frontier.size() < size) {
      const Hash hash = leaf_hash(leaf(frontier.size()));
      leaves.push_back(hash);
      ASSERT_TRUE(frontier.append(hash, [this](NodeId id, const Hash& node) {
        EXPECT_TRUE(nodes.emplace(id, node).second) << "stored twice";
        return base::Result<void>();
      }));
    }
  }
  [[nodiscard]] NodeReader reader() const {
    return [this](NodeId id) -> base::Result<Hash> {
      ++reads;
      const auto found = nodes.find(id);
      if (found == nodes.end()) return base::Error{base::ErrorCode::not_found, "no node", {}, {}};
      return found->second;
    };
  }
};

TEST(Merkle, hashes_are_those_of_the_known_tree) {
  // SHA-256 of nothing, and the leaf hash of an empty leaf (RFC 6962, 2.1).
  EXPECT_EQ(to_hex(view_of(empty_root())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(view_of(leaf_hash(""))),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_NE(leaf_hash(std::string(64, 'a')), node_hash(std::string(32, 'a'), std::string(32, 'a')));
}

TEST(Merkle, appending_gives_the_roots_of_the_definition) {
  Tree tree;
  for (std::uint64_t size = 0; size <= 130; ++size) {
    tree.grow(size);
    const Hash expected = naive_root(tree.leaves, 0, size);
    EXPECT_EQ(tree.frontier.root(), expected) << size;
    EXPECT_EQ(root_at(size, tree.reader()).value(), expected) << size;
  }
  EXPECT_LE(tree.nodes.size(), 2 * tree.leaves.size());
}

TEST(Merkle, every_inclusion_proof_proves_its_leaf_and_no_other) {
  Tree tree;
  tree.grow(70);
  for (std::uint64_t size = 1; size <= 70; ++size) {
    const Hash root = naive_root(tree.leaves, 0, size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(index, size, tree.reader());
      ASSERT_TRUE(proof.has_value());
      const auto views = views_of(*proof);
      InclusionClaim claim{index, size, view_of(tree.leaves[index]), view_of(root)};
      EXPECT_TRUE(verify_inclusion(claim, views).has_value()) << index << " of " << size;
      claim.leaf_hash = view_of(tree.leaves[(index + 1) % 70]);
      EXPECT_FALSE(verify_inclusion(claim, views).has_value());
      claim = {(index + 1) % size, size, view_of(tree.leaves[index]), view_of(root)};
      EXPECT_EQ(verify_inclusion(claim, views).has_value(), size == 1);
    }
  }
}

TEST(Merkle, every_consistency_proof_connects_its_two_trees_and_no_others) {
  Tree tree;
  tree.grow(70);
  for (std::uint64_t second = 1; second <= 70; ++second) {
    for (std::uint64_t first = 1; first <= second; ++first) {
      const auto proof = consistency_proof(first, second, tree.reader());
      ASSERT_TRUE(proof.has_value());
      const Hash one = naive_root(tree.leaves, 0, first);
      const Hash two = naive_root(tree.leaves, 0, second);
      const ConsistencyClaim claim{first, second, view_of(one), view_of(two)};
      const auto views = views_of(*proof);
      EXPECT_TRUE(verify_consistency(claim, views).has_value()) << first << " to " << second;
      const SubtreeConsistencyClaim subtree{0, first, second, view_of(one), view_of(two)};
      EXPECT_TRUE(verify_subtree_consistency(subtree, views).has_value()) << first << " to " << second;
      if (first == second) continue;
      EXPECT_FALSE(verify_consistency({first, second, view_of(two), view_of(one)}, views).has_value());
      EXPECT_FALSE(verify_consistency(claim, Proof(views).first(views.size() - 1)).has_value());
      auto longer = views;
      longer.push_back(view_of(one));
      EXPECT_FALSE(verify_consistency(claim, longer).has_value());
      EXPECT_FALSE(verify_subtree_consistency(subtree, longer).has_value());
    }
  }
}

TEST(Merkle, proofs_of_a_large_tree_take_few_reads) {
  Tree tree;
  tree.grow(5000);
  std::mt19937_64 random(9162);
  for (int i = 0; i < 300; ++i) {
    const std::uint64_t size = 1 + random() % 5000;
    const std::uint64_t index = random() % size;
    tree.reads = 0;
    ASSERT_TRUE(inclusion_proof(index, size, tree.reader()).has_value());
    EXPECT_LE(tree.reads, 26U);
    tree.reads = 0;
    ASSERT_TRUE(consistency_proof(index + 1, size, tree.reader()).has_value());
    EXPECT_LE(tree.reads, 39U);
  }
}

TEST(Merkle, a_frontier_goes_on_from_its_bytes_and_from_stored_hashes) {
  Tree tree;
  for (std::uint64_t size = 0; size < 70; ++size) {
    tree.grow(size);
    EXPECT_EQ(Frontier::from_bytes(tree.frontier.bytes()).value(), tree.frontier);
    EXPECT_EQ(Frontier::read(size, tree.reader()).value(), tree.frontier);
  }
  const std::string bytes = tree.frontier.bytes();
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_FALSE(Frontier::from_bytes(bytes.substr(0, cut)).has_value());
  EXPECT_FALSE(Frontier::from_bytes(bytes + "x").has_value());
  EXPECT_FALSE(Frontier::from_bytes("F\x01\xff\xff\xff\xff\xff\xff\xff\xff").has_value());
}

TEST(Merkle, an_append_that_could_not_be_stored_changes_nothing) {
  Tree tree;
  tree.grow(7);
  const Frontier before = tree.frontier;
  for (int fail_at = 0; fail_at < 4; ++fail_at) {
    int stored = 0;
    EXPECT_FALSE(tree.frontier
                     .append(leaf_hash("x"),
                             [&](NodeId, const Hash&) -> base::Result<void> {
                               if (stored++ < fail_at) return {};
                               return base::Error{base::ErrorCode::io, "disk", {}, {}};
                             })
                     .has_value());
    EXPECT_EQ(tree.frontier, before);
  }
}

TEST(Merkle, a_proof_of_what_cannot_be_is_refused) {
  Tree tree;
  tree.grow(5);
  EXPECT_FALSE(inclusion_proof(5, 5, tree.reader()).has_value());
  EXPECT_FALSE(inclusion_proof(0, 6, tree.reader()).has_value());  // not stored yet
  EXPECT_FALSE(consistency_proof(0, 5, tree.reader()).has_value());
  EXPECT_FALSE(consistency_proof(5, 4, tree.reader()).has_value());
  EXPECT_FALSE(root_at(~std::uint64_t{0}, tree.reader()).has_value());
}

TEST(MerkleVerify, sizes_at_the_end_of_64_bits_are_judged) {
  const std::string hash(32, 'h');
  const std::vector<std::string_view> proof(64, hash);
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  for (std::size_t count = 0; count <= 64; ++count) {
    const Proof part = Proof(proof).first(count);
    EXPECT_FALSE(verify_inclusion({kMost - 1, kMost, hash, hash}, part).has_value());
    EXPECT_FALSE(verify_consistency({kMost - 1, kMost, hash, hash}, part).has_value());
    EXPECT_FALSE(verify_subtree_consistency({0, kMost - 1, kMost, hash, hash}, part).has_value());
    EXPECT_FALSE(verify_subtree_inclusion({kMost - 1, kMost - 1, kMost, hash, hash + "x"}, part).has_value());
  }
  EXPECT_TRUE(verify_subtree_inclusion({kMost - 1, kMost - 1, kMost, hash, hash}, {}).has_value());
}

TEST(Texts, hex_base64_and_decimals_have_one_form) {
  for (const std::string_view bytes : {"", "a", "ab", "abc", "abcd"}) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
  }
  EXPECT_EQ(to_base64("ab"), "YWI=");
  for (const char* wrong : {"YWI", "YWJ=", "YWI==", "Y=I=", " YWI=", "YW-_", "====", "YQ==YQ=="})
    EXPECT_FALSE(from_base64(wrong).has_value()) << wrong;
  for (const char* wrong : {"A0", "0", "0g"}) EXPECT_FALSE(from_hex(wrong).has_value()) << wrong;
  EXPECT_EQ(from_decimal("18446744073709551615"), ~std::uint64_t{0});
  for (const char* wrong : {"", "00", "01", "+1", "-1", " 1", "1 ", "18446744073709551616", "1e3"})
    EXPECT_FALSE(from_decimal(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace hinomi::trust
