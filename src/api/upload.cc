#include "api/upload.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

#include "api/problem.h"
#include "base/hash.h"
#include "base/json_writer.h"
#include "event/event_id.h"
#include "os/fault_point.h"

namespace hinomi::api {
namespace {

using ingest::live::Admission;
using ingest::live::Delivery;
using ingest::live::Receipt;

constexpr std::size_t kUnpackedPiece = 256 * 1024;
constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, gzip only
constexpr std::uint64_t kTokenSeed = 0x68696e6f6d69;

http::Response stored_response(std::uint64_t accepted, bool duplicate, const event::EventId& first,
                               const event::EventId& last) {
  http::Response response;
  base::JsonWriter json(response.body);
  json.begin_object().key("accepted").unsigned_integer(accepted).key("duplicate").boolean(duplicate);
  if (accepted > 0) {
    json.key("first_id").string(first.text()).key("last_id").string(last.text());
  } else {
    json.key("first_id").null().key("last_id").null();
  }
  json.end_object();
  response.with("Content-Type", "application/json");
  return response;
}

http::Response refused_response(Admission admission) {
  switch (admission) {
    case Admission::queue_full:
      return problem(Problem::queue_full, "the queue before the journal is full; send the batch again");
    case Admission::disk_full:
      return problem(Problem::disk_full, "the disk is beyond its watermark; send the batch again later");
    case Admission::invalid:
      return problem(Problem::too_long, "the batch exceeds a limit of the journal");
    case Admission::shutting_down:
      return problem(Problem::shutting_down, "the server is stopping; send the batch again");
    default:
      return problem(Problem::not_written, "nothing of the batch was acknowledged; send it again");
  }
}

}  // namespace

// A gzip stream (RFC 1952) of one or more members, unpacked piece by piece.
class Upload::Unpacker {
 public:
  Unpacker() : buffer_(kUnpackedPiece, '\0') { ready_ = ::inflateInit2(&stream_, kGzipWindow) == Z_OK; }
  ~Unpacker() {
    if (ready_) ::inflateEnd(&stream_);
  }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  enum class Outcome : std::uint8_t { need_more, piece, malformed };
  void begin(std::string_view packed) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib only reads
    stream_.avail_in = static_cast<uInt>(packed.size());
  }
  // The next unpacked bytes of what begin() gave.
  Outcome next(std::string_view& piece) {
    if (!ready_) return Outcome::malformed;
    while (stream_.avail_in > 0 || !drained_) {
      if (at_end_) {
        if (stream_.avail_in == 0) break;
        if (::inflateReset(&stream_) != Z_OK) return Outcome::malformed;
        at_end_ = false;
      }
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      const int status = ::inflate(&stream_, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return Outcome::malformed;
      at_end_ = status == Z_STREAM_END;
      drained_ = at_end_ || stream_.avail_out > 0;
      piece = std::string_view(buffer_).substr(0, buffer_.size() - stream_.avail_out);
      if (!piece.empty()) return Outcome::piece;
      if (status == Z_BUF_ERROR) break;
    }
    return Outcome::need_more;
  }
  // Whether a member is complete and nothing is open.
  [[nodiscard]] bool at_end() const noexcept { return at_end_; }

 private:
  z_stream stream_{};
  std::string buffer_;
  bool ready_ = false;
  bool at_end_ = false;
  bool drained_ = true;  // all output of what went in was taken out
};

Upload::Upload(std::shared_ptr<UploadStation> station, Head head)
    : station_(std::move(station)), head_(std::move(head)) {
  if (head_.packing == Packing::gzip) unpacker_ = std::make_unique<Unpacker>();
}

Upload::~Upload() {
  station_->held_bytes -= held_;
}

std::optional<http::Response> Upload::take(std::string_view piece) {
  if (!unpacker_) return take_text(piece);
  unpacker_->begin(piece);
  while (true) {
    std::string_view text;
    switch (unpacker_->next(text)) {
      case Unpacker::Outcome::need_more:
        return std::nullopt;
      case Unpacker::Outcome::malformed:
        return problem(Problem::malformed, "the body is no gzip");
      case Unpacker::Outcome::piece:
        break;
    }
    if (auto refusal = take_text(text)) return refusal;
  }
}

std::optional<http::Response> Upload::take_text(std::string_view text) {
  bytes_ += text.size();
  if (bytes_ > kMaxUploadBytes) {
    return problem(Problem::too_long,
                   "the body is longer than 64 MiB unpacked; nothing was taken; send it in parts");
  }
  if (station_->held_bytes + text.size() > station_->max_held_bytes) {
    return problem(Problem::queue_full, "too many uploads at once; send the batch again");
  }
  hold(text.size());
  const std::uint64_t events_before = events();
  if (!cut(text)) return fault();
  hold((events() - events_before) * sizeof(ingest::live::EventSpan));
  if (events() > kMaxUploadEvents) return too_many_events();
  return std::nullopt;
}

bool Upload::cut(std::string_view text) {
  if (head_.may_be_array && !is_decided_) {
    // Blanks before it are blank lines, too.
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    is_decided_ = begin != std::string_view::npos;
    if (is_decided_ && text[begin] == '[') {
      array_.emplace(LineLimits{});
      text.remove_prefix(begin);
    }
  }
  return array_ ? array_->feed(text) : lines_.feed(text);
}

void Upload::hold(std::uint64_t bytes) {
  station_->held_bytes += bytes;
  held_ += bytes;
}

http::Response Upload::too_many_events() {
  return problem(Problem::too_long,
                 "the body holds more than 1,000,000 events; nothing was taken; send it in parts");
}

http::Response Upload::fault() const {
  if (array_) return problem(Problem::malformed, array_->fault());
  const std::uint64_t line = lines_.number_of_bad_line();
  return problem(Problem::malformed, "an event is longer than 1 MiB; nothing was taken",
                 {{"longer than 1,048,576 bytes", line, ""}});
}

void Upload::finish(http::Responder respond) {
  if (unpacker_ && !unpacker_->at_end()) {
    respond(problem(Problem::malformed, "the gzip stream is cut short; nothing was taken"));
    return;
  }
  unpacker_.reset();
  if (!(array_ ? array_->finish() : lines_.finish())) {
    respond(fault());
    return;
  }
  if (events() > kMaxUploadEvents) {  // by a last line without a line feed
    respond(too_many_events());
    return;
  }
  respond_ = std::make_unique<http::Responder>(std::move(respond));
  parts_ = array_ ? array_->take() : lines_.take();
  if (parts_.empty()) {
    (*respond_)(stored_response(0, false, {}, {}));
    return;
  }
  offer_next();
}

std::string Upload::token_of_part() const {
  if (head_.token.empty() || parts_.size() == 1) return head_.token;
  // No token of a sender has a blank in it.
  std::string token = fmt::format("{} {}", head_.token, next_);
  if (token.size() <= ingest::live::kMaxTokenBytes) return token;
  const base::Hash128 hash = base::hash128(head_.token, kTokenSeed);
  return fmt::format("{} {}", event::id_text(hash.high, hash.low), next_);
}

void Upload::offer_next() {
  Delivery delivery;
  delivery.source = head_.source;
  delivery.framing = array_ ? ingest::live::Framing::document : ingest::live::Framing::line;
  delivery.peer = head_.peer;
  delivery.listener = head_.listener;
  delivery.token = token_of_part();
  LineCutter::Part& part = parts_[next_];
  if (next_ == 0) {
    delivery.bytes = std::move(part.bytes);
    delivery.events = std::move(part.events);
  } else {  // kept, since a later part is offered again when the queue is full
    delivery.bytes = part.bytes;
    delivery.events = part.events;
  }
  station_->intake->offer(std::move(delivery),
                          [self = shared_from_this(), post = station_->post](const Receipt& receipt) {
                            post([self, receipt] { self->on_receipt(receipt); });
                          });
}

void Upload::on_receipt(const Receipt& receipt) {
  const bool durable = receipt.admission == Admission::stored || receipt.admission == Admission::duplicate;
  if (!durable) {
    // What stands before this part is durable and cannot be taken back, so it is worth waiting for room.
    if (receipt.admission == Admission::queue_full && next_ > 0 && ++waits_ <= kMaxRoomWaits) {
      station_->after(kRoomWait, [self = shared_from_this()] { self->offer_next(); });
      return;
    }
    (*respond_)(refused_response(receipt.admission));
    return;
  }
  if (next_ == 0) first_ = receipt.first;
  last_ = receipt.last;
  accepted_ += receipt.count;
  all_duplicate_ = all_duplicate_ && receipt.admission == Admission::duplicate;
  parts_[next_] = {};
  ++next_;
  if (next_ < parts_.size()) {
    offer_next();
    return;
  }
  os::fault_point("front.before_ack");
  (*respond_)(stored_response(accepted_, all_duplicate_, first_, last_));
}

std::optional<std::string> batch_token(const http::Request& request) {
  const bool has_key = request.has("idempotency-key");
  const bool has_id = request.has("x-batch-id");
  if (request.count("idempotency-key") > 1 || request.count("x-batch-id") > 1) return std::nullopt;
  if (!has_key && !has_id) return std::string();
  const std::string_view key = request.field("idempotency-key");
  const std::string_view id = request.field("x-batch-id");
  if (has_key && has_id && key != id) return std::nullopt;
  const std::string_view token = has_key ? key : id;
  const bool fits = !token.empty() && token.size() <= ingest::live::kMaxTokenBytes &&
                    std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!fits) return std::nullopt;
  return std::string(token);
}

}  // namespace hinomi::api
