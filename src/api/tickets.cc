#include "api/tickets.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "os/file.h"

namespace hinomi::api {
namespace {

constexpr std::string_view kFirstLine = "hinomi tickets 1\n";
constexpr std::uint64_t kMaxFileBytes = 16 * 1024;
constexpr std::size_t kMaxRemembered = 256;
constexpr std::chrono::milliseconds kLockPatience{500};

struct Ticket {
  Digest hash{};
  std::int64_t expires_ns = 0;
};

std::optional<Ticket> parse_line(std::string_view line) noexcept {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto hash = parse_hex(line.substr(0, blank));
  const std::string_view digits = line.substr(blank + 1);
  std::int64_t expires = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), expires);
  if (!hash || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return Ticket{*hash, expires};
}

// Those in the file that are still good; a file that is missing or damaged holds none.
std::vector<Ticket> read_tickets(const std::string& path, base::TimeNs now) {
  std::vector<Ticket> tickets;
  const auto text = os::read_file(path, kMaxFileBytes);
  if (!text || !text->starts_with(kFirstLine)) return tickets;
  std::string_view rest = std::string_view(*text).substr(kFirstLine.size());
  while (!rest.empty() && tickets.size() < kMaxTickets) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto ticket = parse_line(rest.substr(0, end));
    const bool lives = ticket && ticket->expires_ns > now.since_epoch_ns &&
                       ticket->expires_ns - now.since_epoch_ns <= kTicketLifeNs;  // the clock was set back
    if (lives) tickets.push_back(*ticket);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return tickets;
}

base::Result<void> write_tickets(const std::string& path, const std::vector<Ticket>& tickets) {
  std::string text(kFirstLine);
  for (const Ticket& ticket : tickets) text += fmt::format("{} {}\n", hex_of(ticket.hash), ticket.expires_ns);
  return os::replace_file(path, text);
}

}  // namespace

base::Result<std::string> issue_ticket(const std::string& path, const os::Clock& clock,
                                       const RandomBytes& random) {
  const auto text = random_text(random, kTokenBytes);
  if (!text) return base::Error{base::ErrorCode::internal, "no random bytes for a ticket", "", {}};
  const base::TimeNs now = clock.now();
  const auto lock = os::lock_folder_of(path, kLockPatience);
  if (!lock) return lock.error();
  std::vector<Ticket> tickets = read_tickets(path, now);
  if (tickets.size() >= kMaxTickets) tickets.erase(tickets.begin());
  tickets.push_back({sha256(*text), now.since_epoch_ns + kTicketLifeNs});
  if (auto written = write_tickets(path, tickets); !written) return written.error();
  return *text;
}

TicketVerdict Tickets::redeem(std::string_view ticket) {
  const auto failed = [this] { return take_try() ? TicketVerdict::bad : TicketVerdict::throttled; };
  if (!is_token_text(ticket)) return failed();
  const Digest hash = sha256(ticket);
  if (std::any_of(redeemed_.begin(), redeemed_.end(),
                  [&](const Digest& used) { return equal_digests(used, hash); })) {
    return failed();
  }
  const auto lock = os::lock_folder_of(path_, kLockPatience);
  if (!lock) return failed();
  std::vector<Ticket> tickets = read_tickets(path_, clock_.now());
  const auto found = std::find_if(tickets.begin(), tickets.end(), [&](const Ticket& candidate) {
    return equal_digests(candidate.hash, hash);
  });
  if (found == tickets.end()) return failed();
  tickets.erase(found);
  if (redeemed_.size() >= kMaxRemembered) redeemed_.erase(redeemed_.begin());
  redeemed_.push_back(hash);
  // Not good unless it can be made sure that it is not good twice.
  return write_tickets(path_, tickets) ? TicketVerdict::good : TicketVerdict::bad;
}

bool Tickets::take_try() {
  const auto now = clock_.steady();
  if (started_) {
    const auto passed = std::chrono::duration_cast<std::chrono::nanoseconds>(now - refilled_).count();
    tries_ = std::min<double>(kTriesAtOnce,
                              tries_ + static_cast<double>(passed) / static_cast<double>(kTryEveryNs));
  }
  started_ = true;
  refilled_ = now;
  if (tries_ < 1) return false;
  tries_ -= 1;
  return true;
}

}  // namespace hinomi::api
