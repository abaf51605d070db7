#include "ingest/framer.h"

#include "base/check.h"
#include "ingest/evtx_framer.h"
#include "ingest/json_framer.h"
#include "ingest/text_framer.h"

namespace hinomi::ingest {

std::unique_ptr<Framer> make_framer(const Recognised& recognised,
                                    std::unique_ptr<parse::archive::ByteSource> source, BlockPool& pool,
                                    const FramingLimits& limits) {
  constexpr std::size_t kUtf8MarkBytes = 3;
  const std::size_t skip = recognised.encoding == Encoding::utf8_bom ? kUtf8MarkBytes : 0;
  switch (recognised.type) {
    case InputType::evtx:
      return std::make_unique<EvtxFramer>(recognised, std::move(source), pool, limits);
    case InputType::json:
      return std::make_unique<JsonFramer>(skip, recognised.layout, std::move(source), pool, limits);
    case InputType::syslog:
    case InputType::audit:
    case InputType::text:
      return std::make_unique<TextFramer>(skip, std::move(source), pool, limits);
    default:
      HINOMI_CHECK(false);
  }
}

}  // namespace hinomi::ingest
