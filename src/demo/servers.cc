#include "demo/servers.h"

#include <array>

#include <fmt/format.h>

#include "demo/programs.h"
#include "demo/rule_ids.h"

namespace hinomi::demo {
namespace {

constexpr std::string_view kReadProperty = "%%7684\r\n\t\t{771727b1-31b8-4cdf-ae62-4fe39fadf89e}";

// One round of the monitoring: the agent is started through WMI, looks, and ends.
void add_monitoring_round(Scene& scene, const Host& server, TimeNs time, Random& random) {
  WindowsLog& log = scene.logs.windows;
  const Host& monitor = scene.company.host("lnx-mon01");
  log.logon(server, time, {"svc-mon", "3", monitor.address, "-", "Kerberos"});
  if (random.chance(25)) {
    log.process(server, later(time, milliseconds{90}),
                {programs::kCmd, R"(cmd.exe /c "C:\Program Files\SoraminoIT\Agent\collect.bat")",
                 programs::kWmiPrvSe, programs::kWmiPrvSeLine, "SYSTEM"});
  }
  log.process(server, later(time, milliseconds{140}),
              {programs::kAgent, fmt::format(R"("{}" --once --report)", programs::kAgent),
               programs::kWmiPrvSe, programs::kWmiPrvSeLine, "SYSTEM"});
  log.process_ended(server, later(time, seconds{4}), programs::kAgent, "SYSTEM");
  log.logoff(server, later(time, seconds{5}), "svc-mon", "3");
}

void add_housekeeping(Scene& scene, const Host& server, TimeNs time, Random& random) {
  WindowsLog& log = scene.logs.windows;
  log.logon(server, time, {"SYSTEM", "5", "-", "-", "Negotiate"});
  switch (random.below(3)) {
    case 0:
      log.process(server, later(time, milliseconds{80}),
                  {programs::kSvchost, R"(C:\Windows\system32\svchost.exe -k wsappx -p)", programs::kServices,
                   R"(C:\Windows\system32\services.exe)", "SYSTEM"});
      return;
    case 1:
      log.process(server, later(time, milliseconds{80}),
                  {R"(C:\Windows\System32\MRT.exe)", R"("C:\Windows\system32\MRT.exe" /EHB /Q)",
                   programs::kSvchost, programs::kSvchostLine, "SYSTEM"});
      return;
    default:
      // The inventory: an encoded command, as management programs send it, but out of Program Files and in
      // sight.
      log.process(server, later(time, milliseconds{80}),
                  {programs::kPowershell,
                   "powershell.exe -NoProfile -ExecutionPolicy Bypass -EncodedCommand "
                   "RwBlAHQALQBDAGkAbQBJAG4AcwB0AGEAbgBjAGUAIABXAGkAbgAzADIAXwBRAHUAaQBjAGsARgBpAHgARQBuAGcAa"
                   "QBuAGUAZQ"
                   "ByAGkAbgBnAA==",
                   programs::kAgent, fmt::format(R"("{}" --inventory)", programs::kAgent), "SYSTEM"});
      return;
  }
}

void add_defender(Scene& scene, const Host& server, Random& random) {
  const TimeNs time = scene.day.between(random, hours{3}, hours{5});
  const std::array<WindowsLog::Field, 2> fields{{{"Product Name", "Microsoft Defender Antivirus"},
                                                 {"Current security intelligence Version", "1.427.312.0"}}};
  scene.logs.windows.write(server, time, defender_event(2000), fields);
  scene.logs.windows.write(server, later(time, minutes{20}), defender_event(1001), fields);
}

void add_directory_day(Scene& scene, const Random& random) {
  Random draw = random.fork("directory");
  const Host& first = scene.company.host("SRM-DC01");
  const Host& second = scene.company.host("SRM-DC02");
  for (int quarter = 0; quarter < 96; ++quarter) {
    const TimeNs time =
        later(scene.day.midnight, minutes{15} * quarter + random_span(draw, seconds{5}, minutes{2}));
    add_directory_access(scene.logs.windows, first, time, "SRM-DC02$", kReplicationRight);
    add_directory_access(scene.logs.windows, second, later(time, seconds{31}), "SRM-DC01$",
                         kReplicationRight);
  }
  scene.look_alikes.push_back({scene.day.at(0, 0), "SRM-DC01", LogFile::servers,
                               "The domain controllers replicate with each other every quarter of an hour.",
                               "ドメインコントローラー同士が 15 分ごとに複製している。",
                               rule_ids::kReplicationByAccount});
  for (int i = 0; i < scene.scaled(900); ++i) {
    const Person& person = draw.pick(scene.company.people);
    const TimeNs time = scene.day.between(draw, hours{8}, hours{19});
    const Host& controller = draw.chance(50) ? first : second;
    const std::string_view service = draw.chance(50) ? "SRM-FS01$" : "SRM-AP01$";
    scene.logs.windows.kerberos_ticket(controller, time, person.account, service,
                                       scene.company.workstation_of(person).address);
  }
  for (int i = 0; i < scene.scaled(60); ++i) {
    add_directory_access(scene.logs.windows, first, scene.day.between(draw, hours{8}, hours{19}),
                         kHelpDeskAdmin, kReadProperty);
  }
}

// Multifunction printers put scans into a share with NTLM: often, but always the same server.
void add_scanners(Scene& scene, const Random& random) {
  Random draw = random.fork("scanners");
  const Host& server = scene.company.host("SRM-FS02");
  for (int i = 0; i < scene.scaled(160); ++i) {
    const TimeNs time = scene.day.between(draw, hours{8}, hours{19});
    scene.logs.windows.logon(
        server, time,
        {kScannerAccount, "3", fmt::format("10.20.1.{}", draw.between(200, 209)), "MFP", "NTLM"});
    scene.logs.windows.logoff(server, later(time, seconds{6}), kScannerAccount, "3");
  }
  scene.look_alikes.push_back({scene.day.at(8, 0), "SRM-FS02", LogFile::servers,
                               "Printers store scans with NTLM all day, always on the same server.",
                               "複合機が NTLM で一日中スキャンを保存するが、接続先は常に同じサーバー。",
                               rule_ids::kOneAccountManyHosts});
}

// 22:00: the backup account visits every server within minutes, with Kerberos.
void add_backup(Scene& scene, const Random& random) {
  Random draw = random.fork("backup");
  WindowsLog& log = scene.logs.windows;
  const Host& backup = scene.company.host("SRM-BKP01");
  TimeNs time = scene.day.at(22, 0, 3);
  const TimeNs begin = time;
  for (const Host* server : scene.company.with_role(Role::server)) {
    log.logon(*server, time, {kBackupAccount, "3", backup.address, backup.name, "Kerberos"});
    log.privileged_logon(*server, later(time, milliseconds{2}), kBackupAccount);
    log.process(*server, later(time, seconds{2}),
                {programs::kVssadmin, R"(C:\Windows\system32\vssadmin.exe list shadows /for=D:)",
                 R"(C:\Program Files\Hozon Backup\bkagent.exe)",
                 R"("C:\Program Files\Hozon Backup\bkagent.exe" --job nightly)", kBackupAccount});
    if (server->name.starts_with("SRM-FS")) {
      log.process(
          *server, later(time, seconds{9}),
          {programs::kVssadmin, R"(C:\Windows\system32\vssadmin.exe delete shadows /for=D: /oldest /quiet)",
           R"(C:\Program Files\Hozon Backup\bkagent.exe)",
           R"("C:\Program Files\Hozon Backup\bkagent.exe" --job nightly)", kBackupAccount});
    }
    log.logoff(*server, later(time, minutes{6}), kBackupAccount, "3");
    time = later(time, random_span(draw, seconds{12}, seconds{35}));
  }
  scene.look_alikes.push_back({begin, "SRM-BKP01", LogFile::servers,
                               "The backup account logs on to every server within minutes, with Kerberos.",
                               "バックアップ用アカウントが数分で全サーバーに Kerberos でログオンする。",
                               rule_ids::kOneAccountManyHosts});
  scene.look_alikes.push_back(
      {begin, "SRM-FS01", LogFile::servers, "The backup removes only the oldest shadow copy of a drive.",
       "バックアップが最も古いシャドウコピーだけを削除する。", rule_ids::kShadowCopiesDeleted});
}

}  // namespace

void add_directory_access(WindowsLog& log, const Host& controller, TimeNs time, std::string_view account,
                          std::string_view properties) {
  log.write(controller, time, security_event(4662),
            {{"SubjectUserSid", sid_of(account)},
             {"SubjectUserName", account},
             {"SubjectDomainName", kWindowsDomain},
             {"ObjectServer", "DS"},
             {"ObjectType", "%{19195a5b-6da0-11d0-afd3-00c04fd930c9}"},
             {"OperationType", "Object Access"},
             {"AccessMask", "0x100"},
             {"Properties", properties}});
}

void add_server_day(Scene& scene, const Random& random) {
  constexpr minutes kMonitoringEvery{20};
  constexpr int kRounds = 72;  // of a day
  for (const Host& server : scene.company.hosts) {
    if (server.role != Role::server && server.role != Role::domain_controller) continue;
    Random draw = random.fork("server", server.index);
    const milliseconds offset = random_span(draw, seconds{1}, minutes{18});
    for (int round = 0; round < kRounds; ++round) {
      add_monitoring_round(scene, server, later(scene.day.midnight, kMonitoringEvery * round + offset), draw);
    }
    for (int i = 0; i < scene.scaled(90); ++i) {
      add_housekeeping(scene, server, scene.day.between(draw, hours{0}, hours{23} + minutes{50}), draw);
    }
    add_defender(scene, server, draw);
  }
  scene.look_alikes.push_back({scene.day.at(0, 5), "SRM-AP03", LogFile::servers,
                               "Monitoring starts its batch file through WMI, without output to a share.",
                               "監視システムが WMI 経由でバッチを起動する（共有への出力なし）。",
                               rule_ids::kWmiShell});
  scene.look_alikes.push_back({scene.day.at(0, 5), "SRM-AP01", LogFile::servers,
                               "The management agent runs encoded PowerShell commands out of Program Files.",
                               "管理エージェントが Program Files からエンコード済み PowerShell を実行する。",
                               rule_ids::kPowershellEncoded});
  add_directory_day(scene, random);
  add_scanners(scene, random);
  add_backup(scene, random);
}

}  // namespace hinomi::demo
