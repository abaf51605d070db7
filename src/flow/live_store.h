// The live pipeline on a data folder: journal, findings log, alerts and rule sets opened in the right order
// and kept together. Not for the process (app/pipeline_command.h) and not for the front, which reads the same
// files by itself.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "flow/live_pipeline.h"
#include "os/clock.h"
#include "os/disk.h"
#include "process/live_state.h"
#include "store/alerts/writer.h"
#include "store/journal/reader.h"
#include "store/journal/writer.h"

namespace hinomi::flow {

class StoredJournal final : public JournalSource {
 public:
  // `on_damage` hears of each place that cannot be read, up to store::journal::kMaxDamages.
  StoredJournal(const os::Disk& disk, std::string folder,
                std::function<void(const store::journal::Damage&)> on_damage)
      : reader_(disk, std::move(folder)), on_damage_(std::move(on_damage)) {}

  base::Result<void> seek(std::uint64_t position) override;
  base::Result<const JournalBatch*> next(std::uint64_t limit) override;
  std::optional<BatchStart> batch_start_at(std::uint64_t position) override;

 private:
  store::journal::Reader reader_;
  std::function<void(const store::journal::Damage&)> on_damage_;
  std::size_t damages_told_ = 0;
  JournalBatch batch_;
};

// A batch a finding: where it stands depends on the findings before it only.
class StoredFindings final : public FindingsLog {
 public:
  // Drops what stands behind `end`.
  [[nodiscard]] static base::Result<std::unique_ptr<StoredFindings>> open(os::Disk& disk,
                                                                          const os::Clock& clock,
                                                                          const std::string& folder,
                                                                          std::uint64_t end);
  base::Result<std::uint64_t> add(base::TimeNs received, std::string_view record) override;
  base::Result<std::uint64_t> commit() override;

 private:
  explicit StoredFindings(store::journal::Writer writer) : writer_(std::move(writer)) {}
  store::journal::Writer writer_;
};

struct LiveFolder {
  std::string journal;
  std::string findings;
  std::string alerts;      // file
  std::string quarantine;  // file; need not be there
};

struct LiveSurroundings {
  os::Disk* disk = nullptr;
  os::Clock* clock = nullptr;
  process::LiveState* state = nullptr;
  const process::Wakeup* wakeup = nullptr;  // the journal has grown
  std::function<void()> wake_front = [] {};
  std::function<bool()> stop = [] { return false; };  // asked between steps
};

class LiveStore {
 public:
  // Folders and files must exist, but for `alerts`, which is made, and `quarantine`, which is read into the
  // options.
  [[nodiscard]] static base::Result<std::unique_ptr<LiveStore>> open(const LiveFolder& folder,
                                                                     const LiveSurroundings& surroundings,
                                                                     LivePipelineOptions options);
  LiveStore(const LiveStore&) = delete;
  LiveStore& operator=(const LiveStore&) = delete;
  ~LiveStore();

  // Follows the journal until `stop`; what was judged by then is committed. An error ends it.
  [[nodiscard]] base::Result<void> run();
  [[nodiscard]] LivePipeline& pipeline() noexcept { return *pipeline_; }

 private:
  LiveStore(const LiveFolder& folder, const LiveSurroundings& surroundings, store::alerts::Writer catalogue,
            std::function<void(const std::string&)> log);
  void note(const store::journal::Damage& damage);

  LiveSurroundings surroundings_;
  std::function<void(const std::string&)> log_;
  store::alerts::Writer catalogue_;
  StoredJournal journal_;
  std::unique_ptr<StoredFindings> findings_;
  std::unique_ptr<LivePipeline> pipeline_;
};

}  // namespace hinomi::flow
