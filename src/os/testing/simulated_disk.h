// A disk in memory that loses what a real one may lose: a cut of power keeps a legal subset only, syncs fail,
// writes end in the middle, space runs out, bits flip. All of it follows from the seed. For tests only; not
// safe from two threads.
//
// What is legal: bytes that were synced stay. Of every other write each block of 512 bytes is kept, lost or
// torn by itself, and a file may have any size between the synced one and the present one; what was never
// written there reads as zeros or as rubbish. Names (create, remove, replace) are durable after sync_folder,
// else each may be kept or lost. After a sync that failed, blocks may be gone from memory, still to be
// written, or be read as if all were well and yet never reach the disk, whatever later syncs say.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "os/disk.h"

namespace hinomi::os {

struct DiskFaults {
  // Chances of 1 in so many calls; 0: never.
  std::uint32_t sync_fails = 0;
  std::uint32_t folder_sync_fails = 0;
  std::uint32_t write_fails = 0;  // in the middle
  std::uint32_t read_fails = 0;
  std::uint32_t replace_fails = 0;
  std::uint64_t capacity_bytes = ~std::uint64_t{0};  // of all files; then a write ends where it is full
};

struct DiskCounters {
  std::uint64_t calls = 0;
  std::uint64_t syncs = 0;
  std::uint64_t syncs_failed = 0;
  std::uint64_t writes_failed = 0;
  std::uint64_t writes_without_room = 0;
  std::uint64_t reads_failed = 0;
  std::uint64_t power_cuts = 0;
};

class SimulatedDisk final : public Disk {
 public:
  explicit SimulatedDisk(std::uint64_t seed);
  ~SimulatedDisk() override;

  [[nodiscard]] base::Result<std::unique_ptr<DiskFile>> create(const std::string& path) override;
  [[nodiscard]] base::Result<std::unique_ptr<DiskFile>> open_to_write(const std::string& path) override;
  [[nodiscard]] base::Result<std::unique_ptr<DiskFile>> open_to_read(const std::string& path) const override;
  // A folder that nothing was put into is an empty one.
  [[nodiscard]] base::Result<std::vector<std::string>> list(const std::string& folder) const override;
  [[nodiscard]] base::Result<void> remove(const std::string& path) override;
  [[nodiscard]] base::Result<void> sync_folder(const std::string& folder) override;
  [[nodiscard]] base::Result<void> replace(const std::string& path, std::string_view bytes) override;
  [[nodiscard]] base::Result<DiskSpace> space(const std::string& folder) const override;

  DiskFaults faults;

  // In so many calls from now the process that uses the disk is as good as dead: that call takes effect in
  // part, every later one fails and changes nothing, until crash() or restart().
  void die_after(std::uint64_t calls) noexcept;
  [[nodiscard]] bool is_dead() const noexcept { return dead_; }
  // The power is cut: keeps a legal subset. Open files are of no use afterwards.
  void crash();
  // Only the process ended: everything that was written is there, synced or not.
  void restart();

  // For tests: a file that is durable at once; its bytes, empty when there is none; one bit of it changed,
  // durably.
  void put(const std::string& path, std::string bytes);
  [[nodiscard]] std::string bytes_of(const std::string& path) const;
  [[nodiscard]] bool exists(const std::string& path) const { return names_.contains(path); }
  void flip_bit(const std::string& path, std::uint64_t bit);

  [[nodiscard]] const DiskCounters& counters() const noexcept { return counters_; }

 private:
  friend class SimulatedFile;
  struct Inode;
  struct NameChange {
    std::string path;
    std::shared_ptr<Inode> inode;  // none: removed
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;

  [[nodiscard]] std::uint64_t below(std::uint64_t limit) const;
  [[nodiscard]] bool happens(std::uint32_t one_in) const;
  // Counts a call; false: the process is dead. `last`: it dies with this one.
  [[nodiscard]] bool call(bool& last) const;
  [[nodiscard]] std::uint64_t used() const;
  [[nodiscard]] base::Result<std::unique_ptr<DiskFile>> open(const std::string& path) const;
  [[nodiscard]] base::Result<void> write(Inode& inode, std::uint64_t offset, std::string_view bytes);
  [[nodiscard]] base::Result<void> sync(Inode& inode);
  void fail_sync(Inode& inode);
  void lose_unsynced(Inode& inode);
  void change_name(const std::string& path, std::shared_ptr<Inode> inode);
  void make_names_durable(const std::string& folder);

  mutable std::mt19937_64 random_;
  Names names_;
  Names durable_names_;
  std::vector<NameChange> unsynced_names_;  // in the order they were made
  std::uint64_t generation_ = 0;            // of open files; a crash or restart ends them
  mutable std::uint64_t calls_left_ = ~std::uint64_t{0};
  mutable bool dead_ = false;
  mutable DiskCounters counters_;
};

}  // namespace hinomi::os
