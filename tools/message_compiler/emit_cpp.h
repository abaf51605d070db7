// Writes the C++ of a checked catalogue: one typed function for each message.
// Not a check of the catalogue (read_catalogue.h); other output languages get a file like this one.
#pragma once

#include <string>
#include <vector>

#include "tools/message_compiler/catalogue.h"

namespace hinomi::message_compiler {

struct CppFiles {
  std::string header;  // messages.h
  std::string source;  // messages.cc
};

// `labels` become one table, found by key: label(language, "entity.person").
[[nodiscard]] CppFiles emit_cpp(const std::vector<Message>& messages,
                                const std::vector<Message>& labels = {});

}  // namespace hinomi::message_compiler
