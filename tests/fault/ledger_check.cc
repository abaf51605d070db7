// hinomi_ledger_check: compares what senders were told (ledgers of hinomi_loadgen) with what a stopped server
// has stored (journal) and shows (findings log, alerts). A program of its own, so that it shares no mistake
// with the server but the format of its files. One line of JSON; exit code 0 when everything agrees.
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "load/event_maker.h"
#include "load/ledger.h"
#include "os/disk.h"
#include "store/alerts/reader.h"
#include "store/journal/reader.h"

namespace {

using hinomi::load::EventName;
using hinomi::store::journal::Position;

constexpr std::string_view kMatchRule = "6f2f6f7e-3a55-4a53-9d0e-2f0e7a3b9a01";
constexpr std::string_view kBurstRule = "0a4be4d2-5c8e-4b52-8a0f-7e2f6c1d5b02";
constexpr Position kEverything{0xFFFF'FFFF, 0};
constexpr int kShownProblems = 5;

struct Settings {
  std::string data;
  std::vector<std::string> ledgers;
  bool may_have_been_removed = false;  // old segments of the journal are gone by design
  std::uint64_t quarantined = 0;       // matching events that made no finding, since they were passed over
};

class Checker {
 public:
  explicit Checker(Settings settings) : settings_(std::move(settings)) {}

  int run() {
    read_ledgers();
    read_journal();
    check_acknowledged();
    read_findings();
    check_findings();
    fmt::print(
        "{{\"acknowledged\":{},\"stored\":{},\"matching\":{},\"findings\":{},\"bursts\":{},\"alerts\":{},"
        "\"duplicates_answered\":{},"
        "\"damaged\":{},\"problems\":{}{}}}\n",
        acknowledged_, stored_.size(), matching_.size(), match_findings_.size(), burst_findings_.size(),
        alerts_, duplicates_, damages_, problems_, first_problems_);
    return problems_ == 0 ? 0 : 1;
  }

 private:
  void problem(const std::string& text) {
    if (problems_++ < kShownProblems)
      first_problems_ += fmt::format(",\"problem_{}\":\"{}\"", problems_, text);
  }

  void read_ledgers() {
    for (const std::string& path : settings_.ledgers) {
      auto ledger = hinomi::load::read_ledger(path);
      if (!ledger) {
        problem("ledger " + path + " cannot be read");
        continue;
      }
      duplicates_ += ledger->duplicates;
      for (const auto& [key, batch] : ledger->batches) {
        if (batch.acknowledged) batches_.emplace(key, batch);
      }
    }
  }

  void read_journal() {
    hinomi::store::journal::Reader reader(disk_, settings_.data + "/journal");
    std::uint64_t before = 0;
    for (;;) {
      auto batch = reader.next(kEverything);
      if (!batch) return problem("the journal cannot be read: " + batch.error().message);
      if (*batch == nullptr) break;
      for (const auto& record : (*batch)->records) {
        const std::uint64_t sequence = record.id.parts().sequence;
        if (sequence <= before) problem(fmt::format("sequence {} comes after {}", sequence, before));
        before = sequence;
        const auto name = hinomi::load::name_in(record.raw);
        if (!name) continue;
        if (++stored_[*name] > 1)
          problem(fmt::format("event {}-{} is stored twice", name->sender, name->number));
        if (hinomi::load::matches_rule(record.raw)) matching_.insert(record.id.text());
      }
    }
    damages_ = reader.damage_count();
    if (damages_ > 0) problem("the journal is damaged");
  }

  void check_acknowledged() {
    for (const auto& [key, batch] : batches_) {
      acknowledged_ += batch.acknowledged_count;
      for (std::uint64_t i = 0; i < batch.range.count; ++i) {
        const EventName name{key.first, batch.range.first + i};
        if (!settings_.may_have_been_removed && !stored_.contains(name))
          problem(fmt::format("event {}-{} was acknowledged and is not stored", name.sender, name.number));
      }
    }
  }

  // The text behind "key":" in a finding, from `from` on.
  static std::string text_after(std::string_view json, std::string_view key, std::size_t from = 0) {
    const std::string wanted = "\"" + std::string(key) + "\":\"";
    const std::size_t at = json.find(wanted, from);
    if (at == std::string_view::npos) return {};
    const std::size_t start = at + wanted.size();
    return std::string(json.substr(start, json.find('"', start) - start));
  }

  void read_findings() {
    auto reader = hinomi::store::alerts::Reader::open(settings_.data + "/alerts.db");
    auto progress =
        reader ? reader->progress() : hinomi::base::Result<hinomi::store::alerts::Progress>(reader.error());
    if (!progress) return problem("the alerts cannot be read: " + progress.error().message);
    alerts_ = progress->alerts;
    hinomi::store::journal::Reader findings(disk_, settings_.data + "/findings");
    for (;;) {
      auto batch = findings.next(Position::unpack(progress->cursor.findings_end));
      if (!batch) return problem("the findings cannot be read: " + batch.error().message);
      if (*batch == nullptr) break;
      for (const auto& record : (*batch)->records) take_finding(record.raw);
    }
    if (findings.damage_count() > 0) problem("the findings log is damaged");
    hinomi::store::alerts::Filter filter;
    filter.realms = {hinomi::base::Realm::real};
    for (std::uint64_t offset = 0;; offset += 1000) {
      auto list = reader->list(filter, {}, {.before_seq = {}, .offset = offset, .limit = 1000});
      if (!list) return problem("the alerts cannot be listed: " + list.error().message);
      for (const auto& alert : list->items) counted_[alert.rule_id] += alert.count;
      if (list->items.size() < 1000) break;
    }
  }

  void take_finding(std::string_view json) {
    const std::string id = text_after(json, "id");
    const std::size_t rule_at = json.find("\"rule\":");
    const std::size_t event_at = json.find("\"event\":");
    const std::string rule = text_after(json, "id", rule_at);
    const std::string event = text_after(json, "id", event_at);
    if (id.empty() || event.empty()) return problem("a finding of another form than expected");
    if (!finding_ids_.insert(id).second) problem("finding " + id + " is there twice");
    if (rule == kMatchRule && !match_findings_.insert(event).second)
      problem("event " + event + " has two findings of one rule");
    if (rule == kBurstRule) burst_findings_.insert(id);
  }

  void check_findings() {
    if (!settings_.may_have_been_removed) {
      std::uint64_t missing = 0;
      for (const std::string& event : matching_) missing += match_findings_.contains(event) ? 0 : 1;
      if (missing != settings_.quarantined)
        problem(fmt::format("{} matching events made no finding", missing));
      for (const std::string& event : match_findings_) {
        if (!matching_.contains(event)) problem("a finding names event " + event + ", which is not stored");
      }
    }
    if (counted_[std::string(kMatchRule)] != match_findings_.size())
      problem(fmt::format("alerts count {} findings, the log holds {}", counted_[std::string(kMatchRule)],
                          match_findings_.size()));
    if (counted_[std::string(kBurstRule)] != burst_findings_.size())
      problem(fmt::format("alerts count {} bursts, the log holds {}", counted_[std::string(kBurstRule)],
                          burst_findings_.size()));
  }

  const Settings settings_;
  hinomi::os::PosixDisk disk_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, hinomi::load::LedgerBatch> batches_;
  std::map<EventName, int> stored_;
  std::set<std::string> matching_;  // event ids
  std::set<std::string> finding_ids_;
  std::set<std::string> match_findings_;  // event ids
  std::set<std::string> burst_findings_;
  std::map<std::string, std::uint64_t> counted_;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t alerts_ = 0;
  std::uint64_t damages_ = 0;
  std::uint64_t problems_ = 0;
  std::string first_problems_;
};

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--may-have-been-removed") {
      settings.may_have_been_removed = true;
    } else if (word == "--data" && i + 1 < argc) {
      settings.data = argv[++i];
    } else if (word == "--ledger" && i + 1 < argc) {
      settings.ledgers.emplace_back(argv[++i]);
    } else if (word == "--quarantined" && i + 1 < argc) {
      settings.quarantined = std::strtoull(argv[++i], nullptr, 10);
    } else {
      settings.data.clear();
      break;
    }
  }
  if (settings.data.empty()) {
    std::fputs(
        "usage: hinomi_ledger_check --data DIR [--ledger FILE]… [--quarantined N] "
        "[--may-have-been-removed]\n",
        stderr);
    return 2;
  }
  return Checker(std::move(settings)).run();
}
