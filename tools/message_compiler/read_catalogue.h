// Reads and checks catalogue files: every message complete, every parameter declared and used in every
// language. Not for writing code (emit_cpp.h); what it refuses it names by file, line and remedy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/message_compiler/catalogue.h"

namespace hinomi::message_compiler {

inline constexpr std::size_t kMaxParams = 16;

struct CatalogueFile {
  std::string path;
  std::string text;
};

// All messages of all files, sorted by key. They are usable only if nothing was added to `problems`.
[[nodiscard]] std::vector<Message> read_catalogue(const std::vector<CatalogueFile>& files,
                                                  std::vector<Diagnostic>& problems);

// "file:line:column: error: problem. Remedy: …", the form that editors and build logs understand.
[[nodiscard]] std::string to_text(const Diagnostic& diagnostic);

}  // namespace hinomi::message_compiler
