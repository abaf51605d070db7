#include "audit/checkpoint_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "os/file.h"
#include "trust/checkpoint.h"
#include "trust/note.h"

namespace hinomi::audit {
namespace {

constexpr std::size_t kTailBytes = 2 * trust::kMaxNoteBytes;

base::Error failed(const std::string& what, const std::string& path) {
  return {base::ErrorCode::io,
          what + " " + path + ": " + std::strerror(errno),
          "see that the folder is writable and the disk has room",
          {}};
}

base::Result<void> sync_folder_of(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/'));
  const os::Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid() || ::fsync(opened.get()) != 0) return failed("sync the folder", folder);
  return {};
}

base::Result<void> write_all(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed("append to", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::uint64_t size_of(std::string_view note) {
  const auto parsed = trust::parse_note(note);
  if (!parsed) return 0;
  const auto checkpoint = trust::parse_checkpoint_text(parsed->text);
  return checkpoint ? checkpoint->size : 0;
}

}  // namespace

std::string checkpoint_file(const std::string& folder, base::OrganisationId organisation) {
  return folder + "/" + std::to_string(static_cast<std::uint32_t>(organisation)) + ".checkpoints";
}

base::Result<void> make_checkpoint_folder(const std::string& folder) {
  for (std::size_t slash = folder.find('/', 1);; slash = folder.find('/', slash + 1)) {
    const std::string part = folder.substr(0, slash);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) return failed("make the folder", part);
    if (slash == std::string::npos) return {};
  }
}

base::Result<void> append_checkpoint(const std::string& file, std::string_view note) {
  const os::Descriptor opened(
      ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!opened.valid()) return failed("open", file);
  struct stat status{};
  if (::fstat(opened.get(), &status) != 0) return failed("look at", file);
  std::string text;
  if (status.st_size > 0) {
    char last = 0;
    if (::pread(opened.get(), &last, 1, status.st_size - 1) != 1) return failed("read", file);
    text = last == '\n' ? "\n" : "\n\n";
  }
  text += note;
  if (auto written = write_all(opened.get(), text, file); !written) return written;
  if (::fsync(opened.get()) != 0) return failed("sync", file);
  if (status.st_size == 0) return sync_folder_of(file);
  return {};
}

// A note is its text, an empty line, and lines that begin with a dash; behind them comes the next.
std::vector<std::string> split_checkpoints(std::string_view text) {
  constexpr std::string_view kSignature = "\xE2\x80\x94 ";
  std::vector<std::string> notes;
  std::string note;
  bool signed_yet = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    const bool signature = line.starts_with(kSignature);
    if (signed_yet && !signature) {
      notes.push_back(std::move(note));
      note.clear();
      signed_yet = false;
      if (line == "\n") continue;
    }
    note += line;
    signed_yet = signature;
  }
  if (!note.empty()) notes.push_back(std::move(note));
  return notes;
}

base::Result<std::vector<std::string>> read_checkpoints(const std::string& file) {
  const auto text = os::read_file(file, kMaxCheckpointFileBytes);
  if (!text && text.error().code == base::ErrorCode::not_found) return std::vector<std::string>();
  if (!text) return text.error();
  return split_checkpoints(*text);
}

base::Result<std::uint64_t> last_size(const std::string& file) {
  const auto opened = os::File::open(file);
  if (!opened && opened.error().code == base::ErrorCode::not_found) return std::uint64_t{0};
  if (!opened) return opened.error();
  std::string tail(std::min<std::uint64_t>(opened->info().size, kTailBytes), '\0');
  const auto got = opened->read_at(opened->info().size - tail.size(), tail);
  if (!got) return got.error();
  tail.resize(*got);
  const auto notes = split_checkpoints(tail);
  for (auto note = notes.rbegin(); note != notes.rend(); ++note)
    if (const std::uint64_t size = size_of(*note); size > 0) return size;
  return std::uint64_t{0};
}

}  // namespace hinomi::audit
