#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>

#include "verify.h"

namespace hinomi::verify {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

std::string sha256(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  std::string hash(kHashBytes, '\0');
  ::SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(),
           reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) (text += kDigits[byte >> 4]) += kDigits[byte & 15];
  return text;
}

std::optional<std::string> hash_of_hex(std::string_view text) {
  if (text.size() != 2 * kHashBytes || text.find_first_not_of(kDigits) != text.npos) return std::nullopt;
  std::string hash;
  for (std::size_t i = 0; i < text.size(); i += 2)
    hash += static_cast<char>(kDigits.find(text[i]) * 16 + kDigits.find(text[i + 1]));
  return hash;
}

std::optional<std::string> base64(std::string_view text) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  const std::string_view letters = text.substr(0, text.find('='));
  for (const char c : letters) {
    if (kLetters.find(c) == kLetters.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(kLetters.find(c));
    held += 6;
    if (held >= 8) bytes += static_cast<char>(bits >> (held -= 8) & 255);
  }
  // Nothing but the padding that must be there, and no bits behind the end.
  const std::string_view padding = std::string_view("==").substr(0, (4 - letters.size() % 4) % 4);
  const bool whole = letters.size() % 4 != 1 && text.substr(letters.size()) == padding;
  return whole && (bits & ((1U << held) - 1)) == 0 ? std::optional(bytes) : std::nullopt;
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || std::to_string(value) != text) return std::nullopt;
  return value;
}

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 300))
    out += c >= 0x20 && c < 0x7f ? std::string(1, c) : "\\x" + hex({&c, 1});
  return out;
}

std::optional<std::string> read_file(const std::string& path, std::size_t limit) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > limit) return std::nullopt;
  std::string bytes(size, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  return static_cast<std::uintmax_t>(file.gcount()) == size ? std::optional(bytes) : std::nullopt;
}

std::string hash_file(const std::string& path) {
  const std::shared_ptr<BIO> chain(::BIO_push(::BIO_new(::BIO_f_md()), ::BIO_new_file(path.c_str(), "rb")),
                                   ::BIO_free_all);
  std::string hash(kHashBytes, '\0');
  ::BIO_set_md(chain.get(), ::EVP_sha256());
  std::string piece(1 << 16, '\0');
  for (int got = 1; got > 0;) got = ::BIO_read(chain.get(), piece.data(), static_cast<int>(piece.size()));
  return ::BIO_gets(chain.get(), hash.data(), kHashBytes) == kHashBytes ? hash : std::string();
}

bool Lines::next(std::string& line) {
  line.clear();
  for (;;) {
    const int c = file_.is_open() ? file_.rdbuf()->sbumpc() : EOF;
    if (c == '\n') return true;
    if (c == EOF || line.size() == limit_) {
      broken_ = broken_ || !line.empty() || !file_.is_open();
      return false;
    }
    line += static_cast<char>(c);
  }
}

bool Scanner::literal(std::string_view text) {
  skip();
  ok_ = ok_ && rest_.starts_with(text);
  if (ok_) rest_.remove_prefix(text.size());
  return ok_;
}

std::uint64_t Scanner::number() {
  skip();
  const std::string_view digits = rest_.substr(0, rest_.find_first_not_of("0123456789"));
  const auto value = decimal(digits);
  ok_ = ok_ && value.has_value();
  return literal(digits) ? value.value_or(0) : 0;
}

std::string Scanner::string() {
  std::string out;
  literal("\"");
  while (ok_ && !rest_.empty() && rest_.front() != '"') {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    ok_ = static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
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
  const std::size_t size = rest_.starts_with('u') ? 5 : 1;
  const std::string_view digits = rest_.substr(1, size - 1);
  ok_ = rest_.size() >= size && (size == 5 || rest_[0] == '"' || rest_[0] == '\\') &&
        digits.find_first_not_of(kDigits) == digits.npos;
  if (!ok_) return;
  std::uint32_t c = size == 5 ? 0 : static_cast<unsigned char>(rest_[0]);
  for (const char digit : digits) c = c * 16 + static_cast<std::uint32_t>(kDigits.find(digit));
  ok_ = c < 0xd800 || c >= 0xe000;
  if (c >= 0x800) out += static_cast<char>(0xe0 | c >> 12);
  if (c >= 0x80) out += static_cast<char>(c >= 0x800 ? 0x80 | (c >> 6 & 0x3f) : 0xc0 | c >> 6);
  out += static_cast<char>(c < 0x80 ? c : 0x80 | (c & 0x3f));
  rest_.remove_prefix(size);
}

}  // namespace hinomi::verify
