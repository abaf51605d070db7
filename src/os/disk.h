// The disk as a parameter: what an append-only log does to files, behind an interface, so that tests can lose
// power, fill the disk and make writes fail. Not for reading inputs (file.h) and not for small files that are
// replaced as a whole (replace_file).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hinomi::os {

struct DiskSpace {
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;  // for this user
  [[nodiscard]] double used_percent() const noexcept {
    return total_bytes == 0
               ? 100.0
               : 100.0 * static_cast<double>(total_bytes - free_bytes) / static_cast<double>(total_bytes);
  }
};

class DiskFile {
 public:
  DiskFile() = default;
  virtual ~DiskFile() = default;
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;

  // All of it, at this place, or an error: then any part of it may have been written.
  [[nodiscard]] virtual base::Result<void> write_at(std::uint64_t offset, std::string_view bytes) = 0;
  // Fewer bytes than asked: the end of the file as it is now.
  [[nodiscard]] virtual base::Result<std::size_t> read_at(std::uint64_t offset,
                                                          std::span<char> into) const = 0;
  // fdatasync. After an error nothing is known of what was written since the last success, and a later call
  // that succeeds proves nothing: the kernel may have dropped the pages. Give the file up.
  [[nodiscard]] virtual base::Result<void> sync() = 0;
  [[nodiscard]] virtual base::Result<std::uint64_t> size() const = 0;
  [[nodiscard]] virtual base::Result<void> truncate(std::uint64_t size) = 0;
};

class Disk {
 public:
  Disk() = default;
  virtual ~Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // A new file (mode 0600); an error when the name is taken. Its name is durable after sync_folder().
  [[nodiscard]] virtual base::Result<std::unique_ptr<DiskFile>> create(const std::string& path) = 0;
  [[nodiscard]] virtual base::Result<std::unique_ptr<DiskFile>> open_to_write(const std::string& path) = 0;
  // Error not_found when it is not there.
  [[nodiscard]] virtual base::Result<std::unique_ptr<DiskFile>> open_to_read(
      const std::string& path) const = 0;
  // Names of the files in a folder, sorted.
  [[nodiscard]] virtual base::Result<std::vector<std::string>> list(const std::string& folder) const = 0;
  [[nodiscard]] virtual base::Result<void> remove(const std::string& path) = 0;
  // Makes created, renamed and removed names of the folder durable.
  [[nodiscard]] virtual base::Result<void> sync_folder(const std::string& folder) = 0;
  // A small file, old or new as a whole, durable on return.
  [[nodiscard]] virtual base::Result<void> replace(const std::string& path, std::string_view bytes) = 0;
  [[nodiscard]] virtual base::Result<DiskSpace> space(const std::string& folder) const = 0;
};

// The real one. Const after construction; safe from several threads.
class PosixDisk final : public Disk {
 public:
  [[nodiscard]] base::Result<std::unique_ptr<DiskFile>> create(const std::string& path) override;
  [[nodiscard]] base::Result<std::unique_ptr<DiskFile>> open_to_write(const std::string& path) override;
  [[nodiscard]] base::Result<std::unique_ptr<DiskFile>> open_to_read(const std::string& path) const override;
  [[nodiscard]] base::Result<std::vector<std::string>> list(const std::string& folder) const override;
  [[nodiscard]] base::Result<void> remove(const std::string& path) override;
  [[nodiscard]] base::Result<void> sync_folder(const std::string& folder) override;
  [[nodiscard]] base::Result<void> replace(const std::string& path, std::string_view bytes) override;
  [[nodiscard]] base::Result<DiskSpace> space(const std::string& folder) const override;
};

}  // namespace hinomi::os
