// Any bytes as what this module reads by itself: heads and bodies of requests, queries, filters, paths,
// cookies, lines in pieces. Nothing may be out of bounds, and what is promised must hold.
#include <cstdint>
#include <string>
#include <string_view>

#include "api/access.h"
#include "api/alert_query.h"
#include "api/assets.h"
#include "api/http/head_check.h"
#include "api/http/request_parser.h"
#include "api/json_array.h"
#include "api/ndjson.h"
#include "api/query_string.h"
#include "api/router.h"
#include "base/check.h"
#include "base/text.h"

using namespace hinomi::api;

namespace {

class Collected final : public http::BodyTarget {
 public:
  bool on_body(std::string_view piece) override {
    bytes.append(piece);
    return true;
  }
  std::string bytes;
};

// A head that passes the check is one that the parser reads, and no field of it has a line end in it.
void fuzz_request(std::string_view bytes) {
  const http::HeadEnd end = http::find_head_end(bytes, 0);
  if (end.kind != http::HeadEnd::Kind::found) return;
  HINOMI_CHECK(end.size <= bytes.size());
  const std::string_view head = bytes.substr(0, end.size);
  if (http::check_head(head)) return;
  Collected body;
  http::RequestParser parser(body);
  http::Request request;
  if (!parser.read_head(head, request)) return;
  HINOMI_CHECK(request.path.starts_with('/') && request.count("host") == 1);
  for (const http::Field& field : request.fields) {
    HINOMI_CHECK(field.value.find_first_of("\r\n") == std::string::npos);
  }
  std::string_view rest = bytes.substr(end.size);
  const http::RequestParser::Read read = parser.read_body(rest);
  HINOMI_CHECK(read.used <= rest.size() && body.bytes.size() <= rest.size());
}

void fuzz_query(std::string_view bytes) {
  for (const QueryKind kind : {QueryKind::list, QueryKind::facets, QueryKind::histogram}) {
    const auto query = parse_alert_query(bytes, kind);
    if (query) HINOMI_CHECK(query->page.limit > 0 && hinomi::base::is_utf8(query->filter.text));
  }
  static_cast<void>(cookie_value(bytes, "hinomi_session"));
  static_cast<void>(accepts(bytes, "br"));
  static const Router router({{http::Method::get, "/api/v1/alerts/{id}", Permission::read, 0, {}, {}}});
  const Match match = router.match(http::Method::get, bytes);
  if (match.route != nullptr)
    HINOMI_CHECK(match.params.size() == 1 && match.params[0].find('/') == std::string::npos);
}

// Cut in pieces of any size or in one: the same events in the same parts.
template <typename Cutter>
void fuzz_cutter(std::string_view bytes, std::size_t size) {
  const LineLimits limits{.event_bytes = 30, .delivery_bytes = 64, .delivery_events = 3};
  Cutter whole(limits);
  const bool whole_fits = whole.feed(bytes) && whole.finish();
  Cutter pieces(limits);
  bool pieces_fit = true;
  for (std::size_t at = 0; at < bytes.size() && pieces_fit; at += size) {
    pieces_fit = pieces.feed(bytes.substr(at, size));
  }
  pieces_fit = pieces_fit && pieces.finish();
  HINOMI_CHECK(whole_fits == pieces_fit);
  if (!whole_fits) return;
  const auto a = whole.take();
  const auto b = pieces.take();
  HINOMI_CHECK(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    HINOMI_CHECK(a[i].bytes == b[i].bytes && a[i].events.size() == b[i].events.size());
    for (const auto& span : a[i].events) {
      const std::string_view event = std::string_view(a[i].bytes).substr(span.begin, span.size);
      HINOMI_CHECK(event.size() == span.size && event.size() <= limits.event_bytes);
      if constexpr (std::is_same_v<Cutter, LineCutter>) {
        HINOMI_CHECK(event.find('\n') == std::string_view::npos);
      } else {
        HINOMI_CHECK(event.starts_with('{') && event.ends_with('}'));
      }
    }
  }
}

}  // namespace

// The first byte chooses what is fuzzed, and the size of pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      fuzz_request(bytes);
      break;
    case 1:
      fuzz_query(bytes);
      break;
    default:
      fuzz_cutter<LineCutter>(bytes, std::size_t{1} + data[0] / 3u);
      fuzz_cutter<ArrayCutter>(bytes, std::size_t{1} + data[0] / 3u);
      break;
  }
  return 0;
}
