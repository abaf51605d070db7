// What the server says of its own state: figures gathered by whoever runs it, and their JSON. Not for the
// gathering (StatusSource) and not for logs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace hinomi::api {

struct QuarantinedEvent {
  std::string event;  // id
  std::string reason;
  base::TimeNs at{};
};

// One file of a followed folder.
struct FileStatus {
  std::string path;   // empty: of one that could not be opened, named in `problem`
  std::string state;  // "text", "parsed", "undecided", "ignored", "unreadable"
  std::uint64_t size = 0;
  std::uint64_t lag_bytes = 0;
  std::string problem;  // empty: none
};

struct SourceStatus {
  std::string name;
  std::string type;
  std::string address;
  std::string realm;
  std::string state;  // "ok", "waiting", "error" …
  std::optional<base::TimeNs> last_event;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  double per_second = 0;
  std::uint64_t dropped = 0;
  std::uint64_t refused = 0;
  std::uint64_t cut = 0;             // events stored without their end
  std::uint64_t framing_errors = 0;  // connections closed for what they sent
  std::uint64_t connections = 0;
  std::uint64_t connections_refused = 0;
  std::uint64_t lag_bytes = 0;
  std::string error;              // empty: none
  std::uint64_t followed = 0;     // files
  std::vector<FileStatus> files;  // of these some, those with problems first
};

struct ProcessMemory {
  std::string process;
  std::int64_t pid = 0;
  std::uint64_t rss_bytes = 0;
};

struct Status {
  std::string version;
  std::int64_t uptime_s = 0;
  std::string realm_default = "real";
  struct Events {
    std::uint64_t received = 0;
    double per_second = 0;
    std::uint64_t journal_sequence = 0;
  } events;
  struct Pipeline {
    std::string state;
    std::uint64_t lag_events = 0;
    double lag_seconds = 0;
    std::uint64_t restarts = 0;
    std::uint64_t rules = 0;
    std::uint64_t refused = 0;     // rules
    std::uint64_t unparsed = 0;    // events that are not what they begin as, since the start
    std::uint64_t incomplete = 0;  // matches that correlations could not count
    std::uint64_t findings = 0;
    std::uint64_t alerts = 0;
    std::vector<QuarantinedEvent> quarantined;
  } pipeline;
  struct Journal {
    std::uint64_t bytes = 0;
    std::uint64_t segments = 0;
    std::optional<base::TimeNs> oldest;
    std::uint64_t damages = 0;  // places that could not be read, since the start
    std::uint64_t damaged_bytes = 0;
    double fsync_ms_p50 = 0;
    double fsync_ms_p99 = 0;
  } journal;
  struct Disk {
    double used_percent = 0;
    std::uint64_t free_bytes = 0;
    std::string state = "ok";  // "ok", "warn", "refusing"
  } disk;
  std::vector<SourceStatus> sources;
  struct Sandbox {
    std::string level;
    bool namespaces = false;
    bool rlimits = false;
    bool seccomp = false;
    bool landlock = false;
    std::uint64_t workers = 0;
  } sandbox;
  struct Audit {
    std::uint64_t size = 0;  // entries
    std::optional<base::TimeNs> last_checkpoint;
    std::optional<base::TimeNs> last_anchor;
    std::string authority;          // of time; empty: none is configured
    std::string authority_problem;  // empty: none
    std::string problem;            // the log is not believable; empty: it is
  };
  std::optional<Audit> audit;  // absent: this server has no records
  std::vector<ProcessMemory> memory;
  bool healthy = true;  // of /healthz: events are taken and judged
};

// Fills in everything; called on the io thread about once a second, so it must not block.
using StatusSource = std::function<void(Status&)>;

// What the HTTP server adds to it by itself.
struct HttpStatus {
  std::uint64_t connections = 0;
  std::uint64_t accepted = 0;
  std::uint64_t evicted = 0;
  std::uint64_t turned_away = 0;
  std::uint64_t requests_refused = 0;
  std::uint64_t streams = 0;
  std::uint64_t slow_streams_dropped = 0;
  std::uint64_t csp_reports = 0;
};

[[nodiscard]] std::string status_json(const Status& status, const HttpStatus& http, base::TimeNs now);

}  // namespace hinomi::api
