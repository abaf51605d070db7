#include "api/query_thread.h"

#include <utility>

namespace hinomi::api {

QueryThread::QueryThread(std::size_t threads) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

QueryThread::~QueryThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool QueryThread::ask(std::function<void()> question) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || questions_.size() >= kMaxQuestions) return false;
    questions_.push_back(std::move(question));
  }
  changed_.notify_one();
  return true;
}

void QueryThread::run() {
  while (true) {
    std::function<void()> question;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !questions_.empty(); });
      if (stopping_) return;
      question = std::move(questions_.front());
      questions_.pop_front();
    }
    question();
  }
}

}  // namespace hinomi::api
