#include "demo/manifest.h"

#include "base/json_writer.h"

namespace hinomi::demo {
namespace {

void write_file(base::JsonWriter& json, const FileEntry& file) {
  json.begin_object();
  json.key("path").string(file.path);
  json.key("events").unsigned_integer(file.events);
  json.key("bytes").unsigned_integer(file.bytes);
  json.end_object();
}

void write_step(base::JsonWriter& json, const Step& step) {
  json.begin_object();
  json.key("time").string(base::format_rfc3339(step.first, 3));
  json.key("until").string(base::format_rfc3339(step.last, 3));
  json.key("host").string(step.host);
  json.key("file").string(path_of(step.log));
  json.key("technique").string(step.technique);
  json.key("what").begin_object();
  json.key("en").string(step.what);
  json.key("ja").string(step.what_ja);
  json.end_object();
  json.key("rules").begin_array().string(step.rule).end_array();
  json.end_object();
}

void write_look_alike(base::JsonWriter& json, const LookAlike& look_alike) {
  json.begin_object();
  json.key("time").string(base::format_rfc3339(look_alike.time, 3));
  json.key("host").string(look_alike.host);
  json.key("file").string(path_of(look_alike.log));
  json.key("what").begin_object();
  json.key("en").string(look_alike.what);
  json.key("ja").string(look_alike.what_ja);
  json.end_object();
  json.key("rule").string(look_alike.rule);
  json.end_object();
}

}  // namespace

std::string Manifest::to_json() const {
  std::string text;
  base::JsonWriter json(text, 2);
  json.begin_object();
  json.key("seed").unsigned_integer(seed);
  json.key("start").string(base::format_rfc3339(start, 0));
  json.key("days").integer(days);
  json.key("files").begin_array();
  for (const FileEntry& file : files) write_file(json, file);
  json.end_array();
  json.key("steps").begin_array();
  for (const Step& step : steps) write_step(json, step);
  json.end_array();
  json.key("look_alikes").begin_array();
  for (const LookAlike& look_alike : look_alikes) write_look_alike(json, look_alike);
  json.end_array();
  json.end_object();
  text += '\n';
  return text;
}

}  // namespace hinomi::demo
