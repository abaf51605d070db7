// Compressed streams of one content (gzip, zstd, xz, bzip2) as a ByteSource of what was compressed.
// Not for archives with entries (archive_reader.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "parse/archive/byte_source.h"
#include "parse/archive/limits.h"

namespace hinomi::parse::archive {

enum class Compression : std::uint8_t { gzip, zstd, xz, bzip2 };
[[nodiscard]] std::string_view name_of(Compression compression) noexcept;

// Memory a decoder may take for its window; frames that ask for more are refused (xz -9 takes 65 MiB, zstd
// without
// --long at most 8 MiB, with --long 128 MiB).
inline constexpr std::uint64_t kMaxDecoderBytes = 192ull << 20;
inline constexpr int kMaxZstdWindowLog = 27;

// Reads `compressed` from where it stands. Several members, frames or streams one after another are one
// content; zero bytes after the last are padding. A stream that is cut off or damaged yields all that could
// be decoded and then an Error that names the byte. `account` must outlive the source.
[[nodiscard]] std::unique_ptr<ByteSource> decompress(Compression compression,
                                                     std::unique_ptr<ByteSource> compressed,
                                                     Account& account);

}  // namespace hinomi::parse::archive
