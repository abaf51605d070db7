#include "flow/live_text.h"

#include <iconv.h>

#include <cerrno>

#include "base/text.h"

namespace hinomi::flow {
namespace {

using ingest::live::Encoding;

// Names of iconv(3); CP932 is what Windows writes, EUC-JP-MS and ISO-2022-JP-MS its variants of the others.
const char* name_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::cp932:
      return "CP932";
    case Encoding::euc_jp:
      return "EUC-JP-MS";
    case Encoding::iso_2022_jp:
      return "ISO-2022-JP-3";
    case Encoding::utf16le:
      return "UTF-16LE";
    case Encoding::unknown:
    case Encoding::utf8:
      break;
  }
  return nullptr;
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kLargestGrowth = 4;  // bytes of UTF-8 that one byte of input may become

}  // namespace

class TextDecoder::Converter {
 public:
  explicit Converter(iconv_t handle) : handle_(handle) {}
  ~Converter() { ::iconv_close(handle_); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  [[nodiscard]] iconv_t handle() const noexcept { return handle_; }

 private:
  iconv_t handle_;
};

TextDecoder::TextDecoder() {
  for (std::size_t i = 0; i < kEncodings; ++i) {
    const char* const name = name_of(static_cast<Encoding>(i));
    if (name == nullptr) continue;
    const iconv_t handle = ::iconv_open("UTF-8", name);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv_open(3) says no so
    if (handle != reinterpret_cast<iconv_t>(-1)) converters_[i] = std::make_unique<Converter>(handle);
  }
}

TextDecoder::~TextDecoder() = default;

std::string_view TextDecoder::decode(std::string_view bytes, Encoding hint) {
  const auto index = static_cast<std::size_t>(hint);
  if (index >= kEncodings || converters_[index] == nullptr) return bytes;
  // A sender that was told to be of another encoding and writes UTF-8 all the same.
  const bool may_be_ascii_only = hint != Encoding::iso_2022_jp && hint != Encoding::utf16le;
  if (may_be_ascii_only && base::is_utf8(bytes)) return bytes;
  return convert(bytes, *converters_[index]) ? std::string_view(text_) : bytes;
}

// What the converter refuses becomes U+FFFD a byte. False when it fails as a whole.
bool TextDecoder::convert(std::string_view bytes, Converter& converter) {
  ::iconv(converter.handle(), nullptr, nullptr, nullptr, nullptr);
  text_.resize(bytes.size() * kLargestGrowth + kReplacement.size());
  char* in = const_cast<char*>(bytes.data());  // NOLINT: iconv(3) does not write there
  std::size_t in_left = bytes.size();
  char* out = text_.data();
  std::size_t out_left = text_.size();
  while (in_left > 0) {
    if (::iconv(converter.handle(), &in, &in_left, &out, &out_left) != static_cast<std::size_t>(-1)) break;
    if (errno == E2BIG || out_left < kReplacement.size()) return false;
    for (const char c : kReplacement) *out++ = c;
    out_left -= kReplacement.size();
    ++in;
    --in_left;
  }
  text_.resize(text_.size() - out_left);
  return true;
}

std::string_view TextDecoder::repaired(std::string_view text) {
  repaired_.clear();
  while (!text.empty()) {
    const base::Decoded decoded = base::decode_utf8(text);
    base::append_utf8(repaired_, decoded.code_point);
    text.remove_prefix(decoded.length);
  }
  return repaired_;
}

}  // namespace hinomi::flow
