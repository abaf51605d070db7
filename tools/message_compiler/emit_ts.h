// Writes the TypeScript of a checked catalogue: one typed function for each message, in every language.
// Not a check of the catalogue (read_catalogue.h); how values look is web/src/i18n/format.ts.
#pragma once

#include <string>
#include <vector>

#include "tools/message_compiler/catalogue.h"

namespace hinomi::message_compiler {

// One module, to lie beside format.ts: `messages` maps a language to its functions, one name for each
// message.
// `labels` become one table a language, found by key: labels.ja['entity.person'].
[[nodiscard]] std::string emit_ts(const std::vector<Message>& messages,
                                  const std::vector<Message>& labels = {});

}  // namespace hinomi::message_compiler
