#include "os/testing/simulated_disk.h"

#include <algorithm>

namespace hinomi::os {
namespace {

constexpr std::uint64_t kBlock = 512;

base::Error dead() {
  return {base::ErrorCode::io, "simulated: the process is dead", {}, {}};
}
base::Error failure(const char* what) {
  return {base::ErrorCode::io, std::string("simulated: ") + what, {}, {}};
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

struct SimulatedDisk::Inode {
  std::string now;                // as it is read
  std::string disk;               // as it was made durable
  std::set<std::uint64_t> dirty;  // blocks that the next sync writes
};

class SimulatedFile final : public DiskFile {
 public:
  SimulatedFile(SimulatedDisk& disk, std::shared_ptr<SimulatedDisk::Inode> inode)
      : disk_(disk), inode_(std::move(inode)), generation_(disk.generation_) {}

  base::Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    if (is_stale()) return dead();
    return disk_.write(*inode_, offset, bytes);
  }
  base::Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const override {
    bool last = false;
    if (is_stale() || !disk_.call(last)) return dead();
    if (disk_.happens(disk_.faults.read_fails)) {
      ++disk_.counters_.reads_failed;
      return failure("a read failed");
    }
    const std::string& bytes = inode_->now;
    if (offset >= bytes.size()) return std::size_t{0};
    const std::size_t size = std::min<std::size_t>(into.size(), bytes.size() - offset);
    std::copy_n(bytes.data() + offset, size, into.data());
    return size;
  }
  base::Result<void> sync() override {
    if (is_stale()) return dead();
    return disk_.sync(*inode_);
  }
  base::Result<std::uint64_t> size() const override {
    if (is_stale()) return dead();
    return std::uint64_t{inode_->now.size()};
  }
  base::Result<void> truncate(std::uint64_t size) override {
    bool last = false;
    if (is_stale() || !disk_.call(last)) return dead();
    inode_->now.resize(size);
    inode_->dirty.erase(inode_->dirty.lower_bound((size + kBlock - 1) / kBlock), inode_->dirty.end());
    return {};
  }

 private:
  [[nodiscard]] bool is_stale() const { return generation_ != disk_.generation_; }

  SimulatedDisk& disk_;
  std::shared_ptr<SimulatedDisk::Inode> inode_;
  std::uint64_t generation_;
};

SimulatedDisk::SimulatedDisk(std::uint64_t seed) : random_(seed) {}
SimulatedDisk::~SimulatedDisk() = default;

std::uint64_t SimulatedDisk::below(std::uint64_t limit) const {
  return limit == 0 ? 0 : random_() % limit;
}

bool SimulatedDisk::happens(std::uint32_t one_in) const {
  return one_in != 0 && below(one_in) == 0;
}

bool SimulatedDisk::call(bool& last) const {
  if (dead_) return false;
  ++counters_.calls;
  last = calls_left_ == 0;
  if (last) dead_ = true;
  if (calls_left_ != ~std::uint64_t{0}) --calls_left_;
  return true;
}

std::uint64_t SimulatedDisk::used() const {
  std::uint64_t bytes = 0;
  for (const auto& [path, inode] : names_) bytes += inode->now.size();
  return bytes;
}

// --- files

base::Result<std::unique_ptr<DiskFile>> SimulatedDisk::open(const std::string& path) const {
  bool last = false;
  if (!call(last)) return dead();
  const auto found = names_.find(path);
  if (found == names_.end())
    return base::Error{base::ErrorCode::not_found, "simulated: there is no " + path, {}, {}};
  // Only who opened it to write has a file that is not const.
  return std::unique_ptr<DiskFile>(
      std::make_unique<SimulatedFile>(const_cast<SimulatedDisk&>(*this), found->second));
}

base::Result<std::unique_ptr<DiskFile>> SimulatedDisk::open_to_write(const std::string& path) {
  return open(path);
}

base::Result<std::unique_ptr<DiskFile>> SimulatedDisk::open_to_read(const std::string& path) const {
  return open(path);
}

base::Result<std::unique_ptr<DiskFile>> SimulatedDisk::create(const std::string& path) {
  bool last = false;
  if (!call(last)) return dead();
  if (names_.contains(path)) return failure("the name is taken");
  if (used() >= faults.capacity_bytes) {
    ++counters_.writes_without_room;
    return failure("no space left");
  }
  auto inode = std::make_shared<Inode>();
  change_name(path, inode);
  if (last) return dead();
  return std::unique_ptr<DiskFile>(std::make_unique<SimulatedFile>(*this, std::move(inode)));
}

base::Result<void> SimulatedDisk::write(Inode& inode, std::uint64_t offset, std::string_view bytes) {
  bool last = false;
  if (!call(last)) return dead();
  std::uint64_t size = bytes.size();
  base::Result<void> result;
  if (happens(faults.write_fails)) {
    ++counters_.writes_failed;
    size = below(size + 1);
    result = failure("a write failed in the middle");
  }
  const std::uint64_t grown = offset + size > inode.now.size() ? offset + size - inode.now.size() : 0;
  const std::uint64_t in_use = used();
  const std::uint64_t room = faults.capacity_bytes > in_use ? faults.capacity_bytes - in_use : 0;
  if (grown > room) {
    ++counters_.writes_without_room;
    size -= std::min(size, grown - room);
    result = failure("no space left");
  }
  if (last) {
    size = below(size + 1);
    result = dead();
  }
  if (size == 0) return result;
  if (inode.now.size() < offset + size) inode.now.resize(offset + size);
  bytes.copy(inode.now.data() + offset, size);
  for (std::uint64_t block = offset / kBlock; block <= (offset + size - 1) / kBlock; ++block)
    inode.dirty.insert(block);
  return result;
}

base::Result<void> SimulatedDisk::sync(Inode& inode) {
  bool last = false;
  if (!call(last)) return dead();
  ++counters_.syncs;
  if (happens(faults.sync_fails)) {
    ++counters_.syncs_failed;
    fail_sync(inode);
    return failure("a sync failed");
  }
  if (last) {
    // Some of it has arrived.
    lose_unsynced(inode);
    return dead();
  }
  inode.disk.resize(inode.now.size());
  for (const std::uint64_t block : inode.dirty) {
    const std::uint64_t at = block * kBlock;
    if (at < inode.now.size())
      inode.disk.replace(at, std::min<std::uint64_t>(kBlock, inode.now.size() - at), inode.now, at, kBlock);
  }
  inode.dirty.clear();
  return {};
}

// What Linux does differs by file system: the pages are dropped, or stay as if they had been written.
void SimulatedDisk::fail_sync(Inode& inode) {
  const std::uint64_t way = below(4);  // of all blocks alike, or (3) each by itself
  std::set<std::uint64_t> still_dirty;
  for (const std::uint64_t block : inode.dirty) {
    const std::uint64_t at = block * kBlock;
    if (at >= inode.now.size()) continue;
    const std::uint64_t size = std::min<std::uint64_t>(kBlock, inode.now.size() - at);
    switch (way == 3 ? below(4) : way) {
      case 0:  // gone: reads see the disk again
        for (std::uint64_t i = at; i < at + size; ++i)
          inode.now[i] = i < inode.disk.size() ? inode.disk[i] : '\0';
        break;
      case 1:  // read as if all were well, never written
        break;
      case 2:
        still_dirty.insert(block);
        break;
      default:  // written after all
        if (inode.disk.size() < at + size) inode.disk.resize(at + size);
        std::copy_n(inode.now.data() + at, size, inode.disk.data() + at);
    }
  }
  inode.dirty = std::move(still_dirty);
}

// Decides what of the file survives. Afterwards disk and memory agree.
void SimulatedDisk::lose_unsynced(Inode& inode) {
  const std::uint64_t least = std::min(inode.now.size(), inode.disk.size());
  const std::uint64_t most = std::max(inode.now.size(), inode.disk.size());
  const std::uint64_t way = below(5);  // nothing kept, all, a front part, a back part, each by itself
  const std::uint64_t size = way == 0   ? inode.disk.size()
                             : way == 1 ? inode.now.size()
                                        : least + below(most - least + 1);
  const std::uint64_t cut = size / kBlock == 0 ? 0 : below(size / kBlock + 1);
  std::string kept = inode.disk.substr(0, size);
  const bool rubbish = below(2) == 0;
  while (kept.size() < size) kept += rubbish ? static_cast<char>(below(256)) : '\0';
  for (const std::uint64_t block : inode.dirty) {
    const std::uint64_t at = block * kBlock;
    const std::uint64_t end = std::min<std::uint64_t>({at + kBlock, size, inode.now.size()});
    if (at >= end) continue;
    std::uint64_t whole = end - at;
    const std::uint64_t part = below(whole + 1);
    switch (way) {
      case 0:
        whole = 0;
        break;
      case 1:
        break;
      case 2:
        if (block > cut) whole = 0;
        if (block == cut) whole = part;
        break;
      case 3:
        if (block < cut) whole = 0;
        break;
      default:
        if (const std::uint64_t fate = below(3); fate == 0)
          whole = 0;
        else if (fate == 1)
          whole = part;
    }
    std::copy_n(inode.now.data() + at, whole, kept.data() + at);
  }
  inode.dirty.clear();
  inode.now = kept;
  inode.disk = std::move(kept);
}

// --- names

void SimulatedDisk::change_name(const std::string& path, std::shared_ptr<Inode> inode) {
  if (inode)
    names_[path] = inode;
  else
    names_.erase(path);
  unsynced_names_.push_back({path, std::move(inode)});
}

void SimulatedDisk::make_names_durable(const std::string& folder) {
  std::erase_if(unsynced_names_, [&](const NameChange& change) {
    if (folder_of(change.path) != folder) return false;
    if (change.inode)
      durable_names_[change.path] = change.inode;
    else
      durable_names_.erase(change.path);
    return true;
  });
}

base::Result<std::vector<std::string>> SimulatedDisk::list(const std::string& folder) const {
  bool last = false;
  if (!call(last)) return dead();
  if (happens(faults.read_fails)) {
    ++counters_.reads_failed;
    return failure("a folder could not be read");
  }
  std::vector<std::string> names;
  for (const auto& [path, inode] : names_) {
    if (folder_of(path) == folder) names.push_back(path.substr(folder.size() + 1));
  }
  return names;
}

base::Result<void> SimulatedDisk::remove(const std::string& path) {
  bool last = false;
  if (!call(last)) return dead();
  if (!names_.contains(path))
    return base::Error{base::ErrorCode::not_found, "simulated: there is no " + path, {}, {}};
  change_name(path, nullptr);
  return last ? base::Result<void>(dead()) : base::Result<void>();
}

base::Result<void> SimulatedDisk::sync_folder(const std::string& folder) {
  bool last = false;
  if (!call(last)) return dead();
  ++counters_.syncs;
  if (happens(faults.folder_sync_fails)) {
    ++counters_.syncs_failed;
    return failure("the sync of a folder failed");
  }
  if (last) {
    if (below(2) == 0) make_names_durable(folder);
    return dead();
  }
  make_names_durable(folder);
  return {};
}

base::Result<void> SimulatedDisk::replace(const std::string& path, std::string_view bytes) {
  bool last = false;
  if (!call(last)) return dead();
  const bool fails = happens(faults.replace_fails) || used() + bytes.size() > faults.capacity_bytes;
  // The new file is synced before it gets the name; when it fails it may have got it all the same.
  if ((!last && !fails) || below(2) == 0) {
    auto inode = std::make_shared<Inode>();
    inode->now = bytes;
    inode->disk = bytes;
    change_name(path, std::move(inode));
    if (!last && !fails) make_names_durable(folder_of(path));
  }
  if (last) return dead();
  if (fails) return failure("a file could not be replaced");
  return {};
}

base::Result<DiskSpace> SimulatedDisk::space(const std::string& /*folder*/) const {
  const std::uint64_t in_use = used();
  const std::uint64_t total = std::min<std::uint64_t>(faults.capacity_bytes, std::uint64_t{1} << 40);
  return DiskSpace{.total_bytes = total, .free_bytes = total > in_use ? total - in_use : 0};
}

// --- fate

void SimulatedDisk::die_after(std::uint64_t calls) noexcept {
  calls_left_ = calls;
}

void SimulatedDisk::restart() {
  dead_ = false;
  calls_left_ = ~std::uint64_t{0};
  ++generation_;
}

void SimulatedDisk::crash() {
  ++counters_.power_cuts;
  // Of the changes of one name a front part is kept, of each name by itself.
  std::map<std::string, std::vector<const NameChange*>> by_path;
  for (const NameChange& change : unsynced_names_) by_path[change.path].push_back(&change);
  for (const auto& [path, changes] : by_path) {
    const std::uint64_t kept = below(changes.size() + 1);
    if (kept == 0) continue;
    if (const auto& inode = changes[kept - 1]->inode)
      durable_names_[path] = inode;
    else
      durable_names_.erase(path);
  }
  unsynced_names_.clear();
  names_ = durable_names_;
  for (const auto& [path, inode] : names_) lose_unsynced(*inode);
  restart();
}

void SimulatedDisk::put(const std::string& path, std::string bytes) {
  auto inode = std::make_shared<Inode>();
  inode->now = bytes;
  inode->disk = std::move(bytes);
  names_[path] = inode;
  durable_names_[path] = std::move(inode);
}

std::string SimulatedDisk::bytes_of(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? std::string() : found->second->now;
}

void SimulatedDisk::flip_bit(const std::string& path, std::uint64_t bit) {
  const auto found = names_.find(path);
  if (found == names_.end()) return;
  for (std::string* bytes : {&found->second->now, &found->second->disk}) {
    if (bit / 8 < bytes->size()) (*bytes)[bit / 8] = static_cast<char>((*bytes)[bit / 8] ^ (1 << (bit % 8)));
  }
}

}  // namespace hinomi::os
