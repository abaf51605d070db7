// Hostile JSON: the splitter in blocks of every size, then every document through the extractor in both
// extents, which must agree on listed fields and on the route.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "normalise/normaliser.h"
#include "parse/json/document.h"

namespace {

namespace event = hinomi::event;
namespace json = hinomi::parse::json;
namespace normalise = hinomi::normalise;

constexpr std::string_view kFields = R"(
transparent: [Event.System, Event.EventData, Event.UserData.*, EventData, properties]
named_values: [Event.EventData.Data, EventData.Data]
embedded: [EventData, m]
rename: {Provider_Name: [Provider.Name, a.b]}
time: [t, "@timestamp"]
fallback:
  - fields: {Computer: [Hostname, h.n]}
  - for: {product: p}
    fields: {Image: [x.y, "*"]}
)";
constexpr std::string_view kSources =
    "sources: [{when: {a: 1, 'b|exists': true}, is: {product: p}}, {given: {product: p}, unless: {c: 1}, is: "
    "{category: q}}]";

struct Fixture {
  event::FieldTable fields;
  event::SourceRegistry sources;
  std::unique_ptr<normalise::Normaliser> normaliser;
  std::unique_ptr<normalise::Extractor> extractor;

  Fixture() {
    auto made = normalise::Normaliser::from_text(kFields, kSources, fields, sources);
    if (!made) std::abort();
    normaliser = std::move(*made);
    for (const char* name : {"Image", "Computer", "a.b", "Data", "EventData", "x", "Provider_Name"})
      fields.intern(name);
    if (!normaliser->freeze()) std::abort();
    normalise::Extractor::Options options;
    options.limits.slots = 2000;
    options.limits.depth = 64;
    options.limits.cached_routes = 16;
    extractor = std::make_unique<normalise::Extractor>(*normaliser, options);
  }
};

bool same(const event::Slot& a, const event::Slot& b) {
  return a.field == b.field && a.value.kind == b.value.kind && a.value.text == b.value.text;
}

void extract(Fixture& fixture, std::string_view document) {
  hinomi::base::Arena arena(4096);
  event::Event few;
  event::Event all;
  const bool read = fixture.extractor->json(document, 1, event::Extent::referenced, arena, few).has_value();
  const bool read_all =
      fixture.extractor->json(document, 1, event::Extent::everything, arena, all).has_value();
  if (!read_all) return;  // its limit of values may be reached earlier
  if (!read) std::abort();
  fixture.extractor->finish(few);
  fixture.extractor->finish(all);
  if (few.route != all.route || few.has_time != all.has_time || few.time != all.time) std::abort();
  std::size_t at = 0;
  for (const auto& slot : all.slots) {
    if (slot.field == event::kUnlistedField) continue;
    if (at >= few.slots.size() || !same(few.slots[at++], slot)) std::abort();
  }
  if (at != few.slots.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture fixture;
  if (size < 2) return 0;
  const json::Layout layout = (data[0] & 1) != 0 ? json::Layout::lines : json::Layout::stream;
  const std::size_t block = data[1] + 1U;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  (void)json::detect_layout(text);
  (void)json::read_document(text);
  json::DocumentSplitter splitter(layout, {.document_bytes = 1 << 16, .depth = 64});
  std::vector<json::Piece> pieces;
  std::uint64_t needed = 0;
  for (std::size_t at = 0; at < text.size(); at += block) {
    splitter.feed(text.substr(at, block), pieces);
    if (splitter.needed_from() < needed) std::abort();  // must never ask for bytes it gave up
    needed = splitter.needed_from();
  }
  splitter.finish(pieces);
  std::uint64_t end = 0;
  for (const auto& piece : pieces) {
    if (piece.offset < end || piece.offset + piece.length > text.size()) std::abort();
    end = piece.offset + piece.length;
    if (piece.kind == json::PieceKind::document) extract(fixture, text.substr(piece.offset, piece.length));
  }
  hinomi::base::Arena arena(4096);
  event::Event event;
  if (fixture.extractor->line(text, 1, event::Extent::everything, arena, event))
    fixture.extractor->finish(event);
  return 0;
}
