// The Merkle tree of RFC 9162, straight from its definitions: the root of leaves that come one by one, and
// proofs judged by the recursions of section 2.1. Short rather than fast.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes.h"

namespace hinomi::verify {

class Tree {
 public:
  void add(const Hash& leaf_hash);
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] Hash root() const;
  [[nodiscard]] static Hash leaf_hash(std::string_view leaf) {
    return sha256({std::string_view("\0", 1), leaf});
  }

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;  // of the perfect subtrees, the largest first
};

// Whether a proof file holds. It is one JSON object with hashes in base64:
//   inclusion            leafIdx, treeSize, leafHash, root, proof
//   consistency          size1, size2, root1, root2, proof
//   subtree inclusion    leafIdx, start, end, leafHash, root, proof
//   subtree consistency  start, end, size, root1, root2, proof
// nullopt: it is no such file. Members of other names are passed over.
std::optional<bool> proof_holds(std::string_view json);

}  // namespace hinomi::verify
