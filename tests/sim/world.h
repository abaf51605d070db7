// One machine with a journal, its senders and what follows it, on a simulated disk and clock. Everything
// follows from the seed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "os/clock.h"
#include "os/testing/simulated_disk.h"
#include "sim/common.h"
#include "sim/ledger.h"
#include "sim/projection.h"
#include "store/journal/writer.h"

namespace hinomi::sim {

struct Summary {
  std::uint64_t worlds = 0;
  std::uint64_t steps = 0;
  std::uint64_t batches = 0;    // acknowledged
  std::uint64_t survivors = 0;  // stored although nobody was told
  std::uint64_t duplicates = 0;
  std::uint64_t findings = 0;
  std::uint64_t power_cuts = 0;
  std::uint64_t kills = 0;
  std::uint64_t syncs_failed = 0;
  std::uint64_t writes_failed = 0;
  std::uint64_t writes_without_room = 0;
  std::uint64_t reads_failed = 0;
  std::uint64_t clock_jumps = 0;
  std::uint64_t segments_removed = 0;
  std::uint64_t scratch_restarts = 0;
  void add(const Summary& other);
};

class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();

  // What was broken and at which step, or nothing.
  [[nodiscard]] std::optional<std::string> run(std::uint64_t steps);
  [[nodiscard]] const Summary& summary() const noexcept { return summary_; }

 private:
  enum class Kind : std::uint8_t {
    with_tokens,   // sends a batch again until it is acknowledged, and sometimes after that
    follows_file,  // goes on from the resume value after every failure
    careless,      // sends once
  };
  struct Sender {
    std::uint32_t id = 0;
    Kind kind = Kind::careless;
    std::vector<std::uint64_t> unacknowledged;
    std::vector<std::uint64_t> acknowledged;
    std::uint64_t next_line = 0;
  };
  struct Given {
    Sender* sender = nullptr;
    Batch* batch = nullptr;
    base::Result<store::journal::Added> added;
    base::TimeNs at;
  };

  void step();
  void choose_faults();
  void calm();
  void arm();  // the process may die in one of the next calls
  void disarm();
  void move_clock();

  void round();
  [[nodiscard]] Batch& next_batch(Sender& sender);
  [[nodiscard]] std::vector<std::string> make_records();
  void answer(const std::vector<Given>& given, bool committed);
  void project();
  void remove_old();

  // The process ended, by itself or with the machine: everything is opened and judged again.
  void end_and_recover();
  void open_journal();
  void open_projection();
  void check_all();
  void finish();

  Random random_;
  os::SimulatedDisk disk_;
  os::ManualClock clock_;
  bool keeps_all_;  // nothing is removed
  store::journal::WriterOptions options_;
  Ledger ledger_;
  std::vector<Sender> senders_;
  std::unique_ptr<store::journal::Writer> writer_;
  Projection projection_;
  std::uint64_t step_ = 0;
  Summary summary_;
};

}  // namespace hinomi::sim
