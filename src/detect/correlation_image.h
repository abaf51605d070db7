// How the state of the correlation engine is written down and read back: its parts in bytes, and the envelope
// that a damaged image, one of another version or one of other rules does not get through. Not for rules (the
// image of a RuleSet holds those).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/binary.h"
#include "base/hash.h"
#include "base/result.h"
#include "detect/correlation_engine.h"
#include "detect/correlation_ring.h"

namespace hinomi::detect::correlation {

// Reads an image that may be hostile: never past its end, and what it claims to have had allocated must fit
// into the memory that the engine may use.
class ImageReader : public base::BinaryReader {
 public:
  ImageReader(std::string_view in, std::size_t max_allocated)
      : base::BinaryReader(in), allocatable_(max_allocated) {}

  // A number of elements for which storage was allocated, of `element_bytes` each; 0 and failed when it is
  // too large.
  std::size_t allocated(std::size_t element_bytes) {
    const auto claimed = number<std::uint32_t>();
    if (!ok() || claimed > allocatable_ / element_bytes) {
      fail();
      return 0;
    }
    allocatable_ -= claimed * element_bytes;
    return claimed;
  }
  // Storage that follows from what was read.
  bool charge(std::size_t bytes) {
    if (bytes > allocatable_) fail();
    if (!ok()) return false;
    allocatable_ -= bytes;
    return true;
  }
  bool flag() {
    const auto value = number<std::uint8_t>();
    if (value > 1) fail();
    return value == 1;
  }

 private:
  std::size_t allocatable_;
};

using ImageWriter = base::BinaryWriter;

inline void write(ImageWriter& writer, base::TimeNs time) {
  writer.number(time.since_epoch_ns);
}
inline void write(ImageWriter& writer, const EventRef& event) {
  writer.number(event.input);
  writer.number(event.record);
}
inline void write(ImageWriter& writer, const Evidence& evidence) {
  write(writer, evidence.time);
  write(writer, evidence.event);
  writer.number(evidence.member);
}
inline void write(ImageWriter& writer, const std::optional<base::TimeNs>& time) {
  writer.number(static_cast<std::uint8_t>(time.has_value()));
  if (time) write(writer, *time);
}

inline void read(ImageReader& reader, base::TimeNs& time) {
  time.since_epoch_ns = reader.number<std::int64_t>();
}
inline void read(ImageReader& reader, EventRef& event) {
  event.input = reader.number<std::uint64_t>();
  event.record = reader.number<std::uint64_t>();
}
inline void read(ImageReader& reader, Evidence& evidence) {
  read(reader, evidence.time);
  read(reader, evidence.event);
  evidence.member = reader.number<std::uint32_t>();
}
inline void read(ImageReader& reader, std::optional<base::TimeNs>& time) {
  time.reset();
  if (reader.flag()) read(reader, time.emplace());
}

// `T` has write() and read(). The capacity is state too: it decides what still fits into the memory allowed.
template <typename T>
void write(ImageWriter& writer, const Ring<T>& ring) {
  writer.number(static_cast<std::uint32_t>(ring.capacity()));
  writer.number(static_cast<std::uint32_t>(ring.size()));
  for (std::size_t i = 0; i < ring.size(); ++i) write(writer, ring[i]);
}
template <typename T>
void read(ImageReader& reader, Ring<T>& ring, std::size_t max_size) {
  const std::size_t capacity = reader.allocated(sizeof(T));
  const std::uint32_t size = reader.count(sizeof(base::TimeNs));
  if (size > capacity || size > max_size || !ring.reset(capacity)) {
    reader.fail();
    return;
  }
  for (std::uint32_t i = 0; i < size; ++i) {
    T value{};
    read(reader, value);
    ring.push(value);
  }
}

void write(ImageWriter& writer, const RuleStatistics& statistics);
void read(ImageReader& reader, RuleStatistics& statistics);
void write(ImageWriter& writer, const Statistics& statistics);
void read(ImageReader& reader, Statistics& statistics);

// Of everything in the rules and options that gives the state its meaning.
[[nodiscard]] base::Hash128 fingerprint(const std::vector<CorrelationRule>& rules,
                                        const CorrelationOptions& options);

// Appends an envelope without a body; seal() is told where in `out` it began once the body is there.
void begin_image(std::string& out, const base::Hash128& fingerprint);
void seal_image(std::string& out, std::size_t begin);
// The body.
[[nodiscard]] base::Result<std::string_view> open_image(std::string_view image,
                                                        const base::Hash128& fingerprint);

}  // namespace hinomi::detect::correlation
