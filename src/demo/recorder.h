// Collects the log lines of one day, puts them into the order of time and hands them to a sink, file by file.
// Not a log writer for the program itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace hinomi::demo {

enum class LogFile : std::uint8_t { workstations, servers, linux_system, linux_audit, dns, proxy, vpn };
inline constexpr std::size_t kLogFiles = 7;

// Relative, with '/': "windows/workstations.ndjson".
[[nodiscard]] std::string_view path_of(LogFile file) noexcept;

// Takes a further part of a file, always whole lines; called for one file after the other, once a day.
using Sink = std::function<base::Result<void>(std::string_view path, std::string_view bytes)>;

// In a line, this stands for the next number of the line's counter (record id, audit serial). A line may
// hold it several times: then it is the same number.
inline constexpr char kNumberMark = '\x01';

// A line of a log (it may hold several: records that belong together), without its end.
struct TimedLine {
  base::TimeNs time;
  LogFile file{};
  std::string text;
};

class Recorder {
 public:
  struct FileTotal {
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
  };

  // `text` is one or more lines without the last line feed. Numbers count up in order of time, per file and
  // `counter`.
  void add(LogFile file, base::TimeNs time, std::string text, std::uint32_t counter = 0);

  // Writes what was added since the last time, in order of time; of one time in order of adding.
  [[nodiscard]] base::Result<void> write(const Sink& sink);

  // The same as lines of all files together, in order of time.
  [[nodiscard]] std::vector<TimedLine> take();

  [[nodiscard]] const FileTotal& total(LogFile file) const {
    return files_[static_cast<std::size_t>(file)].total;
  }

 private:
  struct Line {
    base::TimeNs time;
    std::uint32_t counter;
    std::string text;
  };
  struct File {
    std::vector<Line> lines;
    std::unordered_map<std::uint32_t, std::uint64_t> counters;
    FileTotal total;
  };
  // Sorted and numbered; the file is empty then.
  [[nodiscard]] static std::vector<TimedLine> ordered(File& file, LogFile name);

  std::array<File, kLogFiles> files_;
};

}  // namespace hinomi::demo
