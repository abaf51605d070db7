// The built user interface as it lies in the program: files with their compressed forms, packed by
// tools/pack_assets.py at build time. Not for files of users.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "api/secret.h"

namespace hinomi::api {

struct Asset {
  std::string_view path;   // "/assets/index-Bq3dk2.js"
  std::string_view type;   // Content-Type
  std::string_view etag;   // with its quotes; of the unpacked bytes
  bool immutable = false;  // its name has a hash of its content in it
  std::string_view plain;
  std::string_view gzip;    // empty: none
  std::string_view brotli;  // empty: none
};

// Sorted by path. Empty when the interface was not built (web/dist absent at configuration).
[[nodiscard]] std::span<const Asset> embedded_assets() noexcept;

// Where index.html carries the nonce of the response.
inline constexpr std::string_view kNoncePlaceholder = "__CSP_NONCE__";

class StaticPages {
 public:
  StaticPages(std::span<const Asset> assets, RandomBytes random);

  // A file of the interface; for a path that is none and has no file ending, index.html, whose own router
  // knows it; 404 otherwise.
  [[nodiscard]] http::Response answer(const http::Request& request) const;

 private:
  [[nodiscard]] const Asset* find(std::string_view path) const;
  [[nodiscard]] http::Response index() const;
  [[nodiscard]] http::Response not_built() const;

  std::span<const Asset> assets_;
  RandomBytes random_;
};

// Whether an Accept-Encoding field takes this coding ("br", "gzip"): by name, and not with q=0.
[[nodiscard]] bool accepts(std::string_view field, std::string_view coding);
// The content policy; `nonce` empty for answers that are no page.
[[nodiscard]] std::string content_policy(std::string_view nonce);

}  // namespace hinomi::api
