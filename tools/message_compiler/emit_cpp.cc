#include "tools/message_compiler/emit_cpp.h"

#include <map>
#include <string_view>

namespace hinomi::message_compiler {
namespace {

std::string_view cpp_type(ParamType type) {
  switch (type) {
    case ParamType::count:
      return "std::uint64_t";
    case ParamType::plain:
      return "std::int64_t";
    case ParamType::decimal:
      return "double";
    case ParamType::bytes:
      return "std::uint64_t";
    case ParamType::duration:
      return "std::chrono::seconds";
    case ParamType::text:
      return "std::string_view";
  }
  return "";
}

// A string literal; the text's own UTF-8 stays readable in the generated file.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

// scan_summary -> ScanSummary
std::string title_case(std::string_view snake) {
  std::string out;
  bool upper = true;
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

// The first line of a text, for the comment above its function.
std::string first_line(std::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  if (line.size() < text.size()) line += " …";
  return line;
}

bool takes_struct(const Message& message) {
  return message.params.size() > 1;
}

std::string signature(const Message& message) {
  std::string out = "std::string " + message.function + "(base::Language language";
  if (takes_struct(message)) {
    out += ", const " + title_case(message.function) + "& values";
  } else if (!message.params.empty()) {
    out += ", " + std::string(cpp_type(message.params[0].type)) + " " + message.params[0].name;
  }
  return out + ")";
}

std::string argument(const Message& message, std::size_t param) {
  return (takes_struct(message) ? "values." : "") + message.params[param].name;
}

std::string statement(const Message& message, const Piece& piece) {
  if (piece.kind == PieceKind::literal) return "out += " + quoted(piece.literal) + ";";
  const std::string value = argument(message, piece.param);
  if (piece.kind == PieceKind::plural) {
    return "out += " + value + " == 1 ? std::string_view(" + quoted(piece.one) + ") : std::string_view(" +
           quoted(piece.other) + ");";
  }
  const ParamType type = message.params[piece.param].type;
  const std::string name(kParamTypeNames[static_cast<std::size_t>(type)]);
  return "base::append_" + name + (type == ParamType::duration ? "(out, language, " : "(out, ") + value +
         ");";
}

void emit_declaration(std::string& out, const Message& message) {
  if (takes_struct(message)) {
    out += "\nstruct " + title_case(message.function) + " {\n";
    for (const Param& param : message.params) {
      out += "  " + std::string(cpp_type(param.type)) + " " + param.name + ";\n";
    }
    out += "};";
  }
  out += "\n// " + first_line(message.sources[0]) + "\n[[nodiscard]] " + signature(message) + ";\n";
}

void emit_definition(std::string& out, const Message& message) {
  out += "\n" + signature(message) + " {\n  std::string out;\n  switch (language) {\n";
  for (std::size_t i = 0; i < kLanguages.size(); ++i) {
    out += "    case base::Language::" + std::string(kLanguages[i]) + ":\n";
    for (const Piece& piece : message.texts[i]) out += "      " + statement(message, piece) + "\n";
    out += "      break;\n";
  }
  out += "  }\n  return out;\n}\n";
}

// A table in the order of its keys.
void emit_labels(CppFiles& files, const std::vector<Message>& labels) {
  files.header +=
      "\n// The name of something declared, by its key; nullopt: none of this key.\n"
      "[[nodiscard]] std::optional<std::string_view> label(base::Language language, std::string_view key);\n";
  std::map<std::string, const Message*> sorted;
  for (const Message& label : labels) sorted.emplace(label.key, &label);
  files.source += "\nnamespace {\nstruct Label {\n  std::string_view key;\n  std::string_view texts[" +
                  std::to_string(kLanguages.size()) + "];\n};\nconstexpr Label kLabels[] = {\n";
  for (const auto& [key, label] : sorted) {
    files.source += "    {" + quoted(key) + ", {";
    for (const std::string& text : label->sources) files.source += quoted(text) + ", ";
    files.source += "}},\n";
  }
  if (sorted.empty()) files.source += "    {},\n";
  files.source +=
      "};\n}  // namespace\n\nstd::optional<std::string_view> label(base::Language language, "
      "std::string_view "
      "key) {\n  const auto* const found = std::lower_bound(std::begin(kLabels), std::end(kLabels), key,\n"
      "                                             [](const Label& one, std::string_view wanted) { return "
      "one.key "
      "< wanted; });\n  if (found == std::end(kLabels) || found->key != key || key.empty()) return "
      "std::nullopt;\n"
      "  return found->texts[static_cast<std::size_t>(language)];\n}\n";
}

}  // namespace

CppFiles emit_cpp(const std::vector<Message>& messages, const std::vector<Message>& labels) {
  CppFiles files;
  files.header =
      "// Every text of the program for people, one function for each message. Generated from "
      "content/messages:\n"
      "// not for editing, change the catalogue instead.\n"
      "#pragma once\n\n"
      "#include <chrono>\n#include <cstdint>\n#include <optional>\n#include <string>\n#include "
      "<string_view>\n\n"
      "#include \"base/language.h\"\n\n"
      "namespace hinomi::messages {\n";
  files.source =
      "#include \"messages/messages.h\"\n\n#include <algorithm>\n#include <iterator>\n\n#include "
      "\"base/message_format.h\"\n\nnamespace hinomi::messages "
      "{\n";
  for (const Message& message : messages) {
    emit_declaration(files.header, message);
    emit_definition(files.source, message);
  }
  emit_labels(files, labels);
  files.header += "\n}  // namespace hinomi::messages\n";
  files.source += "\n}  // namespace hinomi::messages\n";
  return files;
}

}  // namespace hinomi::message_compiler
