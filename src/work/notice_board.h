// Notices: what the program tells single people, and their inbox. Nobody is told of what they may not read,
// and nobody twice of the same. Not for mail and chat.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "record/engine.h"
#include "work/people.h"

namespace hinomi::work {

inline constexpr std::size_t kMaxInbox = 100;      // shown at once
inline constexpr std::int64_t kMaxUnread = 1'000;  // counted
inline constexpr std::size_t kMaxMarked = 500;     // marked as read by one request

// Kinds: "mention", "assignment", "approval" (asked of them), "approval_decided", "job", "job_failed",
// "break_glass".
struct News {
  const base::RecordId& recipient;
  std::string_view kind;
  const schema::Entity& entity;  // of the record it is about
  const record::Record& record;
  std::string_view excerpt = {};
  // The recipient may read the record, but that is only true after this transaction.
  bool is_theirs = false;
};

class NoticeBoard {
 public:
  NoticeBoard(record::Engine& engine, People& people) : engine_(engine), people_(people) {}

  // Once, before the first call: what mark_read does.
  void add_actions();

  // In the transaction of what it is about. True: told.
  [[nodiscard]] base::Result<bool> tell(store::sql::Connection& connection, const record::Context& context,
                                        const News& news);
  // The same to many; those who may not read it are left out. `except` is told nothing.
  [[nodiscard]] base::Result<void> tell_all(store::sql::Connection& connection,
                                            const record::Context& context,
                                            const std::vector<base::RecordId>& recipients,
                                            const base::RecordId& except, std::string_view kind,
                                            const schema::Entity& entity, const record::Record& record,
                                            std::string_view excerpt = {});

  struct Inbox {
    std::vector<record::Record> notices;  // unread first, each newest first
    std::int64_t unread = 0;              // kMaxUnread: or more
  };
  // Of the caller. What they may not read any more has neither subject nor excerpt.
  [[nodiscard]] record::Outcome<Inbox> inbox_of(const record::Context& context);
  // One look into an index.
  [[nodiscard]] base::Result<std::int64_t> unread_of(const base::RecordId& person);
  // The oldest kMaxMarked unread ones of the caller; how many.
  [[nodiscard]] record::Outcome<std::int64_t> mark_all_read(const record::Context& context);

 private:
  record::Engine& engine_;
  People& people_;
};

}  // namespace hinomi::work
