// Exports of the audit log that somebody asked for: made one after another on a thread of its own, and kept
// as files for a while. Not for what is in them (audit/exporter.h).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/record_id.h"
#include "base/result.h"

namespace hinomi::api::audit_log {

inline constexpr std::size_t kMaxWaitingExports = 8;
inline constexpr std::size_t kKeptExports = 20;
// What a download holds in memory; a larger one is taken with `hinomi audit export`.
inline constexpr std::uint64_t kMaxDownloadBytes = 256ULL << 20;

class Exports {
 public:
  enum class State : std::uint8_t { waiting, running, ready, failed };
  struct Known {
    State state = State::waiting;
    std::string problem;
    std::uint64_t bytes = 0;
  };
  // Makes the folder, which must not be there, to be packed.
  using Make = std::function<base::Result<void>(const std::string& folder)>;

  // `folder` is made when missing; what an earlier run left unfinished is removed.
  Exports(std::string folder, std::function<void(const std::string&)> say);
  ~Exports();
  Exports(const Exports&) = delete;
  Exports& operator=(const Exports&) = delete;

  // False: too many wait.
  [[nodiscard]] bool begin(const base::RecordId& id, const base::RecordId& owner, Make make);
  // nullopt: there is none of this id and owner.
  [[nodiscard]] std::optional<Known> find(const base::RecordId& id, const base::RecordId& owner);
  [[nodiscard]] std::string file_of(const base::RecordId& id, const base::RecordId& owner) const;

 private:
  struct Order {
    base::RecordId id{};
    base::RecordId owner{};
    Make make;
  };
  using Key = std::pair<base::RecordId, base::RecordId>;
  void run();
  [[nodiscard]] base::Result<void> make(const Order& order) const;
  void remove_old() const;

  const std::string folder_;
  const std::function<void(const std::string&)> say_;
  std::mutex mutex_;  // of the three below
  std::deque<Order> waiting_;
  std::map<Key, Known> known_;  // that wait, run or failed
  bool stopping_ = false;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace hinomi::api::audit_log
