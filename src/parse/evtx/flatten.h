// The fast way from a record to the few fields that detection asks for: each template is planned once, after
// that a record costs a walk over its wanted values, which alone are decoded. Not for whole documents: that
// is json.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/time.h"
#include "parse/evtx/reader.h"
#include "parse/evtx/value.h"

namespace hinomi::parse::evtx {

// One leaf of a record. `text` lives in the Arena, the record's chunk or the Flattener; `path` in the
// Flattener or the Arena.
struct Leaf {
  std::uint32_t id = 0;
  LeafKind kind = LeafKind::null;
  std::string_view text;  // number: decimal; boolean: true or false; null: empty
  std::string_view path;
};

// Paths are those of the JSON form, joined by '.': Event.System.EventID,
// Event.System.Provider.#attributes.Name, Event.EventData.CommandLine (Data by its name),
// Event.EventData.Data (Data without name). Two things differ: the text of an element with attributes stands
// at the element itself, without ".#text"; and what repeats has one path, once for each value, without _1.
// Strings are exact: white space at their end is kept.
// One for each worker, used with the ChunkReaders of one TemplateCache.
class Flattener {
 public:
  static constexpr std::uint32_t kUnwantedFlag =
      0x8000'0000;                                         // ids with it: only when everything is asked for
  static constexpr std::uint32_t kUnwanted = 0xFFFF'FFFF;  // one of them
  static constexpr std::uint32_t kNever = 0xFFFF'FFFE;     // not even then
  [[nodiscard]] static constexpr bool is_wanted(std::uint32_t id) noexcept {
    return (id & kUnwantedFlag) == 0;
  }

  // Asked once for each path, when a record first has it (again and again beyond the limit).
  using PathToId = std::function<std::uint32_t(std::string_view path)>;
  // What is remembered; beyond, it is worked out anew for each record.
  struct Limits {
    std::size_t paths = 1U << 18;
    std::size_t plans = 1U << 16;
  };
  explicit Flattener(PathToId id_of);
  Flattener(PathToId id_of, const Limits& limits);
  ~Flattener();
  Flattener(const Flattener&) = delete;
  Flattener& operator=(const Flattener&) = delete;

  enum class Extent : std::uint8_t { wanted, everything };

  struct Result {
    std::optional<base::TimeNs> time;        // System/TimeCreated@SystemTime, else the record header's
    std::optional<std::uint64_t> record_id;  // System/EventRecordID
    bool complete = true;                    // false: a fragment is damaged, or the record is beyond a limit
  };
  // Appends the leaves of the record to `out`.
  Result flatten(const Record& record, Extent extent, base::Arena& arena, std::vector<Leaf>& out);

 private:
  struct Path;
  struct Item;
  struct Fragment;
  struct Plan;
  class Planner;
  class Run;

  [[nodiscard]] const Path* path(std::string_view text);
  [[nodiscard]] const Path* child(const Path* parent, std::string_view name);
  [[nodiscard]] const Plan& plan(const Template& definition, const Path* prefix, bool in_container);
  void forget_transient();

  PathToId id_of_;
  Limits limits_;
  std::vector<std::unique_ptr<Path>> paths_;
  std::unordered_map<std::string_view, const Path*> path_index_;
  std::string scratch_;
  std::vector<std::vector<std::unique_ptr<Plan>>> plans_;  // by template id; one for each prefix
  std::size_t plan_count_ = 0;
  // Beyond the limits, and of fragments: for the record at hand only.
  std::vector<std::unique_ptr<Path>> transient_paths_;
  std::vector<std::unique_ptr<Plan>> transient_plans_;
  const Path* root_ = nullptr;
};

}  // namespace hinomi::parse::evtx
