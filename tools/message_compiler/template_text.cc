#include "tools/message_compiler/template_text.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace hinomi::message_compiler {
namespace {

constexpr std::string_view kBraceRemedy =
    "Write '{name}' for a value, '{{' and '}}' for the braces themselves.";

class TemplateParser {
 public:
  TemplateParser(std::string_view text, const TemplateContext& context, std::vector<Diagnostic>& problems)
      : text_(text), context_(context), problems_(problems) {}

  std::vector<Piece> parse() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if ((c == '{' || c == '}') && at_ + 1 < text_.size() && text_[at_ + 1] == c) {
        literal_ += c;
        at_ += 2;
      } else if (c == '{') {
        if (!placeholder()) return {};
      } else if (c == '}') {
        report("a '}' without its '{'", std::string(kBraceRemedy));
        return {};
      } else {
        literal_ += c;
        ++at_;
      }
    }
    flush();
    check_all_used();
    return std::move(pieces_);
  }

 private:
  bool placeholder() {
    const std::size_t end = text_.find_first_of("{}", at_ + 1);
    if (end == std::string_view::npos || text_[end] == '{') {
      report("a '{' that is not closed", std::string(kBraceRemedy));
      return false;
    }
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    flush();
    const std::size_t bar = inside.find('|');
    const std::string_view name = inside.substr(0, bar);
    const std::optional<std::size_t> param = index_of(name);
    if (!param) {
      report("parameter '" + std::string(name) + "' is used but not declared",
             "Add '" + std::string(name) + ": count' (or another type) to params, or correct the name.");
      return true;
    }
    Piece piece{.kind = PieceKind::value, .literal = {}, .param = *param, .one = {}, .other = {}};
    if (bar != std::string_view::npos && !plural(inside.substr(bar + 1), piece)) return true;
    pieces_.push_back(std::move(piece));
    return true;
  }

  bool plural(std::string_view words, Piece& piece) {
    const Param& param = context_.message.params[piece.param];
    const std::size_t bar = words.find('|');
    if (bar == std::string_view::npos || words.find('|', bar + 1) != std::string_view::npos) {
      report("'{" + param.name + "|…}' does not have two words", "Write '{" + param.name + "|file|files}'.");
      return false;
    }
    if (context_.language != "en") {
      report("a choice by number in '" + std::string(context_.language) + "', which has none",
             "Write the word itself, without '{" + param.name + "|…|…}'.");
      return false;
    }
    if (param.type != ParamType::count) {
      report("a choice by number on '" + param.name + "', which is not a count", "Declare it as count.");
      return false;
    }
    piece.kind = PieceKind::plural;
    piece.one = words.substr(0, bar);
    piece.other = words.substr(bar + 1);
    return true;
  }

  std::optional<std::size_t> index_of(std::string_view name) const {
    const auto& params = context_.message.params;
    const auto found = std::ranges::find(params, name, &Param::name);
    if (found == params.end()) return std::nullopt;
    return static_cast<std::size_t>(found - params.begin());
  }

  // A value that one language leaves out is lost to its readers. A plural counts: "one file" shows its
  // number.
  void check_all_used() {
    for (std::size_t i = 0; i < context_.message.params.size(); ++i) {
      const bool used = std::ranges::any_of(
          pieces_, [i](const Piece& piece) { return piece.kind != PieceKind::literal && piece.param == i; });
      if (used) continue;
      const std::string& name = context_.message.params[i].name;
      report("parameter '" + name + "' is declared but not used",
             "Use '{" + name + "}' in the text, or remove it from params.");
    }
  }

  void flush() {
    if (literal_.empty()) return;
    pieces_.push_back(
        {.kind = PieceKind::literal, .literal = std::move(literal_), .param = 0, .one = {}, .other = {}});
    literal_.clear();
  }

  void report(std::string problem, std::string remedy) {
    problems_.push_back({context_.where,
                         "message '" + context_.message.key + "', text '" + std::string(context_.language) +
                             "': " + std::move(problem),
                         std::move(remedy)});
  }

  std::string_view text_;
  const TemplateContext& context_;
  std::vector<Diagnostic>& problems_;
  std::vector<Piece> pieces_;
  std::string literal_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Piece> parse_template(std::string_view text, const TemplateContext& context,
                                  std::vector<Diagnostic>& problems) {
  return TemplateParser(text, context, problems).parse();
}

}  // namespace hinomi::message_compiler
