// Little-endian binary text: an appender and a reader that never reads past its end. For our own cached
// images; a format that leaves this machine needs a version and a golden file.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace hinomi::base {

static_assert(std::endian::native == std::endian::little, "the supported platforms are little-endian");

class BinaryWriter {
 public:
  explicit BinaryWriter(std::string& out) : out_(out) {}

  template <typename T>
    requires std::integral<T> || std::floating_point<T>
  void number(T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out_.append(bytes, sizeof(T));
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_.append(value);
  }

 private:
  std::string& out_;
};

// After the first failed read every later one fails too: check ok() once at the end.
class BinaryReader {
 public:
  explicit BinaryReader(std::string_view in) : in_(in) {}

  template <typename T>
    requires std::integral<T> || std::floating_point<T>
  T number() {
    T value{};
    if (in_.size() < sizeof(T)) {
      ok_ = false;
      return value;
    }
    std::memcpy(&value, &in_.front(), sizeof(T));
    in_.remove_prefix(sizeof(T));
    return value;
  }
  std::string_view text() {
    const auto size = number<std::uint32_t>();
    if (!ok_ || in_.size() < size) {
      ok_ = false;
      return {};
    }
    const std::string_view value = in_.substr(0, size);
    in_.remove_prefix(size);
    return value;
  }
  // A number of elements of at least `element_bytes` each; fails when they cannot be there.
  std::uint32_t count(std::size_t element_bytes) {
    const auto value = number<std::uint32_t>();
    if (!ok_ || value > in_.size() / element_bytes) {
      ok_ = false;
      return 0;
    }
    return value;
  }
  void fail() noexcept { ok_ = false; }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::string_view rest() const noexcept { return in_; }

 private:
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace hinomi::base
