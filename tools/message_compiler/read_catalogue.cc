#include "tools/message_compiler/read_catalogue.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "tools/message_compiler/template_text.h"
#include "tools/message_compiler/yaml_tree.h"

namespace hinomi::message_compiler {
namespace {

// Names that the generated functions use themselves.
constexpr std::array<std::string_view, 4> kTaken{"base", "language", "out", "values"};
// Words that a generated C++ function or member cannot be named (C++20, [lex.key]).
constexpr std::array<std::string_view, 92> kReserved{
    "alignas",       "alignof",    "and",       "and_eq",    "asm",          "auto",
    "bitand",        "bitor",      "bool",      "break",     "case",         "catch",
    "char",          "char8_t",    "char16_t",  "char32_t",  "class",        "compl",
    "concept",       "const",      "consteval", "constexpr", "constinit",    "const_cast",
    "continue",      "co_await",   "co_return", "co_yield",  "decltype",     "default",
    "delete",        "do",         "double",    "else",      "enum",         "explicit",
    "export",        "extern",     "false",     "float",     "for",          "friend",
    "goto",          "if",         "inline",    "int",       "long",         "mutable",
    "namespace",     "new",        "noexcept",  "not",       "not_eq",       "nullptr",
    "operator",      "or",         "or_eq",     "private",   "protected",    "public",
    "register",      "requires",   "return",    "short",     "signed",       "sizeof",
    "static",        "struct",     "switch",    "template",  "this",         "thread_local",
    "throw",         "true",       "try",       "typedef",   "typeid",       "typename",
    "union",         "unsigned",   "using",     "virtual",   "void",         "volatile",
    "wchar_t",       "while",      "xor",       "xor_eq",    "dynamic_cast", "reinterpret_cast",
    "static_assert", "static_cast"};

template <typename Words>
bool contains(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_word_char(char c) {
  return is_lower(c) || (c >= '0' && c <= '9') || c == '_';
}

// snake_case without a leading, trailing or double '_'.
bool is_snake_case(std::string_view word) {
  return !word.empty() && is_lower(word.front()) && word.back() != '_' &&
         std::ranges::all_of(word, is_word_char) && word.find("__") == std::string_view::npos;
}

bool is_key(std::string_view key) {
  if (key.find('.') == std::string_view::npos) return false;
  while (true) {
    const std::size_t dot = key.find('.');
    if (!is_snake_case(key.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    key.remove_prefix(dot + 1);
  }
}

std::optional<std::string> problem_of_text(const YamlNode& node) {
  if (node.is_mapping) return "is not a text";
  if (node.text.empty()) return "is empty";
  const bool control = std::ranges::any_of(
      node.text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F; });
  if (control) return "holds a control character";
  return std::nullopt;
}

class CatalogueReader {
 public:
  explicit CatalogueReader(std::vector<Diagnostic>& problems) : problems_(problems) {}

  void read_file(const CatalogueFile& file) {
    for (const YamlEntry& entry : read_yaml_tree(file.path, file.text, problems_).entries)
      read_message(entry);
  }

  std::vector<Message> take() {
    std::vector<Message> result;
    result.reserve(messages_.size());
    for (auto& [function, message] : messages_) result.push_back(std::move(message));
    return result;
  }

 private:
  void read_message(const YamlEntry& entry) {
    Message message;
    message.key = entry.key;
    message.where = entry.where;
    if (!is_key(entry.key)) {
      report(entry.where, "'" + entry.key + "' is not a message key",
             "Write lower-case words with at least one dot, such as 'scan.summary'.");
      return;
    }
    message.function = entry.key;
    std::ranges::replace(message.function, '.', '_');
    if (contains(kReserved, message.function)) {
      report(entry.where, "'" + entry.key + "' would be the C++ word '" + message.function + "'",
             "Rename it.");
      return;
    }
    if (const auto known = messages_.find(message.function); known != messages_.end()) {
      const Place& first = known->second.where;
      report(entry.where,
             "message '" + entry.key + "' is defined twice, first as '" + known->second.key + "' at " +
                 first.file + ":" + std::to_string(first.line),
             "Remove one, or give it another key.");
      return;
    }
    if (!entry.value.is_mapping) {
      report(entry.where, "message '" + entry.key + "' has no texts", "Write 'en:' and 'ja:' below it.");
      return;
    }
    read_params(entry.value, message);
    read_texts(entry.value, message);
    messages_.emplace(message.function, std::move(message));
  }

  void read_params(const YamlNode& body, Message& message) {
    const auto list = std::ranges::find(body.entries, "params", &YamlEntry::key);
    if (list == body.entries.end()) return;
    if (!list->value.is_mapping || list->value.entries.size() > kMaxParams) {
      report(list->where, "params of '" + message.key + "' is not a mapping of at most 16 names to types",
             "Write 'params: {files: count}'.");
      return;
    }
    for (const YamlEntry& entry : list->value.entries) read_param(entry, message);
  }

  void read_param(const YamlEntry& entry, Message& message) {
    if (!is_snake_case(entry.key) || contains(kReserved, entry.key) || contains(kTaken, entry.key)) {
      report(entry.where, "'" + entry.key + "' cannot name a parameter",
             "Use a lower-case word that neither C++ nor the generated code uses.");
      return;
    }
    if (std::ranges::find(message.params, entry.key, &Param::name) != message.params.end()) {
      report(entry.where, "parameter '" + entry.key + "' is declared twice", "Remove one.");
      return;
    }
    const auto type = std::ranges::find(kParamTypeNames, entry.value.text);
    if (type == kParamTypeNames.end()) {
      report(entry.where, "parameter '" + entry.key + "' has the unknown type '" + entry.value.text + "'",
             "Use count, plain, decimal, bytes, duration or text.");
      return;
    }
    message.params.push_back(
        {entry.key, static_cast<ParamType>(type - kParamTypeNames.begin()), entry.where});
  }

  void read_texts(const YamlNode& body, Message& message) {
    std::array<bool, kLanguages.size()> seen{};
    for (const YamlEntry& entry : body.entries) {
      if (entry.key == "params") {
        if (&entry != &*std::ranges::find(body.entries, "params", &YamlEntry::key))
          report_twice(entry, message);
        continue;
      }
      const auto language = std::ranges::find(kLanguages, entry.key);
      if (language == kLanguages.end()) {
        report(entry.where, "message '" + message.key + "' has the unknown part '" + entry.key + "'",
               "Use en, ja and params.");
        continue;
      }
      const auto index = static_cast<std::size_t>(language - kLanguages.begin());
      if (std::exchange(seen[index], true)) {
        report_twice(entry, message);
        continue;
      }
      read_text(entry, index, message);
    }
    for (std::size_t i = 0; i < kLanguages.size(); ++i) {
      if (seen[i]) continue;
      report(message.where,
             "message '" + message.key + "' has no text in '" + std::string(kLanguages[i]) + "'",
             "Add a line '" + std::string(kLanguages[i]) + ": \"…\"' below it.");
    }
  }

  void read_text(const YamlEntry& entry, std::size_t language, Message& message) {
    if (const auto problem = problem_of_text(entry.value)) {
      report(entry.where, "text '" + entry.key + "' of '" + message.key + "' " + *problem,
             "Write the text between double quotes.");
      return;
    }
    const TemplateContext context{message, kLanguages[language], entry.where};
    message.texts[language] = parse_template(entry.value.text, context, problems_);
    message.sources[language] = entry.value.text;
  }

  void report_twice(const YamlEntry& entry, const Message& message) {
    report(entry.where, "'" + entry.key + "' of '" + message.key + "' is given twice", "Remove one.");
  }

  void report(const Place& where, std::string problem, std::string remedy) {
    problems_.push_back({where, std::move(problem), std::move(remedy)});
  }

  std::vector<Diagnostic>& problems_;
  std::map<std::string, Message> messages_;  // by function name, which also orders the output
};

}  // namespace

std::vector<Message> read_catalogue(const std::vector<CatalogueFile>& files,
                                    std::vector<Diagnostic>& problems) {
  CatalogueReader reader(problems);
  for (const CatalogueFile& file : files) reader.read_file(file);
  return reader.take();
}

std::string to_text(const Diagnostic& diagnostic) {
  std::string out = diagnostic.where.file + ":" + std::to_string(diagnostic.where.line) + ":" +
                    std::to_string(diagnostic.where.column) + ": error: " + diagnostic.problem + ".";
  if (!diagnostic.remedy.empty()) out += " Remedy: " + diagnostic.remedy;
  return out;
}

}  // namespace hinomi::message_compiler
