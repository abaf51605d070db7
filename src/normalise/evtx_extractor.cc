#include "normalise/evtx_extractor.h"

#include <utility>

namespace hinomi::normalise {
namespace {

using parse::evtx::Flattener;
using parse::evtx::LeafKind;

event::ValueKind kind_of(LeafKind kind) noexcept {
  switch (kind) {
    case LeafKind::null:
      return event::ValueKind::null;
    case LeafKind::number:
      return event::ValueKind::number;
    case LeafKind::boolean:
      return event::ValueKind::boolean;
    case LeafKind::text:
      break;
  }
  return event::ValueKind::text;
}

}  // namespace

EvtxExtractor::EvtxExtractor(const event::FieldTable& fields, NameOf name_of)
    : fields_(fields),
      target_of_([&fields, name_of = std::move(name_of)](std::string_view path) {
        Target target{.fields = {}, .name = name_of(path)};
        const event::FieldId id = fields.find(target.name);
        if (!target.name.empty() && id != event::kUnlistedField) target.fields.push_back(id);
        return target;
      }),
      flattener_([this](std::string_view path) { return id_of(path); }) {}

EvtxExtractor::EvtxExtractor(const event::FieldTable& fields, const FieldMap& map)
    : fields_(fields),
      target_of_([&map](std::string_view path) {
        const FieldMap::Target found = map.resolve(path);
        return Target{.fields = {found.fields.begin(), found.fields.end()}, .name = found.name};
      }),
      flattener_([this](std::string_view path) { return id_of(path); }) {}

// Asked once a path.
std::uint32_t EvtxExtractor::id_of(std::string_view path) {
  Target target = target_of_(path);
  if (!target.fields.empty()) {
    const auto next = static_cast<std::uint32_t>(sets_.size());
    const auto [known, is_new] = set_index_.emplace(target.fields, next);
    if (is_new) sets_.push_back(std::move(target.fields));
    return known->second;
  }
  if (target.name.empty()) return Flattener::kNever;
  if (names_.size() >= kMaxNames) return Flattener::kUnwanted;
  names_.push_back(std::move(target.name));
  return static_cast<std::uint32_t>(names_.size() - 1) | Flattener::kUnwantedFlag;
}

bool EvtxExtractor::extract(const parse::evtx::Record& record, event::Extent extent, base::Arena& arena,
                            event::Event& event) {
  const bool everything = extent == event::Extent::everything;
  leaves_.clear();
  const Flattener::Result result = flattener_.flatten(
      record, everything ? Flattener::Extent::everything : Flattener::Extent::wanted, arena, leaves_);
  event.clear();
  event.format = event::Format::evtx;
  event.extent = extent;
  event.record = result.record_id.value_or(record.id);
  event.has_time = result.time.has_value();
  event.time = result.time.value_or(base::TimeNs{});
  for (const parse::evtx::Leaf& leaf : leaves_) {
    const event::Value value{kind_of(leaf.kind), leaf.text};
    if (Flattener::is_wanted(leaf.id)) {
      for (const event::FieldId field : sets_[leaf.id]) {
        event.slots.push_back({field, value, everything ? fields_.name(field) : std::string_view()});
      }
    } else {
      const bool is_named = leaf.id != Flattener::kUnwanted;
      const std::string_view name = is_named ? names_[leaf.id & ~Flattener::kUnwantedFlag] : leaf.path;
      event.slots.push_back({event::kUnlistedField, value, name});
    }
  }
  return result.complete;
}

}  // namespace hinomi::normalise
