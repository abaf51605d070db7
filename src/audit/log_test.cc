// Entries of the audit log on every database: what stands in them, whose they are, and that two servers and
// killed programs leave one tree without gaps.
#include "audit/log.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "audit/check.h"
#include "audit/testing/log_book.h"

namespace hinomi::audit {
namespace {

using record::testing::Harbour;
using store::sql::Connection;

class LogTest : public ::testing::TestWithParam<store::sql::Backend> {
 protected:
  void SetUp() override { HINOMI_NEEDS_DATABASE(GetParam()); }
  store::sql::FreshDatabase database_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, LogTest, ::testing::ValuesIn(store::sql::kAllBackends),
                         store::sql::backend_name);

class LogOfTwoServers : public LogTest {};
INSTANTIATE_TEST_SUITE_P(Shared, LogOfTwoServers, ::testing::ValuesIn(store::sql::kSharedBackends),
                         store::sql::backend_name);

TEST_P(LogTest, every_change_of_a_record_has_its_leaf) {
  LogBook book(*database_);
  Harbour harbour(*database_, &book.log());
  for (int i = 0; i < 20; ++i) {
    const auto made = harbour.make(R"({"name":"a)" + std::to_string(i) + R"("})");
    ASSERT_TRUE(made);
    ASSERT_TRUE(harbour.change(made->id, R"({"name":"b","masts":4})", 1));
    EXPECT_FALSE(harbour.change(made->id, R"({"name":"c"})", 1));  // stale: no change, no leaf
    if (i % 3 == 0) {
      ASSERT_TRUE(harbour.engine().remove(harbour.as_captain(), harbour.ship(), made->id, 2));
    }
    if (i % 6 == 0) {
      ASSERT_TRUE(harbour.engine().restore(harbour.as_captain(), harbour.ship(), made->id));
    }
  }
  const auto last = harbour.engine().last_change();
  ASSERT_TRUE(last);
  EXPECT_EQ(book.entries(1).size(), static_cast<std::size_t>(*last));
  // In the same order, about the same records.
  const auto feed = harbour.engine().changes_after(harbour.as_system(), 0, 500);
  ASSERT_TRUE(feed);
  const auto entries = book.entries(1);
  ASSERT_EQ(feed->changes.size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].object, feed->changes[i].record.text());
    EXPECT_EQ(entries[i].version, static_cast<std::uint64_t>(feed->changes[i].version));
    EXPECT_EQ(entries[i].action, "ship." + feed->changes[i].action);
  }
  EXPECT_EQ(book.problems(), std::vector<std::string>{});
}

TEST_P(LogTest, an_entry_says_who_what_and_why_with_its_details_outside) {
  LogBook book(*database_);
  Harbour harbour(*database_, &book.log());
  const auto made = harbour.make(R"({"name":"a"})");
  ASSERT_TRUE(made);
  ASSERT_TRUE(harbour.engine().act(harbour.as_captain("fog"), harbour.ship(), made->id, "alarm", "{}", 1));
  const auto entries = book.entries(1);
  ASSERT_EQ(entries.size(), 2U);
  const trust::AuditEntry& entry = entries[1];
  EXPECT_EQ(entry.index, 1U);
  EXPECT_EQ(entry.actor_name, "captain");
  EXPECT_EQ(entry.action, "ship.alarm");
  EXPECT_EQ(entry.entity, "ship");
  EXPECT_EQ(entry.object, made->id.text());
  EXPECT_EQ(entry.version, 2U);
  EXPECT_EQ(entry.reason, "fog");
  EXPECT_EQ(entry.outcome, trust::AuditOutcome::done);
  const auto rows = book.rows(1);
  ASSERT_TRUE(rows[1].details);
  EXPECT_EQ(rows[1].details->text, R"({"via":"api","changes":{"mood":["calm","busy"]}})");
  EXPECT_EQ(trust::details_hash(*rows[1].details), entry.details);
  EXPECT_NE(rows[0].details->salt, rows[1].details->salt);
}

TEST_P(LogTest, what_is_rolled_back_leaves_no_entry) {
  LogBook book(*database_);
  ASSERT_TRUE(book.append(1, "a"));
  const auto failed =
      store::sql::in_transaction(*database_, Connection::Kind::write, [&](Connection& connection) {
        EXPECT_TRUE(book.log().append(connection, book.entry(1, "b")));
        return base::Result<void>(base::Error{base::ErrorCode::usage, "", "", {}});
      });
  EXPECT_FALSE(failed);
  ASSERT_TRUE(book.append(1, "c"));
  const auto entries = book.entries(1);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[1].action, "c");
  EXPECT_EQ(book.problems(), std::vector<std::string>{});
}

TEST_P(LogTest, hostile_texts_never_escape_the_log) {
  LogBook book(*database_);
  const std::string hostile[] = {std::string("\0\0", 2),
                                 "\xff\xfe\xc0\x80",
                                 "\xED\xA0\x80",
                                 "\"},{\"v\":1",
                                 "\n\r\xE2\x80\xA8\xE2\x80\xAE",
                                 std::string(100'000, 'x'),
                                 std::string(9000, '\x01'),
                                 "'; DROP TABLE audit_leaf; --",
                                 std::string("\xF0\x9F\x92\xA9\0", 5)};
  for (const std::string& text : hostile) {
    access::Principal who;
    who.name = text;
    who.session = text;
    record::AuditEntry entry = book.entry(1, text);
    entry.who = &who;
    entry.peer = text;
    entry.entity = text;
    entry.reason = text;
    entry.details = text;
    const auto appended = book.append(entry);
    EXPECT_TRUE(appended) << appended.error().message;
  }
  EXPECT_EQ(book.entries(1).size(), std::size(hostile));
  EXPECT_EQ(book.problems(), std::vector<std::string>{});
}

TEST_P(LogTest, details_that_are_too_long_are_told_by_their_hash) {
  LogBook book(*database_);
  record::AuditEntry entry = book.entry(1, "a");
  entry.details = "\"" + std::string(3 << 20, 'y') + "\"";
  ASSERT_TRUE(book.append(entry));
  const auto rows = book.rows(1);
  EXPECT_NE(rows[0].details->text.find("\"bytes\":3145730,\"sha256\":\""), std::string::npos);
  EXPECT_EQ(book.problems(), std::vector<std::string>{});
}

TEST_P(LogTest, an_entry_of_a_vault_is_refused_where_it_does_not_belong) {
  LogBook book(*database_);
  record::AuditEntry entry = book.entry(1, "a");
  entry.vault = base::VaultId{3};
  EXPECT_EQ(book.append(entry).error().code, base::ErrorCode::usage);
  EXPECT_EQ(book.entries(1).size(), 0U);
}

TEST_P(LogTest, each_organisation_has_its_own_tree) {
  LogBook book(*database_);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(book.append(1, "a"));
    ASSERT_TRUE(book.append(2, "b"));
  }
  ASSERT_TRUE(book.append(0, "c"));
  EXPECT_EQ(book.entries(1).size(), 5U);
  EXPECT_EQ(book.entries(2).size(), 5U);
  EXPECT_EQ(book.entries(0).size(), 1U);
  EXPECT_EQ(book.entries(2)[4].index, 4U);
}

TEST_P(LogOfTwoServers, append_to_one_tree_without_a_gap) {
  LogBook book(*database_);
  const auto other = database_.open_again();
  constexpr int kEach = 150;
  const auto append = [&](store::sql::Database& database, const std::string& name) {
    LogBook own(database);
    for (int i = 0; i < kEach; ++i) {
      const auto appended = own.append(1, name + std::to_string(i));
      EXPECT_TRUE(appended) << appended.error().message;
    }
  };
  std::thread one([&] { append(*database_, "one-"); });
  std::thread two([&] { append(*other, "two-"); });
  std::thread three([&] { append(*other, "three-"); });
  one.join();
  two.join();
  three.join();
  const auto entries = book.entries(1);
  ASSERT_EQ(entries.size(), 3U * kEach);
  std::map<std::string, int> next;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].index, i);
    const std::string name = entries[i].action.substr(0, entries[i].action.find('-'));
    EXPECT_EQ(entries[i].action, name + "-" + std::to_string(next[name]++));
  }
  // The check computes the root from the leaves and compares it with nodes and frontier.
  EXPECT_EQ(book.problems(), std::vector<std::string>{});
}

TEST_P(LogTest, a_program_that_is_killed_leaves_a_whole_tree) {
  {
    const LogBook made(*database_);
  }
  database_.close();
  std::size_t acknowledged = 0;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto database = database_.open_again();
      LogBook book(*database);
      for (int i = 0; i < 2000; ++i)
        if (!book.append(1, "round " + std::to_string(round)) || ::write(ends[1], "x", 1) != 1) break;
      ::_exit(0);
    }
    ::close(ends[1]);
    // Somewhere in the middle, in each round elsewhere.
    char byte = 0;
    std::size_t seen = 0;
    const std::size_t until = 20 + 60 * static_cast<std::size_t>(round);
    while (seen < until && ::read(ends[0], &byte, 1) == 1) ++seen;
    ::kill(child, SIGKILL);
    while (::read(ends[0], &byte, 1) == 1) ++seen;
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    ASSERT_GE(seen, until);
    ASSERT_LT(seen, 2000U);
    const auto database = database_.open_again();
    LogBook book(*database);
    const std::size_t there = book.entries(1).size();
    // All that was acknowledged, and at most the one that was on its way.
    EXPECT_GE(there, acknowledged + seen);
    EXPECT_LE(there, acknowledged + seen + 1);
    EXPECT_EQ(book.problems(), std::vector<std::string>{});
    acknowledged = there;
  }
}

TEST_P(LogTest, refusals_are_entries_up_to_a_limit_and_then_counted) {
  LogBook book(*database_);
  Harbour harbour(*database_, &book.log());
  const auto made = harbour.make(R"({"name":"a"})");
  ASSERT_TRUE(made);
  for (int i = 0; i < 30; ++i)
    EXPECT_FALSE(harbour.engine().remove(harbour.as_sailor(), harbour.ship(), made->id, std::nullopt));
  book.write_refusals(harbour.clock().now());
  const auto entries = book.entries(1);
  ASSERT_EQ(entries.size(), 1 + kRefusalsAMinute);
  EXPECT_EQ(entries[1].outcome, trust::AuditOutcome::refused);
  EXPECT_EQ(entries[1].action, "ship.delete");
  EXPECT_EQ(entries[1].actor_name, "sailor");
  EXPECT_EQ(entries[1].object, made->id.text());
  harbour.clock().advance(std::chrono::seconds(60));
  book.write_refusals(harbour.clock().now());
  const auto later = book.rows(1);
  ASSERT_EQ(later.size(), 2 + kRefusalsAMinute);
  EXPECT_NE(later.back().details->text.find(R"("refused":10)"), std::string::npos);
  EXPECT_EQ(book.problems(), std::vector<std::string>{});
}

TEST_P(LogTest, a_hidden_record_is_refused_in_the_log_and_a_missing_one_is_not) {
  LogBook book(*database_);
  Harbour harbour(*database_, &book.log());
  const auto made = harbour.make(R"({"name":"a"})");
  ASSERT_TRUE(made);
  access::Principal stranger;
  stranger.kind = access::PrincipalKind::staff;
  stranger.id = *base::RecordId::parse("017f22e2-79b0-7fff-bf44-0000000000aa");
  stranger.name = "stranger";
  record::Context context;
  context.who = &stranger;
  EXPECT_EQ(harbour.engine().get(context, harbour.ship(), made->id).refusal().kind,
            record::Refusal::Kind::not_found);
  EXPECT_FALSE(harbour.engine().get(context, harbour.ship(), harbour.engine().new_id()));
  book.write_refusals(harbour.clock().now());
  const auto entries = book.entries(1);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[1].action, "ship.read");
  EXPECT_EQ(entries[1].actor_name, "stranger");
  EXPECT_EQ(entries[1].outcome, trust::AuditOutcome::refused);
}

}  // namespace
}  // namespace hinomi::audit
