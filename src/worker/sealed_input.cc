#include "worker/sealed_input.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace hinomi::worker {
namespace {

constexpr int kSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
constexpr std::size_t kChunkBytes = 1 << 20;
constexpr unsigned kNeverExecutable = 8;  // MFD_NOEXEC_SEAL of Linux 6.3

base::Error failed(const std::string& what) {
  return {base::ErrorCode::io, what + ": " + std::strerror(errno), {}, {}};
}

base::Result<os::Descriptor> new_memory() {
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  os::Descriptor memory(::memfd_create("hinomi-input", kFlags | kNeverExecutable));
  if (!memory.valid() && errno == EINVAL) memory = os::Descriptor(::memfd_create("hinomi-input", kFlags));
  if (!memory.valid()) return failed("memory for a file to be parsed");
  return memory;
}

base::Result<void> write_all(const os::Descriptor& memory, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(memory.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed("copy a file to be parsed into memory");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

base::Result<SealedInput> SealedInput::of_file(const std::string& path, std::uint64_t limit) {
  const auto file = os::File::open(path);
  if (!file) return file.error();
  return of_file(*file, limit);
}

base::Result<SealedInput> SealedInput::of_file(const os::File& file, std::uint64_t limit) {
  const base::Error too_large{
      base::ErrorCode::limit_exceeded,
      "parse '" + file.path() + "': it is larger than " + std::to_string(limit) + " bytes",
      "unpack or split it, or read it with: hinomi scan",
      {}};
  if (file.info().kind != os::FileKind::regular)
    return base::Error{
        base::ErrorCode::unsupported, "parse '" + file.path() + "': it is no regular file", {}, {}};
  if (file.info().size > limit) return too_large;
  auto memory = new_memory();
  if (!memory) return memory.error();
  std::vector<char> chunk(kChunkBytes);
  std::uint64_t size = 0;
  while (true) {
    const auto got = file.read_at(size, chunk);
    if (!got) return got.error();
    size += *got;
    if (size > limit) return too_large;
    if (auto written = write_all(*memory, {chunk.data(), *got}); !written) return written.error();
    if (*got < chunk.size()) break;
  }
  if (::fcntl(memory->get(), F_ADD_SEALS, kSeals) != 0) return failed("seal the copy of a file");
  return SealedInput(std::move(*memory), size);
}

base::Result<SealedInput> SealedInput::of_bytes(std::string_view bytes) {
  auto memory = new_memory();
  if (!memory) return memory.error();
  if (auto written = write_all(*memory, bytes); !written) return written.error();
  if (::fcntl(memory->get(), F_ADD_SEALS, kSeals) != 0) return failed("seal a copy");
  return SealedInput(std::move(*memory), bytes.size());
}

bool is_sealed_input(const os::Descriptor& descriptor, std::uint64_t limit) noexcept {
  const int seals = ::fcntl(descriptor.get(), F_GET_SEALS);
  struct stat status{};
  return seals >= 0 && (seals & kSeals) == kSeals && ::fstat(descriptor.get(), &status) == 0 &&
         S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) <= limit;
}

}  // namespace hinomi::worker
