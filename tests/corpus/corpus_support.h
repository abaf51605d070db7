// What the corpus tests share: where the data is, and a loaded stack of rules and mappings.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/stack.h"
#include "flow/scan.h"

namespace hinomi::corpus {

// "…/shared/data/<name>", or empty when it is not there.
[[nodiscard]] std::string data_folder(const std::string& name);

// All SigmaHQ rules of the data folder but `unsupported`; nullptr when they are not there. Loaded once a
// process.
[[nodiscard]] app::Stack* sigma_stack();

struct Scanned {
  flow::ScanSummary summary;
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts;  // by rule id and input
  std::vector<std::pair<std::string, base::TimeNs>> findings;           // rule id, time
};
// A fresh pass over the files; the rules are compiled into a detector once a call.
[[nodiscard]] Scanned scan(app::Stack& stack, const std::vector<std::string>& paths,
                           bool by_reference = false, int threads = 1);

}  // namespace hinomi::corpus
