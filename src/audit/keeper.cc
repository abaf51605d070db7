#include "audit/keeper.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "audit/anchor.h"
#include "audit/checkpoint_files.h"
#include "audit/checkpoints.h"
#include "os/file.h"
#include "trust/checkpoint.h"

namespace hinomi::audit {
namespace {

using base::OrganisationId;
using store::sql::Connection;

constexpr auto kTurn = std::chrono::milliseconds(200);
constexpr std::chrono::seconds kRefreshEach{2};
constexpr std::size_t kCopiedAtOnce = 1000;

std::string number_of(OrganisationId organisation) {
  return std::to_string(static_cast<std::uint32_t>(organisation));
}

}  // namespace

base::Result<std::unique_ptr<Keeper>> Keeper::open(Parts parts) {
  std::unique_ptr<Keeper> keeper(new Keeper(std::move(parts)));
  const Parts& given = keeper->parts_;
  std::vector<std::string> folders{keeper->checkpoint_folder(), keeper->anchor_folder()};
  if (!given.outside.empty()) folders.push_back(given.outside);
  for (const std::string& folder : folders)
    if (auto made = make_checkpoint_folder(folder); !made) return made.error();
  keeper->status_.authority = given.authority;
  keeper->compare_with_copies(keeper->checkpoint_folder());
  if (!given.outside.empty()) keeper->compare_with_copies(given.outside);
  keeper->refresh();
  return keeper;
}

Keeper::~Keeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_called_.notify_all();
  if (thread_.joinable()) thread_.join();
  write_refusals(parts_.log->refusals().take_all());
  sign_all();
}

void Keeper::run_in_background() {
  thread_ = std::thread([this] { run(); });
}

void Keeper::run() {
  for (;;) {
    step();
    std::unique_lock lock(mutex_);
    if (stop_called_.wait_for(lock, kTurn, [&] { return stopping_; })) return;
  }
}

void Keeper::step() {
  const std::lock_guard lock(work_);
  const Moment now = parts_.clock->steady();
  write_refusals(parts_.log->refusals().take(parts_.clock->now()));
  const std::uint64_t appended = parts_.log->appended();
  const bool many = appended - appended_then_ >= kCheckpointEntries;
  if (!checked_ || many || now - *checked_ >= kCheckpointEach) {
    checked_ = now;
    appended_then_ = appended;
    sign_all();
    refreshed_.reset();
  }
  if (refreshed_ && now - *refreshed_ < kRefreshEach) return;
  refreshed_ = now;
  if (!parts_.authority.empty()) {
    take_in();
    if ((!handed_over_ || now - *handed_over_ >= kAnchorEach) && hand_over()) handed_over_ = now;
  }
  refresh();
}

base::Result<std::optional<CheckpointRow>> Keeper::sign(OrganisationId organisation) {
  const std::lock_guard lock(work_);
  auto made = sign_checkpoint(*parts_.database, *parts_.keys, organisation, parts_.clock->now());
  if (!made) {
    if (made.error().code == base::ErrorCode::forbidden) wrong(made.error().message);
    return made;
  }
  copy_out(organisation, checkpoint_folder());
  if (!parts_.outside.empty()) copy_out(organisation, parts_.outside);
  return made;
}

KeeperStatus Keeper::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void Keeper::wrong(const std::string& problem) {
  {
    const std::lock_guard lock(mutex_);
    if (status_.problem == problem) return;
    status_.problem = problem;
  }
  parts_.say("audit log: " + problem);
}

void Keeper::write_refusals(std::vector<Refusal> refusals) {
  if (refusals.empty()) return;
  const auto written = store::sql::in_transaction(
      *parts_.database, Connection::Kind::write, [&](Connection& connection) -> base::Result<void> {
        for (const Refusal& refusal : refusals)
          if (auto appended = parts_.log->append(connection, refusal); !appended) return appended;
        return {};
      });
  if (written) return;
  parts_.say("audit log: refusals could not be written: " + written.error().message);
  parts_.log->refusals().put_back(std::move(refusals));
}

void Keeper::sign_all() {
  std::vector<Tree> all;
  const auto read = store::sql::in_transaction(*parts_.database, Connection::Kind::read,
                                               [&](Connection& connection) -> base::Result<void> {
                                                 auto found = trees(connection);
                                                 if (!found) return found.error();
                                                 all = std::move(*found);
                                                 return {};
                                               });
  if (!read) return parts_.say("audit log: " + read.error().message);
  for (const Tree& tree : all) {
    const auto made = sign_checkpoint(*parts_.database, *parts_.keys, tree.organisation, parts_.clock->now());
    if (!made) {
      if (made.error().code == base::ErrorCode::forbidden) {
        wrong(made.error().message);
      } else {
        parts_.say("audit log: " + made.error().message);
      }
      continue;
    }
    copy_out(tree.organisation, checkpoint_folder());
    if (!parts_.outside.empty()) copy_out(tree.organisation, parts_.outside);
  }
}

// Everything behind the last note of the copy: also what other servers of this database signed, and what was
// signed before a copy could be written.
void Keeper::copy_out(OrganisationId organisation, const std::string& folder) {
  const std::string file = checkpoint_file(folder, organisation);
  auto from = last_size(file);
  if (!from) return wrong("a copy of checkpoints cannot be read: " + from.error().message);
  for (;;) {
    std::vector<CheckpointRow> rows;
    const auto read = store::sql::in_transaction(
        *parts_.database, Connection::Kind::read, [&](Connection& connection) -> base::Result<void> {
          auto found = checkpoints(connection, organisation, *from + 1, kCopiedAtOnce);
          if (!found) return found.error();
          rows = std::move(*found);
          return {};
        });
    if (!read) return parts_.say("audit log: " + read.error().message);
    for (const CheckpointRow& row : rows) {
      if (auto kept = append_checkpoint(file, row.note); !kept)
        return wrong("a checkpoint could not be copied: " + kept.error().message);
      *from = row.size;
    }
    if (rows.size() < kCopiedAtOnce) return;
  }
}

// The last copy of each log must stand in the database: otherwise that one is an older state, or another one.
void Keeper::compare_with_copies(const std::string& folder) {
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    const auto parsed = AnchorName::parse("0-" + name, ".checkpoints");
    if (!parsed || parsed->size > 0xFFFF'FFFF) continue;
    const auto organisation = static_cast<OrganisationId>(static_cast<std::uint32_t>(parsed->size));
    const auto notes = read_checkpoints(entry->path().string());
    if (!notes) {
      wrong("a copy of checkpoints cannot be read: " + notes.error().message);
      continue;
    }
    std::optional<trust::Checkpoint> last;
    for (auto note = notes->rbegin(); note != notes->rend() && !last; ++note)
      if (auto opened = trust::open_checkpoint(*note, parts_.keys->verifiers(organisation))) last = *opened;
    if (!last) continue;
    std::vector<CheckpointRow> rows;
    const auto read = store::sql::in_transaction(
        *parts_.database, Connection::Kind::read, [&](Connection& connection) -> base::Result<void> {
          auto found = checkpoints(connection, organisation, last->size, 1);
          if (!found) return found.error();
          rows = std::move(*found);
          return {};
        });
    if (!read) return parts_.say("audit log: " + read.error().message);
    const auto stored = rows.empty()
                            ? base::Result<trust::Checkpoint>(base::Error{})
                            : trust::open_checkpoint(rows.front().note, parts_.keys->verifiers(organisation));
    if (stored && stored->size == last->size && stored->root == last->root) continue;
    wrong("the database does not hold the checkpoint of " + std::to_string(last->size) +
          " entries of organisation " + number_of(organisation) + " that " + entry->path().string() +
          " has: it was rolled back, or rewritten");
  }
}

bool Keeper::hand_over() {
  for (const AnchorName& old : anchors_in(anchor_folder(), kNoteEnding)) {
    // What was not answered within an hour is superseded; what was is taken in first.
    std::error_code ignored;
    if (!std::filesystem::exists(anchor_folder() + "/" + old.answer(), ignored))
      std::filesystem::remove(anchor_folder() + "/" + old.note(), ignored);
  }
  std::vector<std::pair<OrganisationId, CheckpointRow>> waiting;
  const auto read = store::sql::in_transaction(
      *parts_.database, Connection::Kind::read, [&](Connection& connection) -> base::Result<void> {
        waiting.clear();
        const auto all = trees(connection);
        if (!all) return all.error();
        for (const Tree& tree : *all) {
          auto last = last_checkpoint(connection, tree.organisation);
          if (!last) return last.error();
          const auto anchored = last_anchor(connection, tree.organisation);
          if (!anchored) return anchored.error();
          if (!*last || (*anchored && (*anchored)->size >= (*last)->size)) continue;
          waiting.emplace_back(tree.organisation, std::move(**last));
        }
        return {};
      });
  if (!read) parts_.say("audit log: " + read.error().message);
  for (const auto& [organisation, row] : waiting) {
    const std::string file = anchor_folder() + "/" + AnchorName{organisation, row.size}.note();
    if (auto written = os::replace_file(file, row.note); !written)
      parts_.say("audit log: " + written.error().message);
  }
  return !waiting.empty();
}

void Keeper::take_in() {
  for (const AnchorName& name : anchors_in(anchor_folder(), kAnswerEnding)) {
    const auto taken = take_in(anchor_folder() + "/" + name.answer(), name.organisation, name.size);
    if (!taken) {
      parts_.say("audit log: " + taken.error().message);
      if (taken.error().code == base::ErrorCode::unavailable || taken.error().code == base::ErrorCode::io)
        continue;
    }
    std::error_code ignored;
    std::filesystem::remove(anchor_folder() + "/" + name.note(), ignored);
    std::filesystem::remove(anchor_folder() + "/" + name.answer(), ignored);
  }
}

// The answer was judged by who sent the query; here it is judged again against the database.
base::Result<bool> Keeper::take_in(const std::string& file, OrganisationId organisation, std::uint64_t size) {
  const auto answer = os::read_file(file, trust::kMaxTimestampBytes);
  if (!answer) return answer.error();
  bool taken = false;
  auto done = store::sql::in_transaction(
      *parts_.database, Connection::Kind::write, [&](Connection& connection) -> base::Result<void> {
        const auto rows = checkpoints(connection, organisation, size, 1);
        if (!rows) return rows.error();
        if (rows->empty() || rows->front().size != size)
          return base::Error{base::ErrorCode::not_found,
                             "take in the time-stamp " + file + ": there is no such checkpoint",
                             "",
                             {}};
        const auto hash = trust::anchored_hash(rows->front().note);
        if (!hash) return hash.error();
        const auto stamp = parts_.trust->verify(*answer, *hash);
        if (!stamp) return stamp.error();
        taken = true;
        return insert_anchor(connection, organisation, {size, *answer, stamp->time, parts_.authority});
      });
  if (!done) return done.error();
  return taken;
}

void Keeper::refresh() {
  KeeperStatus fresh;
  const auto read = store::sql::in_transaction(
      *parts_.database, Connection::Kind::read, [&](Connection& connection) -> base::Result<void> {
        fresh = {};
        const auto all = trees(connection);
        if (!all) return all.error();
        for (const Tree& tree : *all) {
          fresh.size += tree.size;
          const auto last = last_checkpoint(connection, tree.organisation);
          if (!last) return last.error();
          if (*last && (!fresh.last_checkpoint || *fresh.last_checkpoint < (*last)->at))
            fresh.last_checkpoint = (*last)->at;
          const auto anchor = last_anchor(connection, tree.organisation);
          if (!anchor) return anchor.error();
          if (*anchor && (!fresh.last_anchor || *fresh.last_anchor < (*anchor)->at))
            fresh.last_anchor = (*anchor)->at;
        }
        return {};
      });
  if (!read) return parts_.say("audit log: " + read.error().message);
  if (!parts_.authority.empty()) {
    const AnchorState state = read_state(anchor_folder());
    if (state.failing) fresh.authority_problem = state.problem;
  }
  const std::lock_guard lock(mutex_);
  fresh.authority = status_.authority;
  fresh.problem = status_.problem;
  status_ = std::move(fresh);
}

}  // namespace hinomi::audit
