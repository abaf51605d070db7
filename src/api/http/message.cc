#include "api/http/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/time.h"

namespace hinomi::api::http {
namespace {

constexpr std::array<std::string_view, kMethods> kNames = {"GET",   "HEAD",   "POST",   "PUT",
                                                           "PATCH", "DELETE", "OPTIONS"};

bool may_be_sent(const Field& field) noexcept {
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || static_cast<unsigned char>(c) == 0x7F;
  };
  return std::none_of(field.name.begin(), field.name.end(), is_control) &&
         std::none_of(field.value.begin(), field.value.end(), is_control);
}

}  // namespace

std::string_view name_of(Method method) noexcept {
  return kNames[static_cast<std::size_t>(method)];
}

std::optional<Method> parse_method(std::string_view name) noexcept {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Method>(found - kNames.begin());
}

std::string_view Request::field(std::string_view name) const noexcept {
  for (const Field& field : fields) {
    if (field.name == name) return field.value;
  }
  return {};
}

bool Request::has(std::string_view name) const noexcept {
  return count(name) > 0;
}

std::size_t Request::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; }));
}

std::string_view reason_of(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

std::string head_of(const Response& response, std::string_view date, bool keep_alive) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status, reason_of(response.status), date);
  const std::uint64_t length = response.source != nullptr      ? response.source->size()
                               : response.lasting_body.empty() ? response.body.size()
                                                               : response.lasting_body.size();
  const bool has_length = response.stream == nullptr && response.status != 204 && response.status != 304;
  if (has_length) head += fmt::format("Content-Length: {}\r\n", length);
  if (!keep_alive) head += "Connection: close\r\n";
  for (const Field& field : response.fields) {
    if (!may_be_sent(field)) continue;
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  return head += "\r\n";
}

std::string http_date(std::int64_t since_epoch_s) {
  constexpr std::array<std::string_view, 7> kDays = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  constexpr std::int64_t kMaxSeconds = INT64_MAX / kNsPerSecond;
  const std::int64_t seconds = std::clamp<std::int64_t>(since_epoch_s, 0, kMaxSeconds);
  const base::CivilTime civil = base::to_civil({seconds * kNsPerSecond});
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[(seconds / 86400) % 7], civil.day,
                     kMonths[static_cast<std::size_t>(civil.month - 1)], civil.year, civil.hour, civil.minute,
                     civil.second);
}

}  // namespace hinomi::api::http
