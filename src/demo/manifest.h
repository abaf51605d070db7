// What a generated recording holds: its files and, as ground truth, each step of the intrusion with the rules
// that must see it, and the harmless look-alikes with the rules that must stay silent. Not an index of the
// events.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "demo/recorder.h"

namespace hinomi::demo {

struct Step {
  base::TimeNs first{};        // of its first event
  base::TimeNs last{};         // of its last event; a rule sees the step between these two
  std::string host;            // where it is seen
  LogFile log{};               // in which file
  std::string_view technique;  // ATT&CK
  std::string_view what;       // English
  std::string_view what_ja;
  std::string_view rule;  // id of the rule that must fire
};

struct LookAlike {
  base::TimeNs time{};
  std::string host;
  LogFile log{};
  std::string_view what;
  std::string_view what_ja;
  std::string_view rule;  // id of the rule that must not fire
};

struct FileEntry {
  std::string_view path;
  std::uint64_t events = 0;  // lines
  std::uint64_t bytes = 0;
};

struct Manifest {
  std::uint64_t seed = 0;
  base::TimeNs start{};
  int days = 0;
  std::vector<FileEntry> files;
  std::vector<Step> steps;             // in order of time
  std::vector<LookAlike> look_alikes;  // in order of time

  [[nodiscard]] std::string to_json() const;
};

}  // namespace hinomi::demo
