// The latest events of a window, as evidence of a firing. A part of windows that count more events than a
// firing shows; not for windows that hold exactly what they show.
#pragma once

#include <cstddef>
#include <vector>

#include "detect/correlation_evidence.h"
#include "detect/correlation_image.h"
#include "detect/correlation_ring.h"

namespace hinomi::detect::correlation {

// The latest kMaxEvidence matches.
class RecentEvidence {
 public:
  void add(const Evidence& evidence) {
    if (ring_.size() == kMaxEvidence) ring_.pop();
    ring_.push(evidence);
  }
  void expire(base::TimeNs horizon) {
    while (!ring_.empty() && ring_.front().time <= horizon) ring_.pop();
  }
  void clear() noexcept { ring_.clear(); }
  void collect(std::vector<Evidence>& out) const {
    for (std::size_t i = 0; i < ring_.size(); ++i) out.push_back(ring_[i]);
  }
  [[nodiscard]] std::size_t growth() const noexcept {
    return ring_.size() == kMaxEvidence ? 0 : ring_.growth();
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return ring_.bytes(); }
  void save(ImageWriter& writer) const { write(writer, ring_); }
  void restore(ImageReader& reader) { read(reader, ring_, kMaxEvidence); }

 private:
  Ring<Evidence> ring_;
};

}  // namespace hinomi::detect::correlation
