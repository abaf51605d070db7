// What the writer promises by itself; that its exports verify is tested with the program (tests/verify).
#include "trust/export_writer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <random>

#include "os/directory.h"
#include "os/file.h"
#include "os/testing/scratch_folder.h"
#include "trust/checkpoint.h"
#include "trust/merkle.h"

namespace hinomi::trust {
namespace {

constexpr base::TimeNs kTime{1'795'592'741'000'000'000};

SigningKey key() {
  return SigningKey::make("log.example.org/1",
                          [random = std::mt19937_64(5)](std::span<std::uint8_t> into) mutable {
                            for (auto& byte : into) byte = static_cast<std::uint8_t>(random());
                          })
      .value();
}

template <typename T>
Pull<T> once(const T& value) {
  return [value, given = false]() mutable -> base::Result<std::optional<T>> {
    if (given) return std::optional<T>();
    given = true;
    return std::optional<T>(value);
  };
}

ExportEntry entry() {
  AuditEntry audit;
  audit.time = kTime;
  const AuditDetails details{sha256("salt"), "{\"a\":\"\n\"}"};
  audit.details = details_hash(details);
  return {leaf_bytes(audit).value(), false, details};
}

ExportSource source() {
  ExportSource source;
  source.made = kTime;
  source.entries = once(entry());
  source.checkpoints = once(make_checkpoint(1, leaf_hash(entry().leaf), kTime, key()).value());
  return source;
}

// Format 1, byte by byte. When this test fails, hinomi-verify of a released version reads new exports no
// more.
TEST(ExportWriter, its_form_never_changes) {
  const os::ScratchFolder root;
  const auto written = write_export(root / "export", source(), key());
  ASSERT_TRUE(written.has_value()) << written.error().message;
  EXPECT_EQ(written->entries, 1U);
  const auto file = [&](const char* name) {
    return os::read_file(root / (std::string("export/") + name)).value();
  };
  EXPECT_EQ(file("leaves.ndjson"), entry().leaf + "\n");
  EXPECT_EQ(file("details.ndjson"), "{\"index\":0,\"salt\":\"" + to_hex(view_of(sha256("salt"))) +
                                        "\",\"details\":\"{\\\"a\\\":\\\"\\u000a\\\"}\"}\n");
  EXPECT_EQ(file("keys.txt"), key().verifier().text() + "\n");
  EXPECT_TRUE(file("manifest.json")
                  .starts_with("{\n\"format\":\"hinomi-audit-export\",\n\"version\":1,\n\"origin\":"
                               "\"log.example.org/1\",\n\"organisation\":0,\n"
                               "\"made\":\"2026-11-25T07:45:41.000000000Z\",\n\"entries\":1,\n\"files\":[\n"
                               "{\"name\":\"checkpoints.txt\",\"bytes\":"));
  EXPECT_TRUE(
      file("manifest.json")
          .ends_with("{\"name\":\"leaves.ndjson\",\"bytes\":" + std::to_string(entry().leaf.size() + 1) +
                     ",\"sha256\":\"" + to_hex(view_of(sha256(entry().leaf + "\n"))) + "\"}\n]\n}\n"));
  EXPECT_TRUE(file("manifest.sig")
                  .starts_with("hinomi audit export v1\nlog.example.org/1\n" +
                               to_hex(view_of(sha256(file("manifest.json")))) + "\n\n"));
}

TEST(ExportWriter, what_it_makes_is_for_its_owner_alone) {
  const os::ScratchFolder root;
  ASSERT_TRUE(write_export(root / "export", source(), key()).has_value());
  struct stat status{};
  ASSERT_EQ(::stat((root / "export").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  const auto walked = os::walk_folder(root / "export");
  ASSERT_TRUE(walked.has_value());
  EXPECT_EQ(walked->size(), 6U);
  for (const auto& file : *walked) {
    ASSERT_EQ(::stat(file.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U) << file.path;
  }
}

TEST(ExportWriter, a_folder_that_is_there_is_not_touched) {
  const os::ScratchFolder root;
  EXPECT_EQ(write_export(root.path(), source(), key()).error().code, base::ErrorCode::conflict);
  EXPECT_EQ(write_export(root / "absent/export", source(), key()).error().code, base::ErrorCode::io);
  const auto walked = os::walk_folder(root.path());
  EXPECT_TRUE(walked && walked->empty());
}

TEST(ExportWriter, an_error_of_the_source_ends_it_without_a_manifest) {
  const os::ScratchFolder root;
  ExportSource broken = source();
  broken.entries = []() -> base::Result<std::optional<ExportEntry>> {
    return base::Error{base::ErrorCode::io, "disk", {}, {}};
  };
  EXPECT_EQ(write_export(root / "export", broken, key()).error().code, base::ErrorCode::io);
  EXPECT_FALSE(os::file_info(root / "export/manifest.json").has_value());
}

TEST(ExportWriter, what_the_format_cannot_hold_is_refused) {
  const auto refused = [](const ExportEntry& bad) {
    const os::ScratchFolder root;
    ExportSource broken = source();
    broken.entries = once(bad);
    return !write_export(root / "export", broken, key()).has_value();
  };
  EXPECT_FALSE(refused(entry()));
  ExportEntry two_lines = entry();
  two_lines.leaf = "a\nb";
  EXPECT_TRUE(refused(two_lines));
  ExportEntry long_leaf = entry();
  long_leaf.leaf = std::string(kMaxLeafBytes + 1, 'x');
  EXPECT_TRUE(refused(long_leaf));
  ExportEntry no_text = entry();
  no_text.details = AuditDetails{{}, "\xff"};
  EXPECT_TRUE(refused(no_text));
  const os::ScratchFolder root;
  ExportSource no_note = source();
  no_note.checkpoints = once(std::string("hello"));
  EXPECT_FALSE(write_export(root / "export", no_note, key()).has_value());
}

}  // namespace
}  // namespace hinomi::trust
