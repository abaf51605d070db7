// Time-stamps of an authority outside this machine (RFC 3161): the query for a hash, and the judgement of
// what comes back. Not the sending (one outbound client does all of that) and not revocation of certificates.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "os/random.h"
#include "trust/hash.h"

namespace hinomi::trust {

inline constexpr std::size_t kMaxTimestampBytes = 64 * 1024;  // of a response, with its certificates
inline constexpr std::size_t kMaxAuthorityCertificates = 64;
inline constexpr std::size_t kMaxCertificateFileBytes = 512 * 1024;

// What a response will be held against; `der` is the body of the request (application/timestamp-query).
struct TimestampQuery {
  std::string der;
  Hash hash{};
  std::string nonce;   // big-endian, without leading zeros
  std::string policy;  // dotted; empty: any
};
// Asks for the certificate to be sent along. `policy` as dotted numbers, or empty.
[[nodiscard]] base::Result<TimestampQuery> timestamp_query(const Hash& hash, const os::RandomBytes& random,
                                                           std::string_view policy = {});

struct Timestamp {
  std::string response;  // DER, as it came (application/timestamp-reply): what is kept and exported
  Hash hash{};           // what existed at `time`
  base::TimeNs time{};
  std::optional<std::chrono::nanoseconds>
      accuracy;        // time is right within ± this, where the authority says so
  std::string policy;  // dotted
  std::string serial;  // hex
};

// The certificates that may stand at the root of a time-stamp: of a certification authority, or of the
// authority of time itself.
class TimestampTrust {
 public:
  // PEM, one certificate after another, nothing else that is not text between them.
  [[nodiscard]] static base::Result<TimestampTrust> from_pem(std::string_view pem);
  ~TimestampTrust();
  TimestampTrust(TimestampTrust&&) noexcept;
  TimestampTrust& operator=(TimestampTrust&&) noexcept;

  // Of a fresh response: granted, about the query's hash, with its nonce and policy, signed by a certificate
  // that is for time-stamps only, named in the token, and leads to a trusted one.
  [[nodiscard]] base::Result<Timestamp> accept(std::string_view response, const TimestampQuery& query) const;
  // Of a kept response, the nonce being forgotten. Certificates are judged as of the time that is stamped: a
  // token outlives its certificate, but not the loss of its key.
  [[nodiscard]] base::Result<Timestamp> verify(std::string_view response, const Hash& hash) const;

 private:
  struct Parts;
  explicit TimestampTrust(std::unique_ptr<Parts> parts);
  [[nodiscard]] base::Result<Timestamp> judge(std::string_view response, const Hash& hash,
                                              const TimestampQuery* query) const;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::trust
