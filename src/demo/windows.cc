#include "demo/windows.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json_writer.h"

namespace hinomi::demo {
namespace {

constexpr std::string_view kMark(&kNumberMark, 1);
constexpr std::string_view kSystemSid = "S-1-5-18";

// "2026-04-14 00:12:08.250", as Sysmon writes its own times.
std::string sysmon_time(TimeNs time) {
  std::string text = base::format_rfc3339(time, 3);
  text[10] = ' ';
  text.pop_back();
  return text;
}

std::string account_of(std::string_view account) {
  return account == "SYSTEM" ? std::string("NT AUTHORITY\\SYSTEM") : qualified(account);
}
std::string_view domain_of(std::string_view account) {
  return account == "SYSTEM" ? std::string_view("NT AUTHORITY") : kWindowsDomain;
}
std::string security_id(std::string_view account) {
  return account == "SYSTEM" ? std::string(kSystemSid) : sid_of(account);
}

// An invented hash: the same program always has the same.
std::string file_hashes(std::string_view image) {
  const base::Hash128 a = base::hash128(image, 256);
  const base::Hash128 b = base::hash128(image, 257);
  return fmt::format("SHA256={:016X}{:016X}{:016X}{:016X}", a.high, a.low, b.high, b.low);
}

std::string_view file_name(std::string_view path) {
  const std::size_t slash = path.rfind('\\');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

void write_winlogbeat(base::JsonWriter& json, const Host& host, TimeNs time, const EventKind& kind,
                      std::span<const WindowsLog::Field> fields) {
  json.begin_object();
  json.key("@timestamp").string(base::format_rfc3339(time, 3));
  json.key("event").begin_object();
  json.key("code").string(fmt::format("{}", kind.id));
  json.key("kind").string("event");
  json.key("provider").string(kind.provider);
  json.end_object();
  json.key("host").begin_object().key("name").string(host.name).end_object();
  json.key("winlog").begin_object();
  json.key("channel").string(kind.channel);
  json.key("provider_name").string(kind.provider);
  json.key("event_id").integer(kind.id);
  json.key("computer_name").string(host.fqdn);
  json.key("record_id").raw(kMark);
  json.key("event_data").begin_object();
  for (const auto& [name, value] : fields) json.key(name).string(value);
  json.end_object();
  json.end_object();
  json.end_object();
}

void write_flat(base::JsonWriter& json, const Host& host, TimeNs time, const EventKind& kind,
                std::span<const WindowsLog::Field> fields) {
  json.begin_object();
  json.key("@timestamp").string(base::format_rfc3339(time, 3));
  json.key("EventID").integer(kind.id);
  json.key("Channel").string(kind.channel);
  json.key("Provider_Name").string(kind.provider);
  json.key("Computer").string(host.fqdn);
  json.key("EventRecordID").raw(kMark);
  for (const auto& [name, value] : fields) json.key(name).string(value);
  json.end_object();
}

}  // namespace

void WindowsLog::write(const Host& host, TimeNs time, const EventKind& kind, std::span<const Field> fields) {
  std::string text;
  text.reserve(1024);
  base::JsonWriter json(text);
  const bool workstation = host.role == Role::workstation;
  if (workstation) {
    write_winlogbeat(json, host, time, kind, fields);
  } else {
    write_flat(json, host, time, kind, fields);
  }
  recorder_.add(workstation ? LogFile::workstations : LogFile::servers, time, std::move(text), host.index);
}

std::string WindowsLog::process_guid() {
  const std::uint64_t high = random_.next();
  const std::uint64_t low = random_.next();
  return fmt::format("{{{:08x}-{:04x}-{:04x}-{:04x}-{:012x}}}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFF);
}

std::string WindowsLog::logon_id() {
  return fmt::format("0x{:x}", 0x20000 + random_.below(0xFFFFFF));
}

void WindowsLog::process(const Host& host, TimeNs time, const Process& process) {
  if (host.role != Role::workstation) {
    const std::string id = fmt::format("0x{:x}", 4 * random_.between(300, 6000));
    const std::string parent_id = fmt::format("0x{:x}", 4 * random_.between(100, 3000));
    write(host, time, security_event(4688),
          {{"SubjectUserSid", security_id(process.account)},
           {"SubjectUserName", process.account == "SYSTEM" ? fmt::format("{}$", host.name) : process.account},
           {"SubjectDomainName", domain_of(process.account)},
           {"SubjectLogonId", logon_id()},
           {"NewProcessId", id},
           {"NewProcessName", process.image},
           {"TokenElevationType", "%%1936"},
           {"ProcessId", parent_id},
           {"CommandLine", process.command_line},
           {"ParentProcessName", process.parent_image},
           {"MandatoryLabel", "S-1-16-12288"}});
    return;
  }
  const bool system = process.account == "SYSTEM";
  write(host, time, sysmon_event(1),
        {{"UtcTime", sysmon_time(time)},
         {"ProcessGuid", process_guid()},
         {"ProcessId", fmt::format("{}", 4 * random_.between(300, 6000))},
         {"Image", process.image},
         {"OriginalFileName", file_name(process.image)},
         {"CommandLine", process.command_line},
         {"CurrentDirectory",
          system ? std::string("C:\\Windows\\system32\\") : fmt::format("C:\\Users\\{}\\", process.account)},
         {"User", account_of(process.account)},
         {"LogonId", logon_id()},
         {"IntegrityLevel", system ? "System" : "Medium"},
         {"Hashes", file_hashes(process.image)},
         {"ParentProcessGuid", process_guid()},
         {"ParentProcessId", fmt::format("{}", 4 * random_.between(100, 3000))},
         {"ParentImage", process.parent_image},
         {"ParentCommandLine", process.parent_command_line}});
}

void WindowsLog::process_ended(const Host& host, TimeNs time, std::string_view image,
                               std::string_view account) {
  if (host.role != Role::workstation) {
    write(host, time, security_event(4689),
          {{"SubjectUserName", account}, {"ProcessName", image}, {"Status", "0x0"}});
    return;
  }
  write(host, time, sysmon_event(5),
        {{"UtcTime", sysmon_time(time)},
         {"ProcessGuid", process_guid()},
         {"Image", image},
         {"User", account_of(account)}});
}

void WindowsLog::logon(const Host& host, TimeNs time, const Logon& logon) {
  const bool local = logon.address == "-";
  write(host, time, security_event(4624),
        {{"SubjectUserSid", "S-1-0-0"},
         {"TargetUserSid", security_id(logon.account)},
         {"TargetUserName", logon.account},
         {"TargetDomainName", domain_of(logon.account)},
         {"TargetLogonId", logon_id()},
         {"LogonType", logon.type},
         {"LogonProcessName", logon.type == "5" ? "Advapi"
                              : local           ? "User32"
                                                : logon.package},
         {"AuthenticationPackageName", logon.package},
         {"LmPackageName", logon.package == "NTLM" ? "NTLM V2" : "-"},
         {"WorkstationName", logon.from},
         {"IpAddress", logon.address},
         {"IpPort", local ? std::string("0") : fmt::format("{}", random_.between(49'152, 65'535))}});
}

void WindowsLog::logoff(const Host& host, TimeNs time, std::string_view account, std::string_view type) {
  write(host, time, security_event(4634),
        {{"TargetUserSid", security_id(account)},
         {"TargetUserName", account},
         {"TargetDomainName", domain_of(account)},
         {"TargetLogonId", logon_id()},
         {"LogonType", type}});
}

void WindowsLog::privileged_logon(const Host& host, TimeNs time, std::string_view account) {
  write(host, time, security_event(4672),
        {{"SubjectUserSid", security_id(account)},
         {"SubjectUserName", account},
         {"SubjectDomainName", domain_of(account)},
         {"PrivilegeList", "SeSecurityPrivilege SeBackupPrivilege SeRestorePrivilege SeDebugPrivilege"}});
}

void WindowsLog::kerberos_ticket(const Host& controller, TimeNs time, std::string_view account,
                                 std::string_view service, std::string_view address) {
  const bool granting = service == "krbtgt";
  write(controller, time, security_event(granting ? 4768 : 4769),
        {{"TargetUserName", account},
         {"TargetDomainName", kDomainName},
         {"ServiceName", service},
         {"TicketOptions", granting ? "0x40810010" : "0x40810000"},
         {"TicketEncryptionType", "0x12"},
         {"Status", "0x0"},
         {"IpAddress", fmt::format("::ffff:{}", address)}});
}

void WindowsLog::file_created(const Host& host, TimeNs time, std::string_view image, std::string_view path,
                              std::string_view account) {
  write(host, time, sysmon_event(11),
        {{"UtcTime", sysmon_time(time)},
         {"ProcessGuid", process_guid()},
         {"Image", image},
         {"TargetFilename", path},
         {"CreationUtcTime", sysmon_time(time)},
         {"User", account_of(account)}});
}

void WindowsLog::connection(const Host& host, TimeNs time, std::string_view image, std::string_view account,
                            std::string_view address, std::string_view name, std::string_view port) {
  write(host, time, sysmon_event(3),
        {{"UtcTime", sysmon_time(time)},
         {"ProcessGuid", process_guid()},
         {"Image", image},
         {"User", account_of(account)},
         {"Protocol", "tcp"},
         {"Initiated", "true"},
         {"SourceIp", host.address},
         {"SourceHostname", host.fqdn},
         {"SourcePort", fmt::format("{}", random_.between(49'152, 65'535))},
         {"DestinationIp", address},
         {"DestinationHostname", name},
         {"DestinationPort", port}});
}

void WindowsLog::name_query(const Host& host, TimeNs time, std::string_view image, std::string_view account,
                            std::string_view name, std::string_view address) {
  write(host, time, sysmon_event(22),
        {{"UtcTime", sysmon_time(time)},
         {"ProcessGuid", process_guid()},
         {"QueryName", name},
         {"QueryStatus", "0"},
         {"QueryResults", fmt::format("::ffff:{};", address)},
         {"Image", image},
         {"User", account_of(account)}});
}

void WindowsLog::script_block(const Host& host, TimeNs time, std::string_view text, std::string_view path) {
  const std::string id = process_guid();
  write(host, time, powershell_event(4104),
        {{"MessageNumber", "1"},
         {"MessageTotal", "1"},
         {"ScriptBlockText", text},
         {"ScriptBlockId", std::string_view(id).substr(1, id.size() - 2)},
         {"Path", path}});
}

void WindowsLog::service_installed(const Host& host, TimeNs time, std::string_view name,
                                   std::string_view path, std::string_view account) {
  write(host, time, {7045, "System", "Service Control Manager"},
        {{"ServiceName", name},
         {"ImagePath", path},
         {"ServiceType", "user mode service"},
         {"StartType", "demand start"},
         {"AccountName", account}});
}

}  // namespace hinomi::demo
