#include "backup/restore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "audit/check.h"
#include "audit/keys.h"
#include "backup/archive.h"
#include "backup/log_state.h"
#include "backup/parts.h"
#include "backup/streams.h"
#include "os/disk.h"
#include "os/fault_point.h"
#include "os/file.h"
#include "store/sql/database.h"
#include "store/sqlite/scrub.h"

namespace hinomi::backup {
namespace {

using store::sql::Connection;
namespace fs = std::filesystem;

constexpr std::uint64_t kMaxPemBytes = 1 << 20;

base::Error wrong(const std::string& path, const std::string& what) {
  return {base::ErrorCode::invalid_input, path + ": " + what, "take another backup", {}};
}

base::Error failed(const std::string& what, const std::string& path) {
  return {base::ErrorCode::io, what + " " + path + ": " + std::strerror(errno), "", {}};
}

bool belongs(const Part& part, const Manifest& manifest) noexcept {
  if (manifest.content == Content::secrets) return part.fate == Fate::secret;
  return part.fate == Fate::kept || (part.fate == Fate::events && manifest.events);
}

base::Result<void> check_schemas(const Manifest& manifest, const std::map<std::string, std::int64_t>& known) {
  for (const auto& [name, version] : manifest.schemas) {
    const auto found = known.find(name);
    if (found == known.end() || version > found->second)
      return base::Error{base::ErrorCode::unsupported,
                         "the backup was made by a newer version of Hinomi (" + manifest.program + ")",
                         "install that version, or a newer one, and restore with it",
                         {}};
  }
  return {};
}

base::Result<void> compare(const std::string& path, const Manifest& manifest,
                           const std::map<std::string, Manifest::File>& found) {
  if (manifest.files != found) return wrong(path, "its files are not those of its manifest");
  for (const auto& [name, file] : found)
    if (!belongs(*part_of(name), manifest)) return wrong(path, "it holds a file that it should not: " + name);
  if (manifest.content == Content::data && !found.contains("records.db"))
    return wrong(path, "it holds no records");
  return {};
}

base::Result<std::string> read_text(ArchiveReader& archive) {
  std::string text;
  const auto hash = archive.read([&](std::string_view bytes) {
    text += bytes;
    return base::Result<void>();
  });
  if (!hash) return hash.error();
  return text;
}

// Reads the manifest, which is the entry that was opened last, its hash, and the end behind them.
base::Result<Manifest> read_manifest(ArchiveReader& archive, const std::string& path, std::uint64_t size) {
  if (size > kMaxManifestBytes) return wrong(path, "its manifest is too large");
  const auto text = read_text(archive);
  if (!text) return text.error();
  const auto behind = archive.next();
  if (!behind) return behind.error();
  const std::string line = hash_line(*text);
  if (!*behind || (*behind)->name != kManifestHashName || (*behind)->size != line.size())
    return wrong(path, "its manifest has no hash behind it");
  const auto said = read_text(archive);
  if (!said) return said.error();
  if (*said != line) return wrong(path, "its manifest is damaged");
  const auto more = archive.next();
  if (!more) return more.error();
  if (*more) return wrong(path, "there is something behind its manifest");
  return parse_manifest(*text);
}

base::Result<std::uint64_t> room_for(const std::string& folder) {
  // The folder need not be there yet.
  fs::path at = fs::path(folder);
  std::error_code ignored;
  while (!at.empty() && at != at.parent_path() && !fs::is_directory(at, ignored)) at = at.parent_path();
  const auto space = os::PosixDisk().space(at.empty() ? "." : at.string());
  if (!space) return space.error();
  return space->free_bytes;
}

// Makes the folder where it is missing; otherwise it must be ours, and empty.
base::Result<void> take_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    const std::string parent = fs::path(path).parent_path().string();
    return os::PosixDisk().sync_folder(parent.empty() ? "." : parent);
  }
  if (errno != EEXIST) return failed("make the folder", path);
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return failed("look at", path);
  std::error_code trouble;
  const bool empty = S_ISDIR(status.st_mode) && fs::is_empty(path, trouble);
  if (!empty || trouble)
    return base::Error{base::ErrorCode::conflict,
                       path + " is not an empty folder",
                       "name an empty folder, or one that is not there yet",
                       {}};
  if (status.st_uid != ::geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return base::Error{base::ErrorCode::conflict,
                       path + " belongs to another user or can be written by others",
                       "chown it to the user of the server, chmod it to 0700, and restore as that user",
                       {}};
  return {};
}

// Writes the files of an archive that was checked; what changed since is found by its hash.
base::Result<void> extract(const std::string& from, const Manifest& manifest, const std::string& to) {
  auto archive = ArchiveReader::open(from);
  if (!archive) return archive.error();
  for (;;) {
    const auto entry = archive->next();
    if (!entry) return entry.error();
    if (!*entry) return wrong(from, "it was changed meanwhile");
    const std::string& name = (*entry)->name;
    if (name == kManifestName) return {};
    const auto known = manifest.files.find(name);
    if (known == manifest.files.end() || part_of(name) == nullptr)
      return wrong(from, "it was changed meanwhile");
    if (const std::size_t slash = name.rfind('/'); slash != std::string::npos)
      if (auto made = make_folders(to, name.substr(0, slash)); !made) return made;
    auto file = NewFile::make(to + "/" + name);
    if (!file) return file.error();
    const auto hash = archive->read([&](std::string_view bytes) { return file->write(bytes); });
    if (!hash) return hash.error();
    if (*hash != known->second.hash) return wrong(from, "it was changed meanwhile");
    if (auto synced = file->finish(); !synced) return synced;
    os::fault_point("restore.file_written");
  }
}

std::optional<trust::TimestampTrust> authorities_in(const std::string& folder) {
  const auto pem = os::read_file(folder + "/audit/authorities.pem", kMaxPemBytes);
  auto trust = pem ? trust::TimestampTrust::from_pem(*pem) : pem.error();
  if (!trust) return std::nullopt;
  return std::move(*trust);
}

// The database is sound, and its audit log, computed anew from its entries, is the one of the manifest.
base::Result<void> check_records(const std::string& folder, RestoreReport& report) {
  const std::string path = folder + "/records.db";
  const auto pages = store::sqlite::scrub(path, {.format = store::sqlite::PageFormat::checked});
  if (!pages) return pages.error();
  if (!pages->is_sound()) return wrong("records.db", "pages of it are damaged");
  auto database = store::sql::open_sqlite({.path = path});
  if (!database) return database.error();
  Manifest found;
  const auto read = store::sql::in_transaction(**database, Connection::Kind::read,
                                               [&](Connection& connection) -> base::Result<void> {
                                                 auto schemas = schemas_of(connection);
                                                 if (!schemas) return schemas.error();
                                                 auto logs = log_states(connection);
                                                 if (!logs) return logs.error();
                                                 found.schemas = std::move(*schemas);
                                                 found.logs = std::move(*logs);
                                                 return {};
                                               });
  if (!read) return read;
  if (found.schemas != report.manifest.schemas || found.logs != report.manifest.logs)
    return wrong("records.db", "its audit log or its schema is not what the manifest says");
  audit::CheckOptions options;
  const std::string copies = folder + "/audit/checkpoints";
  if (os::file_info(copies)) options.copies.push_back(copies);
  const auto trust = authorities_in(folder);
  if (trust) options.trust = &*trust;
  const auto checked = audit::check(**database, options);
  if (!checked) return checked.error();
  if (!checked->problems.empty())
    return base::Error{base::ErrorCode::invalid_input,
                       "the audit log in the backup is not in order (problems: " +
                           std::to_string(checked->problems.size()) + "): " + checked->problems.front(),
                       "take an older backup; to look into this one, unpack it with tar into another folder",
                       {}};
  report.entries = checked->entries;
  report.checkpoints = checked->checkpoints;
  return {};
}

// Nothing is made here: both keys must be there already, as files or as credentials.
base::Result<bool> check_keys(const RestoreOrder& order, const std::string& folder) {
  const auto there = [&](std::string_view credential, std::string_view file) {
    return os::file_info(folder + "/keys/" + std::string(file)).has_value() ||
           (!order.credentials.empty() &&
            os::file_info(order.credentials + "/" + std::string(credential)).has_value());
  };
  if (!there(audit::kSigningCredential, audit::kSigningKeyFile) ||
      !there(audit::kKeyEncryptionCredential, audit::kKeyEncryptionKeyFile))
    return false;
  auto database = store::sql::open_sqlite({.path = folder + "/records.db"});
  if (!database) return database.error();
  const auto keys = audit::Keys::open({.database = database->get(),
                                       .folder = folder + "/keys",
                                       .credentials = order.credentials,
                                       .clock = order.clock,
                                       .random = order.random});
  if (!keys) return keys.error();
  return true;
}

base::Result<void> move_into_place(const std::string& staging, const std::string& data) {
  std::vector<std::string> names;
  std::error_code trouble;
  for (fs::directory_iterator at(staging, trouble), end; !trouble && at != end; at.increment(trouble))
    names.push_back(at->path().filename().string());
  if (trouble) return base::Error{base::ErrorCode::io, "list " + staging + ": " + trouble.message(), "", {}};
  for (const std::string& name : names) {
    if (::rename((staging + "/" + name).c_str(), (data + "/" + name).c_str()) != 0)
      return failed("move", staging + "/" + name);
    os::fault_point("restore.moved");
  }
  // Only now may a server start.
  if (auto synced = os::PosixDisk().sync_folder(data); !synced) return synced;
  if (::rmdir(staging.c_str()) != 0) return failed("remove", staging);
  return os::PosixDisk().sync_folder(data);
}

base::Result<void> restore_into(const RestoreOrder& order, const std::optional<Manifest>& secrets,
                                const std::string& staging, RestoreReport& report) {
  if (::mkdir(staging.c_str(), 0700) != 0) return failed("make the folder", staging);
  if (auto synced = os::PosixDisk().sync_folder(order.data); !synced) return synced;
  if (auto extracted = extract(order.from, report.manifest, staging); !extracted) return extracted;
  if (secrets)
    if (auto extracted = extract(order.secrets, *secrets, staging); !extracted) return extracted;
  if (auto checked = check_records(staging, report); !checked) return checked;
  const auto keys = check_keys(order, staging);
  if (!keys) return keys.error();
  report.keys = *keys;
  os::fault_point("restore.checked");
  return sync_folders(staging);
}

}  // namespace

base::Result<Manifest> check_archive(const std::string& path, Content content,
                                     const std::map<std::string, std::int64_t>& schemas, std::uint64_t room) {
  auto archive = ArchiveReader::open(path);
  if (!archive) return archive.error();
  std::map<std::string, Manifest::File> found;
  for (;;) {
    const auto entry = archive->next();
    if (!entry) return entry.error();
    if (!*entry) return wrong(path, "it has no manifest: it is cut off, or no backup");
    const auto& [name, size] = **entry;
    if (name == kManifestName) {
      auto manifest = read_manifest(*archive, path, size);
      if (!manifest) return manifest;
      if (manifest->content != content)
        return wrong(path, content == Content::data ? "it is an archive of keys, not a backup"
                                                    : "it is no archive of keys");
      if (auto good = check_schemas(*manifest, schemas); !good) return good.error();
      if (auto good = compare(path, *manifest, found); !good) return good.error();
      return manifest;
    }
    if (part_of(name) == nullptr) return wrong(path, "a name in it is none of a backup");
    if (size > room)
      return base::Error{base::ErrorCode::limit_exceeded,
                         path + ": what is in it needs more room than there is",
                         "free some room on the disk",
                         {}};
    room -= size;
    const auto hash = archive->read([](std::string_view) { return base::Result<void>(); });
    if (!hash) return hash.error();
    if (!found.emplace(name, Manifest::File{size, *hash}).second)
      return wrong(path, "a name in it is there twice");
  }
}

base::Result<RestoreReport> restore_backup(const RestoreOrder& order) {
  const auto room = room_for(order.data);
  if (!room) return room.error();
  RestoreReport report;
  auto manifest = check_archive(order.from, Content::data, order.schemas, *room);
  if (!manifest) return manifest.error();
  report.manifest = std::move(*manifest);
  std::optional<Manifest> secrets;
  if (!order.secrets.empty()) {
    auto read = check_archive(order.secrets, Content::secrets, order.schemas, *room);
    if (!read) return read.error();
    secrets = std::move(*read);
  }
  if (auto taken = take_folder(order.data); !taken) return taken.error();
  const std::string staging = order.data + "/" + std::string(kRestoring);
  if (auto done = restore_into(order, secrets, staging, report); !done) {
    std::error_code ignored;
    fs::remove_all(staging, ignored);
    return done.error();
  }
  if (auto moved = move_into_place(staging, order.data); !moved) return moved.error();
  return report;
}

}  // namespace hinomi::backup
