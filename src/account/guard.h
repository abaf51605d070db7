// The guard against guessing (credential/throttle.h), safe from any thread and fed with what a request shows.
// Not for passkeys, tickets and tokens, which cannot be guessed.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "credential/throttle.h"
#include "os/clock.h"
#include "os/random.h"

namespace hinomi::account {

class Guard {
 public:
  Guard(const os::Clock& clock, const os::RandomBytes& random);

  // One try at something of `account` (folded as logins are; it need not exist) from `peer`
  // ("192.0.2.1:40000"). It counts as failed until succeeded() or undone().
  struct Try {
    credential::Attempt attempt;
    std::chrono::milliseconds wait{0};  // above 0: it is not let through
    [[nodiscard]] bool allowed() const noexcept { return wait.count() == 0; }
  };
  [[nodiscard]] Try begin(std::string_view account, std::string_view peer);
  // Somebody is signed in, after so many tries.
  void succeeded(const Try& one, std::uint32_t tries = 1);
  // Nothing was checked, since something was busy.
  void undone(const Try& one);
  void forgive(std::string_view account);

 private:
  std::mutex mutex_;  // of throttle_
  credential::Throttle throttle_;
};

// The address of a peer, without its port and brackets.
[[nodiscard]] std::string_view address_of(std::string_view peer) noexcept;

}  // namespace hinomi::account
