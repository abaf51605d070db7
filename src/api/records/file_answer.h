// Answers that are files: their names in a header, and bytes that come from a file as the client takes them.
// Always downloads: nothing that people upload or export is ever a page of our origin.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "base/result.h"

namespace hinomi::api::records {

// "attachment; filename="…"; filename*=UTF-8''…" (RFC 6266, RFC 8187): no path, no controls, nothing that
// turns the direction of text.
[[nodiscard]] std::string disposition_of(std::string_view name);
// A name as a file may have it: at most 200 characters, "file" where nothing is left.
[[nodiscard]] std::string file_name(std::string_view name);

// Fills the span from the offset on; fewer bytes than asked: the end.
using ReadAt = std::function<base::Result<std::size_t>(std::uint64_t offset, std::span<char> into)>;
[[nodiscard]] std::shared_ptr<http::BodySource> source_of(std::uint64_t size, ReadAt read);

// The answer that hands a file on as a download; nothing in it runs, whatever it holds.
[[nodiscard]] http::Response download(std::string_view name, std::string_view media_type,
                                      std::shared_ptr<http::BodySource> source);

}  // namespace hinomi::api::records
