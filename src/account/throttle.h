// How often somebody may try to prove who they are: a bucket of tries for each name, place or person, which
// fills again with time. In memory and bounded. Not for load in general.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "os/clock.h"

namespace hinomi::account {

struct ThrottleRule {
  double at_once = 5;                      // tries of a full bucket
  std::chrono::milliseconds one_every{0};  // how long one takes to come back
};

// Safe from any thread.
class Throttle {
 public:
  static constexpr std::size_t kMaxBuckets = 16 * 1024;

  Throttle(const os::Clock& clock, ThrottleRule rule, std::size_t most = kMaxBuckets)
      : clock_(clock), rule_(rule), most_(most) {}

  // Takes a try; false: there is none left.
  [[nodiscard]] bool take(std::string_view key);
  // A try that succeeded is none.
  void give_back(std::string_view key);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Bucket {
    std::string key;
    double tries = 0;
    std::chrono::steady_clock::time_point at;
  };
  using Order = std::list<Bucket>;
  Order::iterator bucket(std::string_view key);

  const os::Clock& clock_;
  const ThrottleRule rule_;
  const std::size_t most_;
  mutable std::mutex mutex_;  // of what is below
  Order order_;               // used last: in front; beyond `most_` the last one is forgotten
  std::unordered_map<std::string_view, Order::iterator> buckets_;
};

// What tries of one place are counted by: an IPv4 address, or the /64 that an IPv6 address is of; the port is
// left out.
[[nodiscard]] std::string place_of(std::string_view peer);

}  // namespace hinomi::account
