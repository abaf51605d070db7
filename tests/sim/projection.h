// What follows the journal: judges its batches, keeps the findings in a log of their own and, in one small
// file that is replaced as a whole, how far it came. As flow/live_store.h does it, with the small file in
// place of the database.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/clock.h"
#include "os/disk.h"
#include "sim/judge.h"
#include "sim/ledger.h"
#include "store/journal/reader.h"
#include "store/journal/writer.h"

namespace hinomi::sim {

class Projection {
 public:
  // Its folders begin with `name`. `segment_bytes` of its log.
  Projection(os::SimulatedDisk& disk, const os::Clock& clock, std::string name, std::uint32_t segment_bytes);

  // Goes on from what is durable.
  [[nodiscard]] base::Result<void> open(const std::string& journal_folder);
  [[nodiscard]] bool is_open() const noexcept { return findings_ != nullptr; }
  void close() noexcept;

  // One batch that ends at or before `limit`; false: there is none. After an error it must be opened again.
  [[nodiscard]] base::Result<bool> step(store::journal::Position limit);
  [[nodiscard]] base::Result<void> commit();
  // What it made durable.
  [[nodiscard]] store::journal::Position cursor() const noexcept { return durable_.cursor; }

  // Each finding once, in order, and none that the journal does not give.
  void check(const Ledger& ledger) const;
  [[nodiscard]] std::vector<std::string> findings() const;

 private:
  struct State {
    store::journal::Position cursor;
    store::journal::Position findings_end;
    std::string correlations;
  };
  [[nodiscard]] static std::string text_of(const State& state);
  [[nodiscard]] base::Result<State> read_state() const;

  os::SimulatedDisk& disk_;
  const os::Clock& clock_;
  std::string name_;
  std::uint32_t segment_bytes_;
  State durable_;
  std::unique_ptr<store::journal::Writer> findings_;
  std::unique_ptr<store::journal::Reader> journal_;
  std::unique_ptr<Judge> judge_;
};

}  // namespace hinomi::sim
