#include "tools/message_compiler/emit_ts.h"

#include <string_view>

namespace hinomi::message_compiler {
namespace {

std::string_view ts_type(ParamType type) {
  return type == ParamType::text ? "string" : "number";
}

// A part of a template literal; the catalogue allows no control character but the line feed.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool opens = c == '$' && i + 1 < text.size() && text[i + 1] == '{';
    if (c == '`' || c == '\\' || opens) out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

// scan_summary -> scanSummary
std::string camel_case(std::string_view snake) {
  std::string out;
  bool upper = false;
  for (const char c : snake) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    upper = false;
  }
  return out;
}

// "(values: { files: number; path: string }) => string"; with no parameter "() => string".
std::string parameters(const Message& message) {
  if (message.params.empty()) return "()";
  std::string out = "(values: { ";
  for (std::size_t i = 0; i < message.params.size(); ++i) {
    if (i != 0) out += "; ";
    out += message.params[i].name + ": " + std::string(ts_type(message.params[i].type));
  }
  return out + " })";
}

std::string text_of(const Message& message, const Piece& piece, std::string_view language) {
  if (piece.kind == PieceKind::literal) return escaped(piece.literal);
  const Param& param = message.params[piece.param];
  const std::string value = "values." + param.name;
  if (piece.kind == PieceKind::plural) {
    return "${" + value + " === 1 ? `" + escaped(piece.one) + "` : `" + escaped(piece.other) + "`}";
  }
  const std::string name(kParamTypeNames[static_cast<std::size_t>(param.type)]);
  const std::string arguments =
      param.type == ParamType::duration ? "'" + std::string(language) + "', " + value : value;
  return "${format." + name + "(" + arguments + ")}";
}

}  // namespace

std::string emit_ts(const std::vector<Message>& messages, const std::vector<Message>& labels) {
  std::string out =
      "// Every text of the web interface for people, one function for each message. Generated from "
      "content/messages:\n"
      "// not for editing, change the catalogue instead.\n"
      "import * as format from './format';\n\n"
      "export interface Messages {\n";
  for (const Message& message : messages) {
    out += "  readonly " + camel_case(message.function) + ": " + parameters(message) + " => string;\n";
  }
  out += "}\n";
  for (std::size_t i = 0; i < kLanguages.size(); ++i) {
    const std::string_view language = kLanguages[i];
    out += "\nconst " + std::string(language) + ": Messages = {\n";
    for (const Message& message : messages) {
      out +=
          "  " + camel_case(message.function) + ": " + (message.params.empty() ? "()" : "(values)") + " => `";
      for (const Piece& piece : message.texts[i]) out += text_of(message, piece, language);
      out += "`,\n";
    }
    out += "};\n";
  }
  for (std::size_t i = 0; i < kLanguages.size(); ++i) {
    out += "\nconst " + std::string(kLanguages[i]) + "Labels: Readonly<Record<string, string>> = {\n";
    for (const Message& label : labels)
      out += "  '" + label.key + "': `" + escaped(label.sources[i]) + "`,\n";
    out += "};\n";
  }
  out += "\nexport const languages = [";
  for (std::size_t i = 0; i < kLanguages.size(); ++i) {
    out += (i == 0 ? "'" : ", '") + std::string(kLanguages[i]) + "'";
  }
  out += "] as const;\nexport type Language = (typeof languages)[number];\n";
  out += "export const messages: Readonly<Record<Language, Messages>> = { en, ja };\n";
  out +=
      "// Names of declared things, by their key.\n"
      "export const labels: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en: enLabels, "
      "ja: "
      "jaLabels };\n";
  return out;
}

}  // namespace hinomi::message_compiler
