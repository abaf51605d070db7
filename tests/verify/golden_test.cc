// An export of the first released format verifies for good (tests/golden/audit-export-v1).
#include <gtest/gtest.h>

#include "os/file.h"
#include "sample_log.h"

namespace hinomi::verifying {
namespace {

const std::string kGolden = HINOMI_SOURCE_DIR "/tests/golden/audit-export-v1/";

TEST(GoldenExport, of_format_1_is_in_order_long_after_its_certificates) {
  const Verdict verdict =
      verify({"--key", kGolden + "key.txt", "--known", kGolden + "known.txt", kGolden + "export"});
  EXPECT_EQ(verdict.code, 0) << verdict.out;
  EXPECT_NE(verdict.out.find("time-stamped outside: entries 24, 2026"), std::string::npos) << verdict.out;
}

TEST(GoldenExport, of_format_1_has_entries_that_are_still_read) {
  const std::string leaves = os::read_file(kGolden + "export/leaves.ndjson").value();
  std::size_t read = 0;
  for (std::size_t at = 0; at < leaves.size(); at = leaves.find('\n', at) + 1) {
    const std::string line = leaves.substr(at, leaves.find('\n', at) - at);
    if (line.starts_with("{\"withheld\"")) continue;
    EXPECT_TRUE(trust::parse_leaf(line).has_value()) << line;
    ++read;
  }
  EXPECT_EQ(read, 22U);
}

}  // namespace
}  // namespace hinomi::verifying
