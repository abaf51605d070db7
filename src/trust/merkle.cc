#include "trust/merkle.h"

#include <bit>

#include "base/check.h"

namespace hinomi::trust {
namespace {

constexpr char kFrontierMark = 'F';
constexpr char kFrontierVersion = 1;
constexpr std::size_t kFrontierHead = 10;

// A run of leaves [first, first + count) whose first leaf is a multiple of the greatest power of two in
// count.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

base::Error wrong(std::string message) {
  return {base::ErrorCode::usage, "Merkle tree: " + std::move(message), {}, {}};
}

// The greatest power of two below `count` (> 1): where RFC 9162 splits.
std::uint64_t split(std::uint64_t count) noexcept {
  HINOMI_CHECK(count > 1);
  return std::bit_floor(count - 1);
}

base::Result<Hash> perfect(const Range& range, const NodeReader& read) {
  const auto level = static_cast<std::uint8_t>(std::countr_zero(range.count));
  return read({level, range.first >> level});
}

// MTH of the range, from its maximal perfect subtrees.
base::Result<Hash> root_of(const Range& range, const NodeReader& read) {
  HINOMI_CHECK(range.count > 0);
  std::vector<Hash> peaks;
  for (Range rest = range; rest.count > 0;) {
    const Range next{rest.first, std::bit_floor(rest.count)};
    auto hash = perfect(next, read);
    if (!hash) return hash.error();
    peaks.push_back(*hash);
    rest = {rest.first + next.count, rest.count - next.count};
  }
  Hash root = peaks.back();
  for (std::size_t i = peaks.size() - 1; i > 0; --i) root = node_hash(view_of(peaks[i - 1]), view_of(root));
  return root;
}

// The hashes of `ranges`, the last one first.
base::Result<std::vector<Hash>> roots_upwards(const std::vector<Range>& ranges, const NodeReader& read) {
  std::vector<Hash> path;
  path.reserve(ranges.size());
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    auto hash = root_of(*range, read);
    if (!hash) return hash.error();
    path.push_back(*hash);
  }
  return path;
}

}  // namespace

Hash leaf_hash(std::string_view leaf) {
  Sha256 hash;
  hash.add(std::string_view("\0", 1));
  hash.add(leaf);
  return hash.finish();
}

Hash node_hash(std::string_view left, std::string_view right) {
  Sha256 hash;
  hash.add("\x01");
  hash.add(left);
  hash.add(right);
  return hash.finish();
}

Hash empty_root() {
  return sha256({});
}

base::Result<void> Frontier::append(const Hash& leaf, const NodeWriter& store) {
  if (size_ >= kMaxTreeSize)
    return base::Error{base::ErrorCode::limit_exceeded, "append to a Merkle tree: it is full", {}, {}};
  const auto merges = static_cast<std::size_t>(std::countr_one(size_));
  Hash hash = leaf;
  for (std::size_t level = 0;; ++level) {
    if (store) {
      const NodeId id{static_cast<std::uint8_t>(level), size_ >> level};
      if (auto stored = store(id, hash); !stored) return stored;
    }
    if (level == merges) break;
    hash = node_hash(view_of(peaks_[peaks_.size() - 1 - level]), view_of(hash));
  }
  peaks_.resize(peaks_.size() - merges);
  peaks_.push_back(hash);
  ++size_;
  return {};
}

Hash Frontier::root() const {
  if (peaks_.empty()) return empty_root();
  Hash root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i > 0; --i) root = node_hash(view_of(peaks_[i - 1]), view_of(root));
  return root;
}

std::string Frontier::bytes() const {
  std::string bytes{kFrontierMark, kFrontierVersion};
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(size_ >> shift & 255);
  for (const Hash& peak : peaks_) bytes += view_of(peak);
  return bytes;
}

base::Result<Frontier> Frontier::from_bytes(std::string_view bytes) {
  const base::Error damaged{base::ErrorCode::invalid_input,
                            "read the frontier of a Merkle tree: not a frontier of version 1",
                            "make it anew from the stored hashes",
                            {}};
  if (bytes.size() < kFrontierHead || bytes[0] != kFrontierMark || bytes[1] != kFrontierVersion)
    return damaged;
  Frontier frontier;
  for (std::size_t i = 2; i < kFrontierHead; ++i)
    frontier.size_ = frontier.size_ << 8 | static_cast<unsigned char>(bytes[i]);
  const auto count = static_cast<std::size_t>(std::popcount(frontier.size_));
  if (frontier.size_ > kMaxTreeSize || bytes.size() != kFrontierHead + count * sizeof(Hash)) return damaged;
  for (std::size_t i = 0; i < count; ++i)
    frontier.peaks_.push_back(to_hash(bytes.substr(kFrontierHead + i * sizeof(Hash), sizeof(Hash))));
  return frontier;
}

base::Result<Frontier> Frontier::read(std::uint64_t size, const NodeReader& read) {
  if (size > kMaxTreeSize) return wrong("a size beyond the limit");
  Frontier frontier;
  frontier.size_ = size;
  for (Range rest{0, size}; rest.count > 0;) {
    const Range next{rest.first, std::bit_floor(rest.count)};
    auto hash = perfect(next, read);
    if (!hash) return hash.error();
    frontier.peaks_.push_back(*hash);
    rest = {rest.first + next.count, rest.count - next.count};
  }
  return frontier;
}

base::Result<Hash> root_at(std::uint64_t size, const NodeReader& read) {
  if (size > kMaxTreeSize) return wrong("a size beyond the limit");
  if (size == 0) return empty_root();
  return root_of({0, size}, read);
}

base::Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                const NodeReader& read) {
  if (size > kMaxTreeSize || index >= size)
    return wrong("an inclusion proof of a leaf that the tree does not have");
  std::vector<Range> siblings;  // from the root down
  for (Range tree{0, size}; tree.count > 1;) {
    const std::uint64_t left = split(tree.count);
    const Range halves[2] = {{tree.first, left}, {tree.first + left, tree.count - left}};
    const bool right = index - tree.first >= left;
    siblings.push_back(halves[right ? 0 : 1]);
    tree = halves[right ? 1 : 0];
  }
  return roots_upwards(siblings, read);
}

base::Result<std::vector<Hash>> consistency_proof(std::uint64_t first, std::uint64_t second,
                                                  const NodeReader& read) {
  if (second > kMaxTreeSize || first == 0 || first > second)
    return wrong("a consistency proof needs 1 <= first size <= second size");
  std::vector<Range> parts;  // from the root down
  Range tree{0, second};
  std::uint64_t old = first;  // leaves of the old tree in `tree`
  while (old != tree.count) {
    const std::uint64_t left = split(tree.count);
    const Range halves[2] = {{tree.first, left}, {tree.first + left, tree.count - left}};
    const bool right = old > left;
    parts.push_back(halves[right ? 0 : 1]);
    tree = halves[right ? 1 : 0];
    if (right) old -= left;
  }
  // The verifier knows the old root: when it is a node of the new tree, it is not sent.
  if (tree.first != 0) parts.push_back(tree);
  return roots_upwards(parts, read);
}

}  // namespace hinomi::trust
