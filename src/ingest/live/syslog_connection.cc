#include "ingest/live/syslog_connection.h"

#include <cerrno>
#include <utility>

namespace hinomi::ingest::live {

SyslogConnection::Heard SyslogConnection::read(std::span<char> scratch, Instant now) {
  const ssize_t got = ::recv(descriptor_.get(), scratch.data(), scratch.size(), 0);
  if (got > 0) {
    last_heard_ = now;
    if (buffer_.empty()) unfinished_since_ = now;
    buffer_.append(scratch.data(), static_cast<std::size_t>(got));
    return Heard::bytes;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Heard::nothing;
  finish(got < 0);
  return Heard::end;
}

void SyslogConnection::finish(bool broken) noexcept {
  if (finished_) return;
  finished_ = true;
  broken_ = broken;
}

void SyslogConnection::cut_messages() {
  using Kind = SyslogCut::Kind;
  const auto end_here = [this] {  // nothing behind this place can be understood
    buffer_.resize(cut_to_);
    finished_ = true;
  };
  while (messages_.size() < kMaxDeliveryEvents) {
    const std::string_view rest = std::string_view(buffer_).substr(cut_to_);
    const SyslogCut cut = framer_.next(rest, finished_ && !broken_);
    if (cut.kind == Kind::more) {
      if (!finished_) return;
      if (!rest.empty()) ++faults_.lost;  // the connection broke within a message
      return end_here();
    }
    if (cut.kind == Kind::broken) {
      if (finished_) {
        ++faults_.lost;
      } else {
        faults_.framing = true;
      }
      faults_.reason = cut.reason;
      return end_here();
    }
    if (cut.kind == Kind::message || cut.kind == Kind::cut) {
      messages_.push_back(
          {static_cast<std::uint32_t>(cut_to_ + cut.begin), static_cast<std::uint32_t>(cut.size)});
      message_bytes_ += cut.size;
    }
    cut_to_ += cut.consumed;
    if (cut.kind == Kind::cut) {
      ++faults_.cut;
      faults_.framing = true;
      faults_.reason = cut.reason;
      return end_here();
    }
  }
}

std::optional<Delivery> SyslogConnection::take_delivery() {
  if (on_its_way_) return std::nullopt;
  if (messages_.empty()) {
    cut_messages();
    if (messages_.empty()) {  // blank lines only
      settle();
      return std::nullopt;
    }
  }
  Delivery delivery;
  delivery.framing = Framing::syslog;
  delivery.peer = peer_;
  delivery.bytes.reserve(message_bytes_);
  delivery.events.reserve(messages_.size());
  for (const EventSpan& message : messages_) {
    delivery.events.push_back({static_cast<std::uint32_t>(delivery.bytes.size()), message.size});
    delivery.bytes.append(buffer_, message.begin, message.size);
  }
  on_its_way_ = true;
  return delivery;
}

void SyslogConnection::settle() {
  on_its_way_ = false;
  messages_.clear();
  message_bytes_ = 0;
  if (cut_to_ > 0) unfinished_since_ = last_heard_;
  buffer_.erase(0, std::exchange(cut_to_, 0));
  // An idle connection costs no buffer.
  constexpr std::size_t kKept = 1024;
  if (buffer_.capacity() > kKept && buffer_.size() <= buffer_.capacity() / 4) buffer_.shrink_to_fit();
  if (messages_.capacity() > kKept) std::vector<EventSpan>().swap(messages_);
}

}  // namespace hinomi::ingest::live
