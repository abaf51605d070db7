// Stands for detection: a function of the journal's batches in their order and of nothing else, with state
// that is carried by the real correlation engine. Not for real rules.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "detect/correlation_engine.h"
#include "store/journal/format.h"

namespace hinomi::sim {

class Judge {
 public:
  Judge();
  // The findings of one batch, in order.
  [[nodiscard]] std::vector<std::string> judge(std::uint32_t source_id,
                                               std::span<const store::journal::Record> records);
  void save(std::string& out) const { engine_.save(out); }
  // False: refused.
  [[nodiscard]] bool restore(std::string_view image) { return engine_.restore(image).has_value(); }

 private:
  detect::CorrelationEngine engine_;
};

}  // namespace hinomi::sim
