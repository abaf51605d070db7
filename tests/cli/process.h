// A program started by a test: its exit code and all it wrote. For tests only; it has no input but what a
// path of its arguments names.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hinomi::cli {

struct Outcome {
  int code = -1;   // exit code, or -1 when a signal or the time limit ended it
  int signal = 0;  // that ended it
  std::string out;
  std::string err;
};

class Process {
 public:
  // Starts `words[0]` with nothing but `environment` ("NAME=value"). Output goes to files in `folder`;
  // standard output to `output` instead when that is not empty.
  Process(const std::string& folder, const std::vector<std::string>& words,
          const std::vector<std::string>& environment, const std::string& output = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal_number) const;
  // What it wrote to standard error so far.
  [[nodiscard]] std::string err_so_far() const;
  // Waits for its end; kills it after kPatience.
  Outcome wait();

 private:
  std::string out_path_;
  std::string err_path_;
  pid_t id_ = -1;
};

inline constexpr auto kPatience = std::chrono::seconds(60);

// Asks every few milliseconds until `condition` holds; false when kPatience is over.
[[nodiscard]] bool wait_until(const std::function<bool()>& condition);

}  // namespace hinomi::cli
