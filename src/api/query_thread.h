// Threads that ask databases and read the journal, so that a slow question never holds up the events that
// come in. Bounded: beyond kMaxQuestions a question is refused. Not for anything quick.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace hinomi::api {

inline constexpr std::size_t kMaxQuestions = 64;

class QueryThread {
 public:
  explicit QueryThread(std::size_t threads = 1);
  // Waits for the question in hand; those that wait are dropped.
  ~QueryThread();
  QueryThread(const QueryThread&) = delete;
  QueryThread& operator=(const QueryThread&) = delete;

  // Runs `question` on one of the threads; begun in order. False: too many wait, and it was not taken.
  [[nodiscard]] bool ask(std::function<void()> question);

 private:
  void run();

  std::mutex mutex_;  // of the two below
  std::deque<std::function<void()>> questions_;
  bool stopping_ = false;
  std::condition_variable changed_;
  std::vector<std::thread> threads_;
};

}  // namespace hinomi::api
