#include "parse/archive/limits.h"

#include <limits>
#include <string>

namespace hinomi::parse::archive {
namespace {

base::Error beyond(std::string message) {
  return {base::ErrorCode::limit_exceeded,
          std::move(message),
          "if the archive is to be trusted, unpack it and name the files in it",
          {}};
}

}  // namespace

base::Result<void> Account::add_output(std::uint64_t bytes) {
  const std::uint64_t room = limits_.max_output_bytes - output_bytes_;
  if (bytes > room) {
    output_bytes_ = limits_.max_output_bytes;
    return beyond("archive: unpacks to more than " + std::to_string(limits_.max_output_bytes) + " bytes");
  }
  output_bytes_ += bytes;
  return {};
}

base::Result<void> Account::add_entry() {
  if (entries_ >= limits_.max_entries) {
    return beyond("archive: holds more than " + std::to_string(limits_.max_entries) + " entries");
  }
  ++entries_;
  return {};
}

base::Result<void> Account::check_ratio(std::uint64_t in, std::uint64_t out) const {
  if (out <= limits_.ratio_floor_bytes || out / limits_.max_ratio < in) return {};
  return beyond("archive: " + std::to_string(in) + " bytes unpack to more than " + std::to_string(out) +
                ", beyond the limit of " + std::to_string(limits_.max_ratio) + " to 1");
}

}  // namespace hinomi::parse::archive
