// What was sent, what was acknowledged, and what therefore must be in the journal: the judge of the
// simulation. It believes nothing that the journal says of itself.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "os/testing/simulated_disk.h"
#include "sim/common.h"
#include "sim/judge.h"
#include "store/journal/reader.h"
#include "store/journal/writer.h"

namespace hinomi::sim {

struct Batch {
  std::uint64_t id = 0;
  std::uint32_t source = 0;
  std::vector<std::string> records;
  std::string token;       // empty: none
  std::string resume_key;  // empty: none
  std::uint64_t first_line = 0;
  std::uint64_t next_line = 0;  // the resume value
  // Its token may be forgotten by now: too much time has passed by the clock that a restart believes.
  bool token_is_old = false;
};

// A batch that is in the journal for good.
struct Stored {
  std::uint64_t batch = 0;
  store::journal::Position position;
  store::journal::Position next;
  event::EventId first;
  std::uint64_t count = 0;
  base::TimeNs received;
};

class Ledger {
 public:
  Batch& make(std::uint32_t source, std::vector<std::string> records);
  [[nodiscard]] Batch& batch(std::uint64_t id) { return *batches_.at(id); }

  // The writer says that the batch is durable.
  void acknowledged(const Batch& batch, const store::journal::Added& added, base::TimeNs received);
  // It says that the token was seen before.
  void duplicate(const Batch& batch, const store::journal::Added& added) const;
  // Given to the writer, and no answer or an error came.
  void in_doubt(const Batch& batch) { in_doubt_.insert(batch.id); }
  // Segments before this one may be removed from now on.
  void may_be_removed(std::uint32_t before) { removable_ = std::max(removable_, before); }

  // Reads the whole journal of a writer that was just opened. What nobody knew of may have survived once.
  void check_journal(const os::SimulatedDisk& disk, const std::string& folder,
                     const store::journal::Writer& writer);
  // Tokens that a writer which opens at `now` may have forgotten.
  void age_tokens(base::TimeNs now);

  [[nodiscard]] const std::vector<Stored>& stored() const noexcept { return stored_; }
  [[nodiscard]] bool is_stored(const Batch& batch) const { return by_batch_.contains(batch.id); }
  [[nodiscard]] std::uint64_t next_line(std::uint32_t source) const;
  [[nodiscard]] bool anything_removed() const noexcept { return oldest_ > 1; }

  // The findings that a reader up to this position must have made.
  [[nodiscard]] std::vector<std::string> findings_until(store::journal::Position cursor) const;

 private:
  void store(const Stored& stored);
  [[nodiscard]] const Batch& recognise(const store::journal::BatchView& view) const;

  std::vector<std::unique_ptr<Batch>> batches_;
  std::vector<Stored> stored_;
  std::map<std::uint64_t, std::size_t> by_batch_;
  std::map<std::uint32_t, std::uint64_t> next_lines_;
  std::set<std::uint64_t> in_doubt_;
  std::uint32_t removable_ = 0;
  std::uint32_t oldest_ = 0;
  Judge judge_;
  std::vector<std::string> findings_;
  std::vector<std::size_t> findings_after_;  // how many, after each stored batch
};

// "3/128"
[[nodiscard]] std::string text_of(store::journal::Position position);

}  // namespace hinomi::sim
