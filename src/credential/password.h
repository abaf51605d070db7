// Passwords as hashes: Argon2id in the PHC text form, and checking against one in the same time whether or
// not somebody of that name exists. Not for tokens and codes that we make ourselves (session.h,
// recovery_codes.h), which are too long to be guessed and take a fast hash.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "credential/bytes.h"
#include "os/random.h"

namespace hinomi::credential {

// RFC 9106, section 4 recommends 64 MiB and 3 passes where memory is short; OWASP's least is 19 MiB and 2.
struct PasswordCost {
  std::uint32_t memory_kib = 64 * 1024;
  std::uint32_t passes = 3;
  std::uint32_t lanes = 1;  // one thread a hash: cores serve several people
  friend bool operator==(const PasswordCost&, const PasswordCost&) = default;
};
inline constexpr PasswordCost kPasswordCost{};
// A stored hash that asks for more is damaged or not ours: it is not computed.
inline constexpr PasswordCost kMaxPasswordCost{.memory_kib = 256 * 1024, .passes = 16, .lanes = 4};
inline constexpr std::size_t kPasswordSaltBytes = 16;
inline constexpr std::size_t kPasswordTagBytes = 32;
inline constexpr std::size_t kMaxPasswordHashText = 256;

// How many hashes are computed at once, since each takes 64 MiB and a core: others wait for a while.
// From any thread.
class HashSlots {
 public:
  struct Limits {
    std::size_t at_once = 4;
    std::size_t waiting = 32;  // one more is told "unavailable" at once
    std::chrono::milliseconds patience{3000};
  };
  explicit HashSlots(Limits limits);

  // Holds a place until it goes.
  class Place {
   public:
    explicit Place(HashSlots& slots) : slots_(&slots) {}
    Place(Place&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

   private:
    HashSlots* slots_;
  };

  // unavailable: too many wait, or it took longer than the patience.
  [[nodiscard]] base::Result<Place> take();

  struct Counts {
    std::size_t busy = 0;
    std::size_t waiting = 0;
    std::uint64_t refused = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  void give_back();

  const Limits limits_;
  mutable std::mutex mutex_;  // guards what is below
  std::condition_variable freed_;
  Counts counts_;
};

// The hash to keep of a password that the policy allows: "$argon2id$v=19$m=65536,t=3,p=1$SALT$TAG".
// unavailable as HashSlots::take(); invalid_input for one that is empty or has no prepared form
// (password_policy.h); usage for a cost that cost_of() would not take back.
[[nodiscard]] base::Result<std::string> hash_password(std::string_view password, HashSlots& slots,
                                                      const os::RandomBytes& random,
                                                      const PasswordCost& cost = kPasswordCost);

struct PasswordCheck {
  bool matches = false;
  bool outdated = false;  // made at another cost: hash the password anew, now that it is at hand
};

// The same work whatever the password is. unavailable as HashSlots::take(); internal when the stored hash is
// damaged, after as much work.
[[nodiscard]] base::Result<PasswordCheck> verify_password(std::string_view password, std::string_view stored,
                                                          HashSlots& slots,
                                                          const PasswordCost& cost = kPasswordCost);

// For a user who does not exist or has no password: the same work, and never a match. A hash stored at an
// older cost takes another time until its owner has signed in once.
[[nodiscard]] base::Result<PasswordCheck> verify_nobody(std::string_view password, HashSlots& slots,
                                                        const PasswordCost& cost = kPasswordCost);

// The cost written in a stored hash; nullopt when it is no Argon2id hash of version 19 within
// kMaxPasswordCost.
[[nodiscard]] std::optional<PasswordCost> cost_of(std::string_view stored) noexcept;

}  // namespace hinomi::credential
