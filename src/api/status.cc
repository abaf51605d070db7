#include "api/status.h"

#include <string_view>

#include "base/json_writer.h"

namespace hinomi::api {
namespace {

void time_or_null(base::JsonWriter& json, std::string_view key, const std::optional<base::TimeNs>& time) {
  json.key(key);
  if (time) {
    json.string(base::format_rfc3339(*time));
  } else {
    json.null();
  }
}

void text_or_null(base::JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.string(text);
  }
}

void write(base::JsonWriter& json, const Status::Pipeline& pipeline) {
  json.begin_object().key("state").string(pipeline.state);
  json.key("lag_events")
      .unsigned_integer(pipeline.lag_events)
      .key("lag_seconds")
      .number(pipeline.lag_seconds);
  json.key("restarts").unsigned_integer(pipeline.restarts).key("rules").unsigned_integer(pipeline.rules);
  json.key("refused").unsigned_integer(pipeline.refused);
  json.key("unparsed").unsigned_integer(pipeline.unparsed);
  json.key("incomplete").unsigned_integer(pipeline.incomplete);
  json.key("findings").unsigned_integer(pipeline.findings);
  json.key("alerts").unsigned_integer(pipeline.alerts).key("quarantined").begin_array();
  for (const QuarantinedEvent& event : pipeline.quarantined) {
    json.begin_object().key("event").string(event.event).key("reason").string(event.reason);
    json.key("at").string(base::format_rfc3339(event.at)).end_object();
  }
  json.end_array().end_object();
}

void write(base::JsonWriter& json, const SourceStatus& source) {
  json.begin_object().key("name").string(source.name).key("type").string(source.type);
  json.key("address").string(source.address).key("realm").string(source.realm);
  json.key("state").string(source.state);
  time_or_null(json, "last_event", source.last_event);
  json.key("events").unsigned_integer(source.events).key("bytes").unsigned_integer(source.bytes);
  json.key("per_second").number(source.per_second).key("dropped").unsigned_integer(source.dropped);
  json.key("refused").unsigned_integer(source.refused);
  json.key("cut").unsigned_integer(source.cut);
  json.key("framing_errors").unsigned_integer(source.framing_errors);
  json.key("connections").unsigned_integer(source.connections);
  json.key("connections_refused").unsigned_integer(source.connections_refused);
  json.key("lag_bytes").unsigned_integer(source.lag_bytes);
  text_or_null(json, "error", source.error);
  json.key("followed").unsigned_integer(source.followed).key("files").begin_array();
  for (const FileStatus& file : source.files) {
    json.begin_object().key("path").string(file.path).key("state").string(file.state);
    json.key("size").unsigned_integer(file.size).key("lag_bytes").unsigned_integer(file.lag_bytes);
    text_or_null(json, "problem", file.problem);
    json.end_object();
  }
  json.end_array().end_object();
}

void write(base::JsonWriter& json, const Status::Audit& audit) {
  json.begin_object().key("size").unsigned_integer(audit.size);
  time_or_null(json, "last_checkpoint", audit.last_checkpoint);
  time_or_null(json, "last_anchor", audit.last_anchor);
  text_or_null(json, "authority", audit.authority);
  text_or_null(json, "authority_problem", audit.authority_problem);
  text_or_null(json, "problem", audit.problem);
  json.end_object();
}

void write(base::JsonWriter& json, const HttpStatus& http) {
  json.begin_object().key("connections").unsigned_integer(http.connections);
  json.key("accepted").unsigned_integer(http.accepted).key("evicted").unsigned_integer(http.evicted);
  json.key("turned_away").unsigned_integer(http.turned_away);
  json.key("requests_refused").unsigned_integer(http.requests_refused);
  json.key("streams").unsigned_integer(http.streams);
  json.key("slow_streams_dropped").unsigned_integer(http.slow_streams_dropped).end_object();
}

}  // namespace

std::string status_json(const Status& status, const HttpStatus& http, base::TimeNs now) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object().key("time").string(base::format_rfc3339(now)).key("version").string(status.version);
  json.key("uptime_s").integer(status.uptime_s).key("realm_default").string(status.realm_default);
  json.key("events").begin_object().key("received").unsigned_integer(status.events.received);
  json.key("per_second").number(status.events.per_second);
  json.key("journal_sequence").unsigned_integer(status.events.journal_sequence).end_object();
  json.key("pipeline");
  write(json, status.pipeline);
  json.key("journal").begin_object().key("bytes").unsigned_integer(status.journal.bytes);
  json.key("segments").unsigned_integer(status.journal.segments);
  time_or_null(json, "oldest", status.journal.oldest);
  json.key("damages").unsigned_integer(status.journal.damages);
  json.key("damaged_bytes").unsigned_integer(status.journal.damaged_bytes);
  json.key("fsync_ms_p50").number(status.journal.fsync_ms_p50);
  json.key("fsync_ms_p99").number(status.journal.fsync_ms_p99).end_object();
  json.key("disk").begin_object().key("used_percent").number(status.disk.used_percent);
  json.key("free_bytes").unsigned_integer(status.disk.free_bytes);
  json.key("state").string(status.disk.state).end_object();
  json.key("sources").begin_array();
  for (const SourceStatus& source : status.sources) write(json, source);
  json.end_array().key("sandbox").begin_object().key("level").string(status.sandbox.level);
  json.key("namespaces").boolean(status.sandbox.namespaces).key("rlimits").boolean(status.sandbox.rlimits);
  json.key("seccomp").boolean(status.sandbox.seccomp).key("landlock").boolean(status.sandbox.landlock);
  json.key("workers").unsigned_integer(status.sandbox.workers).end_object();
  if (status.audit) {
    json.key("audit");
    write(json, *status.audit);
  }
  json.key("memory").begin_array();
  for (const ProcessMemory& memory : status.memory) {
    json.begin_object().key("process").string(memory.process).key("pid").integer(memory.pid);
    json.key("rss_bytes").unsigned_integer(memory.rss_bytes).end_object();
  }
  json.end_array().key("http");
  write(json, http);
  json.key("csp_reports").unsigned_integer(http.csp_reports).end_object();
  return text;
}

}  // namespace hinomi::api
