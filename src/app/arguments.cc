#include "app/arguments.h"

#include <algorithm>

#include "messages/messages.h"

namespace hinomi::app {

std::optional<Arguments> Arguments::parse(Console& console, std::string_view command,
                                          std::span<const std::string> words,
                                          std::span<const OptionSpec> specs) {
  Arguments result;
  bool only_paths = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (only_paths || word == "-" || !word.starts_with('-')) {
      result.paths_.push_back(word);
      continue;
    }
    if (word == "--") {
      only_paths = true;
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const auto spec =
        std::find_if(specs.begin(), specs.end(), [&](const OptionSpec& s) { return s.name == name; });
    if (spec == specs.end() || (!spec->takes_value && equals != std::string::npos)) {
      console.error_line(
          messages::usage_unknown_option(console.language, {.option = word, .command = command}));
      return std::nullopt;
    }
    std::vector<std::string>& values = result.values_[name];
    if (!spec->takes_value) continue;
    if (equals != std::string::npos) {
      values.push_back(word.substr(equals + 1));
    } else if (i + 1 < words.size()) {
      values.push_back(words[++i]);
    } else {
      console.error_line(messages::usage_missing_value(console.language, name));
      return std::nullopt;
    }
  }
  return result;
}

std::optional<std::string> Arguments::value(std::string_view option) const {
  const auto found = values_.find(option);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

}  // namespace hinomi::app
