#include "api/audit_log/exports.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "audit/exporter.h"
#include "os/file.h"

namespace hinomi::api::audit_log {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnfinished = ".part";
constexpr std::string_view kEnding = ".tar";
constexpr std::size_t kMaxFailed = 100;

}  // namespace

Exports::Exports(std::string folder, std::function<void(const std::string&)> say)
    : folder_(std::move(folder)), say_(std::move(say)) {
  if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST)
    say_("audit log: the folder " + folder_ + " cannot be made: " + std::strerror(errno));
  std::error_code failed;
  for (fs::directory_iterator entry(folder_, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::error_code ignored;
    if (entry->path().filename().string().ends_with(kUnfinished)) fs::remove_all(entry->path(), ignored);
  }
  thread_ = std::thread([this] { run(); });
}

Exports::~Exports() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::string Exports::file_of(const base::RecordId& id, const base::RecordId& owner) const {
  return folder_ + "/" + id.text() + "." + owner.text() + std::string(kEnding);
}

bool Exports::begin(const base::RecordId& id, const base::RecordId& owner, Make make) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMaxWaitingExports) return false;
    if (known_.size() >= kMaxFailed)
      std::erase_if(known_, [](const auto& one) { return one.second.state == State::failed; });
    known_[{id, owner}] = {};
    waiting_.push_back({id, owner, std::move(make)});
  }
  changed_.notify_all();
  return true;
}

std::optional<Exports::Known> Exports::find(const base::RecordId& id, const base::RecordId& owner) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find({id, owner}); found != known_.end()) return found->second;
  }
  const auto file = os::file_info(file_of(id, owner));
  if (!file) return std::nullopt;
  return Known{State::ready, {}, file->size};
}

void Exports::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const Order order = std::move(waiting_.front());
    waiting_.pop_front();
    known_[{order.id, order.owner}].state = State::running;
    lock.unlock();
    const auto made = make(order);
    if (!made) say_("audit log: an export failed: " + made.error().message);
    lock.lock();
    if (made) {
      known_.erase({order.id, order.owner});
    } else {
      known_[{order.id, order.owner}] = {State::failed, made.error().message, 0};
    }
  }
}

base::Result<void> Exports::make(const Order& order) const {
  remove_old();
  const std::string part = folder_ + "/" + order.id.text() + std::string(kUnfinished);
  const std::string packed =
      folder_ + "/" + order.id.text() + std::string(kEnding) + std::string(kUnfinished);
  auto made = order.make(part);
  if (made) made = audit::pack_folder(part, "audit-" + order.id.text(), packed);
  std::error_code failed;
  if (made) {
    fs::rename(packed, file_of(order.id, order.owner), failed);
    if (failed) made = base::Error{base::ErrorCode::io, "rename " + packed + ": " + failed.message(), "", {}};
  }
  fs::remove_all(part, failed);
  fs::remove(packed, failed);
  return made;
}

// The oldest by their ids, which begin with the time they were asked for at.
void Exports::remove_old() const {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry(folder_, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::string name = entry->path().filename().string();
    if (name.ends_with(kEnding)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  for (std::size_t i = 0; i + kKeptExports <= names.size(); ++i) fs::remove(folder_ + "/" + names[i], failed);
}

}  // namespace hinomi::api::audit_log
