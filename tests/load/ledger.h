// What a load generator sent and what was acknowledged, one line each, written before the next step so that
// it survives the generator. The separate checker (tests/fault) compares it with what the server stored and
// shows.
//
//   S <sender> <batch> <first number> <count>      is about to be sent (again: the same line once more)
//   A <sender> <batch> <count> <duplicate 0|1> <steady ns>   acknowledged
//   R <sender> <batch> <status>                    refused; nothing of it may count as acknowledged
//   T <sender> <first number> <count>              written to a TCP connection (no acknowledgement exists)
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "load/event_maker.h"

namespace hinomi::load {

struct Range {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

// Safe from several threads. A write that fails ends the program: without its ledger a test says nothing.
class LedgerWriter {
 public:
  explicit LedgerWriter(const std::string& path);
  ~LedgerWriter();
  LedgerWriter(const LedgerWriter&) = delete;
  LedgerWriter& operator=(const LedgerWriter&) = delete;

  void sending(std::uint32_t sender, std::uint64_t batch, Range range);
  void acknowledged(std::uint32_t sender, std::uint64_t batch, std::uint64_t count, bool duplicate,
                    std::int64_t steady_ns);
  void refused(std::uint32_t sender, std::uint64_t batch, int status);
  void written(std::uint32_t sender, Range range);

 private:
  void line(const std::string& text);
  std::mutex mutex_;  // guards the order of whole lines
  int file_ = -1;
};

struct LedgerBatch {
  Range range;
  bool acknowledged = false;
  std::uint64_t acknowledged_count = 0;
};

struct Ledger {
  // (sender, batch) of everything that was sent with an acknowledgement to come.
  std::map<std::pair<std::uint32_t, std::uint64_t>, LedgerBatch> batches;
  std::map<std::uint32_t, std::uint64_t> written_over_tcp;  // sender -> events
  std::uint64_t refusals = 0;
  std::uint64_t duplicates = 0;
};

// nullopt when the file cannot be read or a line is not of the form above (the last one may be cut short).
[[nodiscard]] std::optional<Ledger> read_ledger(const std::string& path);

}  // namespace hinomi::load
