#include "backup/make.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>

#include "backup/archive.h"
#include "backup/log_state.h"
#include "backup/parts.h"
#include "backup/sealed_copy.h"
#include "backup/streams.h"
#include "os/directory.h"
#include "os/fault_point.h"
#include "os/file.h"
#include "store/sql/backup_file.h"
#include "store/sqlite/database.h"

namespace hinomi::backup {
namespace {

using store::sql::Connection;

base::Result<TemporaryFolder> staging_beside(const std::string& file) {
  std::string path = file + ".XXXXXX";
  if (::mkdtemp(path.data()) == nullptr)
    return base::Error{base::ErrorCode::io,
                       "make a folder beside " + file + ": " + std::strerror(errno),
                       "name a file in a folder that is there and writable",
                       {}};
  return TemporaryFolder(std::move(path));
}

// One backup in the making.
class Maker {
 public:
  Maker(const BackupOrder& order, ArchiveWriter& archive, const std::string& staging)
      : order_(order), archive_(archive), staging_(staging) {}

  base::Result<Manifest> run() {
    manifest_.program = order_.program;
    manifest_.made_at = order_.clock->now();
    manifest_.events = order_.events;
    for (const Part& part : kParts) {
      if (part.fate != Fate::kept && !(part.fate == Fate::events && order_.events)) continue;
      if (auto added = add_part(part); !added) return added.error();
    }
    return std::move(manifest_);
  }
  base::Result<Manifest> run_secrets() {
    manifest_.content = Content::secrets;
    manifest_.program = order_.program;
    manifest_.made_at = order_.clock->now();
    manifest_.events = false;
    for (const Part& part : kParts)
      if (part.fate == Fate::secret)
        if (auto added = add_part(part); !added) return added.error();
    return std::move(manifest_);
  }

 private:
  [[nodiscard]] std::string source(std::string_view path) const {
    return order_.data + "/" + std::string(path);
  }

  base::Result<void> add_part(const Part& part) {
    switch (part.form) {
      case Form::file:
        return add_if_there(std::string(part.path));
      case Form::folder:
      case Form::log:
        return add_folder(part);
      case Form::records:
        return add_records(part);
      case Form::alerts:
        return add_alerts(part);
      case Form::sealed:
        return add_sealed(part);
      case Form::blobs:
        return add_blobs(part);
    }
    return {};
  }

  // As long as it is now: what is appended meanwhile is of the next backup.
  base::Result<trust::Hash> add(const std::string& name, const std::string& path) {
    const auto file = os::File::open(path);
    if (!file) return file.error();
    const std::uint64_t size = file->info().size;
    std::uint64_t at = 0;
    const auto hash = archive_.add(name, size, [&](std::span<char> into) -> base::Result<std::size_t> {
      const auto got = file->read_at(at, into);
      if (got) at += *got;
      return got;
    });
    if (!hash) return hash.error();
    manifest_.files[name] = {size, *hash};
    os::fault_point("backup.file_added");
    return *hash;
  }
  // True: it was there.
  base::Result<bool> add_there(const std::string& name) {
    const auto added = add(name, source(name));
    if (!added && added.error().code == base::ErrorCode::not_found) return false;
    if (!added) return added.error();
    return true;
  }
  base::Result<void> add_if_there(const std::string& name) {
    const auto added = add_there(name);
    if (!added) return added.error();
    return {};
  }

  // Names in a folder of the data folder that are ours, sorted; none where it is not there.
  base::Result<std::vector<std::string>> names_in(const Part& part) const {
    std::vector<std::string> names;
    if (const auto there = os::file_info(source(part.path)); !there) {
      if (there.error().code == base::ErrorCode::not_found) return names;
      return there.error();
    }
    const auto files = os::walk_folder(source(part.path), {.max_depth = 4, .max_entries = kMaxEntries});
    if (!files) return files.error();
    for (const os::Walked& walked : *files) {
      std::string name = walked.path.substr(order_.data.size() + 1);
      if (part_of(name) != &part) continue;
      // One that was removed meanwhile is no more missing than if it had been a moment earlier.
      if (walked.kind != os::WalkedKind::file && os::file_info(walked.path))
        return base::Error{base::ErrorCode::io, walked.path + ": " + walked.reason, "", {}};
      if (walked.kind == os::WalkedKind::file) names.push_back(std::move(name));
    }
    return names;
  }

  base::Result<void> add_folder(const Part& part) {
    const auto names = names_in(part);
    if (!names) return names.error();
    for (const std::string& name : *names)
      if (auto added = add_if_there(name); !added) return added;
    return {};
  }

  // The copy is a state that one transaction left, and entries of the audit log are written in the
  // transaction of what they are about: records and log agree.
  base::Result<void> add_records(const Part& part) {
    const std::string path = source(part.path);
    if (const auto there = os::file_info(path); !there)
      return base::Error{
          there.error().code,
          path + " is not there",
          "name the data folder of a server; where records live in PostgreSQL, pg_dump makes the backup",
          {}};
    const std::string copy = staging_ + "/records.db";
    {
      auto database = store::sql::open_sqlite({.path = path});
      if (!database) return database.error();
      if (auto copied = (*database)->back_up(copy); !copied) return copied;
    }
    if (auto read = read_records(copy); !read) return read;
    return add_staged(std::string(part.path), copy);
  }

  base::Result<void> read_records(const std::string& copy) {
    auto database = store::sql::open_sqlite({.path = copy});
    if (!database) return database.error();
    return store::sql::in_transaction(**database, Connection::Kind::read,
                                      [&](Connection& connection) -> base::Result<void> {
                                        auto schemas = schemas_of(connection);
                                        if (!schemas) return schemas.error();
                                        auto logs = log_states(connection);
                                        if (!logs) return logs.error();
                                        if (order_.blobs) {
                                          auto blobs = order_.blobs(connection);
                                          if (!blobs) return blobs.error();
                                          wanted_.insert(blobs->begin(), blobs->end());
                                        }
                                        manifest_.schemas = std::move(*schemas);
                                        manifest_.logs = std::move(*logs);
                                        return {};
                                      });
  }

  base::Result<void> add_staged(const std::string& name, const std::string& path) {
    const auto added = add(name, path);
    if (!added) return added.error();
    ::unlink(path.c_str());
    return {};
  }

  base::Result<void> add_alerts(const Part& part) {
    using store::sqlite::Database;
    const std::string copy = staging_ + "/alerts.db";
    if (!os::file_info(source(part.path))) return {};
    {
      auto from = Database::open(source(part.path), {.access = Database::Access::read_only});
      if (!from) return from.error();
      auto to = Database::open(copy, {.access = Database::Access::copy_target});
      if (!to) return to.error();
      if (auto copied = from->copy_to(*to); !copied) return copied;
    }
    return add_staged(std::string(part.path), copy);
  }

  base::Result<void> add_sealed(const Part& part) {
    const auto names = names_in(part);
    if (!names) return names.error();
    const std::string copy = staging_ + "/sealed.db";
    for (const std::string& name : *names) {
      if (name.ends_with("-wal")) continue;
      ::unlink((copy + "-wal").c_str());
      if (auto copied = copy_sealed(source(name), copy); !copied) return copied;
      const bool has_log = os::file_info(copy + "-wal").has_value();
      if (auto added = add_staged(name, copy); !added) return added;
      if (has_log)
        if (auto added = add_staged(name + "-wal", copy + "-wal"); !added) return added;
    }
    return {};
  }

  base::Result<void> add_blobs(const Part& part) {
    const auto names = names_in(part);
    if (!names) return names.error();
    for (const std::string& name : *names) {
      const auto added = add_there(name);
      if (!added) return added.error();
      if (!*added) continue;  // swept: nothing referred to it
      const std::string hash = name.substr(name.rfind('/') + 1);
      if (trust::to_hex(trust::view_of(manifest_.files[name].hash)) == hash) wanted_.erase(hash);
    }
    manifest_.missing.assign(wanted_.begin(), wanted_.end());
    return {};
  }

  const BackupOrder& order_;
  ArchiveWriter& archive_;
  const std::string& staging_;
  Manifest manifest_;
  std::set<std::string> wanted_;  // blobs
};

base::Result<void> add_text(ArchiveWriter& archive, std::string_view name, const std::string& text) {
  std::size_t at = 0;
  const auto added = archive.add(std::string(name), text.size(), [&](std::span<char> into) {
    const std::size_t count = std::min(into.size(), text.size() - at);
    std::memcpy(into.data(), text.data() + at, count);
    at += count;
    return base::Result<std::size_t>(count);
  });
  if (!added) return added.error();
  return {};
}

base::Result<Manifest> write_archive(const BackupOrder& order, const std::string& to, bool secrets) {
  std::optional<Manifest> manifest;
  auto written = store::sql::make_whole(to, [&](const std::string& part) -> base::Result<void> {
    const auto staging = staging_beside(to);
    if (!staging) return staging.error();
    auto archive = ArchiveWriter::open(part);
    if (!archive) return archive.error();
    Maker maker(order, *archive, staging->path());
    auto made = secrets ? maker.run_secrets() : maker.run();
    if (!made) return made.error();
    const std::string text = to_json(*made);
    if (text.size() > kMaxManifestBytes)
      return base::Error{base::ErrorCode::limit_exceeded, "the backup has too many files", "", {}};
    if (auto added = add_text(*archive, kManifestName, text); !added) return added;
    if (auto added = add_text(*archive, kManifestHashName, hash_line(text)); !added) return added;
    manifest = std::move(*made);
    return archive->finish();
  });
  if (!written) return written.error();
  return std::move(*manifest);
}

}  // namespace

base::Result<BackupReport> make_backup(const BackupOrder& order) {
  BackupReport report;
  auto manifest = write_archive(order, order.to, false);
  if (!manifest) return manifest.error();
  report.manifest = std::move(*manifest);
  const auto info = os::file_info(order.to);
  if (!info) return info.error();
  report.bytes = info->size;
  if (order.secrets_to.empty()) return report;
  const auto secrets = write_archive(order, order.secrets_to, true);
  if (!secrets) return secrets.error();
  report.secrets = secrets->files.size();
  return report;
}

}  // namespace hinomi::backup
