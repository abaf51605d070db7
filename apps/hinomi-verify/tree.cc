#include <bit>
#include <map>
#include <utility>

#include "verify.h"

namespace hinomi::verify {
namespace {

using Roots = std::pair<std::string, std::string>;  // of a part of the tree, and of the whole

// A proof file. The hashes are taken from the end of the proof, which is at the root of the tree; RFC
// 9162, 2.1.3.1 and 2.1.4.1, read backwards.
struct Proof {
  std::map<std::string, std::uint64_t> numbers;
  std::map<std::string, std::string> hashes;
  std::vector<std::string> path;
  bool ok = true;

  bool read(std::string_view json);
  std::string take() {
    ok = ok && !path.empty() && path.back().size() == kHashBytes;
    std::string hash = ok ? path.back() : std::string();
    if (ok) path.pop_back();
    return hash;
  }
  // MTH of the n leaves of which `leaf` is number m: PATH(m, D[n]).
  std::string root(std::uint64_t m, std::uint64_t n, const std::string& leaf) {
    if (!ok || n == 1) return leaf;
    const std::uint64_t k = std::bit_floor(n - 1);  // the greatest power of two below n
    const std::string other = take();
    return m < k ? Tree::node(root(m, k, leaf), other) : Tree::node(other, root(m - k, n - k, leaf));
  }
  // The roots of the leaves [start, end) and of all n: SUBPROOF. `known` is the root of the part while it has
  // not been cut, else empty.
  Roots roots(std::uint64_t start, std::uint64_t end, std::uint64_t n, const std::string& known) {
    if (!ok) return {};
    if (start == 0 && end == n) {
      const std::string root = known.empty() ? take() : known;
      return {root, root};
    }
    const std::uint64_t k = std::bit_floor(n - 1);
    const std::string other = take();
    const bool left = end <= k;
    const bool cut = !left && start < k;
    const auto [part, whole] =
        left ? roots(start, end, k, known) : roots(cut ? 0 : start - k, end - k, n - k, cut ? "" : known);
    return {cut ? Tree::node(other, part) : part, left ? Tree::node(whole, other) : Tree::node(other, whole)};
  }
  bool includes(std::uint64_t index, std::uint64_t size) {
    const std::string leaf = hashes["leafHash"];
    return index < size && leaf.size() == kHashBytes && root(index, size, leaf) == hashes["root"] && ok &&
           path.empty();
  }
  bool contains(std::uint64_t start, std::uint64_t end, std::uint64_t size);
};

bool Proof::read(std::string_view json) {
  Scanner in(json, true);
  in.literal("{");
  for (bool more = true; more; more = in.comma()) {
    const std::string key = in.string();
    in.literal(":");
    if (in.starts_with('"')) {
      hashes[key] = base64(in.string()).value_or("no base64");
    } else if (in.starts_with('[')) {
      in.literal("[");
      for (bool one = !in.starts_with(']'); one; one = in.comma())
        path.push_back(base64(in.string()).value_or(""));
      in.literal("]");
    } else if (in.starts_with('n') || in.starts_with('t') || in.starts_with('f')) {
      in.literal(in.starts_with('n') ? "null" : in.starts_with('t') ? "true" : "false");
    } else {
      numbers[key] = in.number();
    }
  }
  in.literal("}");
  return in.ended();
}

// A subtree begins at a multiple of its width.
bool is_subtree(std::uint64_t start, std::uint64_t end) {
  std::uint64_t width = 1;
  while (width != 0 && width < end - start) width *= 2;
  return start < end && (width == 0 ? start == 0 : start % width == 0);
}

bool Proof::contains(std::uint64_t start, std::uint64_t end, std::uint64_t size) {
  const std::string part = hashes["root1"];
  const std::string whole = hashes["root2"];
  if (end > size) return false;
  if (start == end) return path.empty() && part == sha256({});  // nothing is in everything
  if (start == 0 && end == size) return path.empty() && part == whole;
  if (!is_subtree(start, end) || part.size() != kHashBytes) return false;
  return roots(start, end, size, part) == Roots(part, whole) && ok && path.empty();
}

}  // namespace

void Tree::add(std::string leaf_hash) {
  for (std::uint64_t rest = size_; rest % 2 == 1; rest /= 2) {
    leaf_hash = node(peaks_.back(), leaf_hash);
    peaks_.pop_back();
  }
  peaks_.push_back(std::move(leaf_hash));
  ++size_;
}

std::string Tree::root() const {
  std::string root = peaks_.empty() ? sha256({}) : peaks_.back();
  for (std::size_t i = peaks_.size(); i > 1; --i) root = node(peaks_[i - 2], root);
  return root;
}

// A member that is missing counts as 0 or as no hash, with which nothing holds.
bool proof_holds(std::string_view json) {
  Proof proof;
  if (!proof.read(json)) return false;
  auto& number = proof.numbers;
  const std::uint64_t start = number["start"];
  if (proof.hashes.contains("leafHash")) {
    const std::uint64_t end = number.contains("treeSize") ? number["treeSize"] : number["end"];
    const std::uint64_t index = number["leafIdx"];
    return is_subtree(start, end) && index >= start && proof.includes(index - start, end - start);
  }
  if (!number.contains("size1")) return proof.contains(start, number["end"], number["size"]);
  // An empty tree says nothing of a larger one.
  const bool both_empty = number["size2"] == 0 && proof.hashes["root1"] == proof.hashes["root2"];
  return (number["size1"] > 0 || both_empty) && proof.contains(0, number["size1"], number["size2"]);
}

}  // namespace hinomi::verify
