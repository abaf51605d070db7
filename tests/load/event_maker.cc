#include "load/event_maker.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/time.h"

namespace hinomi::load {
namespace {

constexpr std::string_view kMark = "\"LoadId\":\"";
constexpr std::string_view kMatch = "--hinomi-load-match";
constexpr std::uint64_t kHosts = 400;

struct Program {
  std::string_view image;
  std::string_view command;
};
constexpr std::array<Program, 8> kPrograms{{
    {R"(C:\\Windows\\System32\\svchost.exe)",
     R"(C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule)"},
    {R"(C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe)", "chrome.exe --type=renderer --lang=ja"},
    {R"(C:\\Windows\\explorer.exe)", R"(C:\\Windows\\Explorer.EXE)"},
    {R"(C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE)",
     R"(EXCEL.EXE C:\\Users\\t.mori\\見積.xlsx)"},
    {R"(C:\\Windows\\System32\\taskhostw.exe)", "taskhostw.exe Logon"},
    {R"(C:\\Windows\\System32\\conhost.exe)",
     R"(\\??\\C:\\WINDOWS\\system32\\conhost.exe 0xffffffff -ForceV1)"},
    {R"(C:\\Windows\\System32\\SearchIndexer.exe)", "SearchIndexer.exe /Embedding"},
    {R"(C:\\Program Files\\Backup\\agent.exe)", "agent.exe --incremental --target fs01"},
}};

}  // namespace

void EventMaker::append(std::string& out, std::uint64_t number, std::int64_t time_ns) const {
  const std::uint64_t mixed = (number + options_.sender * 7919ULL) * 0x9E37'79B9'7F4A'7C15ULL;
  const Program& program = kPrograms[mixed >> 61];
  const std::size_t start = out.size();
  fmt::format_to(
      std::back_inserter(out),
      R"({{"@timestamp":"{}","Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Level":4,)"
      R"("ProviderName":"Microsoft-Windows-Sysmon","Computer":"PC-{:03}.load.example",)"
      R"("LoadId":"{}-{}","ProcessId":{},"Image":"{}","CommandLine":"{}{}{}",)"
      R"("User":"LOAD\\user{:03}","IntegrityLevel":"Medium",)"
      R"("Hashes":"SHA256={:016X}{:016X}{:016X}{:016X}",)"
      R"("ParentImage":"C:\\Windows\\System32\\services.exe","ParentCommandLine":"services.exe")",
      base::format_rfc3339({time_ns}, 6), mixed % kHosts, options_.sender, number, mixed >> 48, program.image,
      program.command, matches(number) ? " " : "", matches(number) ? kMatch : "", mixed % 600, mixed * 3,
      mixed * 5, mixed * 7, mixed * 11);
  constexpr std::size_t kTail = 9;  // ,"Pad":"" and the brace, about
  const std::size_t length = out.size() - start + kTail;
  out += R"(,"Pad":")";
  if (length < options_.bytes) out.append(options_.bytes - length, 'x');
  out += "\"}";
}

std::optional<EventName> name_in(std::string_view line) noexcept {
  const std::size_t at = line.find(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  const char* const end = line.data() + line.size();
  EventName name;
  const auto sender = std::from_chars(line.data() + at + kMark.size(), end, name.sender);
  if (sender.ec != std::errc{} || sender.ptr == end || *sender.ptr != '-') return std::nullopt;
  const auto number = std::from_chars(sender.ptr + 1, end, name.number);
  if (number.ec != std::errc{} || number.ptr == end || *number.ptr != '"') return std::nullopt;
  return name;
}

bool matches_rule(std::string_view line) noexcept {
  return line.find(kMatch) != std::string_view::npos;
}

}  // namespace hinomi::load
