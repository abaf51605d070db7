// Bytes as this program reads them: files, lines, SHA-256, base64, and a scanner for the few forms of JSON
// that an export has. Written for this program alone: it shares no code with what writes exports.
#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace hinomi::verify {

using Hash = std::array<unsigned char, 32>;

Hash sha256(std::initializer_list<std::string_view> parts);
std::string_view view(const Hash& hash) noexcept;
std::string hex(std::string_view bytes);
std::optional<Hash> hash_of_hex(std::string_view text);    // 64 lower-case digits
std::optional<std::string> base64(std::string_view text);  // nullopt unless in its one form
std::optional<std::uint64_t> decimal(std::string_view text);
// Safe on a terminal: printable ASCII, the rest as \xNN.
std::string shown(std::string_view text);

// The whole file; nullopt when it cannot be read or is longer than `limit`.
std::optional<std::string> read_file(const std::string& path, std::size_t limit);

struct FileHash {
  Hash hash{};
  std::uint64_t bytes = 0;
};
std::optional<FileHash> hash_file(const std::string& path);

// The lines of a file, each of which must end with a line feed and be no longer than a limit.
class Lines {
 public:
  Lines(const std::string& path, std::size_t limit) : file_(path, std::ios::binary), limit_(limit) {}
  // False at the end and where the file is not as it must be (broken()).
  bool next(std::string& line);
  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  std::ifstream file_;
  std::size_t limit_;
  bool broken_ = false;
};

// Reads what must come next; after the first thing that does not come, everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  bool literal(std::string_view text);
  std::uint64_t number();
  std::string string();
  void blanks();
  [[nodiscard]] bool starts_with(char c) const noexcept { return ok_ && rest_.starts_with(c); }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool ended() const noexcept { return ok_ && rest_.empty(); }

 private:
  bool fail() noexcept { return ok_ = false; }
  void escape(std::string& out);
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace hinomi::verify
