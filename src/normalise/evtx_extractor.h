// Turns records of EVTX into event::Event: the fields that rules refer to, under their Sigma names. Not for
// finding log sources: that is Extractor::finish(), as for every other format.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "event/event.h"
#include "event/field_table.h"
#include "normalise/field_map.h"
#include "parse/evtx/flatten.h"
#include "parse/evtx/reader.h"

namespace hinomi::normalise {

// One a worker, used with the ChunkReaders of one TemplateCache. The FieldTable and the FieldMap are complete
// before the first record, outlive this object and do not change.
class EvtxExtractor {
 public:
  // Gives the field name for a dotted path ("Event.EventData.Image" -> "Image"); "" drops the value.
  using NameOf = std::function<std::string(std::string_view dotted_path)>;
  EvtxExtractor(const event::FieldTable& fields, NameOf name_of);
  // As the map says, like the JSON form of the same record: a value may belong to several fields.
  EvtxExtractor(const event::FieldTable& fields, const FieldMap& map);

  // Clears `event` and fills all of it but the route. Text lives in `arena`, in the chunk, or in this object.
  // False when a part of the record is damaged or beyond a limit; what could be read is there.
  bool extract(const parse::evtx::Record& record, event::Extent extent, base::Arena& arena,
               event::Event& event);

 private:
  struct Target {
    std::vector<event::FieldId> fields;  // empty: no rule asks for it
    std::string name;                    // shown when every value is extracted; empty: dropped
  };
  using TargetOf = std::function<Target(std::string_view dotted_path)>;
  static constexpr std::size_t kMaxNames =
      1U << 18;  // of unlisted fields; further ones are shown with their path

  [[nodiscard]] std::uint32_t id_of(std::string_view path);

  const event::FieldTable& fields_;
  TargetOf target_of_;
  // What the ids mean that the Flattener is given. There are few sets, however many paths lead to them.
  std::vector<std::vector<event::FieldId>> sets_;
  std::map<std::vector<event::FieldId>, std::uint32_t> set_index_;
  std::deque<std::string> names_;  // of unlisted fields; stable addresses
  parse::evtx::Flattener flattener_;
  std::vector<parse::evtx::Leaf> leaves_;
};

}  // namespace hinomi::normalise
