// Any bytes as an input: recognised, framed in blocks of any size, never out of bounds, every byte accounted
// for.
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/check.h"
#include "ingest/framer.h"
#include "ingest/recognise.h"
#include "parse/archive/byte_source.h"

using namespace hinomi::ingest;

// The first two bytes choose the size of blocks and, when the second is set, the type in place of the
// recognised one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  Recognised recognised = recognise(bytes.substr(0, kRecogniseBytes));
  constexpr InputType kFramed[] = {InputType::json, InputType::text, InputType::evtx};
  if (data[1] != 0) recognised.type = kFramed[data[1] % 3];
  if (recognised.type == InputType::unknown || recognised.type == InputType::empty ||
      is_compressed(recognised.type) || is_container(recognised.type)) {
    return 0;
  }
  const FramingLimits limits{
      .block_bytes = std::size_t{1} + data[0] * 16u, .max_line_bytes = 2000, .max_document_bytes = 4000};
  BlockPool pool(limits.block_bytes, 2);
  const auto framer =
      make_framer(recognised, std::make_unique<hinomi::parse::archive::MemorySource>(bytes), pool, limits);
  std::uint64_t ordinal = 0;
  std::uint64_t end = 0;
  while (const std::optional<Unit> unit = framer->next()) {
    HINOMI_CHECK(unit->sequence == ordinal++);
    HINOMI_CHECK(unit->offset >= end);
    end = unit->offset + unit->bytes().size();
    HINOMI_CHECK(end <= bytes.size());
    HINOMI_CHECK(bytes.substr(unit->offset, unit->bytes().size()) == unit->bytes());
    for (const DocumentSpan& document : unit->documents) {
      HINOMI_CHECK(std::uint64_t{document.begin} + document.size <= unit->bytes().size());
      HINOMI_CHECK(document.size > 0 && document.line > 0);
    }
  }
  return 0;
}
