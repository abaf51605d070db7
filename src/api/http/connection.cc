#include "api/http/connection.h"

#include <algorithm>
#include <utility>

#include "api/http/event_stream.h"
#include "api/http/head_check.h"

namespace hinomi::api::http {
namespace {

constexpr std::size_t kMaxPendingBody = 16 * 1024;  // of a chunk's head that is not complete
constexpr std::size_t kFirstReserve = 64 * 1024;    // of a body; its stated length is only a claim
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(ConnectionHost& host, std::unique_ptr<Transport> transport, std::string peer,
                       std::string listener)
    : host_(host),
      transport_(std::move(transport)),
      peer_(std::move(peer)),
      listener_(std::move(listener)),
      since_(host.now()),
      activity_(since_) {}

Connection::~Connection() {
  if (response_.stream) response_.stream->abandon();
}

void Connection::start() {
  transport_->open(shared_from_this());
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  since_ = activity_ = host_.now();
}

void Connection::on_open(bool ok) {
  if (phase_ != Phase::opening) return;
  if (!ok || host_.stopping()) {
    close();
    return;
  }
  enter(Phase::head);
  read_more();
}

void Connection::read_more() {
  if (reading_) return;
  reading_ = true;
  transport_->read(shared_from_this());
}

void Connection::on_read(std::string_view bytes) {
  reading_ = false;
  if (phase_ == Phase::closed) return;
  if (bytes.empty()) {
    close();
    return;
  }
  activity_ = host_.now();
  if (phase_ == Phase::lingering) {
    lingered_ += bytes.size();
    if (lingered_ > host_.limits().linger_bytes) {
      close();
    } else {
      read_more();
    }
    return;
  }
  if (phase_ == Phase::head && input_.empty())
    since_ = activity_;  // the time of a head begins with its first byte
  if (input_.empty()) {
    const std::size_t used = consume_some(bytes);
    if (phase_ != Phase::closed) input_.append(bytes.substr(used));
  } else {
    input_.append(bytes);
    consume();
    return;
  }
  if (phase_ == Phase::head || phase_ == Phase::body) read_more();
}

void Connection::consume() {
  const std::size_t used = consume_some(input_);
  if (phase_ == Phase::closed) return;
  input_.erase(0, used);
  if (input_.empty()) input_.shrink_to_fit();
  if (phase_ == Phase::head || phase_ == Phase::body) read_more();
}

std::size_t Connection::consume_some(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && (phase_ == Phase::head || phase_ == Phase::body)) {
    const std::string_view rest = bytes.substr(used);
    const std::size_t step = phase_ == Phase::head ? consume_head(rest) : consume_body(rest);
    used += step;
    if (step == 0) break;
  }
  return used;
}

std::size_t Connection::consume_head(std::string_view bytes) {
  const HeadEnd end = find_head_end(bytes, std::min(scanned_, bytes.size()));
  if (end.kind == HeadEnd::Kind::malformed) {
    refuse(400, "malformed request");
    return 0;
  }
  const std::size_t limit = host_.limits().head_bytes;
  if ((end.kind == HeadEnd::Kind::need_more ? bytes.size() : end.size) > limit) {
    refuse(431, "the head is too long");
    return 0;
  }
  if (end.kind == HeadEnd::Kind::need_more) {
    scanned_ = bytes.size();
    return 0;
  }
  scanned_ = 0;
  begin_request(bytes.substr(0, end.size));
  return end.size;
}

void Connection::begin_request(std::string_view head) {
  ++number_;
  request_ = Request{};
  request_.peer = peer_;
  request_.listener = listener_;
  request_.secure = transport_->secure();
  body_bytes_ = 0;
  body_refusal_.reset();
  keep_alive_ = false;
  head_only_ = false;
  if (const HeadFault fault = check_head(head)) {
    refuse(fault.status, fault.reason);
    return;
  }
  parser_ = std::make_unique<RequestParser>(static_cast<BodyTarget&>(*this));
  if (!parser_->read_head(head, request_)) {
    refuse(400, "malformed request");
    return;
  }
  head_only_ = request_.method == Method::head;
  plan_ = host_.service().plan(request_);
  const bool has_body = parser_->has_body();
  keep_alive_ = parser_->keep_alive();
  if (plan_.refusal) {
    // What follows is a body that nobody reads: the next request could not be told from it.
    if (has_body) keep_alive_ = false;
    send(std::move(*plan_.refusal));
    return;
  }
  if (!has_body) {
    handle();
    return;
  }
  const auto length = parser_->content_length();
  if (length && *length > plan_.body_limit) {
    refuse(413, "the body is too long");
    return;
  }
  if (length && !plan_.sink) request_.body.reserve(std::min<std::size_t>(*length, kFirstReserve));
  enter(Phase::body);
  if (request_.has("expect") && !writing_) {
    writing_ = true;
    transport_->write(kContinue, {}, shared_from_this());
  }
}

std::size_t Connection::consume_body(std::string_view bytes) {
  const RequestParser::Read read = parser_->read_body(bytes);
  switch (read.progress) {
    case RequestParser::Progress::need_more:
      if (bytes.size() - read.used > kMaxPendingBody) refuse(400, "malformed chunk");
      return read.used;
    case RequestParser::Progress::malformed:
      refuse(400, "malformed body");
      return read.used;
    case RequestParser::Progress::stopped:
      keep_alive_ = false;
      send(body_refusal_ ? std::move(*body_refusal_) : host_.service().refuse(400, "malformed body"));
      return read.used;
    case RequestParser::Progress::done:
      break;
  }
  handle();
  return read.used;
}

bool Connection::on_body(std::string_view piece) {
  body_bytes_ += piece.size();
  if (body_bytes_ > plan_.body_limit) {
    body_refusal_ = host_.service().refuse(413, "the body is too long");
    return false;
  }
  if (!plan_.sink) {
    request_.body.append(piece);
    return true;
  }
  body_refusal_ = plan_.sink->take(piece);
  return !body_refusal_;
}

void Connection::handle() {
  enter(Phase::handling);
  const Handler handler = std::move(plan_.handler);
  handler(request_, host_.responder(weak_from_this(), number_));
}

void Connection::respond(std::uint64_t request, Response response) {
  if (phase_ != Phase::handling || request != number_) return;
  send(std::move(response));
}

void Connection::refuse(int status, std::string_view reason) {
  keep_alive_ = false;
  host_.count_refusal();
  send(host_.service().refuse(status, reason));
}

void Connection::send(Response response) {
  plan_ = Plan{};
  parser_.reset();
  response_ = std::move(response);
  host_.service().prepare(response_);
  if (response_.close || response_.stream || host_.stopping()) keep_alive_ = false;
  head_ = head_of(response_, host_.date(), keep_alive_);
  to_write_ = response_.lasting_body.empty() ? std::string_view(response_.body) : response_.lasting_body;
  source_left_ = response_.source == nullptr ? 0 : response_.source->size();
  if (response_.source != nullptr) to_write_ = {};
  if (head_only_ || response_.status == 204 || response_.status == 304) {
    to_write_ = {};
    source_left_ = 0;
  }
  enter(Phase::writing);
  if (writing_) {
    response_pending_ = true;  // behind the 100 Continue
  } else {
    write_next();
  }
}

void Connection::write_next() {
  const std::string_view piece = to_write_.substr(0, kWritePiece);
  to_write_.remove_prefix(piece.size());
  writing_ = true;
  response_pending_ = false;
  transport_->write(head_, piece, shared_from_this());
}

void Connection::on_written(bool ok) {
  writing_ = false;
  if (phase_ == Phase::closed) return;
  if (!ok) {
    close();
    return;
  }
  activity_ = host_.now();
  switch (phase_) {
    case Phase::writing:
      if (response_pending_) {
        write_next();
      } else {
        finish_response();
      }
      return;
    case Phase::streaming:
      streamed_ = nullptr;
      write_stream();
      return;
    default:
      return;  // the 100 Continue is out
  }
}

void Connection::finish_response() {
  head_.clear();
  if (to_write_.empty() && source_left_ > 0) {
    to_write_ = response_.source->next();
    if (to_write_.empty() || to_write_.size() > source_left_) {
      close();
      return;
    }
    source_left_ -= to_write_.size();
  }
  if (!to_write_.empty()) {
    write_next();
    return;
  }
  if (response_.stream && !head_only_) {
    begin_stream();
    return;
  }
  response_ = Response{};
  request_ = Request{};
  if (!keep_alive_) {
    linger();
    return;
  }
  if (host_.stopping() && input_.empty()) {
    close();
    return;
  }
  enter(Phase::head);
  if (input_.empty()) {
    read_more();
  } else {
    consume();
  }
}

// Closing at once with bytes unread would reset the connection, and the client could lose the answer.
void Connection::linger() {
  enter(Phase::lingering);
  input_.clear();
  transport_->end_sending();
  read_more();
}

void Connection::begin_stream() {
  enter(Phase::streaming);
  stream_ = response_.stream.get();
  // The stream may outlive this connection; ~Connection takes the hook off.
  stream_->attach([this] {
    if (!writing_) write_stream();
  });
  write_stream();
}

void Connection::write_stream() {
  if (!stream_->is_open()) {
    close();
    return;
  }
  streamed_ = stream_->take();
  if (streamed_ == nullptr) return;
  writing_ = true;
  activity_ = host_.now();
  transport_->write(*streamed_, {}, shared_from_this());
}

void Connection::check_time(Time now) {
  const Limits& limits = host_.limits();
  const auto in_phase = now - since_;
  const auto quiet = now - activity_;
  switch (phase_) {
    case Phase::opening:
      if (in_phase > limits.handshake) close();
      return;
    case Phase::head:
      if (input_.empty()) {
        if (in_phase > (number_ == 0 ? limits.head : limits.idle)) close();
      } else if (in_phase > limits.head) {
        refuse(408, "the head came too slowly");
      }
      return;
    case Phase::body: {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(in_phase).count();
      const bool crawls = in_phase > limits.body_stall &&
                          body_bytes_ < limits.least_body_rate * static_cast<std::uint64_t>(seconds);
      if (quiet > limits.body_stall || crawls) refuse(408, "the body came too slowly");
      return;
    }
    case Phase::writing:
      if (quiet > limits.write_stall) close();
      return;
    case Phase::streaming:
      if (writing_ && quiet > limits.write_stall) close();
      return;
    case Phase::lingering:
      if (in_phase > limits.linger) close();
      return;
    case Phase::handling:
    case Phase::closed:
      return;
  }
}

void Connection::wind_down() {
  switch (phase_) {
    case Phase::opening:
    case Phase::streaming:
    case Phase::lingering:
      close();
      return;
    case Phase::head:
      if (input_.empty()) close();
      return;
    default:
      keep_alive_ = false;
      return;
  }
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  const auto alive = shared_from_this();  // forget() may drop the last other owner
  phase_ = Phase::closed;
  if (response_.stream) response_.stream->abandon();
  plan_ = Plan{};
  transport_->close();
  host_.forget(*this);
}

}  // namespace hinomi::api::http
