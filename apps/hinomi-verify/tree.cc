#include "tree.h"

#include <bit>
#include <map>

namespace hinomi::verify {
namespace {

constexpr std::size_t kMaxProofHashes = 1000;

std::string node(std::string_view left, std::string_view right) {
  return std::string(view(sha256({"\x01", left, right})));
}

// A proof is consumed from its end: the end is at the root of the tree.
struct Path {
  std::vector<std::string> hashes;
  bool ok = true;
  std::string take() {
    if (hashes.empty() || hashes.back().size() != sizeof(Hash)) {
      ok = false;
      return {};
    }
    std::string hash = std::move(hashes.back());
    hashes.pop_back();
    return hash;
  }
};

// The greatest power of two below n.
std::uint64_t split(std::uint64_t n) {
  return std::bit_floor(n - 1);
}

// MTH of the n leaves among which `leaf` is number m: PATH(m, D[n]) read backwards.
std::string root_by_path(std::uint64_t m, std::uint64_t n, std::string_view leaf, Path& path) {
  if (!path.ok || n <= 1) return std::string(leaf);
  const std::uint64_t k = split(n);
  const std::string sibling = path.take();
  return m < k ? node(root_by_path(m, k, leaf, path), sibling)
               : node(sibling, root_by_path(m - k, n - k, leaf, path));
}

struct Roots {
  std::string part;
  std::string whole;
};

// The root of the leaves [start, end) and that of all n: SUBPROOF read backwards. `known` is the root of the
// part while the part is still whole, else empty.
Roots roots_by_path(std::uint64_t start, std::uint64_t end, std::uint64_t n, std::string_view known,
                    Path& path) {
  if (!path.ok) return {};
  if (start == 0 && end == n) {
    const std::string root = known.empty() ? path.take() : std::string(known);
    return {root, root};
  }
  const std::uint64_t k = split(n);
  const std::string other = path.take();
  if (end <= k) {
    Roots left = roots_by_path(start, end, k, known, path);
    return {left.part, node(left.whole, other)};
  }
  if (start >= k) {
    Roots right = roots_by_path(start - k, end - k, n - k, known, path);
    return {right.part, node(other, right.whole)};
  }
  Roots right = roots_by_path(0, end - k, n - k, {}, path);
  return {node(other, right.part), node(other, right.whole)};
}

bool is_subtree(std::uint64_t start, std::uint64_t end) {
  std::uint64_t width = 1;
  while (width != 0 && width < end - start) width *= 2;
  return start < end && (width == 0 ? start == 0 : start % width == 0);
}

bool includes(std::uint64_t index, std::uint64_t size, std::string_view leaf, std::string_view root,
              Path path) {
  if (index >= size || leaf.size() != sizeof(Hash)) return false;
  const std::string reached = root_by_path(index, size, leaf, path);
  return path.ok && path.hashes.empty() && reached == root;
}

struct Part {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t size = 0;
};

bool contains(const Part& part, std::string_view part_root, std::string_view root, Path path) {
  if (part.end > part.size || !is_subtree(part.start, part.end)) return false;
  if (part.start == 0 && part.end == part.size) return path.hashes.empty() && part_root == root;
  if (part_root.size() != sizeof(Hash)) return false;
  const Roots reached = roots_by_path(part.start, part.end, part.size, part_root, path);
  return path.ok && path.hashes.empty() && reached.part == part_root && reached.whole == root;
}

// A JSON object of numbers, texts and arrays of texts.
struct Members {
  std::map<std::string, std::uint64_t> numbers;
  std::map<std::string, std::string> texts;
  Path proof;

  [[nodiscard]] bool have(std::initializer_list<const char*> number_keys,
                          std::initializer_list<const char*> text_keys) const {
    for (const char* key : number_keys) {
      if (!numbers.contains(key)) return false;
    }
    for (const char* key : text_keys) {
      if (!texts.contains(key)) return false;
    }
    return true;
  }
};

void read_proof(Scanner& in, Path& proof) {
  in.literal("[");
  in.blanks();
  for (bool first = true; in.ok() && !in.starts_with(']') && proof.hashes.size() < kMaxProofHashes;
       first = false) {
    if (!first) in.literal(",");
    in.blanks();
    proof.hashes.push_back(base64(in.string()).value_or(""));
    in.blanks();
  }
  in.literal("]");
}

std::optional<Members> read_members(std::string_view json) {
  Scanner in(json);
  Members members;
  in.blanks();
  in.literal("{");
  in.blanks();
  for (bool first = true; in.ok() && !in.starts_with('}'); first = false) {
    if (!first) in.literal(",");
    in.blanks();
    const std::string key = in.string();
    in.blanks();
    in.literal(":");
    in.blanks();
    if (in.starts_with('"')) {
      members.texts[key] = base64(in.string()).value_or("no base64");
    } else if (in.starts_with('[')) {
      read_proof(in, members.proof);
    } else if (in.starts_with('n')) {
      in.literal("null");
    } else if (in.starts_with('t') || in.starts_with('f')) {
      in.literal(in.starts_with('t') ? "true" : "false");
    } else {
      members.numbers[key] = in.number();
    }
    in.blanks();
  }
  in.literal("}");
  in.blanks();
  return in.ended() ? std::optional(members) : std::nullopt;
}

bool is_empty_root(std::string_view root) {
  return root == view(sha256({}));
}

}  // namespace

void Tree::add(const Hash& leaf_hash) {
  Hash hash = leaf_hash;
  for (std::uint64_t rest = size_; rest % 2 == 1; rest /= 2) {
    hash = sha256({"\x01", view(peaks_.back()), view(hash)});
    peaks_.pop_back();
  }
  peaks_.push_back(hash);
  ++size_;
}

Hash Tree::root() const {
  if (peaks_.empty()) return sha256({});
  Hash root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i > 0; --i)
    root = sha256({"\x01", view(peaks_[i - 1]), view(root)});
  return root;
}

std::optional<bool> proof_holds(std::string_view json) {
  const auto read = read_members(json);
  if (!read) return std::nullopt;
  const Members& m = *read;
  const auto number = [&](const char* key) { return m.numbers.at(key); };
  const auto text = [&](const char* key) -> std::string_view { return m.texts.at(key); };
  if (m.have({"leafIdx", "treeSize"}, {"leafHash", "root"}))
    return includes(number("leafIdx"), number("treeSize"), text("leafHash"), text("root"), m.proof);
  if (m.have({"leafIdx", "start", "end"}, {"leafHash", "root"})) {
    const Part part{number("start"), number("end"), number("end")};
    return is_subtree(part.start, part.end) && number("leafIdx") >= part.start &&
           includes(number("leafIdx") - part.start, part.end - part.start, text("leafHash"), text("root"),
                    m.proof);
  }
  if (m.have({"size1", "size2"}, {"root1", "root2"})) {
    const Part part{0, number("size1"), number("size2")};
    if (part.size == 0)
      return part.end == 0 && m.proof.hashes.empty() && is_empty_root(text("root1")) &&
             text("root1") == text("root2");
    return contains(part, text("root1"), text("root2"), m.proof);
  }
  if (m.have({"start", "end", "size"}, {"root1", "root2"})) {
    const Part part{number("start"), number("end"), number("size")};
    if (part.start == part.end)
      return part.end <= part.size && m.proof.hashes.empty() && is_empty_root(text("root1"));
    return contains(part, text("root1"), text("root2"), m.proof);
  }
  return std::nullopt;
}

}  // namespace hinomi::verify
