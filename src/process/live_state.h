// What the processes of one server tell each other while they run: counters, positions and what each is doing
// just now, in memory that all of them map. Hints and figures only: nothing here survives the supervisor, and
// whatever decides about data is read from files (the journal, the catalogue of alerts).
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "base/result.h"
#include "os/file.h"

namespace hinomi::process {

enum class PipelineState : std::uint32_t { starting, loading_rules, catching_up, live, failed };

// What a sandbox could be made of on this kernel; bits of LiveState::sandbox.
inline constexpr std::uint32_t kSandboxNamespaces = 1;
inline constexpr std::uint32_t kSandboxRlimits = 2;
inline constexpr std::uint32_t kSandboxSeccomp = 4;
inline constexpr std::uint32_t kSandboxLandlock = 8;
inline constexpr std::uint32_t kSandboxEmptyRoot = 16;

// Every member is written by one process only. Zero is the state before that process has said anything.
struct LiveState {
  // Written by the front.
  std::atomic<std::uint64_t> journal_end{0};       // durable: store::journal::Position, packed
  std::atomic<std::uint64_t> journal_sequence{0};  // of the next event
  std::atomic<std::uint32_t> front_pid{0};
  std::atomic<std::uint32_t> front_ready{0};

  // Written by the pipeline.
  std::atomic<std::uint32_t> pipeline_pid{0};
  std::atomic<PipelineState> pipeline_state{PipelineState::starting};
  std::atomic<std::uint64_t> pipeline_position{0};    // committed: everything before it has been shown
  std::atomic<std::uint64_t> pipeline_needs{0};       // a restart reads the journal from here on
  std::atomic<std::uint64_t> pipeline_sequence{0};    // of the next event to be judged, committed
  std::atomic<std::int64_t> pipeline_received_ns{0};  // received_at of the last committed event
  std::atomic<std::uint64_t> current_event{0};        // sequence + 1 of the event in hand; 0 = none
  std::atomic<std::int64_t> current_since_ns{0};      // steady clock when it was taken in hand
  std::atomic<std::uint64_t> findings{0};             // since the data folder was made
  std::atomic<std::uint64_t> alerts{0};
  std::atomic<std::uint64_t> alerts_version{0};  // of the catalogue, committed
  std::atomic<std::uint64_t> quarantined{0};
  std::atomic<std::uint64_t> rules{0};
  std::atomic<std::uint64_t> rules_refused{0};
  std::atomic<std::uint64_t> unparsed{0};  // events that could not be decoded; they stay in the journal
  std::atomic<std::uint64_t> correlation_incomplete{0};  // matches that came too late or found no memory
  std::atomic<std::uint64_t> journal_damages{0};         // places that could not be read, each counted once
  std::atomic<std::uint64_t> journal_damaged_bytes{0};
  std::atomic<std::uint64_t> journal_damaged_to{0};  // packed position: what lies before it was counted
  std::atomic<std::uint32_t> pipeline_sandbox{0};

  // Written by the zygote.
  std::atomic<std::uint32_t> zygote_pid{0};
  std::atomic<std::uint32_t> sandbox{0};  // level reached by parser workers
  std::atomic<std::uint32_t> workers{0};
  std::atomic<std::uint64_t> files_parsed{0};
  std::atomic<std::uint64_t> workers_died{0};

  // Written by the supervisor.
  std::atomic<std::uint32_t> supervisor_pid{0};
  std::atomic<std::uint32_t> front_restarts{0};
  std::atomic<std::uint32_t> pipeline_restarts{0};
  std::atomic<std::uint32_t> zygote_restarts{0};
  std::atomic<std::int64_t> started_ns{0};  // time of day
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
              std::atomic<std::uint32_t>::is_always_lock_free);

// The page that holds a LiveState. The descriptor can be handed to a child, which maps the same memory.
class SharedState {
 public:
  [[nodiscard]] static base::Result<SharedState> create();
  // Maps what `descriptor` (of create(), inherited) refers to; takes the descriptor over.
  [[nodiscard]] static base::Result<SharedState> map(os::Descriptor descriptor);
  SharedState(SharedState&& other) noexcept;
  SharedState& operator=(SharedState&&) = delete;
  SharedState(const SharedState&) = delete;
  SharedState& operator=(const SharedState&) = delete;
  ~SharedState();

  [[nodiscard]] LiveState& operator*() const noexcept { return *state_; }
  [[nodiscard]] LiveState* operator->() const noexcept { return state_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }

 private:
  SharedState(os::Descriptor descriptor, LiveState* state) noexcept
      : descriptor_(std::move(descriptor)), state_(state) {}

  os::Descriptor descriptor_;
  LiveState* state_ = nullptr;
};

// A wake-up call between processes (eventfd): any number of calls before a wait count as one.
class Wakeup {
 public:
  [[nodiscard]] static base::Result<Wakeup> create();
  explicit Wakeup(os::Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}

  void wake() const noexcept;
  // True when it was called; false after `timeout_ms`. Calls so far are then forgotten.
  [[nodiscard]] bool wait(int timeout_ms) const noexcept;
  // For an event loop that polls the descriptor itself: forgets the calls so far.
  void drain() const noexcept;
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }

 private:
  os::Descriptor descriptor_;
};

}  // namespace hinomi::process
