#include "process/errand.h"

#include <utility>

#include "process/supervisor.h"

namespace hinomi::process {

void Errand::request() {
  if (process_) {
    again_ = true;
    return;
  }
  auto process = start_();
  if (!process) {
    done_(process.error());
    return;
  }
  process_ = std::move(*process);
  due_ = Clock::now() + patience_;
}

void Errand::poll() {
  if (!process_) return;
  const auto end = process_->wait(std::chrono::milliseconds(0));
  if (!end) return finish(end.error());
  if (*end && (*end)->ok()) return finish({});
  if (*end) return finish(base::Error{base::ErrorCode::io, "it ended: " + text_of(**end), {}, {}});
  if (Clock::now() >= due_)
    finish(base::Error{base::ErrorCode::limit_exceeded, "it took too long and was ended", {}, {}});
}

void Errand::finish(const base::Result<void>& result) {
  process_.reset();
  done_(result);
  if (std::exchange(again_, false)) request();
}

}  // namespace hinomi::process
