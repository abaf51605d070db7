// Takes the events that a sender posts: unpacks, cuts into lines, and offers them to the journal when the
// whole body has come. Answers only when all of them are durable. Not for other inputs (ingest/live).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/server.h"
#include "api/http/service.h"
#include "api/json_array.h"
#include "api/ndjson.h"
#include "ingest/live/intake.h"

namespace hinomi::api {

inline constexpr std::uint64_t kMaxUploadBytes = 64ull << 20;  // as sent, and again unpacked
inline constexpr std::uint64_t kMaxUploadEvents = 1'000'000;
inline constexpr std::uint64_t kMaxUploadsHeld = 256ull << 20;  // bytes of all uploads under way
inline constexpr int kMaxRoomWaits = 100;  // times a later part waits for room in the queue
inline constexpr std::chrono::milliseconds kRoomWait{100};

// What all uploads of a server share.
struct UploadStation {
  ingest::live::Intake* intake = nullptr;
  http::Poster post;
  std::function<void(std::chrono::milliseconds, std::function<void()>)> after;  // on the io thread
  std::uint64_t max_held_bytes = kMaxUploadsHeld;
  std::atomic<std::uint64_t> held_bytes{0};
};

enum class Packing : std::uint8_t { none, gzip };

// One body. Everything on the io thread, but for the answers of the intake.
class Upload final : public http::BodySink, public std::enable_shared_from_this<Upload> {
 public:
  struct Head {
    const ingest::live::SourceInfo* source = nullptr;
    std::string peer;
    std::string listener;
    std::string token;  // of the batch; may be empty
    Packing packing = Packing::none;
    bool may_be_array = false;  // it says that it is JSON: one that begins with '[' is an array of events
  };
  // Shared with answers that are still to come, which may outlive the server.
  Upload(std::shared_ptr<UploadStation> station, Head head);
  ~Upload() override;

  [[nodiscard]] std::optional<http::Response> take(std::string_view piece) override;
  // The body is complete.
  void finish(http::Responder respond);

 private:
  class Unpacker;

  [[nodiscard]] std::optional<http::Response> take_text(std::string_view text);
  // False: fault() says why.
  [[nodiscard]] bool cut(std::string_view text);
  [[nodiscard]] std::uint64_t events() const noexcept { return array_ ? array_->events() : lines_.events(); }
  void hold(std::uint64_t bytes);
  [[nodiscard]] http::Response fault() const;
  [[nodiscard]] static http::Response too_many_events();
  void offer_next();
  void on_receipt(const ingest::live::Receipt& receipt);
  [[nodiscard]] std::string token_of_part() const;

  std::shared_ptr<UploadStation> station_;
  Head head_;
  LineCutter lines_{LineLimits{}};
  std::optional<ArrayCutter> array_;  // instead of lines_
  bool is_decided_ = false;           // which of the two
  std::uint64_t bytes_ = 0;           // unpacked
  std::unique_ptr<Unpacker> unpacker_;
  std::uint64_t held_ = 0;
  std::unique_ptr<http::Responder> respond_;  // once the body is complete
  std::vector<LineCutter::Part> parts_;
  std::size_t next_ = 0;  // part to be offered
  std::uint64_t accepted_ = 0;
  bool all_duplicate_ = true;
  event::EventId first_{};
  event::EventId last_{};
  int waits_ = 0;
};

// The batch's name: Idempotency-Key or X-Batch-Id. nullopt: not up to 128 visible ASCII characters, or both
// are there and differ.
[[nodiscard]] std::optional<std::string> batch_token(const http::Request& request);

}  // namespace hinomi::api
