// The checked form of content/messages: every message with its parameters and its text in each language.
// Not the place of any output language; emit_cpp.h writes C++ from it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hinomi::message_compiler {

// Where something stands in a catalogue file: 1-based.
struct Place {
  std::string file;
  int line = 1;
  int column = 1;
};

struct Diagnostic {
  Place where;
  std::string problem;
  std::string remedy;
};

// How a value is shown; what each means is in README.md.
enum class ParamType : std::uint8_t { count, plain, decimal, bytes, duration, text };
inline constexpr std::array<std::string_view, 6> kParamTypeNames{"count", "plain",    "decimal",
                                                                 "bytes", "duration", "text"};

struct Param {
  std::string name;
  ParamType type = ParamType::text;
  Place where;
};

enum class PieceKind : std::uint8_t { literal, value, plural };

// A text is a row of pieces; `param` indexes Message::params (value and plural only).
struct Piece {
  PieceKind kind = PieceKind::literal;
  std::string literal;  // literal only
  std::size_t param = 0;
  std::string one;    // plural: the words for exactly 1
  std::string other;  // plural: the words for every other count
};

inline constexpr std::array<std::string_view, 2> kLanguages{"en", "ja"};

struct Message {
  std::string key;       // "scan.summary"
  std::string function;  // "scan_summary"
  Place where;
  std::vector<Param> params;                                // in the order of the catalogue
  std::array<std::vector<Piece>, kLanguages.size()> texts;  // in the order of kLanguages
  std::array<std::string, kLanguages.size()> sources;       // the texts as written
};

}  // namespace hinomi::message_compiler
