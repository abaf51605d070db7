#include "credential/password.h"

#include <argon2.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "credential/password_policy.h"

namespace hinomi::credential {
namespace {

constexpr std::string_view kPrefix = "$argon2id$v=19$";
constexpr std::uint32_t kMinMemoryKib = 8;  // of Argon2 itself, for each lane

bool is_allowed(const PasswordCost& cost) noexcept {
  return cost.lanes > 0 && cost.lanes <= kMaxPasswordCost.lanes && cost.passes > 0 &&
         cost.passes <= kMaxPasswordCost.passes && cost.memory_kib >= kMinMemoryKib * cost.lanes &&
         cost.memory_kib <= kMaxPasswordCost.memory_kib;
}

base::Error damaged() {
  return {base::ErrorCode::internal,
          "a stored password hash is damaged",
          "let the person set a new password",
          {}};
}

base::Error failed(int code) {
  const bool memory = code == ARGON2_MEMORY_ALLOCATION_ERROR;
  return {memory ? base::ErrorCode::unavailable : base::ErrorCode::internal,
          fmt::format("a password hash failed: {}", ::argon2_error_message(code)),
          memory ? "give the server more memory, or let it compute fewer hashes at once" : "",
          {}};
}

// "m=" and a number from the front of `text`, then `end`.
std::optional<std::uint32_t> take_number(std::string_view& text, std::string_view name, char end) noexcept {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  std::uint32_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || rest == text.data() + text.size() || *rest != end) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
  return number;
}

base::Result<std::string> hash_text(ByteSpan password, ByteSpan salt, const PasswordCost& cost) {
  std::array<char, kMaxPasswordHashText> text{};
  const int code =
      ::argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(),
                              salt.data(), salt.size(), kPasswordTagBytes, text.data(), text.size());
  if (code != ARGON2_OK) return failed(code);
  return std::string(text.data());
}

// Whether the password has this hash; decodes, computes and compares.
base::Result<bool> matches(ByteSpan password, const std::string& stored) {
  const int code = ::argon2id_verify(stored.c_str(), password.data(), password.size());
  if (code == ARGON2_OK) return true;
  if (code == ARGON2_VERIFY_MISMATCH) return false;
  if (code == ARGON2_DECODING_FAIL || code == ARGON2_DECODING_LENGTH_FAIL) return damaged();
  return failed(code);
}

// Of nobody: a fixed salt and a tag of zeros, which differs from what is computed like any wrong one.
std::string nobodys_hash(const PasswordCost& cost) {
  return fmt::format("{}m={},t={},p={}${}${}", kPrefix, cost.memory_kib, cost.passes, cost.lanes,
                     std::string(22, 'A'), std::string(43, 'A'));
}

// A text that has no prepared form matches nothing, and costs as much.
Secret prepared_or_empty(std::string_view password) {
  return prepare_password(password).value_or(Secret());
}

}  // namespace

HashSlots::HashSlots(Limits limits) : limits_(limits) {
  HINOMI_CHECK(limits.at_once > 0);
}

base::Result<HashSlots::Place> HashSlots::take() {
  std::unique_lock lock(mutex_);
  const auto is_free = [this] { return counts_.busy < limits_.at_once; };
  if (!is_free()) {
    bool got = false;
    if (counts_.waiting < limits_.waiting) {
      ++counts_.waiting;
      got = freed_.wait_for(lock, limits_.patience, is_free);
      --counts_.waiting;
    }
    if (!got) {
      ++counts_.refused;
      return base::Error{base::ErrorCode::unavailable,
                         "a password cannot be checked now: too many are being checked",
                         "try again in a few seconds",
                         {}};
    }
  }
  ++counts_.busy;
  return Place(*this);
}

HashSlots::Place::~Place() {
  if (slots_ != nullptr) slots_->give_back();
}

void HashSlots::give_back() {
  const std::lock_guard lock(mutex_);
  --counts_.busy;
  freed_.notify_one();
}

HashSlots::Counts HashSlots::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::optional<PasswordCost> cost_of(std::string_view stored) noexcept {
  if (stored.size() > kMaxPasswordHashText || !stored.starts_with(kPrefix)) return std::nullopt;
  stored.remove_prefix(kPrefix.size());
  const auto memory = take_number(stored, "m=", ',');
  const auto passes = memory ? take_number(stored, "t=", ',') : std::nullopt;
  const auto lanes = passes ? take_number(stored, "p=", '$') : std::nullopt;
  if (!lanes) return std::nullopt;
  const PasswordCost cost{*memory, *passes, *lanes};
  return is_allowed(cost) ? std::optional(cost) : std::nullopt;
}

base::Result<std::string> hash_password(std::string_view password, HashSlots& slots,
                                        const os::RandomBytes& random, const PasswordCost& cost) {
  if (!is_allowed(cost)) {
    return base::Error{base::ErrorCode::usage,
                       "the cost of password hashes is out of its range",
                       "set memory, passes and lanes within kMaxPasswordCost",
                       {}};
  }
  const std::optional<Secret> prepared = prepare_password(password);
  if (!prepared || prepared->size() == 0) {
    return base::Error{base::ErrorCode::invalid_input,
                       "a new password is not text that can be hashed",
                       "judge it with the policy first",
                       {}};
  }
  const auto place = slots.take();
  if (!place) return place.error();
  std::array<std::uint8_t, kPasswordSaltBytes> salt{};
  random(salt);
  return hash_text(prepared->view(), salt, cost);
}

base::Result<PasswordCheck> verify_password(std::string_view password, std::string_view stored,
                                            HashSlots& slots, const PasswordCost& cost) {
  const std::optional<PasswordCost> made_at = cost_of(stored);
  if (!made_at) {
    if (const auto work = verify_nobody(password, slots, cost); !work) return work.error();
    return damaged();
  }
  const Secret prepared = prepared_or_empty(password);
  const auto place = slots.take();
  if (!place) return place.error();
  const auto same = matches(prepared.view(), std::string(stored));
  if (!same) {
    // Refused while it was decoded: do the work that a good one would have been.
    static_cast<void>(matches(prepared.view(), nobodys_hash(cost)));
    return same.error();
  }
  // Nobody has an empty password, even if its hash should stand in the store.
  const bool good = *same && prepared.size() > 0;
  return PasswordCheck{.matches = good, .outdated = good && *made_at != cost};
}

base::Result<PasswordCheck> verify_nobody(std::string_view password, HashSlots& slots,
                                          const PasswordCost& cost) {
  const Secret prepared = prepared_or_empty(password);
  const auto place = slots.take();
  if (!place) return place.error();
  if (const auto same = matches(prepared.view(), nobodys_hash(cost)); !same) return same.error();
  return PasswordCheck{};
}

}  // namespace hinomi::credential
