#include "audit/exporter.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "audit/checkpoints.h"
#include "os/directory.h"
#include "os/file.h"

namespace hinomi::audit {
namespace {

using base::OrganisationId;
using store::sql::Connection;

constexpr std::size_t kPage = 500;

// Reads rows page by page through `read(from)`, and says where the next page begins through `place`.
template <typename Row>
class Pages {
 public:
  using Read = std::function<base::Result<std::vector<Row>>(std::uint64_t from)>;
  using Place = std::function<std::uint64_t(const Row&)>;
  Pages(Read read, Place place) : read_(std::move(read)), place_(std::move(place)) {}

  base::Result<std::optional<Row>> next() {
    if (at_ == rows_.size()) {
      if (ended_) return std::optional<Row>();
      auto read = read_(from_);
      if (!read) return read.error();
      rows_ = std::move(*read);
      at_ = 0;
      ended_ = rows_.size() < kPage;
      if (rows_.empty()) return std::optional<Row>();
      from_ = place_(rows_.back()) + 1;
    }
    return std::optional<Row>(std::move(rows_[at_++]));
  }

 private:
  Read read_;
  Place place_;
  std::vector<Row> rows_;
  std::size_t at_ = 0;
  std::uint64_t from_ = 0;
  bool ended_ = false;
};

// How many entries go out: those of the last checkpoint, unless there is something else wrong.
struct Scope {
  std::uint64_t until = 0;
};

base::Result<Scope> scope_of(store::sql::Database& database, const Keys& keys, const ExportOrder& order) {
  const auto signed_now = sign_checkpoint(database, keys, order.organisation, order.made);
  if (signed_now) {
    if (!*signed_now)
      return base::Error{base::ErrorCode::not_found,
                         "export the audit log of organisation " +
                             std::to_string(static_cast<std::uint32_t>(order.organisation)) +
                             ": it has no entries",
                         "",
                         {}};
    return Scope{(*signed_now)->size};
  }
  if (signed_now.error().code != base::ErrorCode::forbidden) return signed_now.error();
  return Scope{trust::kMaxTreeSize};
}

trust::ExportSource source_of(Connection& connection, const Keys& keys, const ExportOrder& order,
                              std::uint64_t until) {
  const OrganisationId organisation = order.organisation;
  trust::ExportSource source;
  source.organisation = organisation;
  source.made = order.made;
  source.keys = keys.verifiers(organisation);
  source.certificates = order.certificates;
  auto rows = std::make_shared<Pages<LeafRow>>(
      [&connection, organisation](std::uint64_t from) {
        return leaves(connection, {.organisation = organisation, .from = from, .limit = kPage});
      },
      [](const LeafRow& row) { return row.index; });
  source.entries = [rows, until,
                    show = order.show_details]() -> base::Result<std::optional<trust::ExportEntry>> {
    auto row = rows->next();
    if (!row) return row.error();
    if (!*row || (*row)->index >= until) return std::optional<trust::ExportEntry>();
    trust::ExportEntry entry;
    if ((*row)->details && (!show || show(**row))) entry.details = std::move((*row)->details);
    entry.leaf = std::move((*row)->leaf);
    return std::optional<trust::ExportEntry>(std::move(entry));
  };
  auto notes = std::make_shared<Pages<CheckpointRow>>(
      [&connection, organisation](std::uint64_t from) {
        return checkpoints(connection, organisation, from, kPage);
      },
      [](const CheckpointRow& row) { return row.size; });
  source.checkpoints = [notes, until]() -> base::Result<std::optional<std::string>> {
    auto row = notes->next();
    if (!row) return row.error();
    if (!*row || (*row)->size > until) return std::optional<std::string>();
    return std::optional<std::string>(std::move((*row)->note));
  };
  auto stamps = std::make_shared<Pages<AnchorRow>>(
      [&connection, organisation](std::uint64_t from) {
        return anchors(connection, organisation, from, kPage);
      },
      [](const AnchorRow& row) { return row.size; });
  source.anchors = [stamps, until]() -> base::Result<std::optional<std::string>> {
    auto row = stamps->next();
    if (!row) return row.error();
    if (!*row || (*row)->size > until) return std::optional<std::string>();
    return std::optional<std::string>(std::move((*row)->response));
  };
  return source;
}

struct FreeWriter {
  void operator()(archive* writer) const noexcept { (void)::archive_write_free(writer); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const noexcept { ::archive_entry_free(entry); }
};
using Writer = std::unique_ptr<archive, FreeWriter>;

base::Error failed(archive* writer, const std::string& file) {
  const char* const why = ::archive_error_string(writer);
  return {base::ErrorCode::io,
          "write " + file + ": " + (why == nullptr ? "no reason given" : why),
          "see that the disk has room",
          {}};
}

base::Result<void> pack_file(archive* writer, const os::Walked& walked, const std::string& name,
                             const std::string& file) {
  const auto opened = os::File::open(walked.path);
  if (!opened) return opened.error();
  const std::unique_ptr<archive_entry, FreeEntry> entry(::archive_entry_new());
  ::archive_entry_set_pathname(entry.get(), name.c_str());
  ::archive_entry_set_filetype(entry.get(), AE_IFREG);
  ::archive_entry_set_perm(entry.get(), 0600);
  ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(opened->info().size));
  if (::archive_write_header(writer, entry.get()) != ARCHIVE_OK) return failed(writer, file);
  std::array<char, 64 * 1024> piece{};
  for (;;) {
    const auto got = opened->read(piece);
    if (!got) return got.error();
    if (*got == 0) return {};
    if (::archive_write_data(writer, piece.data(), *got) < 0) return failed(writer, file);
  }
}

}  // namespace

base::Result<trust::ExportSummary> export_log(store::sql::Database& database, const Keys& keys,
                                              const ExportOrder& order) {
  const auto key = keys.signing_key(order.organisation);
  if (!key) return key.error();
  const auto scope = scope_of(database, keys, order);
  if (!scope) return scope.error();
  auto lease = database.lease(Connection::Kind::read);
  if (!lease) return lease.error();
  auto tx = store::sql::Tx::begin(**lease, Connection::Kind::read);
  if (!tx) return tx.error();
  return trust::write_export(order.folder, source_of(**lease, keys, order, scope->until), *key);
}

base::Result<void> pack_folder(const std::string& folder, const std::string& name, const std::string& file) {
  const auto files = os::walk_folder(folder);
  if (!files) return files.error();
  const os::Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out.valid())
    return base::Error{errno == EEXIST ? base::ErrorCode::conflict : base::ErrorCode::io,
                       "make " + file + ": " + std::strerror(errno),
                       "",
                       {}};
  const Writer writer(::archive_write_new());
  if (::archive_write_set_format_pax_restricted(writer.get()) != ARCHIVE_OK ||
      ::archive_write_open_fd(writer.get(), out.get()) != ARCHIVE_OK)
    return failed(writer.get(), file);
  for (const os::Walked& walked : *files) {
    if (walked.kind != os::WalkedKind::file)
      return base::Error{base::ErrorCode::io, "pack " + walked.path + ": it is no file", "", {}};
    if (auto packed = pack_file(writer.get(), walked, name + walked.path.substr(folder.size()), file);
        !packed)
      return packed;
  }
  if (::archive_write_close(writer.get()) != ARCHIVE_OK) return failed(writer.get(), file);
  if (::fsync(out.get()) != 0)
    return base::Error{base::ErrorCode::io, "sync " + file + ": " + std::strerror(errno), "", {}};
  return {};
}

}  // namespace hinomi::audit
