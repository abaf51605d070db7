// The words after a command, sorted into options and paths. Every command declares its options; anything else
// is named and refused. Not for configuration files.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/console.h"

namespace hinomi::app {

struct OptionSpec {
  std::string_view name;     // "--rules"
  bool takes_value = false;  // "--rules DIR" or "--rules=DIR"
};

class Arguments {
 public:
  // nullopt after a message on the console: wrong usage. "--" ends the options; "-" is a path.
  [[nodiscard]] static std::optional<Arguments> parse(Console& console, std::string_view command,
                                                      std::span<const std::string> words,
                                                      std::span<const OptionSpec> specs);

  [[nodiscard]] bool has(std::string_view option) const { return values_.find(option) != values_.end(); }
  // The last value given, or nullopt.
  [[nodiscard]] std::optional<std::string> value(std::string_view option) const;
  [[nodiscard]] std::vector<std::string> values(std::string_view option) const;
  [[nodiscard]] const std::vector<std::string>& paths() const noexcept { return paths_; }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> paths_;
};

}  // namespace hinomi::app
