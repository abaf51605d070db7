// hinomi_record_check: compares what writers were told (record_ledger.h) with what a stopped server has
// stored: records, histories and the audit log. A program of its own that reads the tables itself and
// computes the trees by the definition of RFC 9162, so that it shares no mistake with the server. One line of
// JSON; exit code 0 when everything agrees.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/record_id.h"
#include "fault/record_ledger.h"
#include "store/sql/database.h"
#include "trust/audit_leaf.h"
#include "trust/checkpoint.h"
#include "trust/hash.h"
#include "trust/note.h"

namespace {

using hinomi::fault::RecordOutcome;
using hinomi::store::sql::Connection;
using hinomi::store::sql::Statement;
using hinomi::trust::Hash;

constexpr int kShownProblems = 5;
// Every write of the writers; what the first start writes has no key.
constexpr std::string_view kKeyFront = "w";

struct Stored {
  std::string entity;
  std::string record;
  std::int64_t version = 0;
  std::string action;
  std::string key;
  std::string diff;
};

struct Person {
  std::int64_t version = 0;
  std::string name;
  std::string department;
};

// MTH of RFC 9162, 2.1.1.
Hash tree_hash(const std::vector<std::string>& leaves, std::size_t first, std::size_t end) {
  using hinomi::trust::sha256;
  if (end == first) return sha256("");
  if (end - first == 1) return sha256(std::string(1, '\0') + leaves[first]);
  std::size_t half = 1;
  while (half * 2 < end - first) half *= 2;
  const Hash left = tree_hash(leaves, first, first + half);
  const Hash right = tree_hash(leaves, first + half, end);
  return sha256("\x01" + std::string(hinomi::trust::view_of(left)) +
                std::string(hinomi::trust::view_of(right)));
}

class Checker {
 public:
  Checker(std::string data, std::vector<std::string> copies, std::map<std::string, RecordOutcome> ledger)
      : data_(std::move(data)), copies_(std::move(copies)), ledger_(std::move(ledger)) {}

  int run() {
    auto database = hinomi::store::sql::open_sqlite({.path = data_ + "/records.db"});
    if (!database) {
      problem("records.db cannot be opened: " + database.error().message);
    } else {
      const auto read =
          hinomi::store::sql::in_transaction(**database, Connection::Kind::read, [&](Connection& connection) {
            read_changes(connection);
            read_people(connection);
            read_audit(connection);
            return hinomi::base::Result<void>{};
          });
      if (!read) problem("records.db cannot be read: " + read.error().message);
    }
    check_requests();
    check_people();
    check_audit();
    check_checkpoints();
    print();
    return problems_ == 0 ? 0 : 1;
  }

 private:
  void problem(const std::string& text) {
    if (problems_++ < kShownProblems)
      first_problems_ += fmt::format(",\"problem_{}\":\"{}\"", problems_, text);
  }

  template <typename Take>
  void each(Connection& connection, std::string_view sql, Take take) {
    auto statement = connection.prepare(sql);
    if (!statement) return problem(statement.error().message);
    for (;;) {
      const auto more = (*statement)->step();
      if (!more) return problem(more.error().message);
      if (!*more) return;
      take(**statement);
    }
  }

  static std::string id_in(const Statement& row, int column) {
    const auto id = hinomi::base::RecordId::from_bytes(row.blob(column));
    return id ? id->text() : std::string();
  }

  void read_changes(Connection& connection) {
    std::int64_t before = 0;
    each(connection,
         "SELECT seq, entity, record_id, version, action, request_key, diff FROM record_change ORDER BY seq",
         [&](const Statement& row) {
           if (row.integer(0) <= before)
             problem(fmt::format("change {} comes after {}", row.integer(0), before));
           before = row.integer(0);
           changes_.push_back({std::string(row.text(1)), id_in(row, 2), row.integer(3),
                               std::string(row.text(4)), std::string(row.text(5)), std::string(row.text(6))});
         });
  }

  void read_people(Connection& connection) {
    each(connection, "SELECT id, version, f_name, f_department FROM r_person", [&](const Statement& row) {
      people_[id_in(row, 0)] = {row.integer(1), std::string(row.text(2)), std::string(row.text(3))};
    });
  }

  void read_audit(Connection& connection) {
    each(connection, "SELECT organisation, idx, leaf FROM audit_leaf ORDER BY organisation, idx",
         [&](const Statement& row) {
           auto& leaves = leaves_[row.integer(0)];
           if (row.integer(1) != static_cast<std::int64_t>(leaves.size()))
             problem(fmt::format("log {} has no entry {}", row.integer(0), leaves.size()));
           leaves.emplace_back(row.text(2));
         });
    each(connection, "SELECT organisation, size FROM audit_tree", [&](const Statement& row) {
      if (leaves_[row.integer(0)].size() != static_cast<std::size_t>(row.integer(1)))
        problem(fmt::format("log {} says {} entries and has {}", row.integer(0), row.integer(1),
                            leaves_[row.integer(0)].size()));
    });
    each(connection, "SELECT organisation, size, note FROM audit_checkpoint ORDER BY organisation, size",
         [&](const Statement& row) { take_note(row.integer(0), row.text(2), "the database"); });
  }

  void take_note(std::int64_t log, std::string_view note, const std::string& where) {
    const auto parsed = hinomi::trust::parse_note(note);
    const auto checkpoint = parsed ? hinomi::trust::parse_checkpoint_text(parsed->text) : parsed.error();
    if (!checkpoint) return problem(fmt::format("a checkpoint of log {} in {} cannot be read", log, where));
    const auto [known, fresh] = roots_[log].emplace(checkpoint->size, checkpoint->root);
    if (!fresh && known->second != checkpoint->root)
      problem(fmt::format("two checkpoints of {} entries of log {} differ", checkpoint->size, log));
    ++notes_;
  }

  // What an acknowledged request did stands in exactly one change; what a refused one did, in none.
  void check_requests() {
    std::map<std::string, std::vector<const Stored*>> by_key;
    for (const Stored& change : changes_)
      if (!change.key.empty()) by_key[change.key].push_back(&change);
    for (const auto& [key, stored] : by_key)
      if (!key.starts_with(kKeyFront) || !ledger_.contains(key))
        problem(key + " is stored and was never sent");
    for (const auto& [key, outcome] : ledger_) {
      repeats_ += outcome.repeats > 0 ? 1 : 0;
      late_ += outcome.repeats > 0 && outcome.late ? 1 : 0;
      const std::size_t times = by_key.contains(key) ? by_key[key].size() : 0;
      if (!outcome.acknowledged) {
        ++refused_;
        if (outcome.refused == 0) problem(key + " was never answered");
        if (times != 0) problem(key + " was refused and is stored");
        continue;
      }
      ++acknowledged_;
      if (times != 1) {
        if (times == 0)
          ++lost_;
        else
          ++doubled_;
        problem(fmt::format("{} was acknowledged and is stored {} times", key, times));
        continue;
      }
      check_change(outcome, *by_key[key].front());
    }
  }

  void check_change(const RecordOutcome& outcome, const Stored& change) {
    const std::string& key = outcome.request.key;
    const bool is_new = outcome.request.id.empty();
    const std::int64_t version = is_new ? 1 : outcome.request.version + 1;
    if (change.record != outcome.id || change.version != version || change.entity != "person" ||
        change.action != (is_new ? "create" : "change"))
      problem(fmt::format("{} was stored as {} {} of {}, version {}", key, change.entity, change.action,
                          change.record, change.version));
    if (change.diff.find("\"" + outcome.request.value + "\"") == std::string::npos)
      problem(key + " was stored with another value: " + change.record);
  }

  // Versions of a history are 1 to the version of the record, whose values are those of the last change.
  void check_people() {
    std::map<std::string, std::int64_t> versions;
    std::map<std::string, const Stored*> last;
    for (const Stored& change : changes_) {
      if (change.version != ++versions[change.record])
        problem(fmt::format("{} has version {} after {}", change.record, change.version,
                            versions[change.record] - 1));
      last[change.record] = &change;
    }
    for (const auto& [id, person] : people_) {
      if (versions[id] != person.version)
        problem(fmt::format("{} has version {} and a history of {}", id, person.version, versions[id]));
      const auto found = last.find(id);
      if (found == last.end() || found->second->key.empty()) continue;
      const auto outcome = ledger_.find(found->second->key);
      if (outcome == ledger_.end()) continue;
      const auto& request = outcome->second.request;
      if (request.value != (request.id.empty() ? person.name : person.department))
        problem(id + " does not hold the values of its last change");
    }
    std::uint64_t made = 0;
    for (const auto& [key, outcome] : ledger_)
      made += outcome.acknowledged && outcome.request.id.empty() ? 1 : 0;
    if (people_.size() != made + 1)  // and the administrator
      problem(fmt::format("{} people were made and {} are there", made + 1, people_.size()));
  }

  // One entry for each change, and none about a change that is not there.
  void check_audit() {
    std::map<std::string, int> entries;
    for (const auto& [log, leaves] : leaves_) {
      for (std::size_t i = 0; i < leaves.size(); ++i) {
        ++entries_;
        const auto entry = hinomi::trust::parse_leaf(leaves[i]);
        if (!entry || entry->index != i) {
          problem(fmt::format("entry {} of log {} cannot be read", i, log));
          continue;
        }
        if (entry->version == 0 || entry->outcome != hinomi::trust::AuditOutcome::done) continue;
        ++entries[fmt::format("{} {} {}", entry->action, entry->object, entry->version)];
      }
    }
    for (const Stored& change : changes_) {
      const auto found = entries.find(
          fmt::format("{}.{} {} {}", change.entity, change.action, change.record, change.version));
      if (found == entries.end() || found->second != 1)
        problem(fmt::format("version {} of {} {} has {} entries in the audit log", change.version,
                            change.entity, change.record, found == entries.end() ? 0 : found->second));
      if (found != entries.end()) entries.erase(found);
    }
    for (const auto& [entry, times] : entries) problem("an entry about no change: " + entry);
  }

  // Every checkpoint that was ever signed is the tree of the first entries as they stand now, so each is a
  // prefix of the later ones.
  void check_checkpoints() {
    for (const std::string& folder : copies_)
      for (const auto& [log, leaves] : leaves_) read_copies(folder, log);
    for (const auto& [log, roots] : roots_) {
      const std::vector<std::string>& leaves = leaves_[log];
      for (const auto& [size, root] : roots) {
        ++checkpoints_;
        if (size > leaves.size()) {
          problem(
              fmt::format("log {} has {} entries, fewer than a checkpoint of {}", log, leaves.size(), size));
        } else if (tree_hash(leaves, 0, size) != root) {
          problem(fmt::format("the first {} entries of log {} are not those of the checkpoint", size, log));
        }
      }
    }
    if (checkpoints_ == 0) problem("there is no checkpoint");
  }

  void read_copies(const std::string& folder, std::int64_t log) {
    const std::string path = fmt::format("{}/{}.checkpoints", folder, log);
    std::ifstream file(path);
    if (!file) return problem(path + " cannot be read");
    // Text and signature of a note are separated by an empty line, notes by another one.
    std::string note;
    bool signature = false;
    for (std::string text; std::getline(file, text);) {
      if (!text.empty()) {
        note += text + "\n";
        continue;
      }
      if (note.empty()) continue;
      if (!signature) {
        note += "\n";
      } else {
        take_note(log, note, path);
        note.clear();
      }
      signature = !signature;
    }
    if (!note.empty()) take_note(log, note, path);
  }

  void print() const {
    fmt::print(
        "{{\"acknowledged\":{},\"refused\":{},\"repeated\":{},\"repeated_and_done_before\":{},\"lost\":{},"
        "\"doubled\":{},\"changes\":{},\"people\":{},\"audit_entries\":{},\"checkpoints\":{},\"notes\":{},"
        "\"problems\":{}{}}}\n",
        acknowledged_, refused_, repeats_, late_, lost_, doubled_, changes_.size(), people_.size(), entries_,
        checkpoints_, notes_, problems_, first_problems_);
  }

  const std::string data_;
  const std::vector<std::string> copies_;
  const std::map<std::string, RecordOutcome> ledger_;
  std::vector<Stored> changes_;
  std::map<std::string, Person> people_;
  std::map<std::int64_t, std::vector<std::string>> leaves_;
  std::map<std::int64_t, std::map<std::uint64_t, Hash>> roots_;
  std::uint64_t acknowledged_ = 0, refused_ = 0, repeats_ = 0, late_ = 0, lost_ = 0, doubled_ = 0;
  std::uint64_t entries_ = 0, checkpoints_ = 0, notes_ = 0;
  int problems_ = 0;
  std::string first_problems_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string data;
  std::string ledger;
  std::vector<std::string> copies;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string word = argv[i];
    if (word == "--data") data = argv[i + 1];
    if (word == "--ledger") ledger = argv[i + 1];
    if (word == "--copies") copies.emplace_back(argv[i + 1]);
  }
  auto outcomes = ledger.empty() ? std::nullopt : hinomi::fault::read_record_ledger(ledger);
  if (data.empty() || !outcomes) {
    std::fputs("usage: hinomi_record_check --data DIR --ledger FILE [--copies DIR]…\n", stderr);
    return 2;
  }
  return Checker(std::move(data), std::move(copies), std::move(*outcomes)).run();
}
