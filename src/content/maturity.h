// The levels by which an organisation rates how well a role is carried out: content/roles/maturity.yaml. The
// ratings themselves are records, not content.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "content/bilingual.h"

namespace hinomi::content {

struct MaturityLevel {
  int level = 1;
  Bilingual meaning;
};

struct Maturity {
  static constexpr int kMaxLevel = 5;

  Bilingual note;                        // where the wording comes from
  std::vector<MaturityLevel> insource;   // of a role carried out by ourselves; levels 1 to kMaxLevel
  std::vector<MaturityLevel> outsource;  // of a role that others carry out for us
  Bilingual not_applicable;              // decided not to be needed

  [[nodiscard]] static base::Result<Maturity> load(const std::string& path);
};

}  // namespace hinomi::content
