#include "sample_log.h"

#include <algorithm>
#include <random>

#include "../cli/process.h"
#include "trust/checkpoint.h"
#include "trust/merkle.h"
#include "trust/timestamp.h"

namespace hinomi::verifying {
namespace {

constexpr std::string_view kName = "hinomi.example.org/audit/7";
constexpr std::int64_t kStart = 1'795'592'741'000'000'000;

os::RandomBytes seeded(std::uint64_t seed) {
  return [random = std::mt19937_64(seed)](std::span<std::uint8_t> into) mutable {
    for (auto& byte : into) byte = static_cast<std::uint8_t>(random());
  };
}

trust::AuditEntry entry_number(std::uint64_t index) {
  trust::AuditEntry entry;
  entry.index = index;
  entry.time = {kStart + static_cast<std::int64_t>(index) * 1'000'000'007};
  entry.labels.organisation = base::OrganisationId{7};
  entry.actor_kind = trust::ActorKind::staff;
  entry.actor_id = "person-" + std::to_string(index % 5);
  entry.actor_name = index % 2 == 0 ? "\xE9\xAB\x98\xE6\xA9\x8B" : "O'Neill \"Pat\" \\";
  entry.session = "session-" + std::to_string(index / 10);
  entry.peer = "192.0.2." + std::to_string(index % 250);
  entry.action = index % 7 == 6 ? "evidence.add" : "alert.close";
  entry.entity = "alert";
  entry.object = "0193a1b2-0000-7000-8000-00000000" + std::to_string(1000 + index);
  entry.version = index % 4;
  entry.outcome = index % 3 == 2 ? trust::AuditOutcome::refused : trust::AuditOutcome::done;
  entry.reason = index % 5 == 4 ? "line\nfeed, \x1b[2J and \xE2\x80\xAE" : "";
  return entry;
}

template <typename T>
trust::Pull<T> pull_from(const std::vector<T>& values) {
  return [&values, at = std::size_t{0}]() mutable -> base::Result<std::optional<T>> {
    return at < values.size() ? std::optional<T>(values[at++]) : std::nullopt;
  };
}

}  // namespace

const trust::LocalAuthority* authority() {
  static const auto made =
      trust::LocalAuthority::is_there() ? std::make_unique<trust::LocalAuthority>() : nullptr;
  return made.get();
}

SampleLog::SampleLog(std::uint64_t wanted_seed, std::uint64_t count)
    : key(trust::SigningKey::make(kName, seeded(wanted_seed)).value()), seed(wanted_seed) {
  checkpoint();  // of the empty log
  append(count / 3);
  checkpoint();
  if (const auto* by = authority()) anchor(*by);
  append(count / 3 + 5);
  checkpoint();
  append(count - entries.size());
  checkpoint();
  if (const auto* by = authority()) {
    anchor(*by);
    certificates.push_back(by->root_pem());
  }
}

void SampleLog::append(std::uint64_t count) {
  auto random = seeded(seed * 1000 + entries.size());
  for (std::uint64_t i = 0; i < count; ++i) {
    trust::AuditEntry entry = entry_number(entries.size());
    trust::ExportEntry out;
    if (entry.index % 2 == 0) {
      trust::AuditDetails details{{}, "{\"before\":\"\\u0000\n\",\"n\":" + std::to_string(entry.index) + "}"};
      random(details.salt);
      entry.details = trust::details_hash(details);
      if (entry.index % 10 != 8) out.details = details;  // the others were erased
    }
    if (entry.action == "evidence.add") {
      const std::string content = "piece of evidence " + std::to_string(entry.index) + std::string(1, '\0');
      entry.evidence = trust::sha256(content);
      evidence[*entry.evidence] = content;
    }
    out.leaf = trust::leaf_bytes(entry).value();
    out.withheld = entry.index % 9 == 7;
    entries.push_back(std::move(out));
  }
  for (auto& entry : entries) {
    // What is withheld takes its evidence along.
    const auto said = trust::parse_leaf(entry.leaf).value().evidence;
    if (entry.withheld && said) evidence.erase(*said);
  }
}

void SampleLog::checkpoint() {
  trust::Frontier frontier;
  for (const auto& entry : entries)
    EXPECT_TRUE(frontier.append(trust::leaf_hash(entry.leaf), {}).has_value());
  checkpoints.push_back(
      trust::make_checkpoint(frontier.size(), frontier.root(),
                             {kStart + static_cast<std::int64_t>(entries.size() * 1'000'000'000)}, key)
          .value());
}

void SampleLog::anchor(const trust::LocalAuthority& by) {
  const auto query =
      trust::timestamp_query(trust::anchored_hash(checkpoints.back()).value(), seeded(entries.size()))
          .value();
  anchors.push_back(by.answer(query.der));
}

void SampleLog::change_key() {
  old_keys.push_back(key.verifier());
  key = trust::SigningKey::make(kName, seeded(seed + 100)).value();
}

void SampleLog::write(const std::string& folder) const {
  trust::ExportSource source;
  source.organisation = base::OrganisationId{7};
  source.made = {kStart + 1};
  source.keys = old_keys;
  source.entries = pull_from(entries);
  source.checkpoints = pull_from(checkpoints);
  source.anchors = pull_from(anchors);
  source.certificates = certificates;
  source.evidence = [next = evidence.begin(),
                     end = evidence.end()]() mutable -> base::Result<std::optional<trust::ExportEvidence>> {
    if (next == end) return std::optional<trust::ExportEvidence>();
    trust::ExportEvidence one{next->first, {}};
    one.read = [content = next->second,
                at = std::size_t{0}](std::span<char> into) mutable -> base::Result<std::size_t> {
      const std::size_t size = std::min(into.size(), content.size() - at);
      std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(at), size, into.begin());
      at += size;
      return size;
    };
    ++next;
    return std::optional(std::move(one));
  };
  const auto written = trust::write_export(folder, source, key);
  ASSERT_TRUE(written.has_value()) << written.error().message;
}

Verdict verify(const std::vector<std::string>& arguments, const std::string& language) {
  const os::ScratchFolder outputs;
  std::vector<std::string> words{HINOMI_VERIFY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  cli::Process process(outputs.path(), words, {"LC_ALL=" + language});
  const cli::Outcome outcome = process.wait();
  return {outcome.code, outcome.out + outcome.err};
}

}  // namespace hinomi::verifying
