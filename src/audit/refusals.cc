#include "audit/refusals.h"

#include <utility>

namespace hinomi::audit {
namespace {

// Who is refused: a principal, or, as long as nobody is known, where the request came from (without its
// port).
std::string key_of(const Refusal& refusal) {
  if (refusal.who && !refusal.who->id.is_nil()) return refusal.who->id.text();
  return "from " + refusal.peer.substr(0, refusal.peer.rfind(':'));
}

}  // namespace

Refusal Refusal::of(const record::AuditEntry& entry, bool must_exist) {
  Refusal refusal;
  refusal.entry = entry;
  if (entry.who != nullptr) refusal.who = *entry.who;
  refusal.via = entry.via;
  refusal.peer = entry.peer;
  refusal.entity = entry.entity;
  refusal.reason = entry.reason;
  refusal.must_exist = must_exist;
  refusal.entry.who = nullptr;
  refusal.entry.via = refusal.entry.peer = refusal.entry.entity = refusal.entry.reason = {};
  refusal.entry.done = false;
  return refusal;
}

record::AuditEntry Refusal::as_entry() const {
  record::AuditEntry whole = entry;
  whole.who = who ? &*who : nullptr;
  whole.via = via;
  whole.peer = peer;
  whole.entity = entity;
  whole.reason = reason;
  return whole;
}

void Refusals::note(const record::AuditEntry& entry, bool must_exist) {
  note(Refusal::of(entry, must_exist));
}

void Refusals::note(Refusal refusal) {
  std::string key = key_of(refusal);
  const base::TimeNs at = refusal.entry.at;
  const std::lock_guard lock(mutex_);
  auto found = windows_.find(key);
  if (found == windows_.end() && windows_.size() >= kMaxRefusedPrincipals) found = windows_.find("others");
  if (found == windows_.end())
    found = windows_
                .emplace(windows_.size() >= kMaxRefusedPrincipals ? "others" : std::move(key),
                         Window{.begin = at, .last = {}})
                .first;
  Window& window = found->second;
  if (window.single < kRefusalsAMinute && waiting_.size() < kMaxWaitingRefusals) {
    ++window.single;
    waiting_.push_back(std::move(refusal));
    return;
  }
  ++window.more;
  window.last = std::move(refusal);
}

// A window that has ended leaves one entry for what it counted; it stands under the last of them.
void Refusals::end_windows(std::optional<base::TimeNs> now) {
  for (auto window = windows_.begin(); window != windows_.end();) {
    Window& ended = window->second;
    const bool over =
        !now || now->since_epoch_ns - ended.begin.since_epoch_ns >= kRefusalWindowNs || *now < ended.begin;
    if (!over) {
      ++window;
      continue;
    }
    if (ended.more > 0 && waiting_.size() < 2 * kMaxWaitingRefusals) {
      Refusal sum = std::move(ended.last);
      sum.must_exist = false;
      sum.entry.action = "refusals.counted";
      sum.reason.clear();
      sum.entry.details = R"({"refused":)" + std::to_string(ended.more) + "}";
      waiting_.push_back(std::move(sum));
    } else {
      dropped_ += ended.more;
    }
    window = windows_.erase(window);
  }
}

std::vector<Refusal> Refusals::take(base::TimeNs now) {
  const std::lock_guard lock(mutex_);
  end_windows(now);
  return std::exchange(waiting_, {});
}

std::vector<Refusal> Refusals::take_all() {
  const std::lock_guard lock(mutex_);
  end_windows(std::nullopt);
  return std::exchange(waiting_, {});
}

void Refusals::put_back(std::vector<Refusal> refusals) {
  const std::lock_guard lock(mutex_);
  for (Refusal& refusal : refusals) {
    if (waiting_.size() >= 2 * kMaxWaitingRefusals) {
      ++dropped_;
    } else {
      waiting_.push_back(std::move(refusal));
    }
  }
}

std::uint64_t Refusals::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace hinomi::audit
