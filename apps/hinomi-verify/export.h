// Judges an export of an audit log, folder against mathematics (docs/en/audit-log.md). Reads files only;
// needs no server, no database and no network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "texts.h"

namespace hinomi::verify {

inline constexpr std::size_t kMaxProblems = 1000;

struct Report {
  Language language = Language::en;
  std::vector<std::string> problems;
  std::vector<std::string> notes;

  void problem(const std::string& where, Text which, const std::string& value = {});
  void note(Text which, const std::string& value = {}) { notes.push_back(text(language, which, value)); }
};

struct Given {
  std::string folder;
  std::string keys;  // files; empty: those of the export
  std::string authorities;
  std::string known;
};
void verify_export(const Given& given, Report& report);

}  // namespace hinomi::verify
