// hinomi audit check, export, new-key: the audit log of a data folder on the command line, also while its
// server runs.
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "app/arguments.h"
#include "app/cli.h"
#include "app/data_folder.h"
#include "app/record_keeper.h"
#include "app/records_place.h"
#include "audit/check.h"
#include "audit/exporter.h"
#include "audit/keys.h"
#include "messages/messages.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/random.h"
#include "store/sql/database.h"

namespace hinomi::app {
namespace {

constexpr std::array kCheckOptions{OptionSpec{"--data", true}, OptionSpec{"--copies", true},
                                   OptionSpec{"--authorities", true}, OptionSpec{"--database", true},
                                   OptionSpec{"--database-file", true}};
constexpr std::array kExportOptions{OptionSpec{"--data", true},         OptionSpec{"--out", true},
                                    OptionSpec{"--organisation", true}, OptionSpec{"--authorities", true},
                                    OptionSpec{"--database", true},     OptionSpec{"--database-file", true}};
constexpr std::array kNewKeyOptions{OptionSpec{"--data", true}, OptionSpec{"--database", true},
                                    OptionSpec{"--database-file", true}};

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

base::Result<std::unique_ptr<store::sql::Database>> open_records(const DataFolder& folder,
                                                                 const Arguments& arguments) {
  const auto place = records_place(folder, arguments.value("--database").value_or(""),
                                   arguments.value("--database-file").value_or(""));
  if (!place) return place.error();
  if (place->is_postgres()) return store::sql::open_postgres({.address = place->address});
  if (auto there = os::file_info(folder.records()); !there) return there.error();
  return store::sql::open_sqlite({.path = folder.records()});
}

audit::Keys::Setup key_setup(store::sql::Database& database, const DataFolder& folder,
                             const os::Clock& clock) {
  const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
  return {.database = &database,
          .folder = folder.keys(),
          .credentials = credentials == nullptr ? "" : credentials,
          .clock = &clock,
          .random = os::system_random};
}

}  // namespace

int audit_check_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "audit check", words, kCheckOptions);
  if (!arguments) return kExitUsage;
  const std::string data = arguments->value("--data").value_or("");
  if (data.empty()) return missing(console, "--data DIR", "audit check");
  const DataFolder folder{data};
  auto database = open_records(folder, *arguments);
  if (!database) return failed(console, folder.records(), database.error());
  audit::CheckOptions options;
  options.copies = arguments->values("--copies");
  options.copies.push_back(folder.audit() + "/checkpoints");
  std::optional<trust::TimestampTrust> trust;
  if (const auto authorities = arguments->value("--authorities")) {
    auto read = read_timestamp_trust(*authorities);
    if (!read) return failed(console, *authorities, read.error());
    trust.emplace(std::move(*read));
    options.trust = &*trust;
  }
  const auto report = audit::check(**database, options);
  if (!report) return failed(console, folder.records(), report.error());
  for (const std::string& problem : report->problems) console.line(problem);
  console.line(messages::audit_checked(console.language, {.logs = report->logs,
                                                          .entries = report->entries,
                                                          .checkpoints = report->checkpoints,
                                                          .copies = report->copies,
                                                          .anchors = report->anchors}));
  if (report->problems.empty()) {
    console.line(messages::audit_in_order(console.language));
    return kExitOk;
  }
  console.line(messages::audit_not_in_order(console.language, report->problems.size()));
  return kExitProblems;
}

int audit_export_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "audit export", words, kExportOptions);
  if (!arguments) return kExitUsage;
  const std::string data = arguments->value("--data").value_or("");
  const std::string out = arguments->value("--out").value_or("");
  if (data.empty()) return missing(console, "--data DIR", "audit export");
  if (out.empty()) return missing(console, "--out DIR", "audit export");
  std::uint32_t organisation = 1;
  if (const auto given = arguments->value("--organisation")) {
    const auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), organisation);
    if (error != std::errc{} || end != given->data() + given->size()) {
      console.error_line(messages::usage_bad_value(
          console.language, {.option = "--organisation", .value = *given, .expected = "0 – 4294967295"}));
      return kExitUsage;
    }
  }
  const DataFolder folder{data};
  auto database = open_records(folder, *arguments);
  if (!database) return failed(console, folder.records(), database.error());
  const os::SystemClock clock;
  // Without the key nothing is signed; it is never made here.
  const auto there = os::file_info(folder.keys());
  if (!there && std::getenv("CREDENTIALS_DIRECTORY") == nullptr)
    return failed(console, folder.keys(), there.error());
  const auto keys = audit::Keys::open(key_setup(**database, folder, clock));
  if (!keys) return failed(console, folder.keys(), keys.error());
  audit::ExportOrder order;
  order.organisation = static_cast<base::OrganisationId>(organisation);
  order.made = clock.now();
  order.folder = out;
  auto certificates = remember_authorities(folder, arguments->value("--authorities").value_or(""));
  if (!certificates) return failed(console, folder.audit(), certificates.error());
  order.certificates = std::move(*certificates);
  const auto summary = audit::export_log(**database, *keys, order);
  if (!summary) return failed(console, out, summary.error());
  console.line(messages::audit_exported(
      console.language,
      {.entries = summary->entries, .path = out, .key = keys->verifiers(order.organisation).back().text()}));
  return kExitOk;
}

int audit_new_key_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "audit new-key", words, kNewKeyOptions);
  if (!arguments) return kExitUsage;
  const std::string data = arguments->value("--data").value_or("");
  if (data.empty()) return missing(console, "--data DIR", "audit new-key");
  const DataFolder folder{data};
  const auto lock = lock_data_folder(folder);  // the running server would go on with the old one
  if (!lock) return failed(console, data, lock.error());
  auto database = open_records(folder, *arguments);
  if (!database) return failed(console, folder.records(), database.error());
  const os::SystemClock clock;
  const auto keys = audit::Keys::open_with_new_signing_key(key_setup(**database, folder, clock));
  if (!keys) return failed(console, folder.keys(), keys.error());
  console.line(
      messages::audit_new_key(console.language, folder.keys() + "/" + std::string(audit::kSigningKeyFile)));
  return kExitOk;
}

}  // namespace hinomi::app
