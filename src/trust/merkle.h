// The Merkle tree of a log (RFC 9162, 2.1; hashed as RFC 6962): appending, roots, and proofs made from stored
// hashes. Not a store: the hashes of perfect subtrees go out and come back through callbacks, so that a table
// (level, index) -> hash holds them. Checking proofs: merkle_verify.h.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trust/hash.h"

namespace hinomi::trust {

inline constexpr std::uint64_t kMaxTreeSize = std::uint64_t{1} << 62;  // leaves

[[nodiscard]] Hash leaf_hash(std::string_view leaf);                          // SHA-256(0x00, leaf)
[[nodiscard]] Hash node_hash(std::string_view left, std::string_view right);  // SHA-256(0x01, left, right)
[[nodiscard]] Hash empty_root();                                              // SHA-256()

// A perfect subtree: the leaves from index << level on, 1 << level of them. Level 0 are the leaf hashes.
struct NodeId {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

// Stores a hash that never changes again. Each append stores one leaf hash and, on average, one more.
using NodeWriter = std::function<base::Result<void>(NodeId, const Hash&)>;
// The hash that was stored under this id; an Error when it is not there.
using NodeReader = std::function<base::Result<Hash>(NodeId)>;

// All that appending needs of a tree: the roots of its maximal perfect subtrees, at most 62 hashes. A value:
// copy it to go back.
class Frontier {
 public:
  Frontier() = default;

  // Appends a leaf and hands the subtrees that it completes to `store` (which may be empty), the leaf hash
  // first. On an error the frontier is as it was; what was stored is overwritten by the next try.
  [[nodiscard]] base::Result<void> append(const Hash& leaf, const NodeWriter& store);

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] Hash root() const;

  // 'F', version 1, size (8 bytes, big-endian), then the hashes from the largest subtree to the smallest.
  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] static base::Result<Frontier> from_bytes(std::string_view bytes);
  // From stored hashes; as many reads as the frontier has hashes.
  [[nodiscard]] static base::Result<Frontier> read(std::uint64_t size, const NodeReader& read);

  friend bool operator==(const Frontier&, const Frontier&) = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;  // one for each bit of size_, the highest first
};

// The root of the first `size` leaves; empty_root() for none.
[[nodiscard]] base::Result<Hash> root_at(std::uint64_t size, const NodeReader& read);
// PATH(index, D_size) of RFC 9162, 2.1.3.1: from the leaf's sibling upwards. O(log size) reads.
[[nodiscard]] base::Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                              const NodeReader& read);
// PROOF(first, D_second) of RFC 9162, 2.1.4.1; empty when both are equal. `first` must be at least 1.
// O(log second) reads.
[[nodiscard]] base::Result<std::vector<Hash>> consistency_proof(std::uint64_t first, std::uint64_t second,
                                                                const NodeReader& read);

}  // namespace hinomi::trust
