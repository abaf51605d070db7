// Files that hold a secret: read only when nobody else can read them, made new with mode 0600.
// Not for what is merely private (file.h); wiping the bytes is the caller's work.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hinomi::os {

enum class SecretFileKind : std::uint8_t {
  own,         // nobody but the owner may read it
  credential,  // of systemd's credential folder: the group may read it, since an ACL of systemd shows as that
};

// Fills `into` with the whole file and returns its size. It must be a regular file and no symbolic link,
// belong to this user or to root, and be closed to others: forbidden. Error limit_exceeded when it does not
// fit.
[[nodiscard]] base::Result<std::size_t> read_secret_file(const std::string& path, SecretFileKind kind,
                                                         std::span<char> into);

// Durable on return. Error when the name is taken: a key is never written over.
[[nodiscard]] base::Result<void> write_new_secret_file(const std::string& path, std::string_view bytes);

}  // namespace hinomi::os
