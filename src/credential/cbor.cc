#include "credential/cbor.h"

#include <cbor.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.h"

namespace hinomi::credential {
namespace {

// What one call of libcbor's decoder said: exactly one callback fills it.
struct Token {
  enum class Kind : std::uint8_t {
    unsigned_integer,
    negative_integer,
    bytes,
    text,
    array,
    map,
    boolean,
    null,
    refused
  };
  Kind kind = Kind::refused;
  std::uint64_t number = 0;  // of an integer; the count of an array, a map, or the bytes of a string
  const std::uint8_t* content = nullptr;
};

Token& token_of(void* context) noexcept {
  return *static_cast<Token*>(context);
}

template <typename Number, Token::Kind kind>
void on_number(void* context, Number number) {
  token_of(context) = {kind, number, nullptr};
}
template <Token::Kind kind>
void on_string(void* context, cbor_data content, std::size_t size) {
  token_of(context) = {kind, size, content};
}
template <Token::Kind kind>
void on_collection(void* context, std::size_t count) {
  token_of(context) = {kind, count, nullptr};
}
void on_boolean(void* context, bool value) {
  token_of(context) = {Token::Kind::boolean, value ? 1U : 0U, nullptr};
}
void on_null(void* context) {
  token_of(context) = {Token::Kind::null, 0, nullptr};
}

// Everything that is not named stays refused: tags, floats, undefined, indefinite lengths and their ends.
const cbor_callbacks& callbacks() {
  static const cbor_callbacks kCallbacks = [] {
    using Kind = Token::Kind;
    cbor_callbacks made = cbor_empty_callbacks;
    made.uint8 = on_number<std::uint8_t, Kind::unsigned_integer>;
    made.uint16 = on_number<std::uint16_t, Kind::unsigned_integer>;
    made.uint32 = on_number<std::uint32_t, Kind::unsigned_integer>;
    made.uint64 = on_number<std::uint64_t, Kind::unsigned_integer>;
    made.negint8 = on_number<std::uint8_t, Kind::negative_integer>;
    made.negint16 = on_number<std::uint16_t, Kind::negative_integer>;
    made.negint32 = on_number<std::uint32_t, Kind::negative_integer>;
    made.negint64 = on_number<std::uint64_t, Kind::negative_integer>;
    made.byte_string = on_string<Kind::bytes>;
    made.string = on_string<Kind::text>;
    made.array_start = on_collection<Kind::array>;
    made.map_start = on_collection<Kind::map>;
    made.boolean = on_boolean;
    made.null = on_null;
    return made;
  }();
  return kCallbacks;
}

// Bytes of the shortest head that holds the number.
constexpr std::size_t head_bytes(std::uint64_t number) noexcept {
  if (number < 24) return 1;
  if (number <= 0xFF) return 2;
  if (number <= 0xFFFF) return 3;
  return number <= 0xFFFF'FFFF ? 5 : 9;
}

// The order of encoded keys in CTAP2: the lower major type first, then the shorter, then by bytes.
bool is_before(ByteSpan a, ByteSpan b) noexcept {
  const int major_a = a[0] >> 5;
  const int major_b = b[0] >> 5;
  if (major_a != major_b) return major_a < major_b;
  if (a.size() != b.size()) return a.size() < b.size();
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

class Decoder {
 public:
  explicit Decoder(ByteSpan input) : input_(input) {}

  [[nodiscard]] std::size_t position() const noexcept { return at_; }

  base::Result<CborItem> item(std::size_t depth) {
    if (++items_ > kMaxCborItems) return fault("it holds too many items", base::ErrorCode::limit_exceeded);
    if (at_ == input_.size()) return fault("it is cut short");
    Token token;
    const cbor_decoder_result result =
        ::cbor_stream_decode(input_.data() + at_, input_.size() - at_, &callbacks(), &token);
    if (result.status == CBOR_DECODER_NEDATA) return fault("it is cut short");
    if (result.status != CBOR_DECODER_FINISHED) return fault("it is malformed");
    if (token.kind == Token::Kind::refused)
      return fault("it holds a tag, a floating-point number or something of indefinite length");
    const bool is_string = token.kind == Token::Kind::bytes || token.kind == Token::Kind::text;
    const std::size_t head = result.read - (is_string ? static_cast<std::size_t>(token.number) : 0);
    const bool is_simple = token.kind == Token::Kind::boolean || token.kind == Token::Kind::null;
    if (head != (is_simple ? 1 : head_bytes(token.number)))
      return fault("a number is not in its shortest form");
    at_ += result.read;
    return of_token(token, depth);
  }

 private:
  base::Error fault(std::string_view why, base::ErrorCode code = base::ErrorCode::invalid_input) const {
    return {code, fmt::format("CBOR at byte {}: {}", at_, why), "", {}};
  }

  base::Result<CborItem> of_token(const Token& token, std::size_t depth) {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    CborItem item;
    switch (token.kind) {
      case Token::Kind::unsigned_integer:
      case Token::Kind::negative_integer:
        if (token.number > kLargest) return fault("a number is too large", base::ErrorCode::limit_exceeded);
        item.kind = CborItem::Kind::integer;
        item.integer = static_cast<std::int64_t>(token.number);
        if (token.kind == Token::Kind::negative_integer) item.integer = -1 - item.integer;
        return item;
      case Token::Kind::bytes:
      case Token::Kind::text:
        item.kind = token.kind == Token::Kind::bytes ? CborItem::Kind::bytes : CborItem::Kind::text;
        item.content = input_.subspan(at_ - static_cast<std::size_t>(token.number),
                                      static_cast<std::size_t>(token.number));
        if (item.kind == CborItem::Kind::text && !base::is_utf8(item.text()))
          return fault("a text is not UTF-8");
        return item;
      case Token::Kind::array:
      case Token::Kind::map:
        return collection(token, depth);
      case Token::Kind::boolean:
        item.kind = CborItem::Kind::boolean;
        item.boolean = token.number != 0;
        return item;
      case Token::Kind::null:
      case Token::Kind::refused:
        break;
    }
    return item;
  }

  base::Result<CborItem> collection(const Token& token, std::size_t depth) {
    if (depth == kMaxCborDepth) return fault("it is nested too deeply", base::ErrorCode::limit_exceeded);
    if (token.number > kMaxCborItems)
      return fault("it holds too many items", base::ErrorCode::limit_exceeded);
    CborItem item;
    const bool is_map = token.kind == Token::Kind::map;
    item.kind = is_map ? CborItem::Kind::map : CborItem::Kind::array;
    ByteSpan last_key;
    for (std::uint64_t i = 0; i < token.number * (is_map ? 2 : 1); ++i) {
      const std::size_t from = at_;
      auto part = this->item(depth + 1);
      if (!part) return part.error();
      if (is_map && i % 2 == 0) {
        if (part->kind != CborItem::Kind::integer && part->kind != CborItem::Kind::text)
          return fault("a key is neither a number nor a text");
        const ByteSpan key = input_.subspan(from, at_ - from);
        if (!last_key.empty() && !is_before(last_key, key))
          return fault("its keys are not sorted, or one is there twice");
        last_key = key;
      }
      item.items.push_back(*std::move(part));
    }
    return item;
  }

  ByteSpan input_;
  std::size_t at_ = 0;
  std::size_t items_ = 0;
};

template <typename Matches>
const CborItem* value_of(const CborItem& map, const Matches& matches) noexcept {
  if (map.kind != CborItem::Kind::map) return nullptr;
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
    if (matches(map.items[i])) return &map.items[i + 1];
  }
  return nullptr;
}

}  // namespace

const CborItem* CborItem::find(std::string_view key) const noexcept {
  return value_of(*this, [&](const CborItem& item) { return item.kind == Kind::text && item.text() == key; });
}

const CborItem* CborItem::find(std::int64_t key) const noexcept {
  return value_of(*this,
                  [&](const CborItem& item) { return item.kind == Kind::integer && item.integer == key; });
}

base::Result<CborFront> read_cbor_front(ByteSpan input) {
  Decoder decoder(input);
  auto item = decoder.item(0);
  if (!item) return item.error();
  return CborFront{*std::move(item), decoder.position()};
}

base::Result<CborItem> read_cbor(ByteSpan input) {
  auto front = read_cbor_front(input);
  if (!front) return front.error();
  if (front->length != input.size()) {
    return base::Error{base::ErrorCode::invalid_input,
                       fmt::format("CBOR at byte {}: something stands behind it", front->length),
                       "",
                       {}};
  }
  return std::move(front->item);
}

}  // namespace hinomi::credential
