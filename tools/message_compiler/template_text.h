// Splits the text of a message into pieces: "{name}" is a value, "{name|one|other}" a word chosen by number.
// Not a MessageFormat: there is no nesting, and "{{" and "}}" stand for the braces themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/message_compiler/catalogue.h"

namespace hinomi::message_compiler {

struct TemplateContext {
  const Message& message;
  std::string_view language;  // one of kLanguages
  Place where;                // of the text
};

[[nodiscard]] std::vector<Piece> parse_template(std::string_view text, const TemplateContext& context,
                                                std::vector<Diagnostic>& problems);

}  // namespace hinomi::message_compiler
