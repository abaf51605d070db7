#include "base/search_split.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "base/check.h"
#include "base/text.h"

namespace hinomi::base {
namespace {

constexpr std::size_t kMaxWordLetters = 128;  // SHA-512 in hexadecimal; what is longer is cut
constexpr std::size_t kMaxWholeLetters = 255;
constexpr char32_t kLastEncoded = 0xFFFFF;  // four base 32 digits; above are private characters only
constexpr char32_t kLongVowel = 0x30FC;
constexpr char32_t kMiddleDot = 0x30FB;
constexpr char32_t kVoicedMark = 0x3099;
constexpr char32_t kBreak = ' ';
// Kana before a long vowel mark that may be left out at the end: サーバー, but not エラー.
constexpr std::size_t kLongWord = 3;

// UTF-16 in NFKC with case folded and invisible characters removed; malformed bytes become U+FFFD.
std::u16string normalised(std::string_view text) {
  std::u16string wide;
  wide.reserve(text.size());
  while (!text.empty()) {
    const Decoded decoded = decode_utf8(text);
    text.remove_prefix(decoded.length);
    if (decoded.code_point <= 0xFFFF) {
      wide += static_cast<char16_t>(decoded.code_point);
    } else {
      wide += static_cast<char16_t>(U16_LEAD(decoded.code_point));
      wide += static_cast<char16_t>(U16_TRAIL(decoded.code_point));
    }
  }
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* form = unorm2_getNFKCCasefoldInstance(&status);
  HINOMI_CHECK(U_SUCCESS(status) != 0);
  std::u16string out(wide.size() + 16, u'\0');
  for (int attempt = 0; attempt < 2; ++attempt) {
    status = U_ZERO_ERROR;
    const auto length = unorm2_normalize(form, wide.data(), static_cast<std::int32_t>(wide.size()),
                                         out.data(), static_cast<std::int32_t>(out.size()), &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
      out.resize(static_cast<std::size_t>(length) + 1);
      continue;
    }
    HINOMI_CHECK(U_SUCCESS(status) != 0);
    out.resize(static_cast<std::size_t>(length));
    return out;
  }
  out.clear();
  return out;
}

std::u32string code_points(std::u16string_view wide) {
  std::u32string out;
  out.reserve(wide.size());
  for (std::size_t i = 0; i < wide.size();) {
    UChar32 c = 0;
    U16_NEXT(wide.data(), i, wide.size(), c);
    out += static_cast<char32_t>(c);
  }
  return out;
}

bool is_katakana(char32_t c) noexcept {
  return (c >= 0x30A1 && c <= 0x30FA) || c == 0x30FD || c == 0x30FE || (c >= 0x31F0 && c <= 0x31FF);
}
bool is_hiragana(char32_t c) noexcept {
  return (c >= 0x3041 && c <= 0x3096) || c == 0x309D || c == 0x309E;
}
bool is_dash(char32_t c) noexcept {
  return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x2500;
}

// A character of a run that is cut into pairs.
bool is_dense(char32_t c) noexcept {
  if (c < 0x0E00 || c > kLastEncoded) return false;
  if (c == kLongVowel || c == 0x3005 || c == 0x3006 || c == kVoicedMark || c == kVoicedMark + 1) return true;
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_HANGUL:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
    case USCRIPT_TIBETAN:
      return u_isalpha(static_cast<UChar32>(c)) || u_isdigit(static_cast<UChar32>(c)) || c == 0x3007 ||
             (U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_M_MASK | U_GC_NL_MASK)) != 0;
    default:
      return false;
  }
}

bool is_word(char32_t c) noexcept {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  if (c > kLastEncoded || c == 0xFFFD) return false;
  return u_isalnum(static_cast<UChar32>(c)) ||
         (U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

bool is_joiner(char32_t c) noexcept {
  return c == '.' || c == '-' || c == '_' || c == '@' || c == '+';
}

// Kanji that names are written with in two ways.
char32_t plain_kanji(char32_t c) noexcept {
  static constexpr std::array<std::pair<char32_t, char32_t>, 10> kVariants{{{U'德', U'徳'},
                                                                            {U'栁', U'柳'},
                                                                            {U'槗', U'橋'},
                                                                            {U'濱', U'浜'},
                                                                            {U'濵', U'浜'},
                                                                            {U'邉', U'辺'},
                                                                            {U'邊', U'辺'},
                                                                            {U'髙', U'高'},
                                                                            {U'\uFA11', U'崎'},
                                                                            {U'𠮷', U'吉'}}};
  for (const auto& [variant, plain] : kVariants) {
    if (c == variant) return plain;
  }
  return c;
}

// The second folding, of what NFKC leaves apart; characters that do not count become nothing.
class KanaFolder {
 public:
  KanaFolder(std::u32string_view in, const SearchFold& fold) : in_(in), fold_(fold) {}

  std::u32string fold() {
    out_.reserve(in_.size());
    for (at_ = 0; at_ < in_.size(); ++at_) step(in_[at_]);
    return std::move(out_);
  }

 private:
  [[nodiscard]] char32_t before() const noexcept { return at_ == 0 ? kBreak : in_[at_ - 1]; }
  [[nodiscard]] char32_t at(std::size_t i) const noexcept { return i < in_.size() ? in_[i] : kBreak; }
  // The length of a line end at `i`.
  [[nodiscard]] std::size_t line_end(std::size_t i) const noexcept {
    if (at(i) == '\n') return 1;
    return at(i) == '\r' && at(i + 1) == '\n' ? 2 : 0;
  }
  // What follows, without what does not count.
  [[nodiscard]] char32_t after() const noexcept {
    std::size_t i = at_ + 1;
    if (at(i) == kMiddleDot) ++i;
    i += line_end(i);
    return at(i);
  }

  [[nodiscard]] bool at_end() const noexcept { return at_ + 1 == in_.size(); }
  [[nodiscard]] bool ends_word() const noexcept {
    const char32_t next = after();
    if (next == kLongVowel || is_dash(next)) return false;
    return katakana_ ? !is_katakana(next) : !is_hiragana(next);
  }

  void step(char32_t c) {
    if (is_katakana(c) || is_hiragana(c)) {
      const bool katakana = is_katakana(c);
      stretch_ = stretch_ != 0 && katakana == katakana_ ? stretch_ + 1 : 1;
      katakana_ = katakana;
      put_kana(c);
      if (katakana && fold_.ends == WordEnds::with && stretch_ >= kLongWord && ends_word() && !at_end()) {
        out_ += kLongVowel;
      }
    } else if (c == kLongVowel) {
      long_vowel();
    } else if (is_dash(c)) {
      if (stretch_ != 0 && katakana_ && is_katakana(before()) && is_katakana(at(at_ + 1))) {
        ++stretch_;
        out_ += kLongVowel;
      } else {
        put_other('-');
      }
    } else if (c == kMiddleDot) {
      if (stretch_ == 0 || !katakana_ || !is_katakana(at(at_ + 1))) put_other(kBreak);
    } else if (const std::size_t end = line_end(at_);
               end != 0 && at_ > 0 && is_dense(before()) && is_dense(at(at_ + end))) {
      at_ += end - 1;
    } else {
      put_other(plain_kanji(c));
    }
  }

  void put_other(char32_t c) {
    stretch_ = 0;
    out_ += c;
  }

  void put_kana(char32_t c) {
    if (c >= 0x30F7 && c <= 0x30FA) {  // ヷ ヸ ヹ ヺ have no hiragana of one character
      static constexpr std::array<char32_t, 4> kPlain = {0x308F, 0x3090, 0x3091, 0x3092};
      out_ += kPlain[c - 0x30F7];
      out_ += kVoicedMark;
      return;
    }
    if (is_katakana(c) && c < 0x31F0) c -= 0x60;
    if (c == 0x3095) c = 0x304B;  // small ka and ke of counters and place names
    if (c == 0x3096) c = 0x3051;
    out_ += c;
  }

  void long_vowel() {
    if (stretch_ == 0) return put_other('-');
    if (after() == kLongVowel) return;
    if (stretch_ >= kLongWord && ends_word() &&
        (fold_.ends == WordEnds::without || (fold_.drop_last && at_end()))) {
      return;
    }
    ++stretch_;
    out_ += kLongVowel;
  }

  std::u32string_view in_;
  SearchFold fold_;
  std::u32string out_;
  std::size_t at_ = 0;
  std::size_t stretch_ = 0;  // kana of one script up to here
  bool katakana_ = false;
};

void append_base32(std::string& out, char32_t c) {
  constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";
  for (int shift = 15; shift >= 0; shift -= 5) out += kDigits[(c >> shift) & 31U];
}

// Letters and digits as they are; the rest behind a 'q', so that a text's beginning is its token's beginning.
void append_letters(std::string& out, std::u32string_view letters) {
  for (const char32_t c : letters) {
    if (c == 'q') {
      out += "qq";
    } else if (c < 0x80 && is_word(c)) {
      out += static_cast<char>(c);
    } else if (c < 0x80) {
      constexpr std::string_view kSigns = ".-_@+:";
      constexpr std::string_view kNames = "dhuapc";
      const std::size_t sign = kSigns.find(static_cast<char>(c));
      HINOMI_CHECK(sign != std::string_view::npos);
      out += 'q';
      out += kNames[sign];
    } else {
      out += "qx";
      append_base32(out, c);
    }
  }
}

class Splitter {
 public:
  Splitter(std::u32string_view text, const SearchSplitLimits& limits) : text_(text), limits_(limits) {}

  SearchSplit split() {
    for (std::size_t i = 0; i < text_.size() && !full_;) {
      if (is_dense(text_[i])) {
        i = dense_run(i);
      } else if (is_word(text_[i])) {
        i = compound(i);
      } else {
        if (text_[i] == ':' && (i == 0 || text_[i - 1] != ':')) colon_groups(i);
        ++i;
      }
    }
    return std::move(split_);
  }

 private:
  void add(std::string token, SearchPiece piece, std::size_t letters) {
    if (split_.tokens.size() >= limits_.tokens) {
      full_ = true;
      split_.cut = true;
      return;
    }
    split_.tokens.push_back({std::move(token), piece, static_cast<std::uint32_t>(letters)});
  }

  void add_whole(std::u32string_view letters, std::size_t first, std::size_t count) {
    if (letters.size() > kMaxWholeLetters || full_) return;
    std::string token = "t";
    append_letters(token, letters);
    if (!known_.insert(token).second) return;
    if (split_.wholes.size() >= limits_.wholes) {
      split_.cut = true;
      return;
    }
    split_.wholes.push_back({std::move(token), first, count});
  }

  std::size_t dense_run(std::size_t begin) {
    std::size_t end = begin;
    while (end < text_.size() && is_dense(text_[end])) ++end;
    for (std::size_t i = begin; i < end && !full_; ++i) {
      const bool pair = i + 1 < end;
      std::string token = "k";
      append_base32(token, text_[i]);
      if (pair) append_base32(token, text_[i + 1]);
      const SearchPiece piece = pair               ? SearchPiece::pair
                                : end - begin == 1 ? SearchPiece::single
                                                   : SearchPiece::closing;
      add(std::move(token), piece, pair ? 2 : 1);
    }
    return end;
  }

  [[nodiscard]] bool plain_word(std::size_t i) const noexcept {
    return i < text_.size() && is_word(text_[i]) && !is_dense(text_[i]);
  }

  // Words with single joiners between them.
  std::size_t compound(std::size_t begin) {
    if (begin == 0 || text_[begin - 1] != ':') colon_groups(begin);
    const std::size_t first = split_.tokens.size();
    std::size_t after_at = begin;
    std::size_t first_after_at = first;
    std::size_t i = begin;
    for (;;) {
      const std::size_t word = i;
      while (plain_word(i)) ++i;
      std::string token = "w";
      const std::size_t letters = std::min(i - word, kMaxWordLetters);
      append_letters(token, text_.substr(word, letters));
      add(std::move(token), SearchPiece::word, letters);
      if (i >= text_.size() || !is_joiner(text_[i]) || !plain_word(i + 1)) break;
      if (text_[i] == '@') {
        after_at = i + 1;
        first_after_at = split_.tokens.size();
      }
      ++i;
    }
    const std::size_t count = split_.tokens.size() - first;
    if (count >= 2) add_whole(text_.substr(begin, i - begin), first, count);
    const std::size_t host_words = split_.tokens.size() - first_after_at;
    if (after_at != begin && host_words >= 2) {
      add_whole(text_.substr(after_at, i - after_at), first_after_at, host_words);
    }
    return i;
  }

  // fe80::1, 00:1a:2b:3c:4d:5e: groups of up to four hexadecimal digits with two colons or more.
  void colon_groups(std::size_t begin) {
    if (begin > 0 && (plain_word(begin - 1) || is_joiner(text_[begin - 1]))) return;
    constexpr std::size_t kMaxLetters = 39;
    std::size_t colons = 0;
    std::size_t groups = 0;
    std::size_t digits = 0;
    std::size_t end = begin;
    for (; end < text_.size() && end - begin <= kMaxLetters; ++end) {
      const char32_t c = text_[end];
      if (c == ':') {
        ++colons;
        digits = 0;
      } else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
        groups += digits == 0 ? 1 : 0;
        if (++digits > 4) return;
      } else {
        break;
      }
    }
    if (end - begin > kMaxLetters || plain_word(end)) return;
    if (end < text_.size() && is_joiner(text_[end]) && plain_word(end + 1)) return;
    while (end > begin + 2 && text_[end - 1] == ':' && text_[end - 2] != ':') --end, --colons;
    if (colons >= 2 && groups >= 1) {
      add_whole(text_.substr(begin, end - begin), split_.tokens.size(), groups);
    }
  }

  std::u32string_view text_;
  SearchSplitLimits limits_;
  SearchSplit split_;
  bool full_ = false;
  std::unordered_set<std::string> known_;
};

}  // namespace

SearchSplit split_for_search(std::string_view text, const SearchSplitLimits& limits, const SearchFold& fold) {
  const std::u32string points = code_points(normalised(text));
  const std::u32string folded_text = KanaFolder(points, fold).fold();
  return Splitter(folded_text, limits).split();
}

}  // namespace hinomi::base
