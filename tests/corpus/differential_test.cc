// The fast evaluator against the naive one, on real events and all SigmaHQ rules: equal, event by event.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "corpus_support.h"

namespace hinomi::corpus {
namespace {

// Every `step`-th file below the folder, in order of name.
std::vector<std::string> files_of(const std::string& folder, std::size_t step) {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (entry.is_regular_file() && (extension == ".gz" || extension == ".evtx"))
      all.push_back(entry.path().string());
  }
  std::sort(all.begin(), all.end());
  std::vector<std::string> some;
  for (std::size_t i = 0; i < all.size(); i += step) some.push_back(all[i]);
  return some;
}

void expect_no_difference(const std::vector<std::string>& paths, std::uint64_t least_events) {
  app::Stack* stack = sigma_stack();
  const Scanned scanned = scan(*stack, paths, true, 2);
  EXPECT_GE(scanned.summary.events, least_events);
  EXPECT_GT(scanned.summary.findings, 0U);
  EXPECT_EQ(scanned.summary.differences, 0U) << scanned.summary.first_difference;
}

TEST(Differential, fast_and_reference_agree_on_a_sample) {
  if (sigma_stack() == nullptr || data_folder("otrf").empty() || data_folder("evtx").empty()) {
    GTEST_SKIP() << "SKIPPED: ../shared/data/sigma, otrf or evtx is not there";
  }
  std::vector<std::string> paths = files_of(data_folder("evtx"), 6);
  paths.push_back(data_folder("otrf") + "/psh_python_webserver_2020-10-2900161507.json.gz");
  paths.push_back(data_folder("otrf") +
                  "/syslog_auoms_auditd_log4shell_cve2021_44228_jndi_reference_2022-05-11181020.json.gz");
  expect_no_difference(paths, 1500);
}

TEST(FullDifferential, fast_and_reference_agree_on_everything) {
  if (sigma_stack() == nullptr || data_folder("otrf").empty() || data_folder("evtx").empty()) {
    GTEST_SKIP() << "SKIPPED: ../shared/data/sigma, otrf or evtx is not there";
  }
  std::vector<std::string> paths = files_of(data_folder("evtx"), 1);
  const auto otrf = files_of(data_folder("otrf"), 1);
  paths.insert(paths.end(), otrf.begin(), otrf.end());
  expect_no_difference(paths, 100'000);
}

TEST(Scan, the_number_of_threads_changes_nothing) {
  if (sigma_stack() == nullptr || data_folder("evtx").empty())
    GTEST_SKIP() << "SKIPPED: ../shared/data/sigma or evtx is not there";
  const auto paths = files_of(data_folder("evtx"), 3);
  const Scanned one = scan(*sigma_stack(), paths, false, 1);
  const Scanned four = scan(*sigma_stack(), paths, false, 4);
  EXPECT_EQ(one.findings, four.findings);
  EXPECT_EQ(one.summary.events, four.summary.events);
}

}  // namespace
}  // namespace hinomi::corpus
