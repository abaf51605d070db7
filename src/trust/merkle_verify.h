// Judges proofs of a Merkle log: RFC 9162, 2.1.3.2 and 2.1.4.2, and the same for the subtrees [start, end)
// of a tree (draft-ietf-plants-merkle-tree-certs, 4). Every size, hash and proof may be hostile; needs no
// store. Not for making proofs (merkle.h).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trust/hash.h"

namespace hinomi::trust {

using Proof = std::span<const std::string_view>;  // hashes, as bytes of any length
[[nodiscard]] std::vector<std::string_view> views_of(std::span<const Hash> hashes);

// Hashes are bytes as they came; one that has to be hashed and has not 32 bytes refuses the proof. An Error
// (invalid_input) says what does not fit.
struct InclusionClaim {
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  std::string_view leaf_hash;
  std::string_view root;
};
[[nodiscard]] base::Result<void> verify_inclusion(const InclusionClaim& claim, Proof proof);

// Equal sizes: both roots are the same bytes and the proof is empty. An empty first tree says nothing of a
// larger second one and is refused.
struct ConsistencyClaim {
  std::uint64_t first_size = 0;
  std::uint64_t second_size = 0;
  std::string_view first_root;
  std::string_view second_root;
};
[[nodiscard]] base::Result<void> verify_consistency(const ConsistencyClaim& claim, Proof proof);

// [start, end) is a subtree when start is a multiple of the least power of two that is at least end - start.
struct SubtreeInclusionClaim {
  std::uint64_t index = 0;  // in the whole tree
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::string_view leaf_hash;
  std::string_view subtree_root;
};
[[nodiscard]] base::Result<void> verify_subtree_inclusion(const SubtreeInclusionClaim& claim, Proof proof);

// An empty subtree (start = end) fits every tree: its root is that of no leaves, its proof empty.
struct SubtreeConsistencyClaim {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t size = 0;
  std::string_view subtree_root;
  std::string_view root;
};
[[nodiscard]] base::Result<void> verify_subtree_consistency(const SubtreeConsistencyClaim& claim,
                                                            Proof proof);

}  // namespace hinomi::trust
