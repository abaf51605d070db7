#include "work/notice_board.h"

#include <algorithm>

#include "base/text.h"
#include "record/fields.h"

namespace hinomi::work {
namespace {

using record::Context;
using record::Draft;
using record::Record;
using record::set_field;
using schema::Entity;
using store::sql::Connection;

constexpr std::size_t kSubjectBytes = 200;
constexpr std::size_t kExcerptBytes = 160;

std::string one_line(std::string_view text, std::size_t bytes) {
  std::string line(base::cut_to_bytes(text, bytes));
  std::replace_if(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  return line;
}

// The same notice lies there, unread.
base::Result<bool> is_there(Connection& connection, const News& news, const std::string& excerpt) {
  auto statement = connection.prepare(
      "SELECT 1 FROM r_notice WHERE f_recipient=? AND f_read_at IS NULL AND deleted_at IS NULL AND f_about=? "
      "AND f_kind=? AND COALESCE(f_excerpt, '')=?");
  if (!statement) return statement.error();
  (*statement)->bind(news.recipient.as_bytes()).bind(std::string_view(news.record.id.text()));
  (*statement)->bind(news.kind).bind(std::string_view(excerpt));
  const auto found = (*statement)->step();
  if (!found) return found.error();
  const bool there = *found;
  (*statement)->reset();
  return there;
}

base::Error error_of(const record::Refusal& refusal) {
  if (refusal.kind == record::Refusal::Kind::failed) return refusal.error;
  std::string what = "a notice was refused";
  for (const record::Fault& fault : refusal.faults) what += ", " + fault.field + ": " + fault.code;
  return {base::ErrorCode::internal, what, "", {}};
}

}  // namespace

void NoticeBoard::add_actions() {
  engine_.add_action("notice", "mark_read", [](record::ActionCall& call) -> std::optional<record::Refusal> {
    schema::Value& read_at = record::value_of(call.entity, call.after, "read_at");
    if (schema::is_empty(read_at)) read_at = call.engine.clock().now().since_epoch_ns;
    return std::nullopt;
  });
}

base::Result<bool> NoticeBoard::tell(Connection& connection, const Context& context, const News& news) {
  const Entity& notices = engine_.registry().get("notice");
  if (!news.is_theirs) {
    auto reader = principal_now(people_, connection, news.recipient);
    if (!reader) return reader.error();
    const std::string read = record::permission_of(news.entity, "read");
    if (access::decide(*reader, read, read, record::view_of(news.entity, news.record)) !=
        access::Decision::allowed)
      return false;
  }
  const std::string excerpt = one_line(news.excerpt, kExcerptBytes);
  const auto there = is_there(connection, news, excerpt);
  if (!there) return there.error();
  if (*there) return false;
  Draft draft;
  draft.organisation = news.record.labels.organisation;
  draft.site = news.record.labels.site;
  set_field(notices, draft, "recipient", news.recipient);
  set_field(notices, draft, "kind", std::string(news.kind));
  set_field(notices, draft, "subject",
            one_line(record::title_field(news.entity, news.record), kSubjectBytes));
  set_field(notices, draft, "about_entity", std::string(news.entity.name));
  set_field(notices, draft, "about", news.record.id.text());
  if (!excerpt.empty()) set_field(notices, draft, "excerpt", excerpt);
  // The key of the request is that of what the notice is about.
  Context own = context;
  own.request_key = {};
  own.realm = news.record.labels.realm;
  const auto made = engine_.create_within(connection, own, notices, std::move(draft));
  if (made) return true;
  // The organisation it stands in is gone: nobody would find it there.
  if (made.refusal().kind == record::Refusal::Kind::invalid) return false;
  return error_of(made.refusal());
}

base::Result<void> NoticeBoard::tell_all(Connection& connection, const Context& context,
                                         const std::vector<base::RecordId>& recipients,
                                         const base::RecordId& except, std::string_view kind,
                                         const Entity& entity, const Record& record,
                                         std::string_view excerpt) {
  std::vector<base::RecordId> each = recipients;
  std::sort(each.begin(), each.end());
  each.erase(std::unique(each.begin(), each.end()), each.end());
  if (each.size() > kMaxAsked) each.resize(kMaxAsked);
  for (const base::RecordId& recipient : each) {
    if (recipient == except) continue;
    const auto told = tell(connection, context, {recipient, kind, entity, record, excerpt});
    if (!told) return told.error();
  }
  return {};
}

base::Result<std::int64_t> NoticeBoard::unread_of(const base::RecordId& person) {
  std::int64_t unread = 0;
  const auto read = engine_.in_read([&](Connection& connection) -> base::Result<void> {
    auto statement = connection.prepare(
        "SELECT COUNT(*) FROM (SELECT 1 FROM r_notice WHERE f_recipient=? AND f_read_at IS NULL AND "
        "deleted_at IS NULL LIMIT " +
        std::to_string(kMaxUnread) + ") AS unread");
    if (!statement) return statement.error();
    (*statement)->bind(person.as_bytes());
    const auto found = (*statement)->step();
    if (!found) return found.error();
    unread = (*statement)->integer(0);
    (*statement)->reset();
    return {};
  });
  if (!read) return read.error();
  return unread;
}

record::Outcome<NoticeBoard::Inbox> NoticeBoard::inbox_of(const Context& context) {
  const Entity& notices = engine_.registry().get("notice");
  Inbox inbox;
  for (const record::Operator which : {record::Operator::empty, record::Operator::not_empty}) {
    record::ListQuery query;
    query.conditions = {{notices.index_of("read_at"), which, {}}};
    query.realm = std::nullopt;
    query.descending = true;
    query.wants_total = false;
    query.limit = kMaxInbox - inbox.notices.size();
    if (query.limit == 0) break;
    auto page = engine_.list(context, notices, query);
    if (!page) return page.refusal();
    for (Record& notice : page->records) inbox.notices.push_back(std::move(notice));
  }
  for (Record& notice : inbox.notices) {
    const Entity* const about = engine_.registry().find(record::text_field(notices, notice, "about_entity"));
    const auto id = base::RecordId::parse(record::text_field(notices, notice, "about"));
    if (about != nullptr && id && engine_.get(context, *about, *id)) continue;
    record::value_of(notices, notice, "subject") = schema::Value();
    record::value_of(notices, notice, "excerpt") = schema::Value();
  }
  const auto unread = unread_of(context.who->id);
  if (!unread) return unread.error();
  inbox.unread = *unread;
  return inbox;
}

record::Outcome<std::int64_t> NoticeBoard::mark_all_read(const Context& context) {
  const Entity& notices = engine_.registry().get("notice");
  record::ListQuery query;
  query.conditions = {{notices.index_of("read_at"), record::Operator::empty, {}}};
  query.realm = std::nullopt;
  query.wants_total = false;
  query.limit = kMaxMarked;
  const auto page = engine_.list(context, notices, query);
  if (!page) return page.refusal();
  Context own = context;
  own.request_key = {};
  std::int64_t marked = 0;
  for (const Record& notice : page->records) {
    const auto done = engine_.act(own, notices, notice.id, "mark_read", "{}", std::nullopt);
    if (!done && done.refusal().kind == record::Refusal::Kind::failed) return done.refusal();
    if (done) ++marked;
  }
  return marked;
}

}  // namespace hinomi::work
