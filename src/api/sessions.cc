#include "api/sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "os/file.h"

namespace hinomi::api {
namespace {

constexpr std::string_view kFirstLine = "hinomi sessions 1\n";
constexpr std::uint64_t kMaxFileBytes = 64 * 1024;
constexpr std::int64_t kSaveUseNs = 60LL * 1'000'000'000;  // last uses are written no more often than this
constexpr std::int64_t kFutureNs =
    300LL * 1'000'000'000;  // a session from further ahead: the clock was set back

std::optional<std::int64_t> number(std::string_view text) noexcept {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "<hex of the hash> <created> <used>"
std::optional<Session> parse_line(std::string_view line) noexcept {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto key = parse_hex(line.substr(0, first));
  const auto created = number(line.substr(first + 1, second - first - 1));
  const auto used = number(line.substr(second + 1));
  if (!key || !created || !used || *created < 0 || *used < *created) return std::nullopt;
  return Session{*key, {*created}, {*used}};
}

bool has_ended(const Session& session, base::TimeNs now) noexcept {
  const std::int64_t time = now.since_epoch_ns;
  return time < session.created.since_epoch_ns - kFutureNs ||
         time - session.created.since_epoch_ns >= kSessionLifeNs ||
         time - session.used.since_epoch_ns >= kSessionIdleNs;
}

}  // namespace

Sessions::Sessions(std::string path, const os::Clock& clock, RandomBytes random)
    : path_(std::move(path)), clock_(clock), random_(std::move(random)) {
  load();
}

void Sessions::load() {
  const auto text = os::read_file(path_, kMaxFileBytes);
  if (!text || !text->starts_with(kFirstLine)) return;
  std::string_view rest = std::string_view(*text).substr(kFirstLine.size());
  while (!rest.empty() && sessions_.size() < kMaxSessions) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (const auto session = parse_line(rest.substr(0, end))) sessions_.push_back(*session);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  drop_ended();
}

void Sessions::drop_ended() {
  const base::TimeNs now = clock_.now();
  std::erase_if(sessions_, [&](const Session& session) { return has_ended(session, now); });
}

base::Result<void> Sessions::save() {
  std::string text(kFirstLine);
  for (const Session& session : sessions_) {
    text += fmt::format("{} {} {}\n", hex_of(session.key), session.created.since_epoch_ns,
                        session.used.since_epoch_ns);
  }
  auto written = os::replace_file(path_, text);
  if (written) saved_ = clock_.now();
  return written;
}

base::Result<std::string> Sessions::begin() {
  drop_ended();
  const auto token = random_text(random_, kTokenBytes);
  if (!token) return base::Error{base::ErrorCode::internal, "no random bytes for a session", "", {}};
  if (sessions_.size() >= kMaxSessions) {
    sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(),
                                     [](const Session& a, const Session& b) { return a.used < b.used; }));
  }
  const base::TimeNs now = clock_.now();
  sessions_.push_back({sha256(*token), now, now});
  if (auto saved = save(); !saved) {
    sessions_.pop_back();
    return saved.error();
  }
  return *token;
}

std::optional<SessionKey> Sessions::find(std::string_view token) {
  if (!is_token_text(token)) return std::nullopt;
  const SessionKey key = sha256(token);
  drop_ended();
  for (Session& session : sessions_) {
    if (!equal_digests(session.key, key)) continue;
    const base::TimeNs now = clock_.now();
    session.used = std::max(session.used, now);
    // A last use that is lost ends the session earlier after a restart, never later.
    if (now.since_epoch_ns - saved_.since_epoch_ns >= kSaveUseNs && !save()) saved_ = now;
    return key;
  }
  return std::nullopt;
}

bool Sessions::is_open(const SessionKey& key) {
  drop_ended();
  return std::any_of(sessions_.begin(), sessions_.end(),
                     [&](const Session& session) { return equal_digests(session.key, key); });
}

bool Sessions::end(const SessionKey& key) {
  std::erase_if(sessions_, [&](const Session& session) { return equal_digests(session.key, key); });
  return save().has_value();
}

}  // namespace hinomi::api
