// Byte sources that lie between a file and a framer: the file itself, a look at the front, and UTF-16 as
// UTF-8. Only for InputReader and its tests.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ingest/recognise.h"
#include "os/file.h"
#include "parse/archive/byte_source.h"

namespace hinomi::ingest {

using parse::archive::ByteSource;

// A file or stream, counting in `consumed` how far it has been read.
class FileSource final : public ByteSource {
 public:
  FileSource(os::File file, const os::StopCheck& stop, std::atomic<std::uint64_t>& consumed)
      : file_(std::move(file)), stop_(stop), consumed_(consumed) {}

  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into) override;
  [[nodiscard]] std::optional<std::uint64_t> seekable_size() const override;
  void seek(std::uint64_t offset) override { position_ = offset; }

 private:
  os::File file_;
  const os::StopCheck& stop_;  // of the reader, which outlives its sources
  std::atomic<std::uint64_t>& consumed_;
  std::uint64_t position_ = 0;
  std::uint64_t furthest_ = 0;
};

// Lets the front of a source be looked at before it is read.
class PeekSource final : public ByteSource {
 public:
  // Reads up to `bytes` at once. An error that comes before is kept until what was read is used up.
  PeekSource(std::unique_ptr<ByteSource> base, std::size_t bytes);

  [[nodiscard]] std::string_view head() const noexcept { return head_; }
  [[nodiscard]] const std::optional<base::Error>& error() const noexcept { return error_; }

  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into) override;
  [[nodiscard]] std::optional<std::uint64_t> seekable_size() const override { return base_->seekable_size(); }
  void seek(std::uint64_t offset) override;

 private:
  std::unique_ptr<ByteSource> base_;
  std::string head_;
  std::size_t at_ = 0;  // in head_
  std::optional<base::Error> error_;
};

// UTF-16 with its byte order mark, as UTF-8 without one. Unpaired surrogates become U+FFFD.
class Utf16Source final : public ByteSource {
 public:
  Utf16Source(std::unique_ptr<ByteSource> base, bool big_endian)
      : base_(std::move(base)), big_endian_(big_endian) {}
  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into) override;

 private:
  // False at the end of the base.
  base::Result<bool> convert_more();

  std::unique_ptr<ByteSource> base_;
  bool big_endian_;
  bool mark_seen_ = false;
  std::string waiting_;  // UTF-16 that cannot be converted yet: half a unit or half a pair
  std::string text_;     // UTF-8 not handed out yet, from at_ on
  std::size_t at_ = 0;
};

}  // namespace hinomi::ingest
