#include "backup/manifest.h"

#include <gtest/gtest.h>

namespace hinomi::backup {
namespace {

Manifest sample() {
  Manifest manifest;
  manifest.program = "0.1.0";
  manifest.made_at = {1'795'593'600'000'000'001};
  manifest.events = false;
  manifest.schemas = {{"records", 3}, {"audit", 1}};
  manifest.logs = {{.organisation = base::OrganisationId{1},
                    .size = 5,
                    .root = trust::sha256("a"),
                    .checkpoint = SignedTree{4, trust::sha256("b")},
                    .anchor = std::nullopt}};
  manifest.missing = {"00ff"};
  manifest.files = {{"records.db", {7, trust::sha256("c")}}};
  return manifest;
}

TEST(ManifestTest, comes_back_as_it_was_written) {
  const Manifest one = sample();
  const auto read = parse_manifest(to_json(one));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(one));
  EXPECT_EQ(read->files, one.files);
  EXPECT_EQ(read->logs, one.logs);
}

TEST(ManifestTest, of_a_newer_version_is_refused_as_such) {
  for (const auto& [from, to] : {std::pair("\"version\": 1", "\"version\": 2"),
                                 std::pair("\"features\": []", "\"features\": [\"split\"]")}) {
    std::string text = to_json(sample());
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from << text;
    text.replace(at, std::string(from).size(), to);
    const auto read = parse_manifest(text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, base::ErrorCode::unsupported);
  }
}

TEST(ManifestTest, of_another_form_is_refused) {
  const std::string good = to_json(sample());
  for (const auto& [from, to] :
       {std::pair("hinomi-backup", "other"), std::pair("\"size\": 7", "\"size\": -7"),
        std::pair("\"size\": 7", "\"size\": 7.5"), std::pair("\"size\": 7", "\"size\": \"7\""),
        std::pair("\"organisation\": 1", "\"organisation\": 4294967296"),
        std::pair("\"records\": 3", "\"records\": 99999999"), std::pair("\"program\"", "\"programme\""),
        std::pair("\"events\": false", "\"events\": 0"), std::pair("\"content\": \"data\"", "\"content\": 1"),
        std::pair("\"path\": \"records.db\"", "\"path\": 1")}) {
    std::string text = good;
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, std::string(from).size(), to);
    EXPECT_FALSE(parse_manifest(text)) << to;
  }
  for (std::size_t size = 0; size < good.size() - 2; size += 7)
    EXPECT_FALSE(parse_manifest(good.substr(0, size)));
  for (const char* text : {"", "[]", "1", "{}", "{\"format\":1}"}) EXPECT_FALSE(parse_manifest(text)) << text;
}

}  // namespace
}  // namespace hinomi::backup
