#include "audit/check.h"

#include <bit>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "audit/anchor.h"
#include "audit/checkpoint_files.h"
#include "audit/keys.h"
#include "audit/log.h"
#include "audit/tables.h"
#include "base/text.h"
#include "trust/checkpoint.h"
#include "trust/merkle.h"

namespace hinomi::audit {
namespace {

using base::OrganisationId;
using store::sql::Connection;

constexpr std::size_t kPage = 1000;
constexpr std::uint64_t kMaxGap = 10'000'000;  // entries that may be missing in one place
constexpr std::uint64_t kProgressEach = 10'000;

// A root that somebody signed, and where that stands.
struct Signed {
  trust::Hash root{};
  std::string where;
};

// The check of one organisation's log.
class LogCheck {
 public:
  LogCheck(Connection& connection, const CheckOptions& options, OrganisationId organisation,
           std::vector<trust::VerifierKey> keys, CheckReport& report)
      : connection_(connection),
        options_(options),
        organisation_(organisation),
        keys_(std::move(keys)),
        report_(report),
        read_node_(node_reader(connection, organisation)) {}

  [[nodiscard]] base::Result<void> run() {
    ++report_.logs;
    if (auto read = read_stored_checkpoints(); !read) return read;
    if (auto read = read_copies(); !read) return read;
    if (auto walked = walk_leaves(); !walked) return walked;
    if (auto compared = compare_tree(); !compared) return compared;
    if (auto counted = count_rows(); !counted) return counted;
    return check_anchors();
  }

 private:
  void problem(const std::string& what) {
    if (report_.problems.size() < kMaxProblems)
      report_.problems.push_back(base::visible(
          "organisation " + std::to_string(static_cast<std::uint32_t>(organisation_)) + ": " + what));
  }

  void add_signed(std::uint64_t size, const trust::Hash& root, std::string where) {
    signed_[size].push_back({root, std::move(where)});
  }

  base::Result<void> read_stored_checkpoints() {
    for (std::uint64_t from = 0;;) {
      const auto rows = checkpoints(connection_, organisation_, from, kPage);
      if (!rows) return rows.error();
      for (const CheckpointRow& row : *rows) {
        ++report_.checkpoints;
        from = row.size + 1;
        const auto opened = trust::open_checkpoint(row.note, keys_);
        if (!opened || opened->size != row.size) {
          problem("the checkpoint of " + std::to_string(row.size) +
                  " entries in the database is not signed by this log: it was changed or invented");
          continue;
        }
        stored_.insert(row.size);
        add_signed(row.size, opened->root, "the database");
      }
      if (rows->size() < kPage) return {};
    }
  }

  base::Result<void> read_copies() {
    for (const std::string& folder : options_.copies) {
      const std::string file = checkpoint_file(folder, organisation_);
      const auto notes = read_checkpoints(file);
      if (!notes) return notes.error();
      for (const std::string& note : *notes) {
        ++report_.copies;
        const auto opened = trust::open_checkpoint(note, keys_);
        if (!opened) {
          problem("a copy of a checkpoint in " + file +
                  " is not signed by this log: it was changed, or the key");
          continue;
        }
        add_signed(opened->size, opened->root, file);
        if (!stored_.contains(opened->size))
          problem("the checkpoint of " + std::to_string(opened->size) + " entries in " + file +
                  " is not in the database: it was removed, or the database was rolled back");
      }
    }
    return {};
  }

  base::Result<void> walk_leaves() {
    for (;;) {
      const auto rows =
          leaves(connection_, {.organisation = organisation_, .from = frontier_.size(), .limit = kPage});
      if (!rows) return rows.error();
      for (const LeafRow& row : *rows) {
        if (auto filled = fill_gap(row.index); !filled) return filled;
        if (hopeless_) return {};
        check_row(row);
        if (auto added = add_leaf(trust::leaf_hash(row.leaf)); !added) return added;
        if (++report_.entries % kProgressEach == 0 && options_.on_progress)
          options_.on_progress(report_.entries);
      }
      if (rows->size() < kPage) return {};
    }
  }

  // Where entries are missing, what was stored of them stands in, so that the rest is still judged.
  base::Result<void> fill_gap(std::uint64_t until) {
    if (frontier_.size() == until) return {};
    const std::uint64_t first = frontier_.size();
    problem(first + 1 == until ? "entry " + std::to_string(first) + " is missing"
                               : "the entries " + std::to_string(first) + " to " + std::to_string(until - 1) +
                                     " are missing");
    if (until - first > kMaxGap) {
      problem("too much is missing to judge what is behind it");
      hopeless_ = true;
      return {};
    }
    while (frontier_.size() < until) {
      const auto hash = read_node_({0, frontier_.size()});
      if (!hash && hash.error().code != base::ErrorCode::not_found) return hash.error();
      if (auto added = add_leaf(hash ? *hash : trust::Hash{}); !added) return added;
    }
    return {};
  }

  void check_row(const LeafRow& row) {
    const std::string name = "entry " + std::to_string(row.index);
    const auto leaf = trust::parse_leaf(row.leaf);
    if (!leaf) return problem(name + " is none: " + leaf.error().message);
    if (leaf->index != row.index) problem(name + " says that it is another one");
    if (leaf->labels.organisation != organisation_) problem(name + " is of another organisation");
    LeafRow columns;
    set_columns(*leaf, columns);
    if (columns.entity != row.entity || columns.record != row.record || columns.actor != row.actor)
      problem(name + " is filed under what it does not say");
    if (!row.details) {
      if (leaf->details) ++report_.erased;
    } else if (!leaf->details || trust::details_hash(*row.details) != *leaf->details) {
      problem("the details of " + name + " were changed");
    }
  }

  base::Result<void> add_leaf(const trust::Hash& hash) {
    auto added = frontier_.append(hash, [&](trust::NodeId id, const trust::Hash& made) -> base::Result<void> {
      const auto stored = read_node_(id);
      if (!stored && stored.error().code != base::ErrorCode::not_found) return stored.error();
      if (!stored) {
        problem("the stored hash of level " + std::to_string(id.level) + ", index " +
                std::to_string(id.index) + " is missing");
      } else if (*stored != made) {
        problem(id.level == 0 ? "entry " + std::to_string(id.index) + " was changed"
                              : "the stored hash of level " + std::to_string(id.level) + ", index " +
                                    std::to_string(id.index) + " is not that of the entries below it");
      }
      return {};
    });
    if (!added) return added;
    const auto at = signed_.find(frontier_.size());
    if (at == signed_.end()) return {};
    const trust::Hash root = frontier_.root();
    for (const Signed& one : at->second)
      if (one.root != root)
        problem("the first " + std::to_string(at->first) + " entries are not those that the checkpoint in " +
                one.where + " was signed for");
    return {};
  }

  base::Result<void> compare_tree() {
    if (hopeless_) return {};
    const std::uint64_t size = frontier_.size();
    for (auto beyond = signed_.upper_bound(size); beyond != signed_.end(); ++beyond)
      for (const Signed& one : beyond->second)
        problem("there are " + std::to_string(size) + " entries, but " + one.where + " has a checkpoint of " +
                std::to_string(beyond->first) + ": entries were cut off, or the database was rolled back");
    const auto tree = tree_of(connection_, organisation_);
    if (!tree) return tree.error();
    if (tree->size != size) {
      problem("there are " + std::to_string(size) + " entries, but the tree is said to have " +
              std::to_string(tree->size));
    } else if (size > 0 && tree->frontier != frontier_.bytes()) {
      problem("the stored frontier is not that of the entries");
    }
    return {};
  }

  base::Result<std::uint64_t> count(std::string_view table) {
    auto statement =
        connection_.prepare("SELECT COUNT(*) FROM " + std::string(table) + " WHERE organisation=?");
    if (!statement) return statement.error();
    (*statement)->bind(static_cast<std::int64_t>(organisation_));
    const auto found = (*statement)->step();
    if (!found) return found.error();
    const auto number = static_cast<std::uint64_t>((*statement)->integer(0));
    (*statement)->reset();
    return number;
  }

  base::Result<void> count_rows() {
    const std::uint64_t size = frontier_.size();
    const auto nodes = count("audit_node");
    if (!nodes) return nodes.error();
    if (*nodes > 2 * size - static_cast<std::uint64_t>(std::popcount(size)))
      problem("there are stored hashes beyond those of the entries");
    const auto rows = count("audit_leaf");
    if (!rows) return rows.error();
    if (*rows > size) problem("there are rows of entries at places that no entry can have");
    return {};
  }

  base::Result<void> check_anchors() {
    if (options_.trust == nullptr) return {};
    for (std::uint64_t from = 0;;) {
      const auto rows = anchors(connection_, organisation_, from, kPage);
      if (!rows) return rows.error();
      for (const AnchorRow& row : *rows) {
        ++report_.anchors;
        from = row.size + 1;
        const auto stamped = checkpoints(connection_, organisation_, row.size, 1);
        if (!stamped) return stamped.error();
        const auto hash = stamped->empty() ? base::Result<trust::Hash>(base::Error{})
                                           : trust::anchored_hash(stamped->front().note);
        if (!hash || !options_.trust->verify(row.response, *hash))
          problem("the time-stamp of the checkpoint of " + std::to_string(row.size) +
                  " entries is not one about it from a trusted authority");
      }
      if (rows->size() < kPage) return {};
    }
  }

  Connection& connection_;
  const CheckOptions& options_;
  OrganisationId organisation_;
  std::vector<trust::VerifierKey> keys_;
  CheckReport& report_;
  trust::NodeReader read_node_;
  trust::Frontier frontier_;
  bool hopeless_ = false;
  std::set<std::uint64_t> stored_;  // sizes of checkpoints in the database
  std::map<std::uint64_t, std::vector<Signed>> signed_;
};

// Every organisation of which anything is there: a log that was removed as a whole still has its copies.
base::Result<std::set<OrganisationId>> organisations(Connection& connection, const CheckOptions& options) {
  std::set<OrganisationId> found;
  for (const char* const table : {"audit_tree", "audit_leaf", "audit_node", "audit_checkpoint"}) {
    auto statement = connection.prepare("SELECT DISTINCT organisation FROM " + std::string(table));
    if (!statement) return statement.error();
    for (;;) {
      const auto row = (*statement)->step();
      if (!row) return row.error();
      if (!*row) break;
      found.insert(static_cast<OrganisationId>((*statement)->integer(0)));
    }
  }
  for (const std::string& folder : options.copies) {
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
      const auto name = AnchorName::parse("0-" + entry->path().filename().string(), ".checkpoints");
      if (name && name->size <= 0xFFFF'FFFF)
        found.insert(static_cast<OrganisationId>(static_cast<std::uint32_t>(name->size)));
    }
  }
  return found;
}

}  // namespace

base::Result<CheckReport> check(store::sql::Database& database, const CheckOptions& options) {
  auto lease = database.lease(Connection::Kind::read);
  if (!lease) return lease.error();
  Connection& connection = **lease;
  auto tx = store::sql::Tx::begin(connection, Connection::Kind::read);
  if (!tx) return tx.error();
  if (auto allowed = connection.allow_long_work(); !allowed) return allowed.error();
  auto known = public_keys(connection);
  if (!known && known.error().code != base::ErrorCode::not_found) return known.error();
  const auto all = organisations(connection, options);
  if (!all) return all.error();
  CheckReport report;
  for (const OrganisationId organisation : *all) {
    LogCheck one(connection, options, organisation,
                 known ? known->verifiers(organisation) : std::vector<trust::VerifierKey>(), report);
    if (auto ran = one.run(); !ran) return ran.error();
  }
  return report;
}

}  // namespace hinomi::audit
