// How much and how long a client may take. Not for the limits of single routes (Plan::body_limit).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace hinomi::api::http {

struct Limits {
  std::size_t head_bytes = 16 * 1024;
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds head{10'000};         // from the first byte of a head to its last
  std::chrono::milliseconds idle{60'000};         // between requests
  std::chrono::milliseconds body_stall{20'000};   // without a byte of a body
  std::chrono::milliseconds write_stall{20'000};  // for one piece of an answer, kWritePiece bytes
  std::chrono::milliseconds linger{2'000};        // reading on after a refusal, so that the client sees it
  std::uint64_t linger_bytes = 4 << 20;
  std::uint64_t least_body_rate = 1024;   // bytes a second on average, after body_stall
  std::size_t connections = 4096;         // beyond it those that wait for a request are closed, oldest first
  std::chrono::milliseconds stop{5'000};  // for answers under way when the server stops
  std::chrono::milliseconds tick{250};    // how often all these times are looked at
};

inline constexpr std::size_t kWritePiece = 256 * 1024;

}  // namespace hinomi::api::http
