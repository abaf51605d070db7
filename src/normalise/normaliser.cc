#include "normalise/normaliser.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/hash.h"
#include "normalise/json_extractor.h"
#include "normalise/route_memory.h"
#include "normalise/slot_writer.h"
#include "normalise/text_extractor.h"
#include "os/file.h"

namespace hinomi::normalise {
namespace {

base::Error in_file(base::Error error, const std::filesystem::path& path) {
  error.message = path.string() + ": " + error.message;
  return error;
}

bool has_bit(const std::vector<std::uint64_t>& bits, std::size_t bit) {
  return (bits[bit / 64] >> (bit % 64) & 1) != 0;
}
void set_bit(std::vector<std::uint64_t>& bits, std::size_t bit) {
  bits[bit / 64] |= 1ULL << (bit % 64);
}

}  // namespace

base::Result<std::unique_ptr<Normaliser>> Normaliser::load(const std::filesystem::path& directory,
                                                           event::FieldTable& fields,
                                                           event::SourceRegistry& sources) {
  const std::filesystem::path fields_path = directory / "fields.yaml";
  const std::filesystem::path sources_path = directory / "sources.yaml";
  const auto fields_yaml = os::read_file(fields_path.string());
  if (!fields_yaml) return fields_yaml.error();
  const auto sources_yaml = os::read_file(sources_path.string());
  if (!sources_yaml) return sources_yaml.error();
  // Which of the two is at fault is part of the message.
  if (auto rules = read_field_rules(*fields_yaml); !rules) return in_file(rules.error(), fields_path);
  if (auto entries = read_source_entries(*sources_yaml); !entries)
    return in_file(entries.error(), sources_path);
  return from_text(*fields_yaml, *sources_yaml, fields, sources);
}

base::Result<std::unique_ptr<Normaliser>> Normaliser::from_text(std::string_view fields_yaml,
                                                                std::string_view sources_yaml,
                                                                event::FieldTable& fields,
                                                                event::SourceRegistry& sources) {
  std::unique_ptr<Normaliser> normaliser(new Normaliser(fields, sources));
  auto rules = read_field_rules(fields_yaml);
  if (!rules) return rules.error();
  normaliser->rules_ = std::move(*rules);
  auto entries = read_source_entries(sources_yaml);
  if (!entries) return entries.error();
  auto map = SourceMap::build(std::move(*entries), fields);
  if (!map) return map.error();
  normaliser->source_map_ = std::move(*map);
  return normaliser;
}

base::Result<void> Normaliser::freeze(const std::vector<std::string>& plain_only) {
  HINOMI_CHECK(!frozen_);
  // What is known now decides; fields interned here for their sake do not make further fallbacks active.
  std::vector<const Fallback*> active;
  for (const Fallback& fallback : rules_.fallbacks) {
    if (fields_.find(fallback.target) != event::kUnlistedField) active.push_back(&fallback);
  }
  std::stable_partition(active.begin(), active.end(),
                        [](const Fallback* fallback) { return fallback->only.empty(); });
  if (active.size() > std::numeric_limits<std::uint16_t>::max()) {
    return base::Error{.code = base::ErrorCode::limit_exceeded,
                       .message = "field mapping: too many fallbacks",
                       .remedy = {},
                       .where = {}};
  }
  for (const Fallback* fallback : active) {
    ActiveFallback made{.target = fields_.find(fallback->target), .sources = {}, .only = fallback->only};
    for (const auto& source : fallback->sources) made.sources.push_back(fields_.intern(source));
    unconditional_ += fallback->only.empty() ? 1 : 0;
    fallbacks_.push_back(std::move(made));
  }
  source_of_.resize(fields_.size());
  for (std::size_t f = 0; f < fallbacks_.size(); ++f) {
    for (std::size_t rank = 0; rank < fallbacks_[f].sources.size(); ++rank) {
      source_of_[event::index_of(fallbacks_[f].sources[rank])].push_back(
          {static_cast<std::uint16_t>(f), static_cast<std::uint16_t>(rank)});
    }
  }
  rules_.plain_only = plain_only;
  auto map = FieldMap::build(rules_, fields_);
  if (!map) return map.error();
  field_map_ = std::move(*map);
  frozen_ = true;
  return {};
}

const FieldMap& Normaliser::field_map() const {
  HINOMI_CHECK(frozen_);
  return field_map_;
}

// ---- Extractor

// What a signature leads to: the route, and which conditional fallbacks hold on it.
struct Route {
  event::RouteId id = event::RouteId::unknown;
  std::vector<bool> fallbacks;  // by index less the unconditional ones
};

struct Extractor::Parts {
  static constexpr std::uint16_t kNoRank = std::numeric_limits<std::uint16_t>::max();

  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const noexcept { return base::hash64(key, 0); }
  };

  Parts(const Normaliser& from, const Options& with)
      : normaliser(from),
        options(with),
        json({.document_bytes = with.limits.document_bytes, .depth = with.limits.depth}, with.padded_input,
             with.brief_values),
        text(with.time, {.document_bytes = with.limits.line_bytes, .depth = with.limits.depth}),
        present(from.fields_.size() / 64 + 1),
        first_slot(from.fields_.size()),
        best(from.fallbacks_.size(), kNoRank),
        signature(from.source_map_.signature_words() + 1),
        route_memory(from.source_map_.signature_words()) {}

  static void start(event::Event& event, event::Extent extent, std::uint64_t record, std::string_view raw) {
    event.clear();
    event.extent = extent;
    event.record = record;
    event.raw = raw;
  }
  void find_present(const event::Event& event);
  void apply(std::uint16_t fallback, event::Event& event);
  const Route& route(const event::Event& event);
  Route make_route(event::Format format) const;

  const Normaliser& normaliser;
  Options options;
  JsonExtractor json;
  TextExtractor text;
  // finish()
  std::vector<std::uint64_t> present;     // bits: fields of the event
  std::vector<std::uint32_t> first_slot;  // by field: where it stands first, if present
  bool repeats = false;                   // some field stands twice
  std::vector<std::uint16_t> best;        // by fallback: the best rank among the sources present
  std::vector<std::uint16_t> touched;     // fallbacks with a source present, to be sorted
  SourceMap::Signature signature;         // and one more word: the format
  RouteMemory route_memory;
  std::unordered_map<std::string, Route, KeyHash, std::equal_to<>> routes;
};

void Extractor::Parts::find_present(const event::Event& event) {
  std::fill(present.begin(), present.end(), 0);
  for (const std::uint16_t fallback : touched) best[fallback] = kNoRank;
  touched.clear();
  repeats = false;
  for (std::size_t i = 0; i < event.slots.size(); ++i) {
    const std::size_t field = event::index_of(event.slots[i].field);
    if (field >= normaliser.source_of_.size()) continue;
    if (has_bit(present, field)) {
      repeats = true;
      continue;
    }
    set_bit(present, field);
    first_slot[field] = static_cast<std::uint32_t>(i);
    for (const auto& [fallback, rank] : normaliser.source_of_[field]) {
      if (best[fallback] == kNoRank) touched.push_back(fallback);
      best[fallback] = std::min(best[fallback], rank);
    }
  }
  std::sort(touched.begin(), touched.end());
}

// Appends the values of the best source, unless the target is there already.
void Extractor::Parts::apply(std::uint16_t fallback, event::Event& event) {
  const auto& rule = normaliser.fallbacks_[fallback];
  const std::size_t target = event::index_of(rule.target);
  if (has_bit(present, target)) return;
  set_bit(present, target);
  const event::FieldId source = rule.sources[best[fallback]];
  const std::size_t count = event.slots.size();
  for (std::size_t i = first_slot[event::index_of(source)]; i < count; ++i) {
    if (event.slots[i].field != source) continue;
    const event::Slot found = event.slots[i];
    const std::string_view name =
        found.name.empty() ? std::string_view{} : normaliser.fields_.name(rule.target);
    event.slots.push_back({rule.target, found.value, name});
    if (!repeats) return;
  }
}

Route Extractor::Parts::make_route(event::Format format) const {
  auto sources = normaliser.source_map_.sources(format, signature);
  Route made;
  for (std::size_t f = normaliser.unconditional_; f < normaliser.fallbacks_.size(); ++f) {
    made.fallbacks.push_back(std::any_of(sources.begin(), sources.end(), [&](const event::LogSource& source) {
      return event::satisfies(source, normaliser.fallbacks_[f].only);
    }));
  }
  made.id = normaliser.sources_.intern(std::move(sources));
  return made;
}

const Route& Extractor::Parts::route(const event::Event& event) {
  std::fill(signature.begin(), signature.end(), 0);
  for (const event::Slot& slot : event.slots) {
    if (normaliser.source_map_.observes(slot.field)) {
      route_memory.observe(normaliser.source_map_, slot.field, slot.value.text, signature);
    }
  }
  signature.back() = static_cast<std::uint64_t>(event.format);
  const std::string_view key(reinterpret_cast<const char*>(signature.data()),
                             signature.size() * sizeof(std::uint64_t));
  if (const auto found = routes.find(key); found != routes.end()) return found->second;
  if (routes.size() >= options.limits.cached_routes) routes.clear();
  return routes.emplace(std::string(key), make_route(event.format)).first->second;
}

Extractor::Extractor(const Normaliser& normaliser) : Extractor(normaliser, Options{}) {}

Extractor::Extractor(const Normaliser& normaliser, Options options) {
  HINOMI_CHECK(normaliser.frozen_);
  parts_ = std::make_unique<Parts>(normaliser, options);
}

Extractor::~Extractor() = default;

base::Result<void> Extractor::json(std::string_view document, std::uint64_t record, event::Extent extent,
                                   base::Arena& arena, event::Event& event) {
  Parts::start(event, extent, record, document);
  event.format = event::Format::json;
  SlotWriter writer(parts_->normaliser.field_map_, parts_->normaliser.fields_, extent, arena, event,
                    parts_->options.limits.slots);
  auto extracted = parts_->json.extract(document, writer);
  if (!extracted) event.slots.clear();
  return extracted;
}

base::Result<void> Extractor::line(std::string_view text, std::uint64_t record, event::Extent extent,
                                   base::Arena& arena, event::Event& event) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  Parts::start(event, extent, record, text);
  event.format = event::Format::text;
  if (text.size() > parts_->options.limits.line_bytes) {
    return base::Error{
        .code = base::ErrorCode::limit_exceeded,
        .message = "log line: longer than " + std::to_string(parts_->options.limits.line_bytes) + " bytes",
        .remedy = {},
        .where = {1, 1}};
  }
  SlotWriter writer(parts_->normaliser.field_map_, parts_->normaliser.fields_, extent, arena, event,
                    parts_->options.limits.slots);
  parts_->text.extract(text, writer, event);
  return {};
}

void Extractor::set_time_reference(base::TimeNs reference) {
  parts_->text.set_time_reference(reference);
}

void Extractor::finish(event::Event& event) {
  parts_->find_present(event);
  std::size_t next = 0;
  const auto& touched = parts_->touched;
  for (; next < touched.size() && touched[next] < parts_->normaliser.unconditional_; ++next) {
    parts_->apply(touched[next], event);
  }
  const Route& route = parts_->route(event);
  event.route = route.id;
  for (; next < touched.size(); ++next) {
    if (route.fallbacks[touched[next] - parts_->normaliser.unconditional_])
      parts_->apply(touched[next], event);
  }
}

}  // namespace hinomi::normalise
