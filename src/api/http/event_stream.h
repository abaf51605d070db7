// The messages that wait for one client of a response that does not end (server-sent events). Bounded: a
// client that does not read is cut off, never waited for. Used on the io thread only; not for sharing.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace hinomi::api::http {

class EventStream {
 public:
  using Message = std::shared_ptr<const std::string>;  // shared by all clients that get it

  explicit EventStream(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // False when the client is gone, or is cut off now since it left more than max_bytes unread.
  bool push(Message message) {
    if (!open_) return false;
    if (waiting_bytes_ + message->size() > max_bytes_) {
      too_slow_ = true;
      end();
      return false;
    }
    waiting_bytes_ += message->size();
    waiting_.push_back(std::move(message));
    if (on_change_) on_change_();
    return open_;
  }
  // Nothing more is taken; what waits is dropped and the connection closed.
  void end() {
    if (!open_) return;
    open_ = false;
    waiting_.clear();
    if (on_change_) on_change_();
  }
  [[nodiscard]] bool is_open() const noexcept { return open_; }
  [[nodiscard]] bool was_too_slow() const noexcept { return too_slow_; }

  // For the connection: is told whenever there is something new to write, or the end.
  void attach(std::function<void()> on_change) { on_change_ = std::move(on_change); }
  // nullptr when nothing waits.
  [[nodiscard]] Message take() {
    if (waiting_.empty()) return nullptr;
    Message message = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= message->size();
    return message;
  }
  // The connection is gone.
  void abandon() {
    open_ = false;
    waiting_.clear();
    on_change_ = nullptr;
  }

 private:
  std::size_t max_bytes_;
  std::size_t waiting_bytes_ = 0;
  std::deque<Message> waiting_;
  std::function<void()> on_change_;
  bool open_ = true;
  bool too_slow_ = false;
};

}  // namespace hinomi::api::http
