// What of the details of entries a reader may see: those of records that they may read, without the fields
// that they may not. Not for leaves, which are shown whole.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/principal.h"
#include "audit/tables.h"
#include "base/result.h"
#include "record/engine.h"

namespace hinomi::api::audit_log {

class DetailsView {
 public:
  // Both outlive this.
  DetailsView(record::Engine& engine, const access::Principal& who) : engine_(engine), who_(who) {}

  // JSON; nullopt: withheld, or there are none.
  [[nodiscard]] std::optional<std::string> shown(const audit::LeafRow& row);
  // Whether they are shown as they are: all that an export can give, since their hash is in the leaf.
  [[nodiscard]] bool whole(const audit::LeafRow& row);

 private:
  struct Sight {
    bool readable = false;
    std::vector<std::string_view> hidden;  // names of fields
  };
  [[nodiscard]] const Sight& sight_of(const std::string& entity, const std::string& record);
  [[nodiscard]] Sight look(const std::string& entity, const std::string& record);

  record::Engine& engine_;
  const access::Principal& who_;
  std::map<std::pair<std::string, std::string>, Sight> known_;
};

}  // namespace hinomi::api::audit_log
