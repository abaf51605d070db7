#include "ingest/live/retried_input.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace hinomi::ingest::live {
namespace {

class RetriedInput final : public Input {
 public:
  RetriedInput(const SourceInfo& source, MakeInput make, RetryOptions options)
      : source_(source), make_(std::move(make)), options_(std::move(options)), input_(make_()) {}
  ~RetriedInput() override { stop(); }

  base::Result<void> start() override {
    const auto started = input_->start();
    if (started) return {};
    options_.log(source_.name + ": " + started.error().message + "; it is tried again");
    thread_ = std::thread([this] { run(); });
    return {};
  }
  void begin_stop() override {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_called_.notify_all();
    input_->begin_stop();
  }
  void stop() override {
    begin_stop();
    if (thread_.joinable()) thread_.join();
    input_->stop();
  }
  const SourceInfo& source() const noexcept override { return source_; }
  InputStatistics statistics() const override {
    const std::lock_guard lock(mutex_);
    return input_->statistics();
  }

 private:
  void run() {
    std::chrono::milliseconds wait = options_.first_wait;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        if (stop_called_.wait_for(lock, wait, [&] { return stopping_; })) return;
      }
      std::unique_ptr<Input> next = make_();
      const bool started = next->start().has_value();
      const std::lock_guard lock(mutex_);
      // The one before never started, so that nothing is lost with it.
      input_ = std::move(next);
      if (started) {
        if (stopping_) input_->begin_stop();
        options_.log(source_.name + ": started");
        return;
      }
      wait = std::min(wait * 2, options_.longest_wait);
    }
  }

  const SourceInfo& source_;
  const MakeInput make_;
  const RetryOptions options_;
  mutable std::mutex mutex_;  // guards what follows once the thread runs
  std::condition_variable stop_called_;
  bool stopping_ = false;
  std::unique_ptr<Input> input_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Input> make_retried(const SourceInfo& source, MakeInput make, RetryOptions options) {
  return std::make_unique<RetriedInput>(source, std::move(make), std::move(options));
}

}  // namespace hinomi::ingest::live
