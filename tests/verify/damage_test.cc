// Whatever happens to the files of an export on its way is found.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "os/directory.h"
#include "os/file.h"
#include "sample_log.h"

namespace hinomi::verifying {
namespace {

namespace fs = std::filesystem;

class Damage : public ::testing::Test {
 protected:
  void SetUp() override {
    log_.write(folder());
    if (HasFatalFailure()) return;
    const auto walked = os::walk_folder(folder());
    ASSERT_TRUE(walked.has_value());
    for (const auto& found : *walked) files_.push_back(found.path);
    keys_ = root_.write("keys.txt", log_.keys_text());
    ASSERT_EQ(verify({folder()}).code, 0) << verify({folder()}).out;
  }
  [[nodiscard]] std::string folder() const { return root_ / "export"; }
  [[nodiscard]] std::string file(const std::string& name) const { return folder() + '/' + name; }
  void expect_found(const std::string& what) const {
    const Verdict verdict = verify({folder()});
    EXPECT_EQ(verdict.code, 1) << what << '\n' << verdict.out;
    EXPECT_NE(verdict.out.find("problems: "), std::string::npos) << what;
  }
  // Writes in place: a file of the export is not readable by others, and stays so.
  static void put(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  os::ScratchFolder root_;
  SampleLog log_;
  std::vector<std::string> files_;
  std::string keys_;
};

TEST_F(Damage, a_good_export_is_in_order_in_both_languages) {
  const Verdict english = verify({"--key", keys_, folder()});
  EXPECT_EQ(english.code, 0) << english.out;
  EXPECT_TRUE(english.out.ends_with("in order\n")) << english.out;
  EXPECT_NE(english.out.find("entries: 60 (withheld 6)"), std::string::npos) << english.out;
  const Verdict japanese = verify({"--key", keys_, folder()}, "ja_JP.UTF-8");
  EXPECT_EQ(japanese.code, 0);
  EXPECT_TRUE(japanese.out.ends_with(
      "\xE5\x95\x8F\xE9\xA1\x8C\xE3\x81\x82\xE3\x82\x8A\xE3\x81\xBE\xE3\x81\x9B\xE3\x82\x93\n"))
      << japanese.out;
}

TEST_F(Damage, each_of_400_changed_bytes_is_found) {
  std::mt19937_64 random(20261125);
  std::size_t found = 0;
  std::size_t bytes = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string& path = files_[random() % files_.size()];
    const std::string good = os::read_file(path).value();
    ASSERT_FALSE(good.empty());
    std::string changed = good;
    const std::size_t at = random() % good.size();
    changed[at] = static_cast<char>(changed[at] ^ (1 + random() % 255));
    put(path, changed);
    const Verdict verdict = verify({folder()});
    EXPECT_EQ(verdict.code, 1) << path << " byte " << at;
    found += verdict.code == 1 ? 1 : 0;
    bytes += good.size();
    put(path, good);
  }
  EXPECT_EQ(found, 400U);
  EXPECT_GT(bytes, 400U * 100);
  EXPECT_EQ(verify({folder()}).code, 0);
}

TEST_F(Damage, every_changed_byte_of_what_signs_is_found) {
  for (const char* name : {"manifest.sig", "keys.txt"}) {
    const std::string good = os::read_file(file(name)).value();
    for (std::size_t at = 0; at < good.size(); ++at) {
      std::string changed = good;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      put(file(name), changed);
      ASSERT_EQ(verify({folder()}).code, 1) << name << ' ' << at;
    }
    put(file(name), good);
  }
}

TEST_F(Damage, a_truncated_or_longer_file_is_found) {
  for (const std::string& path : files_) {
    const std::string good = os::read_file(path).value();
    for (const std::size_t size : {good.size() - 1, good.size() / 2, std::size_t{0}}) {
      put(path, std::string_view(good).substr(0, size));
      expect_found(path + " cut to " + std::to_string(size));
    }
    for (const std::string_view more :
         {std::string_view("\n"), std::string_view("x"), std::string_view("\0", 1)}) {
      put(path, good + std::string(more));
      expect_found(path + " longer");
    }
    put(path, good);
  }
}

TEST_F(Damage, a_missing_file_is_found) {
  for (const std::string& path : files_) {
    fs::rename(path, root_ / "aside");
    expect_found(path + " missing");
    fs::rename(root_ / "aside", path);
  }
}

TEST_F(Damage, an_added_file_folder_or_link_is_found) {
  for (const char* name : {"note.txt", "anchors/000009.tsr", "evidence/x", "anchors/.hidden"}) {
    put(file(name), "added");
    expect_found(name);
    fs::remove(file(name));
  }
  fs::create_directory(file("more"));
  expect_found("folder");
  fs::remove(file("more"));
  fs::create_symlink("leaves.ndjson", file("link"));
  expect_found("link");
  fs::remove(file("link"));
  // A link in the place of a file is none of the export either.
  fs::rename(file("keys.txt"), root_ / "aside");
  fs::create_symlink(root_ / "aside", file("keys.txt"));
  expect_found("a file that became a link");
}

TEST_F(Damage, renamed_and_swapped_files_are_found) {
  for (const std::string& path : files_) {
    fs::rename(path, path + ".old");
    expect_found(path + " renamed");
    fs::rename(path + ".old", path);
  }
  for (std::size_t i = 0; i + 1 < files_.size(); ++i) {
    const std::string one = os::read_file(files_[i]).value();
    const std::string two = os::read_file(files_[i + 1]).value();
    put(files_[i], two);
    put(files_[i + 1], one);
    expect_found(files_[i] + " swapped");
    put(files_[i], one);
    put(files_[i + 1], two);
  }
}

TEST_F(Damage, hostile_names_of_files_do_not_reach_the_terminal) {
  put(file("\x1b[2J\n"), "");
  const Verdict verdict = verify({folder()});
  EXPECT_EQ(verdict.code, 1);
  EXPECT_NE(verdict.out.find("\\x1b[2J\\x0a"), std::string::npos) << verdict.out;
  EXPECT_EQ(verdict.out.find('\x1b'), std::string::npos);
}

TEST(Usage, wrong_words_end_with_2_and_say_how) {
  const os::ScratchFolder root;
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"--what", root.path()},
                                             {root.path(), root.path()},
                                             {"--key"},
                                             {root / "absent"},
                                             {"--proof"},
                                             {""}}) {
    const Verdict verdict = verify(words);
    EXPECT_EQ(verdict.code, 2);
    EXPECT_NE(verdict.out.find("hinomi-verify"), std::string::npos);
  }
  EXPECT_EQ(verify({root.path()}).code, 1);  // an empty folder is no export
}

TEST(Size, the_program_can_be_read_in_an_evening) {
  std::size_t lines = 0;
  const auto walked = os::walk_folder(HINOMI_SOURCE_DIR "/apps/hinomi-verify");
  ASSERT_TRUE(walked.has_value());
  for (const auto& source : *walked) {
    const std::string text = os::read_file(source.path).value();
    lines += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  EXPECT_LE(lines, 1000U);
  EXPECT_GT(lines, 100U);
}

}  // namespace
}  // namespace hinomi::verifying
