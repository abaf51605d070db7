// The parameters of a query ("a=1&b=%E3%81%82"), decoded. Not for bodies of forms, which this server takes
// none of.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hinomi::api {

inline constexpr std::size_t kMaxParameters = 64;

// "%41" -> "A"; '+' -> ' ' where asked. nullopt: a broken escape, NUL, or no UTF-8 in the end.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank);

class Parameters {
 public:
  // An Error (invalid_input) for a broken escape, too many parameters, or one that is given twice.
  [[nodiscard]] static base::Result<Parameters> parse(std::string_view query);

  // nullptr: absent. Asking marks a parameter as known.
  [[nodiscard]] const std::string* find(std::string_view name);
  // Of the first parameter that nobody asked for; empty = none.
  [[nodiscard]] std::string_view first_unknown() const noexcept;

 private:
  struct Parameter {
    std::string name;
    std::string value;
    bool known = false;
  };
  std::vector<Parameter> parameters_;
};

}  // namespace hinomi::api
