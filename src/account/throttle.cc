#include "account/throttle.h"

#include <arpa/inet.h>

#include <algorithm>

namespace hinomi::account {

Throttle::Order::iterator Throttle::bucket(std::string_view key) {
  const auto now = clock_.steady();
  if (const auto found = buckets_.find(key); found != buckets_.end()) {
    Bucket& bucket = *found->second;
    const auto passed = std::chrono::duration<double>(now - bucket.at);
    const auto one = std::chrono::duration<double>(rule_.one_every);
    bucket.tries = std::min(rule_.at_once, bucket.tries + passed / one);
    bucket.at = now;
    order_.splice(order_.begin(), order_, found->second);
    return order_.begin();
  }
  if (buckets_.size() >= most_) {
    buckets_.erase(order_.back().key);
    order_.pop_back();
  }
  order_.push_front({std::string(key), rule_.at_once, now});
  buckets_.emplace(order_.front().key, order_.begin());
  return order_.begin();
}

bool Throttle::take(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto at = bucket(key);
  if (at->tries < 1) return false;
  at->tries -= 1;
  return true;
}

void Throttle::give_back(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto at = bucket(key);
  at->tries = std::min(rule_.at_once, at->tries + 1);
}

std::size_t Throttle::size() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

std::string place_of(std::string_view peer) {
  std::string_view host = peer;
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') - 1);
  } else if (const std::size_t colon = host.rfind(':');
             colon != std::string_view::npos && host.find(':') == colon) {
    host = host.substr(0, colon);
  }
  constexpr std::size_t kNetBytes = 8;
  in6_addr address{};
  if (::inet_pton(AF_INET6, std::string(host).c_str(), &address) != 1) return std::string(host);
  if (IN6_IS_ADDR_V4MAPPED(&address)) return std::string(host);
  std::fill(std::begin(address.s6_addr) + kNetBytes, std::end(address.s6_addr), std::uint8_t{0});
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET6, &address, text, sizeof text);
  return text;
}

}  // namespace hinomi::account
