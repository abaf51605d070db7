// Who is signed in: tokens that end after a while, of which only hashes are kept, in memory and in a file
// that survives a restart. Not for proving who somebody is (tickets.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/secret.h"
#include "base/result.h"
#include "os/clock.h"

namespace hinomi::api {

inline constexpr std::int64_t kSessionLifeNs = 12LL * 3600 * 1'000'000'000;  // from its beginning
inline constexpr std::int64_t kSessionIdleNs = 2LL * 3600 * 1'000'000'000;   // from its last use
inline constexpr std::size_t kMaxSessions = 64;  // beyond it the one used longest ago ends

// Of a session; safe to keep: the token cannot be told from it.
using SessionKey = Digest;

struct Session {
  SessionKey key{};
  base::TimeNs created{};
  base::TimeNs used{};
};

// On one thread.
class Sessions {
 public:
  // `path`: the file; it need not exist. One that is damaged costs the sessions in it, never the start.
  Sessions(std::string path, const os::Clock& clock, RandomBytes random);

  // A new session; returns its token, which is kept nowhere. An Error when it could not be stored.
  [[nodiscard]] base::Result<std::string> begin();
  // The session of a token, which counts as used now; nullopt when it is unknown or has ended.
  [[nodiscard]] std::optional<SessionKey> find(std::string_view token);
  // Whether it has not ended meanwhile; is no use of it.
  [[nodiscard]] bool is_open(const SessionKey& key);
  // True once the file no longer holds it.
  [[nodiscard]] bool end(const SessionKey& key);
  [[nodiscard]] std::size_t count() const noexcept { return sessions_.size(); }

 private:
  void load();
  void drop_ended();
  [[nodiscard]] base::Result<void> save();

  std::string path_;
  const os::Clock& clock_;
  RandomBytes random_;
  std::vector<Session> sessions_;
  base::TimeNs saved_{};
};

}  // namespace hinomi::api
