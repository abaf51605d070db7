// hinomi backup, hinomi restore: a data folder as one file, also while its server runs, and back.
#include <array>
#include <cstdlib>

#include "app/arguments.h"
#include "app/cli.h"
#include "app/data_folder.h"
#include "app/known_schemas.h"
#include "app/version.h"
#include "backup/make.h"
#include "backup/restore.h"
#include "messages/messages.h"
#include "os/clock.h"
#include "os/fault_point.h"
#include "os/random.h"
#include "trust/hash.h"

namespace hinomi::app {
namespace {

using store::sql::Connection;

constexpr std::array kBackupOptions{OptionSpec{"--data", true}, OptionSpec{"--to", true},
                                    OptionSpec{"--keys-to", true}, OptionSpec{"--without-events", false}};
constexpr std::array kRestoreOptions{OptionSpec{"--from", true}, OptionSpec{"--keys", true},
                                     OptionSpec{"--data", true}};

int failed(Console& console, const std::string& path, const base::Error& error) {
  console.error_line(messages::error_of_file(console.language, {.path = path, .reason = error.message}));
  if (!error.remedy.empty()) console.error_line(messages::error_remedy(console.language, error.remedy));
  return kExitProblems;
}

int missing(Console& console, std::string_view argument, std::string_view command) {
  console.error_line(
      messages::usage_missing_argument(console.language, {.argument = argument, .command = command}));
  return kExitUsage;
}

// What attachments refer to; none where the database is older than attachments are.
base::Result<std::vector<std::string>> blobs_of(Connection& connection) {
  std::vector<std::string> hashes;
  auto statement = connection.prepare("SELECT count(*) FROM sqlite_schema WHERE name='r_attachment'");
  if (!statement) return statement.error();
  const auto there = (*statement)->step();
  if (!there) return there.error();
  const bool none = (*statement)->integer(0) == 0;
  (*statement)->reset();
  if (none) return hashes;
  statement = connection.prepare(
      "SELECT DISTINCT f_sha256 FROM r_attachment WHERE deleted_at IS NULL AND f_sha256 IS NOT NULL");
  if (!statement) return statement.error();
  for (;;) {
    const auto more = (*statement)->step();
    if (!more) return more.error();
    if (!*more) return hashes;
    hashes.emplace_back((*statement)->text(0));
  }
}

// For tests: ends this process at a named point (os/fault_point.h).
void arm_fault_points() {
  if (const char* const point = std::getenv("HINOMI_FAULT_POINT"); point != nullptr)
    (void)os::arm_fault_point(point);
}

void say_logs(Console& console, const backup::Manifest& manifest) {
  for (const backup::LogState& log : manifest.logs) {
    if (log.size == 0) continue;
    console.line(messages::backup_log(
        console.language, {.organisation = std::to_string(static_cast<std::uint32_t>(log.organisation)),
                           .entries = log.size,
                           .root = trust::to_hex(trust::view_of(log.root))}));
    if (log.anchor)
      console.line(messages::backup_anchor(
          console.language,
          {.entries = log.anchor->size, .root = trust::to_hex(trust::view_of(log.anchor->root))}));
  }
}

}  // namespace

int backup_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "backup", words, kBackupOptions);
  if (!arguments) return kExitUsage;
  const std::string data = arguments->value("--data").value_or("");
  const std::string to = arguments->value("--to").value_or("");
  if (data.empty()) return missing(console, "--data DIR", "backup");
  if (to.empty()) return missing(console, "--to FILE", "backup");
  arm_fault_points();
  const os::SystemClock clock;
  backup::BackupOrder order;
  order.data = data;
  while (order.data.size() > 1 && order.data.back() == '/') order.data.pop_back();
  order.to = to;
  order.secrets_to = arguments->value("--keys-to").value_or("");
  order.events = !arguments->has("--without-events");
  order.program = kVersion;
  order.clock = &clock;
  order.blobs = blobs_of;
  const auto report = backup::make_backup(order);
  if (!report) return failed(console, to, report.error());
  console.line(messages::backup_made(
      console.language, {.path = to, .files = report->manifest.files.size(), .bytes = report->bytes}));
  say_logs(console, report->manifest);
  if (order.secrets_to.empty()) {
    console.line(messages::backup_keep_keys(console.language, order.data));
  } else {
    console.line(
        messages::backup_keys_made(console.language, {.path = order.secrets_to, .files = report->secrets}));
  }
  for (const std::string& hash : report->manifest.missing)
    console.error_line(messages::backup_missing(console.language, hash));
  return report->manifest.missing.empty() ? kExitOk : kExitProblems;
}

int restore_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "restore", words, kRestoreOptions);
  if (!arguments) return kExitUsage;
  const std::string from = arguments->value("--from").value_or("");
  const std::string data = arguments->value("--data").value_or("");
  if (from.empty()) return missing(console, "--from FILE", "restore");
  if (data.empty()) return missing(console, "--data DIR", "restore");
  arm_fault_points();
  const os::SystemClock clock;
  const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
  backup::RestoreOrder order;
  order.from = from;
  order.secrets = arguments->value("--keys").value_or("");
  order.data = data;
  while (order.data.size() > 1 && order.data.back() == '/') order.data.pop_back();
  order.credentials = credentials == nullptr ? "" : credentials;
  order.schemas = known_schemas();
  order.clock = &clock;
  order.random = os::system_random;
  const auto report = backup::restore_backup(order);
  if (!report) return failed(console, from, report.error());
  console.line(messages::restore_done(console.language,
                                      {.path = order.data,
                                       .files = report->manifest.files.size(),
                                       .made_at = base::format_rfc3339(report->manifest.made_at, 0)}));
  console.line(messages::restore_checked(console.language,
                                         {.entries = report->entries, .checkpoints = report->checkpoints}));
  say_logs(console, report->manifest);
  if (!report->keys) console.line(messages::restore_needs_keys(console.language, order.data));
  for (const std::string& hash : report->manifest.missing)
    console.error_line(messages::backup_missing(console.language, hash));
  return kExitOk;
}

}  // namespace hinomi::app
