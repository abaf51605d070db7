#include "store/sql/postgres_backup.h"

#include <libpq-fe.h>
#include <sys/mman.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/text.h"
#include "os/file.h"
#include "os/subprocess.h"

namespace hinomi::store::sql::postgres {
namespace {

constexpr std::chrono::hours kPatience{12};
constexpr std::size_t kMostSaid = 2000;  // bytes of what a program says that go into an error
constexpr const char* kVersions = "/usr/lib/postgresql";

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { ::PQconninfoFree(options); }
};

// The newest one: it must not be older than the server.
base::Result<std::string> find_program(std::string_view name) {
  std::error_code ignored;
  std::string found;
  int newest = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kVersions, ignored)) {
    const std::string folder = entry.path().filename();
    int version = 0;
    std::from_chars(folder.data(), folder.data() + folder.size(), version);
    const std::string program = entry.path() / "bin" / name;
    if (version <= newest || !std::filesystem::exists(program, ignored)) continue;
    newest = version;
    found = program;
  }
  if (!found.empty()) return found;
  return base::Error{base::ErrorCode::not_found, std::string(name) + " is not installed",
                     "Install the package postgresql-client."};
}

struct Target {
  std::vector<std::string> environment;
  std::string database;
};

base::Result<Target> target_of(const std::string& address) {
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(::PQconninfoParse(address.c_str(), nullptr));
  if (!options)
    return base::Error{base::ErrorCode::usage, "the address of PostgreSQL cannot be understood", {}};
  Target target;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (std::string_view(option->keyword) == "dbname") target.database = option->val;
    if (option->envvar != nullptr)
      target.environment.push_back(std::string(option->envvar) + '=' + option->val);
  }
  target.environment.emplace_back("LC_ALL=C.UTF-8");
  return target;
}

// A value of a connection string.
std::string connection_value(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + '\'';
}

base::Result<void> run(std::string_view name, std::vector<std::string> arguments, const Target& target) {
  const auto program = find_program(name);
  if (!program) return program.error();
  os::Descriptor said(::memfd_create("said", MFD_CLOEXEC));
  if (!said.valid()) return base::Error{base::ErrorCode::io, "no memory for what a program says", {}};
  auto started = os::Subprocess::start({.path = *program,
                                        .arguments = std::move(arguments),
                                        .environment = target.environment,
                                        .descriptors = {{.here = said.get(), .there = 2}}});
  if (!started) return started.error();
  const auto ended = started->wait(std::chrono::milliseconds(kPatience));
  if (!ended) return ended.error();
  if (*ended && (*ended)->ok()) return {};
  std::string text(kMostSaid, '\0');
  const auto info = os::file_info(said);
  if (info) {
    const auto bytes = os::File::adopt(std::move(said), *info, std::string(name)).read_at(0, text);
    text.resize(bytes ? *bytes : 0);
  }
  return base::Error{base::ErrorCode::io,
                     std::string(name) + (*ended ? " failed: " : " took too long: ") + base::visible(text),
                     {}};
}

}  // namespace

base::Result<void> dump(const std::string& address, const std::string& path) {
  const auto target = target_of(address);
  if (!target) return target.error();
  return run("pg_dump",
             {"--format=custom", "--no-owner", "--no-privileges", "--no-password", "--file=" + path},
             *target);
}

base::Result<void> restore_dump(const std::string& address, const std::string& path) {
  const auto target = target_of(address);
  if (!target) return target.error();
  return run("pg_restore",
             {"--dbname=dbname=" + connection_value(target->database), "--single-transaction",
              "--exit-on-error", "--no-owner", "--no-privileges", "--no-password", "--", path},
             *target);
}

}  // namespace hinomi::store::sql::postgres
