// Every public vector of inclusion, consistency and subtree proofs, good and corrupted, must be judged as it
// says; and each good one must be refused after any change.
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "parse/json/reader.h"
#include "trust/merkle_verify.h"
#include "trust/testing/proof_vectors.h"

namespace hinomi::trust {
namespace {

struct Vector {
  std::map<std::string, std::uint64_t, std::less<>> numbers;
  std::map<std::string, std::string, std::less<>> hashes;
  std::vector<std::string> proof;
  bool want_error = false;

  [[nodiscard]] std::uint64_t number(std::string_view key) const { return numbers.find(key)->second; }
  [[nodiscard]] std::string_view hash(std::string_view key) const { return hashes.find(key)->second; }
};

Vector parsed(std::string_view text) {
  parse::json::Reader reader;
  const auto read = reader.read(text);
  EXPECT_TRUE(read.has_value());
  Vector vector;
  if (!read) return vector;
  for (auto at = read->first(); !(at == read->last());) {
    const std::string key(at.string());
    const parse::json::Value value = at.next();
    at = value.next();
    using parse::json::Kind;
    switch (value.kind()) {
      case Kind::integer:
      case Kind::unsigned_integer:
        vector.numbers[key] = value.unsigned_integer();
        break;
      case Kind::boolean:
        vector.want_error = value.boolean();
        break;
      case Kind::string:
        if (key != "desc") vector.hashes[key] = from_base64(value.string()).value_or("no base64");
        break;
      case Kind::array:
        for (auto element = value.first(); !(element == value.last()); element = element.next())
          vector.proof.push_back(from_base64(element.string()).value_or("no base64"));
        break;
      default:
        break;
    }
  }
  return vector;
}

bool accepts(const std::string& name, const Vector& v) {
  const std::vector<std::string_view> proof(v.proof.begin(), v.proof.end());
  if (name.find("/inclusion/") != std::string::npos)
    return verify_inclusion({v.number("leafIdx"), v.number("treeSize"), v.hash("leafHash"), v.hash("root")},
                            proof)
        .has_value();
  if (name.find("/consistency/") != std::string::npos)
    return verify_consistency({v.number("size1"), v.number("size2"), v.hash("root1"), v.hash("root2")}, proof)
        .has_value();
  if (name.find("/subtreeinclusion/") != std::string::npos)
    return verify_subtree_inclusion(
               {v.number("leafIdx"), v.number("start"), v.number("end"), v.hash("leafHash"), v.hash("root")},
               proof)
        .has_value();
  return verify_subtree_consistency(
             {v.number("start"), v.number("end"), v.number("size"), v.hash("root1"), v.hash("root2")}, proof)
      .has_value();
}

TEST(MerkleVectors, every_public_vector_is_judged_as_it_says) {
  const std::vector<VectorFile> files = proof_vectors();
  if (files.empty()) GTEST_SKIP() << "SKIPPED: ../shared/data/forensics/merkle.tar.xz is not there";
  ASSERT_EQ(files.size(), 518U);
  std::size_t good = 0;
  for (const VectorFile& file : files) {
    const Vector vector = parsed(file.text);
    EXPECT_EQ(accepts(file.name, vector), !vector.want_error) << file.name;
    good += vector.want_error ? 0 : 1;
  }
  EXPECT_EQ(good, 36U);
}

TEST(MerkleVectors, every_good_vector_is_refused_once_a_bit_of_it_is_flipped) {
  const std::vector<VectorFile> files = proof_vectors();
  if (files.empty()) GTEST_SKIP() << "SKIPPED: ../shared/data/forensics/merkle.tar.xz is not there";
  std::size_t flipped = 0;
  for (const VectorFile& file : files) {
    const Vector vector = parsed(file.text);
    if (vector.want_error || vector.proof.empty()) continue;
    const auto flip = [&](const std::function<std::string&(Vector&)>& part) {
      for (std::size_t bit = 0; bit < 256; ++bit) {
        Vector changed = vector;
        char& byte = part(changed)[bit / 8];
        byte = static_cast<char>(byte ^ 1 << bit % 8);
        EXPECT_FALSE(accepts(file.name, changed)) << file.name << " bit " << bit;
        ++flipped;
      }
    };
    for (const auto& [key, hash] : vector.hashes)
      flip([&, name = key](Vector& v) -> std::string& { return v.hashes[name]; });
    for (std::size_t i = 0; i < vector.proof.size(); ++i)
      flip([&](Vector& v) -> std::string& { return v.proof[i]; });
  }
  EXPECT_GT(flipped, 10'000U);
}

}  // namespace
}  // namespace hinomi::trust
