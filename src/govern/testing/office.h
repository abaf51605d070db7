// A small company in a fresh database, with everything that stands on records: for tests of jobs, approvals,
// notices and emergency access.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "govern/grants.h"
#include "govern/people_book.h"
#include "record/engine.h"
#include "store/sql/testing/fresh_database.h"
#include "work/approvals.h"
#include "work/break_glass.h"
#include "work/job_book.h"
#include "work/notice_board.h"

namespace hinomi::govern {

// For several threads; stands still until told.
class OfficeClock final : public os::Clock {
 public:
  [[nodiscard]] base::TimeNs now() const override { return {now_.load()}; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(now_.load()));
  }
  void advance(std::chrono::nanoseconds step) { now_ += step.count(); }

 private:
  std::atomic<std::int64_t> now_{1'795'593'600'000'000'000};  // 2026-11-25T08:00:00Z
};

// Remembers what it was told.
class OfficeAudit final : public record::AuditLog {
 public:
  struct Line {
    std::string action;
    std::string who;
    bool done = true;
    std::string details;
  };
  [[nodiscard]] base::Result<void> append(store::sql::Connection& connection,
                                          const record::AuditEntry& entry) override;
  [[nodiscard]] std::vector<Line> lines() const;
  [[nodiscard]] std::size_t count(std::string_view action) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

// A thing with an action that waits for approval ("stop", which may act first within an hour) and one that
// does not ("start").
[[nodiscard]] schema::Entity pump_entity();

// One program on the database; several stand for several servers.
class Office {
 public:
  Office(store::sql::Database& database, OfficeClock& clock, bool first = true);

  // As the program.
  [[nodiscard]] record::Outcome<record::Record> make(std::string_view entity, const std::string& body);
  [[nodiscard]] base::RecordId id(std::string_view entity, const std::string& body);
  // Of organisation 1.
  [[nodiscard]] base::RecordId person(const std::string& name);
  void assign(const base::RecordId& person, const std::string& role);
  void hold(const base::RecordId& person, const base::RecordId& post, bool acting = false,
            const std::string& until = "");

  // Somebody who has just signed in.
  [[nodiscard]] access::Principal sign_in(const base::RecordId& person);
  [[nodiscard]] static record::Context as(const access::Principal& who, std::string_view reason = "because");
  [[nodiscard]] record::Outcome<record::Record> act(const access::Principal& who, std::string_view entity,
                                                    const base::RecordId& id, std::string_view action,
                                                    const std::string& arguments = "{}");
  [[nodiscard]] record::Record get(std::string_view entity, const base::RecordId& id);
  [[nodiscard]] std::string text(std::string_view entity, const base::RecordId& id, std::string_view field);
  [[nodiscard]] std::vector<std::string> notices_of(const access::Principal& who);  // kinds, newest first

  [[nodiscard]] const schema::Entity& entity(std::string_view name) const { return registry_.get(name); }

  schema::Registry registry_;
  OfficeClock& clock_;
  OfficeAudit audit_;
  std::unique_ptr<record::Engine> engine_;
  std::unique_ptr<GrantBook> grants_;
  std::unique_ptr<PeopleBook> people_;
  std::unique_ptr<work::NoticeBoard> notices_;
  std::unique_ptr<work::Approvals> approvals_;
  std::unique_ptr<work::BreakGlass> break_glass_;
  std::unique_ptr<work::JobBook> jobs_;
  access::Principal system_ = access::system_principal();

 private:
  std::atomic<std::uint64_t> random_;
};

}  // namespace hinomi::govern
