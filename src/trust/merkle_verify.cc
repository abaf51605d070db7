#include "trust/merkle_verify.h"

#include <bit>

#include "trust/merkle.h"

namespace hinomi::trust {
namespace {

base::Error refuse(const char* why) {
  return {base::ErrorCode::invalid_input, std::string("verify a Merkle proof: ") + why, {}, {}};
}

bool are_hashes(std::initializer_list<std::string_view> claimed, Proof proof) noexcept {
  for (const std::string_view hash : claimed) {
    if (hash.size() != sizeof(Hash)) return false;
  }
  for (const std::string_view hash : proof) {
    if (hash.size() != sizeof(Hash)) return false;
  }
  return true;
}

bool is_subtree(std::uint64_t start, std::uint64_t end) noexcept {
  if (start >= end) return false;
  constexpr std::uint64_t kHighest = std::uint64_t{1} << 63;
  const std::uint64_t count = end - start;
  if (count > kHighest) return start == 0;
  return (start & (std::bit_ceil(count) - 1)) == 0;
}

void go_up(std::uint64_t& fn, std::uint64_t& sn, std::uint64_t& tn) noexcept {
  fn >>= 1;
  sn >>= 1;
  tn >>= 1;
}

}  // namespace

std::vector<std::string_view> views_of(std::span<const Hash> hashes) {
  std::vector<std::string_view> views;
  views.reserve(hashes.size());
  for (const Hash& hash : hashes) views.push_back(view_of(hash));
  return views;
}

// The names fn and sn are those of RFC 9162, 2.1.3.2.
base::Result<void> verify_inclusion(const InclusionClaim& claim, Proof proof) {
  if (claim.index >= claim.size) return refuse("the tree does not have the leaf");
  if (!are_hashes({claim.leaf_hash, claim.root}, proof)) return refuse("a hash that has not 32 bytes");
  std::uint64_t fn = claim.index;
  std::uint64_t sn = claim.size - 1;
  Hash r = to_hash(claim.leaf_hash);
  for (const std::string_view p : proof) {
    if (sn == 0) return refuse("more hashes than the path has");
    if ((fn & 1) != 0 || fn == sn) {
      r = node_hash(p, view_of(r));
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(view_of(r), p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return refuse("fewer hashes than the path has");
  if (view_of(r) != claim.root) return refuse("it leads to another root");
  return {};
}

// The names fn, sn, fr and sr are those of RFC 9162, 2.1.4.2.
base::Result<void> verify_consistency(const ConsistencyClaim& claim, Proof proof) {
  if (claim.first_size > claim.second_size) return refuse("the first tree is larger than the second");
  if (claim.first_size == claim.second_size) {
    if (!proof.empty()) return refuse("trees of one size need no hashes");
    if (claim.first_root != claim.second_root) return refuse("trees of one size with different roots");
    if (claim.first_size == 0 && claim.first_root != view_of(empty_root()))
      return refuse("a tree without leaves with another root than theirs");
    return {};
  }
  if (claim.first_size == 0) return refuse("an empty tree says nothing of a larger one");
  if (proof.empty()) return refuse("no hashes");
  if (!are_hashes({claim.first_root, claim.second_root}, proof))
    return refuse("a hash that has not 32 bytes");

  std::uint64_t fn = claim.first_size - 1;
  std::uint64_t sn = claim.second_size - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  const bool first_is_perfect = std::has_single_bit(claim.first_size);
  Hash fr = to_hash(first_is_perfect ? claim.first_root : proof.front());
  Hash sr = fr;
  for (const std::string_view c : proof.subspan(first_is_perfect ? 0 : 1)) {
    if (sn == 0) return refuse("more hashes than the path has");
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(c, view_of(fr));
      sr = node_hash(c, view_of(sr));
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(view_of(sr), c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return refuse("fewer hashes than the path has");
  if (view_of(fr) != claim.first_root) return refuse("it leads to another first root");
  if (view_of(sr) != claim.second_root) return refuse("it leads to another second root");
  return {};
}

base::Result<void> verify_subtree_inclusion(const SubtreeInclusionClaim& claim, Proof proof) {
  if (!is_subtree(claim.start, claim.end)) return refuse("no subtree lies there");
  if (claim.index < claim.start || claim.index >= claim.end)
    return refuse("the subtree does not have the leaf");
  return verify_inclusion({.index = claim.index - claim.start,
                           .size = claim.end - claim.start,
                           .leaf_hash = claim.leaf_hash,
                           .root = claim.subtree_root},
                          proof);
}

// fn: the first node of the subtree on the present level, sn: its last one, tn: the last one of the tree.
base::Result<void> verify_subtree_consistency(const SubtreeConsistencyClaim& claim, Proof proof) {
  if (claim.start > claim.end || claim.end > claim.size) return refuse("the tree does not have the subtree");
  if (claim.start == claim.end) {
    if (!proof.empty()) return refuse("a subtree without leaves needs no hashes");
    if (claim.subtree_root != view_of(empty_root()))
      return refuse("a subtree without leaves with another root");
    return {};
  }
  if (!is_subtree(claim.start, claim.end)) return refuse("no subtree lies there");
  if (claim.start == 0 && claim.end == claim.size) {
    if (!proof.empty()) return refuse("the whole tree needs no hashes");
    if (claim.subtree_root != claim.root) return refuse("the whole tree with another root");
    return {};
  }
  if (!are_hashes({claim.subtree_root, claim.root}, proof)) return refuse("a hash that has not 32 bytes");

  std::uint64_t fn = claim.start;
  std::uint64_t sn = claim.end - 1;
  std::uint64_t tn = claim.size - 1;
  // Up to the node that the subtree's root is made of: its root itself where that is a node of the tree.
  while (fn != sn && (sn == tn || (sn & 1) != 0)) go_up(fn, sn, tn);
  const bool root_is_node = fn == sn;
  if (!root_is_node && proof.empty()) return refuse("no hashes");
  Hash fr = to_hash(root_is_node ? claim.subtree_root : proof.front());
  Hash sr = fr;
  for (const std::string_view c : proof.subspan(root_is_node ? 0 : 1)) {
    if (tn == 0) return refuse("more hashes than the path has");
    if ((sn & 1) != 0 || sn == tn) {
      if (fn < sn) fr = node_hash(c, view_of(fr));
      sr = node_hash(c, view_of(sr));
      while ((sn & 1) == 0 && sn != 0) go_up(fn, sn, tn);
    } else {
      sr = node_hash(view_of(sr), c);
    }
    go_up(fn, sn, tn);
  }
  if (tn != 0) return refuse("fewer hashes than the path has");
  if (view_of(fr) != claim.subtree_root) return refuse("it leads to another root of the subtree");
  if (view_of(sr) != claim.root) return refuse("it leads to another root");
  return {};
}

}  // namespace hinomi::trust
