// Reads and changes records of any declared entity: permissions, validation, versions, receipt numbers,
// history, search and audit in one place, so that no entity needs code for them. Not for what an action means
// (it is a function given to the engine) and not for event streams.
//
// Safe from any thread; every call takes a connection of its own and blocks on the database.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "os/clock.h"
#include "os/random.h"
#include "record/audit.h"
#include "record/history.h"
#include "record/list_query.h"
#include "record/record.h"
#include "store/sql/database.h"

namespace hinomi::record {

class Engine;

// What an action works on; within the transaction that makes it take effect.
struct ActionCall {
  Engine& engine;
  store::sql::Connection& connection;
  const Context& context;
  const schema::Entity& entity;
  const schema::Action& action;
  const Record& before;
  // What is to be stored; the function changes values, labels and tags in it.
  Record& after;
  // Members of the request body beside "reason", as JSON text of an object.
  std::string_view arguments;
};
// nullopt: done. The state changes by the declaration; the function need not.
using ActionFunction = std::function<std::optional<Refusal>(ActionCall&)>;
// After an action was refused and its transaction undone: what must stay of the attempt all the same.
using RefusedFunction =
    std::function<void(const Context& context, const base::RecordId& id, const Refusal& refusal)>;

// Stands before every action and deletion that is declared four_eyes, within its transaction. What it writes
// stays; the action itself is done only when it says so.
struct GateAnswer {
  bool go_on = false;  // it may take effect before it is approved
  base::RecordId approval{};
};
using ApprovalGate = std::function<Outcome<GateAnswer>(ActionCall&)>;

// Completes records that were read with what is kept beside them (how far a job is).
using ReadHook = std::function<base::Result<void>(store::sql::Connection&, std::vector<Record>&)>;

// Is told of every change within its transaction; a refusal undoes it. For what must always hold with a
// record (an organisation has a key) and for what must follow (who may do what is read anew).
struct WriteCall {
  Engine& engine;
  store::sql::Connection& connection;
  const Context& context;
  const schema::Entity& entity;
  const Record* before;  // nullptr: new
  Record& after;         // may be completed
};
using WriteHook = std::function<std::optional<Refusal>(WriteCall&)>;

class Engine {
 public:
  struct Parts {
    store::sql::Database* database = nullptr;
    const schema::Registry* registry = nullptr;
    const os::Clock* clock = nullptr;
    os::RandomBytes random;
    AuditLog* audit = nullptr;
    // The vault whose database this is: every record in it is of this vault, whatever anybody asks for.
    base::VaultId vault{};
    // Of a vault: where the records stand that those in it may refer to. Never the other way round.
    Engine* outside = nullptr;
    // After a change has become durable; from the thread that made it.
    std::function<void()> on_change;
  };
  explicit Engine(Parts parts) : parts_(std::move(parts)) {}

  // Before the first call. The action must be declared.
  void add_action(std::string_view entity, std::string_view action, ActionFunction function,
                  RefusedFunction refused = {});
  void add_hook(std::string_view entity, WriteHook hook);
  void add_read_hook(std::string_view entity, ReadHook hook);
  // Without one, nothing that is declared four_eyes can be done.
  void set_approval_gate(ApprovalGate gate) { gate_ = std::move(gate); }

  // The tables of the declarations, at the version of this program.
  [[nodiscard]] base::Result<void> migrate();

  [[nodiscard]] Outcome<Record> create(const Context& context, const schema::Entity& entity, Draft draft);
  // `version`: what the caller knew; nullopt: whatever it is.
  [[nodiscard]] Outcome<Record> change(const Context& context, const schema::Entity& entity,
                                       const base::RecordId& id, const Draft& draft,
                                       std::optional<std::int64_t> version);
  [[nodiscard]] Outcome<Record> act(const Context& context, const schema::Entity& entity,
                                    const base::RecordId& id, std::string_view action,
                                    std::string_view arguments, std::optional<std::int64_t> version);
  // Deleted records are kept, found by nobody without <entity>.delete, and can be brought back.
  // `arguments`: for whoever has to approve it.
  [[nodiscard]] Outcome<Record> remove(const Context& context, const schema::Entity& entity,
                                       const base::RecordId& id, std::optional<std::int64_t> version,
                                       std::string_view arguments = "{}");
  [[nodiscard]] Outcome<Record> restore(const Context& context, const schema::Entity& entity,
                                        const base::RecordId& id);
  // Undoes one change of the history, if what it set still stands: otherwise conflict.
  [[nodiscard]] Outcome<Record> undo(const Context& context, std::int64_t seq);

  // `as_of`: as the record was known at that moment.
  [[nodiscard]] Outcome<Record> get(const Context& context, const schema::Entity& entity,
                                    const base::RecordId& id,
                                    std::optional<base::TimeNs> as_of = std::nullopt);
  [[nodiscard]] Outcome<Page> list(const Context& context, const schema::Entity& entity,
                                   const ListQuery& query);
  // How many records have each value of a choice, boolean or reference field, most frequent first.
  [[nodiscard]] Outcome<std::vector<FacetValue>> facet(const Context& context, const schema::Entity& entity,
                                                       const ListQuery& query, std::size_t field);
  // Changes of one record, newest first; those after `before_version` (0: from the newest on).
  [[nodiscard]] Outcome<std::vector<Change>> history(const Context& context, const schema::Entity& entity,
                                                     const base::RecordId& id, std::int64_t before_version,
                                                     std::size_t limit);
  // Changes after `seq` of what the caller may read, oldest first, and the last number looked at.
  struct Feed {
    std::vector<Change> changes;
    std::int64_t last = 0;
  };
  [[nodiscard]] Outcome<Feed> changes_after(const Context& context, std::int64_t seq, std::size_t limit);
  [[nodiscard]] base::Result<std::int64_t> last_change();
  // Which entity each of these records is of; unknown ids are left out.
  [[nodiscard]] base::Result<std::vector<std::pair<base::RecordId, const schema::Entity*>>> entities_of(
      const std::vector<base::RecordId>& ids);
  // Full-text search over everything that the caller may read.
  struct Hit {
    const schema::Entity* entity = nullptr;
    Record record;
  };
  [[nodiscard]] Outcome<std::vector<Hit>> search(const Context& context, std::string_view text,
                                                 std::size_t limit);

  // For actions and hooks, in their transaction: no permission is asked, histories and audit are written.
  // `action`: what the history says was done.
  [[nodiscard]] Outcome<Record> create_within(store::sql::Connection& connection, const Context& context,
                                              const schema::Entity& entity, Draft draft);
  [[nodiscard]] Outcome<Record> change_within(store::sql::Connection& connection, const Context& context,
                                              const schema::Entity& entity, const base::RecordId& id,
                                              const Draft& draft, std::string_view action);
  // The same for a record that goes.
  [[nodiscard]] Outcome<Record> remove_within(store::sql::Connection& connection, const Context& context,
                                              const schema::Entity& entity, const base::RecordId& id);
  // The result of an earlier request with the key of the context.
  [[nodiscard]] base::Result<std::optional<base::RecordId>> replayed(store::sql::Connection& connection,
                                                                     const Context& context,
                                                                     const schema::Entity& entity);
  // Several calls in one transaction: those whose context is joined to its connection see what the earlier
  // ones did, and are undone one by one where they are refused. `work` says whether all of it takes effect;
  // it may run again, and must not have effects outside.
  [[nodiscard]] base::Result<void> together(
      const std::function<base::Result<bool>(store::sql::Connection&)>& work);
  // An action or "delete" with everything that act() and remove() ask, in the transaction of the caller.
  [[nodiscard]] Outcome<Record> act_within(store::sql::Connection& connection, const Context& context,
                                           const schema::Entity& entity, const base::RecordId& id,
                                           std::string_view deed, std::string_view arguments,
                                           std::optional<std::int64_t> version);
  // In a transaction of their own; for the program itself.
  [[nodiscard]] base::Result<void> in_write(
      const std::function<base::Result<void>(store::sql::Connection&)>& work);
  [[nodiscard]] base::Result<void> in_read(
      const std::function<base::Result<void>(store::sql::Connection&)>& work);

  // Whether the caller may read the record, which stands here or outside.
  [[nodiscard]] bool shows(const Context& context, const schema::Entity& entity, const base::RecordId& id);
  // Moving a record to another database, within the caller's transaction on each; for module vault. No
  // permission is asked and no hook is called.
  struct Whole {
    Record record;
    std::vector<Change> history;  // oldest first
  };
  [[nodiscard]] base::Result<std::optional<Whole>> whole_of(store::sql::Connection& connection,
                                                            const schema::Entity& entity,
                                                            const base::RecordId& id);
  // The record as it stood, with its history, and `action` as what was done to it last. One that is there
  // already is replaced.
  [[nodiscard]] base::Result<void> take_in(store::sql::Connection& connection, const Context& context,
                                           const schema::Entity& entity, Whole whole,
                                           std::string_view action);
  // Row, history and words of a record, as if it had never been. Its numbers leave gaps. rebuild_search()
  // afterwards, once, so that no word stays in what the index has not merged yet.
  [[nodiscard]] base::Result<void> erase(store::sql::Connection& connection, const schema::Entity& entity,
                                         const base::RecordId& id);
  [[nodiscard]] base::Result<void> rebuild_search(store::sql::Connection& connection);

  // Says in the audit log that something was refused; does not wait for it.
  void audit_refusal(const Context& context, std::string_view action, const schema::Entity* entity,
                     const std::optional<base::RecordId>& id, base::OrganisationId organisation);
  // The same for what an operation on a record ended in: also when it was answered as if it were not there,
  // but is. Other refusals (faults, versions) are none for the audit log.
  void audit_refusal(const Context& context, std::string_view action, const schema::Entity& entity,
                     const base::RecordId& id, const Refusal& refusal);

  // Says in the audit log what was done that changes no record, as an export; in a transaction of its own.
  [[nodiscard]] base::Result<void> audit_deed(const Context& context, std::string_view action,
                                              const schema::Entity& entity, std::string details);

  [[nodiscard]] const schema::Registry& registry() const noexcept { return *parts_.registry; }
  [[nodiscard]] base::VaultId vault() const noexcept { return parts_.vault; }
  [[nodiscard]] Engine* outside() const noexcept { return parts_.outside; }
  [[nodiscard]] base::RecordId new_id() const;
  [[nodiscard]] const os::RandomBytes& random() const noexcept { return parts_.random; }
  [[nodiscard]] AuditLog* audit_log() const noexcept { return parts_.audit; }
  [[nodiscard]] const os::Clock& clock() const noexcept { return *parts_.clock; }

 private:
  // What a write is about, on its way through check, store, history, search and audit.
  struct Write;
  using Step = std::function<std::optional<Refusal>(store::sql::Connection&)>;
  // A write transaction; the refusal that ended it, if one did.
  [[nodiscard]] std::optional<Refusal> transact(const Context& context, const Step& step);
  [[nodiscard]] std::optional<Refusal> write(store::sql::Connection& connection, Write& write);
  [[nodiscard]] std::optional<Refusal> check_references(store::sql::Connection& connection,
                                                        const Write& write);
  // An action or deletion on its way.
  struct Deed;
  [[nodiscard]] std::optional<Refusal> act_in(store::sql::Connection& connection, Deed& deed);
  [[nodiscard]] std::optional<Refusal> check_deed(const Deed& deed, const Record& before) const;
  // Asks for approval where it is needed; `go_on` says whether the deed is to be done now.
  [[nodiscard]] std::optional<Refusal> pass_gate(Deed& deed, ActionCall& call, bool& go_on);
  [[nodiscard]] Outcome<Record> end_deed(const Deed& deed, std::optional<Refusal> refusal);
  // Writes down what somebody read under an emergency access; a read that cannot be written down is none.
  [[nodiscard]] std::optional<Refusal> note_read(const Context& context, const schema::Entity* entity,
                                                 std::string_view how, std::span<const base::RecordId> ids);
  [[nodiscard]] std::optional<Refusal> leave_out_hidden(store::sql::Connection& connection,
                                                        const Context& context, std::vector<Change>& changes);
  [[nodiscard]] std::optional<Refusal> complete(store::sql::Connection& connection,
                                                const schema::Entity& entity, std::vector<Record>& records);
  // Reads an outside record with the caller's rights; false for the engine of no vault.
  [[nodiscard]] bool stands_outside(const Context& context, const schema::Entity& entity,
                                    const base::RecordId& id);
  [[nodiscard]] std::optional<Refusal> refuse_duplicate(store::sql::Connection& connection,
                                                        const Write& write, const base::Error& error);
  [[nodiscard]] Refusal refuse_change(const Write& write, base::Error error) const;
  // The record, if the caller may do `permission` to it; hidden ones are not_found.
  [[nodiscard]] Outcome<Record> find(store::sql::Connection& connection, const Context& context,
                                     const schema::Entity& entity, const base::RecordId& id,
                                     std::string_view permission, bool for_update, bool deleted_too);
  [[nodiscard]] std::optional<Refusal> authorise(const Context& context, const schema::Entity& entity,
                                                 const Record& record, std::string_view permission);
  [[nodiscard]] Outcome<Record> prepare_new(store::sql::Connection& connection, const Context& context,
                                            const schema::Entity& entity, Draft& draft, bool by_program);
  // Empties what the caller may not see.
  void withhold(const Context& context, const schema::Entity& entity, Record& record) const;
  [[nodiscard]] bool may_see(const Context& context, const schema::Field& field, const Record& record) const;
  void refuse(const Context& context, std::string_view action, const schema::Entity* entity,
              const std::optional<base::RecordId>& id, base::OrganisationId organisation, bool must_exist);

  Parts parts_;
  struct Registered {
    ActionFunction function;
    RefusedFunction refused;
  };
  std::map<std::string, Registered, std::less<>> actions_;  // "person.retire"
  std::map<std::string, ReadHook, std::less<>> read_hooks_;
  ApprovalGate gate_;
  std::multimap<std::string, WriteHook, std::less<>> hooks_;
};

// The object of a decision.
[[nodiscard]] access::ObjectView view_of(const schema::Entity& entity, const Record& record);
[[nodiscard]] std::string permission_of(const schema::Entity& entity, std::string_view verb);

}  // namespace hinomi::record
