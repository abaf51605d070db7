#include "demo/recorder.h"

#include <algorithm>
#include <utility>

namespace hinomi::demo {
namespace {

constexpr std::array<std::string_view, kLogFiles> kPaths{
    "windows/workstations.ndjson", "windows/servers.ndjson", "linux/system.log", "linux/audit.log",
    "network/dns.ndjson",          "network/proxy.ndjson",   "network/vpn.log",
};
constexpr std::uint64_t kFirstNumber = 10'001;

void append_numbered(std::string& out, std::string_view text, std::uint64_t number) {
  for (std::size_t mark = text.find(kNumberMark); mark != std::string_view::npos;
       mark = text.find(kNumberMark)) {
    out += text.substr(0, mark);
    out += std::to_string(number);
    text.remove_prefix(mark + 1);
  }
  out += text;
  out += '\n';
}

}  // namespace

std::string_view path_of(LogFile file) noexcept {
  return kPaths[static_cast<std::size_t>(file)];
}

void Recorder::add(LogFile file, base::TimeNs time, std::string text, std::uint32_t counter) {
  files_[static_cast<std::size_t>(file)].lines.push_back({time, counter, std::move(text)});
}

std::vector<TimedLine> Recorder::ordered(File& file, LogFile name) {
  std::ranges::stable_sort(file.lines, {}, &Line::time);
  std::vector<TimedLine> lines;
  lines.reserve(file.lines.size());
  for (const Line& line : file.lines) {
    std::uint64_t number = 0;
    if (line.text.find(kNumberMark) != std::string::npos) {
      number = file.counters.try_emplace(line.counter, kFirstNumber).first->second++;
    }
    TimedLine& numbered = lines.emplace_back(TimedLine{line.time, name, {}});
    append_numbered(numbered.text, line.text, number);
    numbered.text.pop_back();  // the end of the line
  }
  file.lines.clear();
  return lines;
}

std::vector<TimedLine> Recorder::take() {
  std::vector<TimedLine> all;
  for (std::size_t i = 0; i < kLogFiles; ++i) {
    std::vector<TimedLine> lines = ordered(files_[i], static_cast<LogFile>(i));
    std::ranges::move(lines, std::back_inserter(all));
  }
  std::ranges::stable_sort(all, {}, &TimedLine::time);
  return all;
}

base::Result<void> Recorder::write(const Sink& sink) {
  for (std::size_t i = 0; i < kLogFiles; ++i) {
    std::string bytes;
    for (const TimedLine& line : ordered(files_[i], static_cast<LogFile>(i)))
      bytes.append(line.text).append("\n");
    files_[i].total.bytes += bytes.size();
    files_[i].total.lines += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
    if (base::Result<void> written = sink(kPaths[i], bytes); !written) return written;
  }
  return {};
}

}  // namespace hinomi::demo
