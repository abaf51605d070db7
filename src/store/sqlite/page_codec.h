// How a page lies on the disk: with a checksum behind it, or encrypted (AES-256-GCM). Bytes to bytes; the
// files are in page_guard.h. The last bytes of each page, which the library leaves alone when it is told so,
// hold what is added; the library always finds zeros there.
//
// A frame of the write-ahead log is a head of 24 bytes (page number, size of the database at a commit, two
// salts, checksum so far) and a page. In a sealed file the head is encrypted too (AES-256-XTS), since its
// checksum is one of the plain page.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "os/random.h"

namespace hinomi::store::sqlite {

inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::size_t kFrameHeadBytes = 24;
inline constexpr std::size_t kFrameBytes = kFrameHeadBytes + kPageBytes;
inline constexpr std::size_t kLogHeadBytes = 32;
inline constexpr std::size_t kKeyBytes = 32;

using PageBytes = std::array<std::uint8_t, kPageBytes>;
using FrameHead = std::array<std::uint8_t, kFrameHeadBytes>;

// Where a page belongs: found elsewhere it is damaged.
struct PagePlace {
  bool in_log = false;
  std::uint32_t page = 0;   // from 1
  std::uint64_t salts = 0;  // of the log, as they lie in its heads; 0 in the file
};

class PageCodec {
 public:
  PageCodec() = default;
  virtual ~PageCodec() = default;
  PageCodec(const PageCodec&) = delete;
  PageCodec& operator=(const PageCodec&) = delete;

  [[nodiscard]] virtual int reserved_bytes() const noexcept = 0;
  // `durable`: how many frames of the log were known to be durable when this one was written; 0 in the file.
  // False: the library has put something where nothing may be, or the cipher failed.
  [[nodiscard]] virtual bool encode(const PagePlace& place, std::uint32_t durable, const PageBytes& plain,
                                    PageBytes& disk) = 0;
  // False: these bytes were not written here by encode().
  [[nodiscard]] virtual bool decode(const PagePlace& place, const PageBytes& disk, PageBytes& plain,
                                    std::uint32_t& durable) = 0;
  // Heads of frames, counted from 0.
  [[nodiscard]] virtual bool encode_head(std::uint64_t frame, FrameHead& head) = 0;
  [[nodiscard]] virtual bool decode_head(std::uint64_t frame, FrameHead& head) = 0;
};

// 64 bits of checksum; whoever has the file can read it, with any SQLite.
[[nodiscard]] std::unique_ptr<PageCodec> make_checked_codec();

// The first 16 bytes of a sealed file, where a plain one says what it is.
struct SealedFileId {
  std::array<std::uint8_t, 16> bytes{};
};
[[nodiscard]] SealedFileId make_file_id(const os::RandomBytes& random);
// Error invalid_input: no sealed file; unsupported: of a newer version.
[[nodiscard]] base::Result<void> check_file_id(const SealedFileId& id);

// Keys of one file, made from the key of its vault. Wiped at the end.
class SealedFileKeys {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<SealedFileKeys>> derive(
      std::span<const std::byte, kKeyBytes> key, const SealedFileId& id);
  ~SealedFileKeys();
  SealedFileKeys(const SealedFileKeys&) = delete;
  SealedFileKeys& operator=(const SealedFileKeys&) = delete;

  // For another file of the same vault.
  [[nodiscard]] std::span<const std::byte, kKeyBytes> vault_key() const noexcept { return vault_key_; }
  [[nodiscard]] const SealedFileId& id() const noexcept { return id_; }
  [[nodiscard]] const std::uint8_t* page_key() const noexcept { return bytes_.data(); }
  [[nodiscard]] const std::uint8_t* head_key() const noexcept { return bytes_.data() + kKeyBytes; }

 private:
  explicit SealedFileKeys(const SealedFileId& id) : id_(id) {}
  SealedFileId id_;
  std::array<std::byte, kKeyBytes> vault_key_{};
  std::array<std::uint8_t, 3 * kKeyBytes> bytes_{};
};
// For one thread at a time. `keys` and `random` must outlive it.
[[nodiscard]] base::Result<std::unique_ptr<PageCodec>> make_sealed_codec(const SealedFileKeys& keys,
                                                                         const os::RandomBytes& random);

}  // namespace hinomi::store::sqlite
