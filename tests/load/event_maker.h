// Events for load and fault tests: NDJSON lines of a Windows fleet, about 700 bytes each, with a name of its
// own in every line, so that a checker can say which of them arrived, once or twice. Not realistic enough to
// judge detection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hinomi::load {

// Names one event: its sender and its number there.
struct EventName {
  std::uint32_t sender = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const EventName&, const EventName&) = default;
};

class EventMaker {
 public:
  struct Options {
    std::uint32_t sender = 0;
    std::uint64_t match_every = 0;  // every n-th event holds what tests/fault/rules look for; 0 = none
    std::size_t bytes = 700;        // about
  };
  explicit EventMaker(const Options& options) : options_(options) {}

  // Appends event `number` (JSON without the line's end); the same number makes the same event but for
  // `time_ns`.
  void append(std::string& out, std::uint64_t number, std::int64_t time_ns) const;
  [[nodiscard]] bool matches(std::uint64_t number) const noexcept {
    return options_.match_every > 0 && number % options_.match_every == 0;
  }

 private:
  Options options_;
};

// The name in a line made by EventMaker; nullopt in any other text.
[[nodiscard]] std::optional<EventName> name_in(std::string_view line) noexcept;
// Whether the line holds what tests/fault/rules look for.
[[nodiscard]] bool matches_rule(std::string_view line) noexcept;

}  // namespace hinomi::load
