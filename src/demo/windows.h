// Writes Windows events: of workstations (with Sysmon) in the shape of winlogbeat, of servers flat and raw.
// It knows what an event looks like, not when one happens (office.h, servers.h, intrusion.h).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "demo/company.h"
#include "demo/moment.h"
#include "demo/recorder.h"

namespace hinomi::demo {

struct EventKind {
  int id;
  std::string_view channel;
  std::string_view provider;
};

[[nodiscard]] constexpr EventKind sysmon_event(int id) noexcept {
  return {id, "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon"};
}
[[nodiscard]] constexpr EventKind security_event(int id) noexcept {
  return {id, "Security", "Microsoft-Windows-Security-Auditing"};
}
[[nodiscard]] constexpr EventKind powershell_event(int id) noexcept {
  return {id, "Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell"};
}
[[nodiscard]] constexpr EventKind defender_event(int id) noexcept {
  return {id, "Microsoft-Windows-Windows Defender/Operational", "Microsoft-Windows-Windows Defender"};
}

struct Process {
  std::string_view image;  // full path
  std::string_view command_line;
  std::string_view parent_image;
  std::string_view parent_command_line;
  std::string_view account;  // without domain; "SYSTEM" is the local system
};

struct Logon {
  std::string_view account;
  std::string_view type;     // "2" interactive, "3" network, "5" service, "7" unlock, "10" remote interactive
  std::string_view address;  // "-" when local
  std::string_view from;     // name of the other computer, or "-"
  std::string_view package;  // "Kerberos", "NTLM", "Negotiate"
};

class WindowsLog {
 public:
  using Field = std::pair<std::string_view, std::string_view>;

  WindowsLog(Recorder& recorder, Random random) : recorder_(recorder), random_(random) {}

  void write(const Host& host, TimeNs time, const EventKind& kind, std::span<const Field> fields);
  void write(const Host& host, TimeNs time, const EventKind& kind, std::initializer_list<Field> fields) {
    write(host, time, kind, std::span(fields.begin(), fields.size()));
  }

  // Sysmon 1 on a workstation, Security 4688 on a server.
  void process(const Host& host, TimeNs time, const Process& process);
  // Sysmon 5 on a workstation, Security 4689 on a server.
  void process_ended(const Host& host, TimeNs time, std::string_view image, std::string_view account);
  void logon(const Host& host, TimeNs time, const Logon& logon);  // Security 4624
  void logoff(const Host& host, TimeNs time, std::string_view account, std::string_view type);  // 4634
  void privileged_logon(const Host& host, TimeNs time, std::string_view account);               // 4672
  void kerberos_ticket(const Host& controller, TimeNs time, std::string_view account,
                       std::string_view service,
                       std::string_view address);  // 4768 for krbtgt, 4769 otherwise
  void file_created(const Host& host, TimeNs time, std::string_view image, std::string_view path,
                    std::string_view account);  // Sysmon 11
  void connection(const Host& host, TimeNs time, std::string_view image, std::string_view account,
                  std::string_view address, std::string_view name, std::string_view port);  // Sysmon 3
  void name_query(const Host& host, TimeNs time, std::string_view image, std::string_view account,
                  std::string_view name, std::string_view address);  // Sysmon 22
  void script_block(const Host& host, TimeNs time, std::string_view text, std::string_view path);  // 4104
  void service_installed(const Host& host, TimeNs time, std::string_view name, std::string_view path,
                         std::string_view account);  // System 7045

 private:
  [[nodiscard]] std::string process_guid();
  [[nodiscard]] std::string logon_id();

  Recorder& recorder_;
  Random random_;
};

}  // namespace hinomi::demo
