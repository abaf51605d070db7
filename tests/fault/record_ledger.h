// What writers of records sent and what they were told, one line each, written before the next step. The
// separate checker (record_check.cc) compares it with what the server stored.
//
//   C <key> <value>                    a new person of that name is about to be sent
//   P <key> <value> <id> <version>     a change of the record, known in this version, is about to be sent
//   X <key>                            no answer came; the same request is about to be sent again
//   A <key> <id> <version> <late 0|1>  acknowledged; late: it had taken effect before the last sending
//   R <key> <status>                   refused; it must have had no effect
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace hinomi::fault {

struct RecordRequest {
  std::string key;
  std::string value;
  std::string id;            // empty: a new record
  std::int64_t version = 0;  // that If-Match names
};

// Safe from several threads. A write that fails ends the program: without its ledger a test says nothing.
class RecordLedgerWriter {
 public:
  explicit RecordLedgerWriter(const std::string& path);
  ~RecordLedgerWriter();
  RecordLedgerWriter(const RecordLedgerWriter&) = delete;
  RecordLedgerWriter& operator=(const RecordLedgerWriter&) = delete;

  void sending(const RecordRequest& request);
  void repeating(const std::string& key);
  void acknowledged(const std::string& key, const std::string& id, std::int64_t version, bool late);
  void refused(const std::string& key, int status);

 private:
  void line(const std::string& text);
  std::mutex mutex_;  // guards the order of whole lines
  int file_ = -1;
};

struct RecordOutcome {
  RecordRequest request;
  bool acknowledged = false;
  std::string id;
  std::int64_t version = 0;
  bool late = false;
  int refused = 0;  // status
  int repeats = 0;
};

// By key. nullopt when the file cannot be read or a line is not of the form above.
[[nodiscard]] std::optional<std::map<std::string, RecordOutcome>> read_record_ledger(const std::string& path);

}  // namespace hinomi::fault
