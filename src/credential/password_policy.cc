#include "credential/password_policy.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "credential/common_passwords.h"

namespace hinomi::credential {
namespace {

constexpr std::string_view kProduct = "hinomi";
constexpr std::size_t kMinDistinct = 5;     // characters of the person's own that differ from each other
constexpr std::size_t kMinContextWord = 3;  // code points; a word in another script than Latin may be shorter
constexpr std::size_t kMinContextWordCjk = 2;
constexpr std::size_t kMaxContextBytes = 1024;                 // of one text
constexpr std::size_t kMaxUnits = 2 * kMaxPasswordCharacters;  // UTF-16

using CodePoints = std::u32string;

void wipe_points(CodePoints& points) noexcept {
  wipe(std::span(reinterpret_cast<std::uint8_t*>(points.data()), points.size() * sizeof(char32_t)));
}

struct Prepared {
  std::optional<PasswordProblem> problem;
  std::size_t characters = 0;
  Secret utf8;
};

// UTF-16 of valid UTF-8 of at most kMaxPasswordBytes bytes.
std::vector<UChar> utf16_of(std::string_view text) {
  std::vector<UChar> units(text.size() + 1);
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  ::u_strFromUTF8(units.data(), static_cast<std::int32_t>(units.size()), &length, text.data(),
                  static_cast<std::int32_t>(text.size()), &status);
  HINOMI_CHECK(U_SUCCESS(status));
  units.resize(static_cast<std::size_t>(length));
  return units;
}

void wipe_units(std::vector<UChar>& units) noexcept {
  wipe(std::span(reinterpret_cast<std::uint8_t*>(units.data()), units.size() * sizeof(UChar)));
}

// nullopt: longer than kMaxUnits.
std::optional<std::vector<UChar>> nfkc_of(std::vector<UChar>& units) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* nfkc = ::unorm2_getNFKCInstance(&status);
  HINOMI_CHECK(U_SUCCESS(status));
  std::vector<UChar> normal(kMaxUnits);
  const std::int32_t length =
      ::unorm2_normalize(nfkc, units.data(), static_cast<std::int32_t>(units.size()), normal.data(),
                         static_cast<std::int32_t>(normal.size()), &status);
  if (status == U_BUFFER_OVERFLOW_ERROR) {
    wipe_units(normal);
    return std::nullopt;
  }
  HINOMI_CHECK(U_SUCCESS(status));
  normal.resize(static_cast<std::size_t>(length));
  return normal;
}

std::optional<PasswordProblem> problem_of_characters(std::string_view text) noexcept {
  while (!text.empty()) {
    const base::Decoded decoded = base::decode_utf8(text);
    text.remove_prefix(decoded.length);
    const auto c = static_cast<UChar32>(decoded.code_point);
    if (::u_charType(c) == U_CONTROL_CHAR) return PasswordProblem::control;
    // NFKC of it may change with the next version of Unicode (UAX 15, 12.1).
    if (!::u_isdefined(c)) return PasswordProblem::not_text;
  }
  return std::nullopt;
}

Prepared prepare(std::string_view password) {
  Prepared prepared;
  if (password.size() > kMaxPasswordBytes) {
    prepared.problem = PasswordProblem::too_long;
    return prepared;
  }
  prepared.problem = base::is_utf8(password) ? problem_of_characters(password) : PasswordProblem::not_text;
  if (prepared.problem || password.empty()) return prepared;
  std::vector<UChar> units = utf16_of(password);
  std::optional<std::vector<UChar>> normal = nfkc_of(units);
  wipe_units(units);
  if (!normal) {
    prepared.problem = PasswordProblem::too_long;
    return prepared;
  }
  prepared.characters =
      static_cast<std::size_t>(::u_countChar32(normal->data(), static_cast<std::int32_t>(normal->size())));
  if (prepared.characters > kMaxPasswordCharacters) prepared.problem = PasswordProblem::too_long;
  Bytes utf8(normal->size() * 3);
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  ::u_strToUTF8(reinterpret_cast<char*>(utf8.data()), static_cast<std::int32_t>(utf8.size()), &length,
                normal->data(), static_cast<std::int32_t>(normal->size()), &status);
  wipe_units(*normal);
  HINOMI_CHECK(U_SUCCESS(status));
  utf8.resize(static_cast<std::size_t>(length));
  prepared.utf8 = Secret(std::move(utf8));
  return prepared;
}

std::string_view text_of(const Secret& secret) noexcept {
  return {reinterpret_cast<const char*>(secret.view().data()), secret.size()};
}

CodePoints folded_points(std::string_view utf8) {
  std::string folded = base::folded(utf8);
  CodePoints points;
  points.reserve(folded.size());
  std::string_view rest = folded;
  while (!rest.empty()) {
    const base::Decoded decoded = base::decode_utf8(rest);
    rest.remove_prefix(decoded.length);
    points += decoded.code_point;
  }
  wipe(folded);
  return points;
}

// Whether people write `typed` for `letter`.
bool stands_for(char32_t typed, char32_t letter) noexcept {
  if (typed == letter) return true;
  constexpr std::pair<char32_t, std::u32string_view> kLookAlikes[] = {
      {U'0', U"o"}, {U'1', U"li"}, {U'!', U"il"}, {U'3', U"e"}, {U'4', U"a"}, {U'@', U"a"},
      {U'5', U"s"}, {U'$', U"s"},  {U'7', U"t"},  {U'8', U"b"}, {U'9', U"g"}, {U'+', U"t"}};
  return std::any_of(std::begin(kLookAlikes), std::end(kLookAlikes), [&](const auto& pair) {
    return pair.first == typed && pair.second.find(letter) != std::u32string_view::npos;
  });
}

// Marks every place of `word` in `text`; whether there is one.
bool cover(const CodePoints& text, const CodePoints& word, std::vector<bool>& covered) {
  bool found = false;
  for (std::size_t at = 0; !word.empty() && at + word.size() <= text.size(); ++at) {
    if (!std::equal(word.begin(), word.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char32_t letter, char32_t typed) { return stands_for(typed, letter); })) {
      continue;
    }
    found = true;
    std::fill_n(covered.begin() + static_cast<std::ptrdiff_t>(at), word.size(), true);
  }
  return found;
}

// The length of the part that is repeated to the end ("abcabcab": 3); the whole length without one.
std::size_t period_of(const CodePoints& text) noexcept {
  for (std::size_t period = 1; period <= text.size() / 2; ++period) {
    if (std::equal(text.begin() + static_cast<std::ptrdiff_t>(period), text.end(), text.begin()))
      return period;
  }
  return text.size();
}

// Whether what is left beside the covered parts is too little: a row or repetition counts as its first
// character, and so does each character that comes again and again.
bool is_too_little(const CodePoints& text, const std::vector<bool>& covered) {
  const std::size_t end = period_of(text);
  std::size_t own = 0;
  std::set<char32_t> distinct;
  for (std::size_t i = 0; i < end; ++i) {
    if (covered[i]) continue;
    const bool goes_on = i > 0 && text[i] + 1 >= text[i - 1] && text[i] <= text[i - 1] + 1;
    if (!goes_on) ++own;
    distinct.insert(text[i]);
  }
  return own < kMinOwnCharacters || distinct.size() < kMinDistinct;
}

// The words of a name or address, as they are looked for.
void add_words(std::string_view text, std::vector<CodePoints>& words) {
  Prepared prepared = prepare(base::cut_to_bytes(text, kMaxContextBytes));
  const CodePoints points = folded_points(text_of(prepared.utf8));
  CodePoints word;
  const auto end_word = [&] {
    const bool latin = std::all_of(word.begin(), word.end(), [](char32_t c) { return c < 0x250; });
    if (word.size() >= (latin ? kMinContextWord : kMinContextWordCjk) && words.size() < kMaxContextWords)
      words.push_back(word);
    word.clear();
  };
  for (const char32_t c : points) {
    if (::u_isalnum(static_cast<UChar32>(c)))
      word += c;
    else
      end_word();
  }
  end_word();
}

}  // namespace

std::optional<Secret> prepare_password(std::string_view password) {
  Prepared prepared = prepare(password);
  if (prepared.problem) return std::nullopt;
  return std::move(prepared.utf8);
}

std::optional<PasswordProblem> judge_new_password(std::string_view password, ContextTexts context) {
  Prepared prepared = prepare(password);
  if (prepared.problem) return prepared.problem;
  if (prepared.characters < kMinPasswordCharacters) return PasswordProblem::too_short;

  CodePoints text = folded_points(text_of(prepared.utf8));
  std::vector<bool> covered(text.size(), false);
  std::optional<PasswordProblem> problem;
  if (is_too_little(text, covered)) problem = PasswordProblem::repetitive;
  bool found = false;
  for (const std::string_view word : common_words()) found |= cover(text, folded_points(word), covered);
  if (found && is_too_little(text, covered)) problem = PasswordProblem::common;
  std::vector<CodePoints> words;
  add_words(kProduct, words);
  for (const std::string_view part : context) add_words(part, words);
  found = false;
  for (const CodePoints& word : words) found |= cover(text, word, covered);
  // What is common anyway is called so: that says less about the person.
  if (found && problem != PasswordProblem::common && is_too_little(text, covered))
    problem = PasswordProblem::context;
  wipe_points(text);
  return problem;
}

}  // namespace hinomi::credential
