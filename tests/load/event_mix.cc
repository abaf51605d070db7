#include "load/event_mix.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "base/time.h"

namespace hinomi::load {
namespace {

constexpr std::string_view kMatch = "--hinomi-load-match";

struct Process {
  std::string_view image;
  std::string_view command;
  std::string_view parent;
};
constexpr std::array kProcesses{
    Process{R"(C:\\Windows\\System32\\svchost.exe)",
            R"(C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule)",
            R"(C:\\Windows\\System32\\services.exe)"},
    Process{R"(C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe)",
            R"(\"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe\" --type=renderer --lang=ja)",
            R"(C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe)"},
    Process{R"(C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE)",
            R"(\"C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE\" \"D:\\work\\見積書.xlsx\")",
            R"(C:\\Windows\\explorer.exe)"},
    Process{R"(C:\\Windows\\System32\\taskhostw.exe)", "taskhostw.exe Logon",
            R"(C:\\Windows\\System32\\svchost.exe)"},
    Process{R"(C:\\Windows\\System32\\SearchProtocolHost.exe)",
            R"(\"C:\\Windows\\System32\\SearchProtocolHost.exe\" Global\\UsGthrFltPipeMssGthrPipe1)",
            R"(C:\\Windows\\System32\\SearchIndexer.exe)"},
    Process{R"(C:\\Program Files\\Backup\\agent.exe)", "agent.exe --incremental --target fs01",
            R"(C:\\Program Files\\Backup\\service.exe)"},
};
constexpr std::array<std::string_view, 6> kLibraries{"kernel32.dll", "ntdll.dll",   "user32.dll",
                                                     "combase.dll",  "crypt32.dll", "rpcrt4.dll"};
constexpr std::array<std::string_view, 6> kSites{"www.example.co.jp",  "mail.example.co.jp",
                                                 "update.example.com", "cdn.example.net",
                                                 "news.example.jp",    "docs.example.org"};

// What a template draws from: mixed bits of the event's name, and its time and name.
struct Draw {
  std::uint64_t bits;
  std::string time;
  std::string name;
  std::string host;
  [[nodiscard]] const Process& process() const { return kProcesses[(bits >> 8) % kProcesses.size()]; }
};

void sysmon(std::string& out, const Draw& draw, int id) {
  fmt::format_to(
      std::back_inserter(out),
      R"({{"@timestamp":"{}","Channel":"Microsoft-Windows-Sysmon/Operational","EventID":{},"Level":4,)"
      R"("ProviderName":"Microsoft-Windows-Sysmon","Computer":"{}","LoadId":"{}","RecordNumber":{},)"
      R"("ProcessId":{},"ProcessGuid":"{{{:08X}-7CB3-5F8A-{:04X}-000000000500}}",)",
      draw.time, id, draw.host, draw.name, draw.bits >> 30, draw.bits >> 48, draw.bits >> 32,
      draw.bits & 0xFFFF);
}

void process_creation(std::string& out, const Draw& draw, bool marked) {
  const Process& process = draw.process();
  sysmon(out, draw, 1);
  fmt::format_to(std::back_inserter(out),
                 R"("Image":"{}","CommandLine":"{}{}","User":"EXAMPLE\\user{:03}","IntegrityLevel":"Medium",)"
                 R"("Hashes":"SHA256={:016X}{:016X}{:016X}{:016X}","ParentImage":"{}","LogonId":"0x{:x}")",
                 process.image, process.command, marked ? std::string(" ") + std::string(kMatch) : "",
                 draw.bits % 600, draw.bits % 997 * 3, draw.bits % 997 * 5, draw.bits % 997 * 7,
                 draw.bits % 997 * 11, process.parent, draw.bits % 9973);
}

void image_load(std::string& out, const Draw& draw) {
  const std::string_view library = kLibraries[(draw.bits >> 20) % kLibraries.size()];
  sysmon(out, draw, 7);
  fmt::format_to(std::back_inserter(out),
                 R"("Image":"{}","ImageLoaded":"C:\\Windows\\System32\\{}","FileVersion":"10.0.19041.{}",)"
                 R"("Company":"Microsoft Corporation","Signed":"true","SignatureStatus":"Valid",)"
                 R"("Hashes":"SHA256={:016X}{:016X}","OriginalFileName":"{}")",
                 draw.process().image, library, draw.bits % 7, draw.bits % 97 * 3, draw.bits % 97 * 5,
                 library);
}

void registry_value(std::string& out, const Draw& draw) {
  sysmon(out, draw, 13);
  fmt::format_to(std::back_inserter(out),
                 R"("EventType":"SetValue","Image":"{}",)"
                 R"("TargetObject":"HKLM\\System\\CurrentControlSet\\Services\\bam\\State\\UserSettings\\S-1-5-21-{}\\{}",)"
                 R"("Details":"QWORD 0x{:08x}-0x{:08x}")",
                 draw.process().image, draw.bits % 600, draw.bits >> 40, draw.bits >> 32, draw.bits & 0xFFFF'FFFF);
}

void connection(std::string& out, const Draw& draw) {
  sysmon(out, draw, 3);
  fmt::format_to(
      std::back_inserter(out),
      R"("Image":"{}","User":"EXAMPLE\\user{:03}","Protocol":"tcp","Initiated":"true",)"
      R"("SourceIp":"10.0.{}.{}","SourcePort":{},"DestinationIp":"192.0.2.{}","DestinationPort":443,)"
      R"("DestinationHostname":"{}")",
      kProcesses[1].image, draw.bits % 600, draw.bits % 4, draw.bits % 200, 49152 + (draw.bits >> 50),
      draw.bits % 250, kSites[(draw.bits >> 12) % kSites.size()]);
}

void logon(std::string& out, const Draw& draw) {
  fmt::format_to(
      std::back_inserter(out),
      R"({{"@timestamp":"{}","Channel":"Security","EventID":4624,"Level":0,)"
      R"("ProviderName":"Microsoft-Windows-Security-Auditing","Computer":"DC{}.example.co.jp","LoadId":"{}",)"
      R"("SubjectUserSid":"S-1-0-0","TargetUserName":"user{:03}","TargetDomainName":"EXAMPLE","LogonType":3,)"
      R"("TargetLogonId":"0x{:x}","AuthenticationPackageName":"Kerberos","LogonProcessName":"Kerberos",)"
      R"("IpAddress":"10.0.{}.{}","IpPort":{},"LogonGuid":"{{{:08X}-0000-0000-0000-{:012X}}}",)"
      R"("Message":"An account was successfully logged on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tNULL SID")",
      draw.time, 1 + draw.bits % 2, draw.name, draw.bits % 600, draw.bits >> 34, draw.bits % 4,
      draw.bits % 200, 49152 + (draw.bits >> 50), draw.bits >> 32, draw.bits >> 20);
}

void proxy(std::string& out, const Draw& draw) {
  fmt::format_to(
      std::back_inserter(out),
      R"({{"@timestamp":"{}","event.dataset":"squid.access","event_category":"proxy","LoadId":"{}",)"
      R"("host.name":"proxy{}","src_ip":"10.0.{}.{}","user.name":"user{:03}","cs-method":"GET","sc-status":{},)"
      R"("c-uri":"https://{}/assets/{}/{:x}.js?v={}","cs-host":"{}","sc-bytes":{},)"
      R"("c-useragent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36")",
      draw.time, draw.name, draw.bits % 2, draw.bits % 4, draw.bits % 200, draw.bits % 600,
      draw.bits % 20 == 0 ? 304 : 200, kSites[(draw.bits >> 12) % kSites.size()], draw.bits % 50,
      draw.bits >> 28, draw.bits % 13, kSites[(draw.bits >> 12) % kSites.size()], draw.bits >> 47);
}

void linux_session(std::string& out, const Draw& draw) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"@timestamp":"{}","host":"web{:02}","program":"systemd","pid":{},"facility":"daemon",)"
                 R"("severity":"info","LoadId":"{}","product":"linux",)"
                 R"("message":"Started Session {} of User deploy. 定期処理を開始しました。")",
                 draw.time, draw.bits % 24, draw.bits >> 49, draw.name, draw.bits >> 40);
}

}  // namespace

std::string host_of_marked(std::uint32_t sender) {
  return fmt::format("PC-M{:03}.example.co.jp", sender);
}

void EventMix::append(std::string& out, std::uint64_t number, std::int64_t time_ns) const {
  std::uint64_t bits = (number + 1 + options_.sender * 7919ULL) * 0x9E37'79B9'7F4A'7C15ULL;
  bits = (bits ^ (bits >> 31)) * 0xBF58'476D'1CE4'E5B9ULL;
  bits ^= bits >> 29;
  const bool marked = options_.match_every > 0 && number % options_.match_every == 0;
  const Draw draw{
      .bits = bits,
      .time = base::format_rfc3339({time_ns}, 6),
      .name = fmt::format("{}-{}", options_.sender, number),
      .host = marked ? host_of_marked(options_.sender) : fmt::format("PC-{:03}.example.co.jp", bits % 400)};
  const std::size_t start = out.size();
  const std::uint64_t share = (bits >> 3) % 100;
  if (marked || share < 10) {
    process_creation(out, draw, marked);
  } else if (share < 35) {
    image_load(out, draw);
  } else if (share < 55) {
    registry_value(out, draw);
  } else if (share < 70) {
    connection(out, draw);
  } else if (share < 82) {
    logon(out, draw);
  } else if (share < 95) {
    proxy(out, draw);
  } else {
    linux_session(out, draw);
  }
  // What collectors add makes up the rest.
  constexpr std::string_view kRest =
      R"(,"agent.version":"8.11.3","agent.type":"collector","tags":["production"])"
      R"(,"ecs.version":"8.0.0","labels":")";
  constexpr std::size_t kEnd = 2;
  out += kRest;
  const std::size_t length = out.size() - start + kEnd;
  for (std::size_t i = length; i < options_.bytes; ++i) out += "site=tokyo;rack=7;"[i % 18];
  out += "\"}";
}

}  // namespace hinomi::load
