// A Filter as the WHERE part of a query over `alert`, with the values to bind. The text is put together from
// constants; nothing of a filter but the number of its values shows in it. For Reader only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "store/alerts/catalogue.h"
#include "store/sqlite/database.h"

namespace hinomi::store::alerts {

class Where {
 public:
  // `condition` holds one "?" for each value.
  void add(std::string_view condition);
  void value(std::int64_t value) { values_.emplace_back(value); }
  void value(std::string value) { values_.emplace_back(std::move(value)); }
  // "<before>(?,?,…)<after>" with the values; nothing when there are none.
  void add_list(std::string_view before, const std::vector<std::int64_t>& values);
  void add_list(std::string_view before, const std::vector<std::string>& values, std::string_view after = {});

  // "WHERE …" or nothing.
  [[nodiscard]] const std::string& sql() const noexcept { return sql_; }
  void bind_to(sqlite::Statement& statement) const;

 private:
  void add_placeholders(std::string_view before, std::size_t count, std::string_view after);

  std::string sql_;
  std::vector<std::variant<std::int64_t, std::string>> values_;
};

// `newest` is the seq of the newest alert under filter.until_version, when there is one. Error
// limit_exceeded.
[[nodiscard]] base::Result<Where> where_of(const Filter& filter, std::optional<std::int64_t> newest);

}  // namespace hinomi::store::alerts
