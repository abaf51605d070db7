// A text that people read, in both languages of the program. Not for messages with parameters (messages/).
#pragma once

#include <string>

#include "base/language.h"

namespace hinomi::content {

struct Bilingual {
  std::string ja;
  std::string en;

  [[nodiscard]] const std::string& in(base::Language language) const noexcept {
    return language == base::Language::ja ? ja : en;
  }
};

}  // namespace hinomi::content
