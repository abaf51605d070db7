// Where a decoder gets its bytes from: a file, memory, or the output of another decoder.
// Not for writing.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"

namespace hinomi::parse::archive {

class ByteSource {
 public:
  ByteSource() = default;
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // At least one byte unless at the end (0) or `into` is empty. After an Error every further call returns an
  // Error.
  [[nodiscard]] virtual base::Result<std::size_t> read(std::span<char> into) = 0;
  // Total size when it is known and seek() works.
  [[nodiscard]] virtual std::optional<std::uint64_t> seekable_size() const { return std::nullopt; }
  // The next read() begins at `offset` (≤ seekable_size()). Only when seekable_size() has a value.
  virtual void seek(std::uint64_t /*offset*/) {}
};

// Bytes in memory, borrowed.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into) override {
    const std::size_t size = into.size() < bytes_.size() - at_ ? into.size() : bytes_.size() - at_;
    if (size > 0) std::memcpy(into.data(), bytes_.data() + at_, size);
    at_ += size;
    return size;
  }
  [[nodiscard]] std::optional<std::uint64_t> seekable_size() const override { return bytes_.size(); }
  void seek(std::uint64_t offset) override { at_ = offset < bytes_.size() ? offset : bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace hinomi::parse::archive
