// Where the records of a data folder live: in a file of it, or in a PostgreSQL server. Told by an option, a
// file or the environment; a password never by an option, which everybody on the machine can read. Not for
// opening them (record_keeper.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/data_folder.h"
#include "base/result.h"

namespace hinomi::app {

// What every program of a server may be told by.
inline constexpr std::string_view kDatabaseVariable = "HINOMI_DATABASE";

struct RecordsPlace {
  std::string address;  // connection string of PostgreSQL; empty: a file of the data folder
  std::vector<std::uint16_t> ports;
  std::string shown;  // for logs: without user and password
  [[nodiscard]] bool is_postgres() const noexcept { return !address.empty(); }
};

// `word` is the value of --database, `file` that of --database-file; where both are empty, the environment
// counts. Refused: what is no connection string, a password in `word`, another machine without TLS, and a
// data folder whose records live in the other place, since they are not moved.
[[nodiscard]] base::Result<RecordsPlace> records_place(const DataFolder& folder, const std::string& word,
                                                       const std::string& file);
// From now on the records of the folder live there, and nowhere else.
[[nodiscard]] base::Result<void> remember_records_place(const DataFolder& folder, const RecordsPlace& place);

}  // namespace hinomi::app
