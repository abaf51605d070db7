#include "bytes.h"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>

namespace hinomi::verify {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

class Digest {
 public:
  Digest() : context_(::EVP_MD_CTX_new(), &::EVP_MD_CTX_free) {
    if (!context_ || ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) != 1) std::abort();
  }
  void add(std::string_view bytes) {
    if (::EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) std::abort();
  }
  Hash finish() {
    Hash hash{};
    if (::EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) != 1) std::abort();
    return hash;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context_;
};

}  // namespace

Hash sha256(std::initializer_list<std::string_view> parts) {
  Digest digest;
  for (const std::string_view part : parts) digest.add(part);
  return digest.finish();
}

std::string_view view(const Hash& hash) noexcept {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) (text += kDigits[byte >> 4]) += kDigits[byte & 15];
  return text;
}

std::optional<Hash> hash_of_hex(std::string_view text) {
  Hash hash{};
  if (text.size() != 2 * hash.size() || text.find_first_not_of(kDigits) != text.npos) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i)
    hash[i] = static_cast<unsigned char>(kDigits.find(text[2 * i]) * 16 + kDigits.find(text[2 * i + 1]));
  return hash;
}

std::optional<std::string> base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  const auto size = static_cast<int>(text.size());
  if (text.size() > 1 << 20 || text.size() % 4 != 0) return std::nullopt;
  const int decoded = ::EVP_DecodeBlock(out, reinterpret_cast<const unsigned char*>(text.data()), size);
  if (decoded < 0) return std::nullopt;
  const std::size_t padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
  if (padding > 2) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(decoded) - padding);
  // OpenSSL forgives blanks and bits behind the end; one value has one text here.
  std::string again(text.size() + 1, '\0');
  ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(again.data()), out, static_cast<int>(bytes.size()));
  again.resize(std::min(again.size(), again.find('\0')));
  if (again != text) return std::nullopt;
  return bytes;
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || std::to_string(value) != text) return std::nullopt;
  return value;
}

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 300)) {
    if (c >= 0x20 && c < 0x7f) {
      out += c;
    } else {
      out += "\\x" + hex({&c, 1});
    }
  }
  return out;
}

std::optional<std::string> read_file(const std::string& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(limit + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto size = static_cast<std::size_t>(file.gcount());
  if (!file.is_open() || file.bad() || size > limit) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

std::optional<FileHash> hash_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return std::nullopt;
  Digest digest;
  FileHash result;
  std::string piece(1 << 16, '\0');
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto got = static_cast<std::size_t>(file.gcount());
    digest.add(std::string_view(piece).substr(0, got));
    result.bytes += got;
  }
  if (file.bad()) return std::nullopt;
  result.hash = digest.finish();
  return result;
}

bool Lines::next(std::string& line) {
  line.clear();
  std::streambuf* buffer = file_.rdbuf();
  for (;;) {
    const int c = file_.is_open() ? buffer->sbumpc() : EOF;
    if (c == '\n') return true;
    if (c == EOF || line.size() == limit_) {
      broken_ = broken_ || !line.empty() || !file_.is_open();
      return false;
    }
    line += static_cast<char>(c);
  }
}

bool Scanner::literal(std::string_view text) {
  if (!ok_ || !rest_.starts_with(text)) return fail();
  rest_.remove_prefix(text.size());
  return true;
}

std::uint64_t Scanner::number() {
  const std::string_view digits = rest_.substr(0, rest_.find_first_not_of("0123456789"));
  const auto value = decimal(digits);
  if (!ok_ || !value) return fail(), 0;
  rest_.remove_prefix(digits.size());
  return *value;
}

std::string Scanner::string() {
  std::string out;
  if (!literal("\"")) return out;
  while (ok_ && !rest_.empty() && rest_.front() != '"') {
    const char c = rest_.front();
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return fail(), out;
    rest_.remove_prefix(1);
    if (c == '\\') {
      escape(out);
    } else {
      out += c;
    }
  }
  literal("\"");
  return out;
}

// A backslash is followed by '"', '\' or u and four lower-case digits that are no surrogate.
void Scanner::escape(std::string& out) {
  if (rest_.starts_with('"') || rest_.starts_with('\\')) {
    out += rest_.front();
    rest_.remove_prefix(1);
    return;
  }
  const std::string_view digits = rest_.substr(0, 5);
  if (digits.size() < 5 || digits[0] != 'u' || digits.find_first_not_of(kDigits, 1) != digits.npos) {
    fail();
    return;
  }
  std::uint32_t c = 0;
  for (const char digit : digits.substr(1)) c = c * 16 + static_cast<std::uint32_t>(kDigits.find(digit));
  if (c >= 0xd800 && c < 0xe000) fail();
  if (c >= 0x800) out += static_cast<char>(0xe0 | c >> 12);
  if (c >= 0x80) out += static_cast<char>(c >= 0x800 ? 0x80 | (c >> 6 & 0x3f) : 0xc0 | c >> 6);
  out += static_cast<char>(c < 0x80 ? c : 0x80 | (c & 0x3f));
  rest_.remove_prefix(5);
}

void Scanner::blanks() {
  rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(" \t\r\n")));
}

}  // namespace hinomi::verify
