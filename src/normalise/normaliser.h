// Turns records into event::Event: fields under their Sigma names, time, log sources and fallback fields, as
// the mapping content says. Not for reading files or framing (ingest) nor for decoding EVTX
// (evtx_extractor.h, same finish()).
//
// Order of use: make a FieldTable; load the Normaliser; load the rules (they intern their field names);
// freeze(); then one Extractor a worker. Between freeze() and the end nothing may be interned into the
// FieldTable.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "event/event.h"
#include "event/field_table.h"
#include "event/log_source.h"
#include "normalise/field_map.h"
#include "normalise/source_map.h"
#include "parse/syslog/time_stamp.h"

namespace hinomi::normalise {

struct Limits {
  std::size_t document_bytes = 16 * 1024 * 1024;
  std::size_t depth = 256;      // of nested objects and arrays
  std::size_t slots = 100'000;  // values of one event; a larger event is refused
  std::size_t line_bytes = 1024 * 1024;
  std::size_t cached_routes = 65'536;  // distinct signatures a worker remembers; then it starts anew
};

class Normaliser {
 public:
  // Reads fields.yaml and sources.yaml in `directory` and interns the fields that routing looks at. `fields`
  // and `sources` must outlive the Normaliser.
  [[nodiscard]] static base::Result<std::unique_ptr<Normaliser>> load(const std::filesystem::path& directory,
                                                                      event::FieldTable& fields,
                                                                      event::SourceRegistry& sources);
  [[nodiscard]] static base::Result<std::unique_ptr<Normaliser>> from_text(std::string_view fields_yaml,
                                                                           std::string_view sources_yaml,
                                                                           event::FieldTable& fields,
                                                                           event::SourceRegistry& sources);

  // After the rules are loaded: interns what fallbacks of known fields need and builds the field map.
  // `plain_only`: see FieldRules.
  [[nodiscard]] base::Result<void> freeze(const std::vector<std::string>& plain_only = {});

  [[nodiscard]] const FieldMap& field_map() const;  // after freeze()
  [[nodiscard]] const event::FieldTable& fields() const noexcept { return fields_; }

 private:
  friend class Extractor;
  struct ActiveFallback {
    event::FieldId target{};
    std::vector<event::FieldId> sources;
    event::LogSource only;
  };
  struct SourceOf {
    std::uint16_t fallback = 0;  // index in fallbacks_
    std::uint16_t rank = 0;      // 0 = tried first
  };

  Normaliser(event::FieldTable& fields, event::SourceRegistry& sources)
      : fields_(fields), sources_(sources) {}

  event::FieldTable& fields_;
  event::SourceRegistry& sources_;
  FieldRules rules_;
  SourceMap source_map_;
  FieldMap field_map_;
  std::vector<ActiveFallback> fallbacks_;  // the unconditional ones first
  std::size_t unconditional_ = 0;
  std::vector<std::vector<SourceOf>> source_of_;  // by FieldId
  bool frozen_ = false;
};

// One a worker; not safe from two threads. Events borrow from the Arena given, from the input text, in
// Extent::everything from the FieldTable, and with Options::brief_values from the Extractor.
class Extractor {
 public:
  struct Options {
    Limits limits{};
    parse::syslog::TimePolicy time{};  // for time-stamps without year or zone
    // Every document given to json() has 64 readable bytes behind it (parse::json::Reader::kPadding): saves a
    // copy.
    bool padded_input = false;
    // The values of an event may be gone with the next document or line: saves a copy.
    bool brief_values = false;
  };

  explicit Extractor(const Normaliser& normaliser);
  Extractor(const Normaliser& normaliser, Options options);
  ~Extractor();
  Extractor(const Extractor&) = delete;
  Extractor& operator=(const Extractor&) = delete;

  // One JSON object, e.g. one NDJSON line. An error has the position of the fault inside the document.
  [[nodiscard]] base::Result<void> json(std::string_view document, std::uint64_t record, event::Extent extent,
                                        base::Arena& arena, event::Event& event);
  // One line of a text log, recognised by its content: audit record, syslog, web access log; anything else
  // becomes an event with its text in `message`.
  [[nodiscard]] base::Result<void> line(std::string_view text, std::uint64_t record, event::Extent extent,
                                        base::Arena& arena, event::Event& event);
  // From now on time-stamps without a year are read as if it were this time; for streams.
  void set_time_reference(base::TimeNs reference);
  // Sets event.route and appends the fallback fields; to be called once for every event, whatever it came out
  // of. Does the same for both extents, since it only looks at fields of the FieldTable.
  void finish(event::Event& event);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hinomi::normalise
