#include "api/records/file_answer.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace hinomi::api::records {
namespace {

constexpr std::size_t kPiece = 256 * 1024;
constexpr std::size_t kMaxName = 200;  // code points
constexpr std::string_view kHex = "0123456789ABCDEF";

class FileSource final : public http::BodySource {
 public:
  FileSource(std::uint64_t size, ReadAt read) : size_(size), read_(std::move(read)) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
  [[nodiscard]] std::string_view next() override {
    const std::uint64_t wanted = std::min<std::uint64_t>(kPiece, size_ - at_);
    buffer_.resize(static_cast<std::size_t>(wanted));
    const auto read = read_(at_, buffer_);
    if (!read || *read != wanted) return {};
    at_ += wanted;
    return buffer_;
  }

 private:
  std::uint64_t size_;
  ReadAt read_;
  std::uint64_t at_ = 0;
  std::string buffer_;
};

// attr-char of RFC 8187.
bool stands_for_itself(char c) noexcept {
  constexpr std::string_view kOthers = "!#$&+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kOthers.find(c) != std::string_view::npos;
}

}  // namespace

std::string file_name(std::string_view name) {
  constexpr std::string_view kNotInNames = "/\\:*?\"<>|";
  std::string out;
  std::size_t count = 0;
  for (std::string_view rest = name; !rest.empty() && count < kMaxName; ++count) {
    const base::Decoded one = base::decode_utf8(rest);
    rest.remove_prefix(one.length);
    const bool hidden = one.code_point < ' ' || base::is_hidden_or_reordering(one.code_point);
    const bool apart = one.code_point < 0x80 &&
                       kNotInNames.find(static_cast<char>(one.code_point)) != std::string_view::npos;
    base::append_utf8(out, hidden || apart ? U'_' : one.code_point);
  }
  // Names of nothing but dots are folders; a dot or a blank at the end is lost on some systems.
  while (!out.empty() && (out.back() == '.' || out.back() == ' ')) out.pop_back();
  while (!out.empty() && (out.front() == '.' || out.front() == ' ')) out.erase(out.begin());
  return out.empty() ? "file" : out;
}

std::string disposition_of(std::string_view name) {
  const std::string safe = file_name(name);
  std::string plain;
  std::string encoded;
  for (const char c : safe) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) plain += c == '%' ? '_' : c;
    if (stands_for_itself(c)) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHex[byte >> 4U];
      encoded += kHex[byte & 0x0FU];
    }
  }
  if (plain.empty() || plain.front() == '.') plain.insert(0, "file");
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

std::shared_ptr<http::BodySource> source_of(std::uint64_t size, ReadAt read) {
  return std::make_shared<FileSource>(size, std::move(read));
}

http::Response download(std::string_view name, std::string_view media_type,
                        std::shared_ptr<http::BodySource> source) {
  http::Response response;
  response.source = std::move(source);
  response.with("Content-Type", media_type).with("Content-Disposition", disposition_of(name));
  response.with("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'");
  // The server adds "X-Content-Type-Options: nosniff" to every answer.
  return response;
}

}  // namespace hinomi::api::records
