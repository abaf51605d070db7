#include "parse/yaml/yaml.h"

#include <libfyaml.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <unordered_map>

#include "base/text.h"

namespace hinomi::parse::yaml {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;

struct ParserDeleter {
  void operator()(fy_parser* parser) const noexcept { fy_parser_destroy(parser); }
};
struct DiagDeleter {
  void operator()(fy_diag* diag) const noexcept { fy_diag_destroy(diag); }
};

// Keeps libfyaml's first message, "<memory-…>:line:column: error: text".
void collect_message(fy_diag* /*diag*/, void* user, const char* text, std::size_t length) {
  auto& message = *static_cast<std::string*>(user);
  if (message.empty()) message.assign(text, length);
}

Error to_error(std::string_view message) {
  Error error{.code = ErrorCode::invalid_input,
              .message = "invalid YAML",
              .remedy = "correct the YAML at this place (indentation, quotes, colon)"};
  int line = 0;
  int column = 0;
  if (const std::size_t source_end = message.find(">:");
      message.starts_with("<memory") && source_end != message.npos) {
    message.remove_prefix(source_end + 2);
  }
  const char* end = message.data() + message.size();
  const auto first = std::from_chars(message.data(), end, line);
  if (first.ec == std::errc{} && first.ptr < end && *first.ptr == ':') {
    const auto second = std::from_chars(first.ptr + 1, end, column);
    if (second.ec == std::errc{}) {
      error.where = {line, column};
      message.remove_prefix(static_cast<std::size_t>(second.ptr - message.data()));
    }
  }
  const std::size_t start = message.find_first_not_of(": ");
  message = start == std::string_view::npos ? std::string_view{} : message.substr(start);
  constexpr std::string_view kPrefix = "error: ";
  if (message.starts_with(kPrefix)) message.remove_prefix(kPrefix.size());
  message = message.substr(0, message.find('\n'));
  if (!message.empty()) error.message += ": " + base::visible(message);
  return error;
}

// The text of a single-quoted scalar from behind its opening quote (YAML 1.2, 7.3.2): '' is a quote, a line
// break with the blanks around it is one blank, each further break a newline. libfyaml 0.7 decodes two such
// quotes in a row wrongly.
std::string single_quoted(std::string_view rest) {
  constexpr std::string_view kSpaces = " \t\r\n";
  std::string text;
  for (std::size_t i = 0; i < rest.size();) {
    if (rest[i] == '\'') {
      if (!rest.substr(i).starts_with("''")) break;
      text += '\'';
      i += 2;
    } else if (rest[i] == '\n' || rest[i] == '\r') {
      while (text.ends_with(' ') || text.ends_with('\t')) text.pop_back();
      std::size_t breaks = 0;
      for (; i < rest.size() && kSpaces.find(rest[i]) != std::string_view::npos; ++i) {
        if (rest[i] == '\n' || (rest[i] == '\r' && !rest.substr(i).starts_with("\r\n"))) ++breaks;
      }
      text.append(breaks == 1 ? 1 : breaks - 1, breaks == 1 ? ' ' : '\n');
    } else {
      text += rest[i++];
    }
  }
  return text;
}

// Builds nodes out of libfyaml's events, within limits. Recursion is bounded by Limits::depth.
class Builder {
 public:
  Builder(fy_parser* parser, std::string_view source, const Limits& limits, const std::string& message)
      : parser_(parser), source_(source), limits_(limits), message_(message) {}

  Result<std::vector<Node>> documents() {
    std::vector<Node> result;
    while (true) {
      const Event event = next();
      if (!event) break;
      if (event->type == FYET_STREAM_END) break;
      if (event->type != FYET_DOCUMENT_START) continue;
      anchors_.clear();
      Node root;
      const Event first = next();
      if (!first) break;
      if (first->type == FYET_DOCUMENT_END) continue;
      if (!build(*first, root, 0)) return *failure_;
      result.push_back(std::move(root));
    }
    if (failure_) return *failure_;
    if (fy_parser_get_stream_error(parser_) || !message_.empty()) return to_error(message_);
    return result;
  }

 private:
  struct EventDeleter {
    fy_parser* parser;
    void operator()(fy_event* event) const noexcept { fy_parser_event_free(parser, event); }
  };
  using Event = std::unique_ptr<fy_event, EventDeleter>;

  Event next() { return Event(fy_parser_parse(parser_), EventDeleter{parser_}); }

  bool fail(ErrorCode code, std::string text, std::string remedy, Position where) {
    if (!failure_) failure_ = Error{code, std::move(text), std::move(remedy), where};
    return false;
  }
  bool fail_from_parser() {
    if (!failure_) failure_ = to_error(message_);
    return false;
  }

  static Position position_of(fy_token* token) {
    const fy_mark* mark = token != nullptr ? fy_token_start_mark(token) : nullptr;
    return mark != nullptr ? Position{mark->line + 1, mark->column + 1} : Position{};
  }
  // nullopt when libfyaml contradicts itself about the text of a token; no token is no text. Its ready-made
  // fy_token_get_text() is avoided: 0.7 cuts such a text short without a word, and leaks.
  std::optional<std::string> text_of(fy_token* token) {
    std::string text;
    if (token == nullptr) return text;
    if (fy_token_get_type(token) == FYTT_SCALAR && fy_token_scalar_style(token) == FYSS_SINGLE_QUOTED) {
      const fy_mark* mark = fy_token_start_mark(token);
      if (mark == nullptr || mark->input_pos > source_.size()) return std::nullopt;
      return single_quoted(source_.substr(mark->input_pos));
    }
    fy_token_iter_start(token, iterator_.get());
    int error = 0;
    const fy_iter_chunk* chunk = fy_token_iter_chunk_next(iterator_.get(), nullptr, &error);
    for (; chunk != nullptr; chunk = fy_token_iter_chunk_next(iterator_.get(), chunk, &error)) {
      text.append(chunk->str, chunk->len);
    }
    fy_token_iter_finish(iterator_.get());
    if (error != 0 || text.size() != fy_token_get_text_length(token)) return std::nullopt;
    return text;
  }

  bool count_nodes(std::size_t added, Position where) {
    nodes_ += added;
    if (nodes_ <= limits_.nodes) return true;
    return fail(ErrorCode::limit_exceeded, "YAML has more than " + std::to_string(limits_.nodes) + " nodes",
                "split the file", where);
  }
  bool too_deep(Position where) {
    return fail(ErrorCode::limit_exceeded,
                "YAML is nested deeper than " + std::to_string(limits_.depth) + " levels", "flatten it",
                where);
  }
  // Both are bounded by Limits::depth, since no node is ever deeper.
  static std::size_t depth_of(const Node& node) {
    std::size_t deepest = 0;
    for (const Node& item : node.items) deepest = std::max(deepest, 1 + depth_of(item));
    for (const Member& member : node.members) deepest = std::max(deepest, 1 + depth_of(member.value));
    return deepest;
  }
  static std::size_t size_of(const Node& node) {
    std::size_t size = 1;
    for (const Node& item : node.items) size += size_of(item);
    for (const Member& member : node.members) size += size_of(member.value);
    return size;
  }

  bool build(const fy_event& event, Node& node, std::size_t depth) {
    if (depth > limits_.depth) return too_deep(node.where);
    switch (event.type) {
      case FYET_SCALAR:
        return build_scalar(event.scalar, node);
      case FYET_ALIAS:
        return build_alias(event.alias, node, depth);
      case FYET_SEQUENCE_START:
        return build_sequence(event.sequence_start, node, depth);
      case FYET_MAPPING_START:
        return build_mapping(event.mapping_start, node, depth);
      default:
        return fail(ErrorCode::invalid_input, "invalid YAML: unexpected end", "complete the document", {});
    }
  }

  bool build_scalar(const fy_event_scalar_data& data, Node& node) {
    node.kind = NodeKind::scalar;
    node.where = position_of(data.value);
    node.plain = data.value == nullptr || fy_token_scalar_style(data.value) == FYSS_PLAIN;
    auto text = text_of(data.value);
    if (!text) {
      return fail(ErrorCode::unsupported, "invalid YAML: this text cannot be read", "write it in quotes",
                  node.where);
    }
    node.text = std::move(*text);
    settle_layout(data.value, node);
    return count_nodes(1, node.where) && remember(data.anchor, node);
  }

  // Blanks at the beginning of the first line that has more than blanks.
  static std::size_t indent_of(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \n\r");
    if (first == std::string_view::npos) return 0;
    const std::size_t line_end = text.rfind('\n', first);
    return line_end == std::string_view::npos ? first : first - line_end - 1;
  }

  void settle_layout(fy_token* token, Node& node) const {
    const fy_mark* mark = token != nullptr ? fy_token_start_mark(token) : nullptr;
    if (mark == nullptr || mark->input_pos > source_.size()) return;
    const std::string_view rest = source_.substr(mark->input_pos);
    const fy_scalar_style style = fy_token_scalar_style(token);
    if (style == FYSS_LITERAL || style == FYSS_FOLDED) {
      node.layout = style == FYSS_LITERAL ? Layout::literal : Layout::changed;
      // The mark stands at the beginning of the block's first line; its blanks are indentation but for those
      // that the text begins with.
      const std::size_t blanks = indent_of(rest);
      const std::size_t own = indent_of(node.text);
      if (node.where.column == 1 && blanks > own) node.where.column += static_cast<int>(blanks - own);
    } else if (!rest.starts_with(node.text)) {
      node.layout = Layout::changed;
    }
  }

  bool build_alias(const fy_event_alias_data& data, Node& node, std::size_t depth) {
    const auto found = anchors_.find(text_of(data.anchor).value_or(""));
    const Position where = position_of(data.anchor);
    if (found == anchors_.end()) {
      return fail(ErrorCode::invalid_input, "invalid YAML: alias of an anchor that does not exist",
                  "define the anchor before its alias", where);
    }
    if (!count_nodes(size_of(found->second.node), where)) return false;
    if (depth + found->second.depth > limits_.depth) return too_deep(where);
    node = found->second.node;
    node.where = where;
    return true;
  }

  bool build_sequence(const fy_event_sequence_start_data& data, Node& node, std::size_t depth) {
    node.kind = NodeKind::sequence;
    node.where = position_of(data.sequence_start);
    if (!count_nodes(1, node.where)) return false;
    while (true) {
      const Event event = next();
      if (!event) return fail_from_parser();
      if (event->type == FYET_SEQUENCE_END) break;
      Node& item = node.items.emplace_back();
      item.where = node.where;  // for a fault without a place of its own
      if (!build(*event, item, depth + 1)) return false;
      if (item.where.line == 0) item.where = node.where;
    }
    if (node.where.line == 0 && !node.items.empty()) node.where = node.items.front().where;
    return remember(data.anchor, node);
  }

  bool build_mapping(const fy_event_mapping_start_data& data, Node& node, std::size_t depth) {
    node.kind = NodeKind::mapping;
    node.where = position_of(data.mapping_start);
    if (!count_nodes(1, node.where)) return false;
    Keys keys;
    while (true) {
      const Event key_event = next();
      if (!key_event) return fail_from_parser();
      if (key_event->type == FYET_MAPPING_END) break;
      Node key;
      if (!build(*key_event, key, depth + 1)) return false;
      if (!key.is_scalar()) {
        return fail(ErrorCode::invalid_input, "invalid YAML here: a key must be a simple text",
                    "use a text as the key", key.where);
      }
      const Event value_event = next();
      if (!value_event) return fail_from_parser();
      Member member{.key = key.text, .where = key.where, .value = {}};
      member.value.where = key.where;
      if (!build(*value_event, member.value, depth + 1)) return false;
      if (member.value.where.line == 0) member.value.where = key.where;  // an empty value has no place
      if (!add_member(node, keys, key, std::move(member))) return false;
    }
    if (!node.members.empty()) node.where = node.members.front().where;
    return remember(data.anchor, node);
  }

  struct KeyPlace {
    std::size_t index = 0;  // into Node::members
    bool merged = false;
  };
  using Keys = std::unordered_map<std::string, KeyPlace>;  // of one mapping

  bool add_member(Node& node, Keys& keys, const Node& key, Member member) {
    if (key.plain && key.text == "<<" && member.value.is_mapping()) {  // merge key (YAML 1.1, type/merge)
      for (Member& merged : member.value.members) {
        if (keys.emplace(merged.key, KeyPlace{node.members.size(), true}).second)
          node.members.push_back(std::move(merged));
      }
      return true;
    }
    const auto [known, added] = keys.emplace(member.key, KeyPlace{node.members.size(), false});
    if (added) {
      node.members.push_back(std::move(member));
      return true;
    }
    if (!known->second.merged) {
      return fail(ErrorCode::invalid_input,
                  "invalid YAML: the key '" + base::visible(member.key) + "' occurs twice",
                  "remove or rename one of them", member.where);
    }
    known->second.merged = false;  // what is written here stands above what was merged in
    node.members[known->second.index] = std::move(member);
    return true;
  }

  struct Anchored {
    Node node;
    std::size_t depth = 0;
  };

  bool remember(fy_token* anchor, const Node& node) {
    if (anchor == nullptr) return true;
    if (!count_nodes(size_of(node), node.where)) return false;
    anchors_[text_of(anchor).value_or("")] = {node, depth_of(node)};
    return true;
  }

  struct IteratorDeleter {
    void operator()(fy_token_iter* iterator) const noexcept { fy_token_iter_destroy(iterator); }
  };

  fy_parser* parser_;
  std::unique_ptr<fy_token_iter, IteratorDeleter> iterator_{fy_token_iter_create(nullptr)};
  std::string_view source_;
  const Limits& limits_;
  const std::string& message_;
  std::size_t nodes_ = 0;
  std::unordered_map<std::string, Anchored> anchors_;
  std::optional<Error> failure_;
};

// The shapes of text on which libfyaml is slow (Limits).
Result<void> check_lines(std::string_view text, const Limits& limits) {
  std::size_t blank = 0;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    const bool crlf = text.substr(end).starts_with("\r\n");
    text.remove_prefix(std::min(text.size(), end + (crlf ? 2 : 1)));
    blank = line.find_first_not_of(" \t") == std::string_view::npos ? blank + 1 : 0;
    if (blank > limits.blank_lines) {
      return Error{ErrorCode::limit_exceeded,
                   "YAML has more than " + std::to_string(limits.blank_lines) + " blank lines in a row",
                   "remove them",
                   {number, 1}};
    }
    if (line.starts_with('%') && line.size() > limits.directive_bytes) {
      return Error{ErrorCode::limit_exceeded,
                   "YAML has a line of more than " + std::to_string(limits.directive_bytes) +
                       " bytes that begins with '%'",
                   "indent the line, or remove the directive",
                   {number, 1}};
    }
  }
  return {};
}

}  // namespace

const Node* Node::find(std::string_view key) const noexcept {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::string_view Node::text_of(std::string_view key) const noexcept {
  const Node* node = find(key);
  return node != nullptr && node->is_scalar() ? std::string_view(node->text) : std::string_view();
}

bool Node::is_null() const noexcept {
  return is_scalar() && plain &&
         (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

std::optional<bool> Node::as_boolean() const noexcept {
  if (!is_scalar() || !plain) return std::nullopt;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

base::Position Node::place_of(std::size_t offset) const noexcept {
  if (layout == Layout::changed || offset > text.size()) return where;
  const std::string_view before = std::string_view(text).substr(0, offset);
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  Position place = where;
  for (const char c : before) place.line += c == '\n' ? 1 : 0;
  for (const char c : before.substr(line_start))
    place.column += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return place;
}

std::optional<double> Node::as_number() const noexcept {
  if (!is_scalar() || !plain || text.empty()) return std::nullopt;
  std::string_view digits = text;
  if (digits.starts_with("0x") || digits.starts_with("0o")) {
    std::uint64_t whole = 0;
    const auto result =
        std::from_chars(digits.data() + 2, digits.data() + digits.size(), whole, digits[1] == 'x' ? 16 : 8);
    if (result.ec != std::errc{} || result.ptr != digits.data() + digits.size()) return std::nullopt;
    return static_cast<double>(whole);
  }
  if (digits.front() == '+') digits.remove_prefix(1);
  if (digits.empty()) return std::nullopt;
  const char first =
      digits.front() == '-' && digits.size() > 1 && text.front() != '+' ? digits[1] : digits.front();
  if ((first < '0' || first > '9') && first != '.') return std::nullopt;  // no "inf" and "nan", no "+-1"
  double value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec != std::errc{} || result.ptr != digits.data() + digits.size()) return std::nullopt;
  return value;
}

Result<std::vector<Node>> read(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return Error{ErrorCode::limit_exceeded,
                 "YAML text is larger than " + std::to_string(limits.bytes) + " bytes",
                 "split the file",
                 {}};
  }
  if (!base::is_utf8(text)) {
    return Error{
        ErrorCode::invalid_input, "invalid YAML: the text is not UTF-8", "save the file as UTF-8", {}};
  }
  if (auto checked = check_lines(text, limits); !checked) return checked.error();
  std::string message;
  fy_diag_cfg diag_config{};
  diag_config.output_fn = collect_message;
  diag_config.user = &message;
  diag_config.level = FYET_ERROR;
  diag_config.module_mask = ~0U;
  diag_config.show_position = true;
  const std::unique_ptr<fy_diag, DiagDeleter> diag(fy_diag_create(&diag_config));
  fy_parse_cfg config{};
  config.flags = FYPCF_DISABLE_MMAP_OPT;
  config.diag = diag.get();
  const std::unique_ptr<fy_parser, ParserDeleter> parser(fy_parser_create(&config));
  if (!diag || !parser || fy_parser_set_string(parser.get(), text.data(), text.size()) != 0) {
    return Error{ErrorCode::internal, "the YAML reader could not be started", "", {}};
  }
  return Builder(parser.get(), text, limits, message).documents();
}

}  // namespace hinomi::parse::yaml
