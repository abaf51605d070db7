#include "os/file_search.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/folder_watch.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::os {
namespace {

using Names = std::vector<std::string>;

struct Found {
  Names names;  // below the scratch folder
  SearchReport report;
};

Found find(const ScratchFolder& root, const std::string& pattern, const SearchLimits& limits = {}) {
  Found found;
  found.report = search_files(root / pattern, limits, [&](const FoundFile& file) {
    EXPECT_TRUE(file.open());
    found.names.push_back(file.path.substr(root.path().size() + 1));
  });
  return found;
}

TEST(FileSearch, finds_files_folders_and_patterns) {
  const ScratchFolder root;
  for (const char* name : {"a.log", "b.log", "b.txt", ".hidden.log", "sub/c.log", "sub/deep/d.log"})
    root.write(name, "x");
  EXPECT_EQ(find(root, "a.log").names, Names{"a.log"});
  EXPECT_EQ(find(root, "*.log").names, (Names{"a.log", "b.log"}));
  EXPECT_EQ(find(root, "?.[lt]*").names, (Names{"a.log", "b.log", "b.txt"}));
  EXPECT_EQ(find(root, "sub").names, (Names{"sub/c.log", "sub/deep/d.log"}));
  EXPECT_EQ(find(root, "*/*.log").names, Names{"sub/c.log"});
  EXPECT_EQ(find(root, "**/*.log").names, (Names{"a.log", "b.log", "sub/c.log", "sub/deep/d.log"}));
  EXPECT_EQ(find(root, "**/deep/*.log").names, Names{"sub/deep/d.log"});
  EXPECT_EQ(find(root, ".*.log").names, Names{".hidden.log"});
  EXPECT_EQ(find(root, "s*/deep/d.log").names, Names{"sub/deep/d.log"});
  EXPECT_TRUE(find(root, "*.none").names.empty());
}

TEST(FileSearch, says_what_does_not_exist_yet_and_where_it_would_appear) {
  const ScratchFolder root;
  const Found found = find(root, "later.log");
  EXPECT_TRUE(found.report.missing);
  EXPECT_EQ(found.report.folders, Names{root.path()});
  EXPECT_TRUE(found.report.problems.empty());
}

TEST(FileSearch, follows_links_only_where_they_are_named) {
  const ScratchFolder root;
  root.write("outside/secret.log", "x");
  root.write("logs/real.log", "x");
  ASSERT_EQ(::symlink((root / "outside").c_str(), (root / "logs/folder").c_str()), 0);
  ASSERT_EQ(::symlink((root / "outside/secret.log").c_str(), (root / "logs/link.log").c_str()), 0);
  ASSERT_EQ(::symlink((root / "logs").c_str(), (root / "named").c_str()), 0);
  EXPECT_EQ(find(root, "logs").names, Names{"logs/real.log"});
  EXPECT_EQ(find(root, "logs/*.log").names, Names{"logs/real.log"});
  EXPECT_EQ(find(root, "logs/**/*.log").names, Names{"logs/real.log"});
  EXPECT_EQ(find(root, "l*/link.log").names, Names{});
  EXPECT_EQ(find(root, "named").names, Names{"named/real.log"});
  EXPECT_EQ(find(root, "logs/link.log").names, Names{"logs/link.log"});
}

TEST(FileSearch, a_link_that_takes_a_files_place_is_not_opened) {
  const ScratchFolder root;
  root.write("logs/real.log", "x");
  root.write("secret", "x");
  const SearchReport report = search_files(root / "logs", {}, [&](const FoundFile& file) {
    ASSERT_EQ(::unlink(file.path.c_str()), 0);
    ASSERT_EQ(::symlink((root / "secret").c_str(), file.path.c_str()), 0);
    EXPECT_FALSE(file.open());
    ASSERT_EQ(::unlink(file.path.c_str()), 0);
    ASSERT_EQ(::mkfifo(file.path.c_str(), 0600), 0);
    EXPECT_FALSE(file.open());
  });
  EXPECT_EQ(report.folders.size(), 1u);
}

TEST(FileSearch, keeps_its_limits_and_says_so) {
  const ScratchFolder root;
  for (int i = 0; i < 10; ++i) root.write("f" + std::to_string(i), "x");
  root.write("a/b/c/file", "x");
  const Found few = find(root, "f*", {.max_entries = 5});
  EXPECT_LE(few.names.size(), 5u);
  EXPECT_EQ(few.report.problems.size(), 1u);
  const Found shallow = find(root, "a", {.max_depth = 1});
  EXPECT_TRUE(shallow.names.empty());
  EXPECT_EQ(shallow.report.problems.size(), 1u);
}

TEST(FileSearch, lists_one_folder_only) {
  const ScratchFolder root;
  root.write("a", "x");
  root.write(".b", "x");
  root.write("sub/c", "x");
  Names names;
  const SearchReport report =
      list_folder(root.path(), {}, [&](const FoundFile& file) { names.push_back(file.path); });
  EXPECT_EQ(names, (Names{root / ".b", root / "a"}));
  EXPECT_TRUE(report.problems.empty());
}

TEST(FolderWatch, tells_written_files_from_changed_names) {
  const ScratchFolder root;
  root.write("a", "x");
  auto watch = FolderWatch::create();
  ASSERT_TRUE(watch);
  ASSERT_TRUE(watch->watch(root.path()));
  EXPECT_FALSE(watch->watch(root / "absent"));
  EXPECT_FALSE(watch->changes().names);
  root.write("a", "xy");
  const FolderWatch::Changes written = watch->changes();
  ASSERT_FALSE(written.written.empty());
  EXPECT_EQ(written.written[0], root / "a");
  EXPECT_FALSE(written.names);
  ASSERT_EQ(::rename((root / "a").c_str(), (root / "b").c_str()), 0);
  EXPECT_TRUE(watch->changes().names);
}

}  // namespace
}  // namespace hinomi::os
