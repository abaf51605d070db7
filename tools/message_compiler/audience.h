// Who shows a message, decided by the name of its catalogue file: web*.yaml is for the web interface,
// shared*.yaml for it and the programs, labels*.yaml (found by key while the program runs: names of declared
// things) for both as a table, every other file for the programs alone. Not a check: unknown names are
// programs' texts.
#pragma once

#include <string_view>
#include <vector>

#include "tools/message_compiler/catalogue.h"

namespace hinomi::message_compiler {

inline bool file_starts_with(const Message& message, std::string_view prefix) {
  std::string_view name = message.where.file;
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  return name.starts_with(prefix);
}

// The messages that become C++.
[[nodiscard]] inline std::vector<Message> for_programs(std::vector<Message> messages) {
  std::erase_if(messages, [](const Message& message) {
    return file_starts_with(message, "web") || file_starts_with(message, "labels");
  });
  return messages;
}

// The messages that are found by their key.
[[nodiscard]] inline std::vector<Message> labels_of(std::vector<Message> messages) {
  std::erase_if(messages, [](const Message& message) { return !file_starts_with(message, "labels"); });
  return messages;
}

// The messages that become TypeScript.
[[nodiscard]] inline std::vector<Message> for_web(std::vector<Message> messages) {
  std::erase_if(messages, [](const Message& message) {
    return !file_starts_with(message, "web") && !file_starts_with(message, "shared");
  });
  return messages;
}

}  // namespace hinomi::message_compiler
