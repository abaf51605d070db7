// Result<T>: the value of an operation that can fail, or the Error that says why.
// Not for broken invariants (see check.h) and never thrown.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace hinomi::base {

// The closed list of what can go wrong; maps once to exit codes, HTTP and messages.
enum class ErrorCode : unsigned char {
  invalid_input,   // the bytes or the text are not what they claim to be
  not_found,       // the named thing does not exist
  unsupported,     // valid, but beyond what this program does
  limit_exceeded,  // a named limit was reached
  io,              // the operating system refused
  usage,           // the caller asked for something impossible
  conflict,        // it would break what must be unique, or somebody changed it meanwhile
  forbidden,       // the caller may not do this
  unavailable,     // not now: busy, or something it needs cannot be reached; trying again may help
  internal,        // a library failed in a way we did not foresee
};

// Where in a text: 1-based; 0 = unknown.
struct Position {
  int line = 0;
  int column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

// What was tried on what, why it failed, and what to do. English; for logs and machine output.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  // "what, on what, why"
  std::string remedy;   // what to do; may be empty
  Position where{};     // in the text concerned, if any
};

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] T& value() & {
    HINOMI_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    HINOMI_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    HINOMI_CHECK(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const& {
    HINOMI_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Error&& error() && {
    HINOMI_CHECK(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] const Error& error() const {
    HINOMI_CHECK(error_.has_value());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace hinomi::base
