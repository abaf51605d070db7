// Which clause of the list of attacks came out how; printed as a table at the end. A test is one clause, and
// its name is that of the clause. What does not apply yet says so and is skipped: it never counts as refused.
// For tests only.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

// The rest of the test is not run, and the table says why.
#define HINOMI_DOES_NOT_APPLY(why)                                                                \
  do {                                                                                            \
    std::printf("N/A %s: %s\n", ::hinomi::attack::Ledger::clause().c_str(), why);                 \
    ::hinomi::attack::Ledger::get().note_not_applicable(::hinomi::attack::Ledger::clause(), why); \
    GTEST_SKIP() << "N/A " << ::hinomi::attack::Ledger::clause() << ": " << (why);                \
  } while (false)

namespace hinomi::attack {

class Ledger : public ::testing::EmptyTestEventListener {
 public:
  static Ledger& get() {
    static auto* const ledger = new Ledger;  // gtest owns it
    return *ledger;
  }
  // Of the test that runs.
  static std::string clause() {
    const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    return test == nullptr ? "" : test->name();
  }
  void note_not_applicable(const std::string& clause, const std::string& why) {
    rows_.push_back({clause, "N/A: " + why});
  }
  // What the clause came to, beside that it held: "216 requests".
  void note(const std::string& figures) { figures_ = figures; }
  // Where the clause is (also) shown.
  void also_in(const std::string& place) { place_ = place; }

  void OnTestStart(const ::testing::TestInfo& /*test*/) override {
    figures_.clear();
    place_.clear();
  }
  void OnTestEnd(const ::testing::TestInfo& test) override {
    const ::testing::TestResult& result = *test.result();
    if (result.Skipped() && !rows_.empty() && rows_.back().clause == test.name()) return;
    std::string text = result.Skipped() ? "NOT RUN" : result.Failed() ? "FAILED" : "refused";
    if (!figures_.empty()) text += ", " + figures_;
    if (!place_.empty()) text += " (with " + place_ + ")";
    rows_.push_back({test.name(), text});
  }
  void OnTestProgramEnd(const ::testing::UnitTest& unit) override {
    std::size_t widest = 0;
    for (const Row& row : rows_) widest = std::max(widest, row.clause.size());
    std::printf("\nAttacks A1 to A11\n");
    std::size_t refused = 0;
    std::size_t not_applicable = 0;
    for (const Row& row : rows_) {
      std::printf("  %-*s  %s\n", static_cast<int>(widest), row.clause.c_str(), row.result.c_str());
      if (row.result.starts_with("refused")) ++refused;
      if (row.result.starts_with("N/A")) ++not_applicable;
    }
    std::printf("%zu clauses: %zu refused, %zu do not apply yet, %zu failed or not run; %.1f s\n",
                rows_.size(), refused, not_applicable, rows_.size() - refused - not_applicable,
                static_cast<double>(unit.elapsed_time()) / 1000);
  }

 private:
  struct Row {
    std::string clause;
    std::string result;
  };
  std::vector<Row> rows_;
  std::string figures_;
  std::string place_;
};

}  // namespace hinomi::attack
