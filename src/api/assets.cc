#include "api/assets.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/problem.h"
#include "messages/messages.h"

namespace hinomi::api {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

bool is_refused(std::string_view parameters) noexcept {
  const std::string_view q = trimmed(parameters);
  return q == "q=0" || q == "q=0." || q == "q=0.0" || q == "q=0.00" || q == "q=0.000";
}

// "/rules/x" is a place in the interface, "/assets/x.js" a file.
bool is_place(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1).find('.') == std::string_view::npos;
}

http::Response page(std::string body, const std::string& policy) {
  http::Response response;
  response.body = std::move(body);
  response.with("Content-Type", "text/html; charset=utf-8").with("Cache-Control", "no-store");
  return response.with("Content-Security-Policy", policy);
}

}  // namespace

bool accepts(std::string_view field, std::string_view coding) {
  while (!field.empty()) {
    const std::size_t end = std::min(field.find(','), field.size());
    const std::string_view item = field.substr(0, end);
    field.remove_prefix(std::min(end + 1, field.size()));
    const std::size_t mark = std::min(item.find(';'), item.size());
    if (trimmed(item.substr(0, mark)) != coding) continue;
    return !is_refused(item.substr(std::min(mark + 1, item.size())));
  }
  return false;
}

std::string content_policy(std::string_view nonce) {
  const std::string style = nonce.empty() ? std::string() : fmt::format(" 'nonce-{}'", nonce);
  return fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self'{}; img-src 'self' data:; font-src 'self'; "
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
      "report-uri /api/v1/csp-report",
      style);
}

StaticPages::StaticPages(std::span<const Asset> assets, RandomBytes random)
    : assets_(assets), random_(std::move(random)) {}

const Asset* StaticPages::find(std::string_view path) const {
  const auto at =
      std::lower_bound(assets_.begin(), assets_.end(), path,
                       [](const Asset& asset, std::string_view wanted) { return asset.path < wanted; });
  return at != assets_.end() && at->path == path ? &*at : nullptr;
}

http::Response StaticPages::answer(const http::Request& request) const {
  if (assets_.empty())
    return is_place(request.path) ? not_built() : problem(Problem::not_found, "no such file");
  if (request.path == "/" || request.path == "/index.html") return index();
  const Asset* const asset = find(request.path);
  if (asset == nullptr) return is_place(request.path) ? index() : problem(Problem::not_found, "no such file");

  http::Response response;
  response.with("Content-Type", asset->type).with("ETag", asset->etag).with("Vary", "Accept-Encoding");
  response.with("Cache-Control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.field("if-none-match") == asset->etag) {
    response.status = 304;
    return response;
  }
  const std::string_view taken = request.field("accept-encoding");
  if (!asset->brotli.empty() && accepts(taken, "br")) {
    response.lasting_body = asset->brotli;
    response.with("Content-Encoding", "br");
  } else if (!asset->gzip.empty() && accepts(taken, "gzip")) {
    response.lasting_body = asset->gzip;
    response.with("Content-Encoding", "gzip");
  } else {
    response.lasting_body = asset->plain;
  }
  return response;
}

http::Response StaticPages::index() const {
  const Asset* const asset = find("/index.html");
  const auto nonce = random_text(random_, kNonceBytes);
  if (asset == nullptr || !nonce) return problem(Problem::failed, "the page cannot be made");
  std::string body;
  std::string_view rest = asset->plain;
  for (std::size_t at = rest.find(kNoncePlaceholder); at != std::string_view::npos;
       at = rest.find(kNoncePlaceholder)) {
    body.append(rest.substr(0, at)).append(*nonce);
    rest.remove_prefix(at + kNoncePlaceholder.size());
  }
  body.append(rest);
  return page(std::move(body), content_policy(*nonce));
}

http::Response StaticPages::not_built() const {
  using base::Language;
  std::string body = "<!doctype html>\n<html lang=\"ja\">\n<meta charset=\"utf-8\">\n<title>Hinomi</title>\n";
  for (const Language language : {Language::ja, Language::en}) {
    body += fmt::format("<section lang=\"{}\"><h1>{}</h1><p>{}</p></section>\n",
                        language == Language::ja ? "ja" : "en", messages::page_not_built_title(language),
                        messages::page_not_built_text(language));
  }
  http::Response response = page(std::move(body), content_policy({}));
  return response;
}

}  // namespace hinomi::api
