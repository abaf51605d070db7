// The guard against guessing passwords and codes: delays that grow with every wrong try, so that neither an
// account nor a network is worth trying, and no stranger can lock anybody out. Not for passkeys, tickets and
// tokens: what cannot be guessed need not be slowed.
//
// The decision. Each try counts in four places, and is let through when none of them says "wait":
//   pair     the account and the network it is tried from (a known device: the account and the device): a
//            person who mistypes waits, and nobody else
//   account  from wherever: against many machines that guess at one person
//   network  at whatever account: against one machine that tries one password for everybody
//   all      together: against many machines that guess at many
// A known device (a cookie that an earlier sign-in with this account left there) is let through by the last
// three. So strangers who attack an administrator's account delay sign-ins from devices that it does not
// know, and him nowhere else; and a passkey, or `hinomi login` on the machine itself, always opens the door.
// A try that is told to wait does not count, so that trying all the time makes no delay longer. A try counts
// when it is let through and not when it has failed: a thousand at the same moment are a thousand. A good one
// is taken back where others' tries are counted too, and clears the pair; the owner's sign-in does not
// forgive what strangers did to his account, nor an attacker's own account his network.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "credential/bytes.h"
#include "credential/failure_table.h"
#include "credential/source_network.h"
#include "os/clock.h"

namespace hinomi::credential {

struct ThrottleRules {
  using Ms = std::chrono::milliseconds;
  DelayRule pair{5, Ms(1000), Ms(900'000), Ms(900'000)};
  DelayRule account{20, Ms(1000), Ms(900'000), Ms(900'000)};
  DelayRule network{50, Ms(1000), Ms(300'000), Ms(10'000)};
  DelayRule all{500, Ms(50), Ms(250), Ms(200)};
  std::size_t entries = 65'536;  // of each of the first three: about 11 MiB together
};

// One who tries. `account` is what was typed, folded as accounts are compared; it need not exist, and the
// guard answers the same whether it does.
struct Attempt {
  std::string account;
  SourceNetwork network;
  // The hash of a device token that belongs to this account: the caller has looked.
  std::optional<Digest> known_device;
};

enum class ThrottleScope : std::uint8_t { pair, account, network, all };
struct ThrottleDecision {
  bool allowed = false;
  ThrottleScope by = ThrottleScope::pair;  // when it is not: the one with the longest wait
  std::chrono::milliseconds wait{0};       // for Retry-After
};

// On one thread.
class Throttle {
 public:
  // `seed`: random, so that nobody can choose names that meet in the tables.
  Throttle(const ThrottleRules& rules, const os::Clock& clock, std::uint64_t seed);

  // Before anything is checked. When it is allowed it counts as failed, until succeeded() or undone().
  [[nodiscard]] ThrottleDecision begin(const Attempt& attempt);
  // Somebody is signed in, after `tries` that were let through: a password and then a code are two. Not after
  // a right password alone, or codes could be guessed for ever by who knows it.
  void succeeded(const Attempt& attempt, std::uint32_t tries = 1);
  // It was let through, and nothing was checked (no place for a hash, the store was busy).
  void undone(const Attempt& attempt);
  // An administrator unlocks an account: nothing that was tried at it counts any more.
  void forgive(std::string_view account);

  struct Counts {
    std::uint64_t let_through = 0;
    std::uint64_t let_through_known = 0;  // of them, from known devices
    std::uint64_t refused[4] = {};        // by ThrottleScope
    std::uint64_t thrown_out = 0;         // entries with tries not yet forgiven, since a table was full
  };
  [[nodiscard]] Counts counts() const noexcept;

 private:
  struct Keys {
    base::Hash128 pair;
    base::Hash128 account;
    base::Hash128 network;
  };
  [[nodiscard]] Keys keys_of(const Attempt& attempt) const;
  [[nodiscard]] ThrottleDecision judge(const Attempt& attempt, const Keys& keys,
                                       SteadyTime now) const noexcept;
  [[nodiscard]] base::Hash128 account_key(std::string_view account) const;

  const ThrottleRules rules_;
  const os::Clock& clock_;
  const std::uint64_t seed_;
  FailureTable pairs_;
  FailureTable accounts_;
  FailureTable networks_;
  Tries all_;
  Counts counts_;
};

}  // namespace hinomi::credential
