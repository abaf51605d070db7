// Files of a backup, written new and durable. Not for what they mean.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "os/file.h"

namespace hinomi::backup {

// A new file of mode 0600, written piece by piece; durable after finish().
class NewFile {
 public:
  // Error conflict: the name is taken, also by a link that leads nowhere.
  [[nodiscard]] static base::Result<NewFile> make(const std::string& path);
  [[nodiscard]] base::Result<void> write(std::string_view bytes);
  [[nodiscard]] base::Result<void> finish();

 private:
  NewFile(os::Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  os::Descriptor file_;
  std::string path_;
};

// Over what may be there already.
[[nodiscard]] base::Result<void> copy_file(const std::string& from, const std::string& to);
[[nodiscard]] base::Result<void> write_file(const std::string& to, std::string_view bytes);
// Makes the folder of mode 0700, and those above it below `root`, which must be there.
[[nodiscard]] base::Result<void> make_folders(const std::string& root, std::string_view below);
// Makes names of every folder below durable, and those of the folder itself.
[[nodiscard]] base::Result<void> sync_folders(const std::string& folder);

// A folder that goes with its owner, with all in it.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace hinomi::backup
