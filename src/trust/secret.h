// Bytes of a secret: of a size that never changes, wiped when they go, and copied by nobody by accident.
// Not for what may be swapped out: nothing here locks memory.
#pragma once

#include <openssl/crypto.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace hinomi::trust {

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : bytes_(std::make_unique<std::uint8_t[]>(size)), size_(size) {}
  ~SecretBytes() { wipe(); }
  SecretBytes(SecretBytes&& other) noexcept
      : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this == &other) return *this;
    wipe();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  [[nodiscard]] std::span<std::uint8_t> span() noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::span<const std::uint8_t> span() const noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.get()), size_};
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // Keeps the first `size` bytes (at most size()).
  void shorten(std::size_t size) noexcept {
    if (size >= size_) return;
    ::OPENSSL_cleanse(bytes_.get() + size, size_ - size);
    size_ = size;
  }

 private:
  void wipe() noexcept {
    if (bytes_ != nullptr) ::OPENSSL_cleanse(bytes_.get(), size_);
  }

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace hinomi::trust
