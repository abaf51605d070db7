#include <fmt/format.h>

#include "demo/intrusion_stage.h"
#include "demo/it_department.h"
#include "demo/programs.h"
#include "demo/rule_ids.h"
#include "demo/servers.h"

namespace hinomi::demo {
namespace {

constexpr std::string_view kToolFolder = R"(C:\ProgramData\Insatsu)";
constexpr std::string_view kRemoteService = R"(C:\Windows\PSEXESVC.exe)";

void add_remote_service(Stage& stage) {
  WindowsLog& log = stage.scene.logs.windows;
  const Host& server = stage.host("SRM-FS01");
  const TimeNs time = stage.day().at(10, 53, 16);
  log.service_installed(server, time, "PSEXESVC", R"(%SystemRoot%\PSEXESVC.exe)", "LocalSystem");
  log.process(
      server, later(time, milliseconds{220}),
      {kRemoteService, kRemoteService, programs::kServices, R"(C:\Windows\system32\services.exe)", "SYSTEM"});
  log.process(server, later(time, milliseconds{410}),
              {programs::kCmd, R"("cmd")", kRemoteService, kRemoteService, "SYSTEM"});
  stage.steps.push_back({time, time, "SRM-FS01", LogFile::servers, "T1569.002",
                         "A remote execution service opens a system shell on the file server.",
                         "リモート実行サービスがファイルサーバーで SYSTEM のシェルを開く。",
                         rule_ids::kServiceRemoteExecution});
}

void add_wmi(Stage& stage) {
  const TimeNs time = stage.day().at(11, 12, 49);
  const Host& server = stage.host("SRM-AP03");
  stage.scene.logs.windows.process(
      server, time,
      {programs::kCmd, R"(cmd.exe /Q /c query user 1> \\127.0.0.1\ADMIN$\__1776132769.25 2>&1)",
       programs::kWmiPrvSe, programs::kWmiPrvSeLine, kHelpDeskAdmin});
  stage.scene.logs.windows.process(
      server, later(time, seconds{38}),
      {programs::kCmd, R"(cmd.exe /Q /c dir C:\Users 1> \\127.0.0.1\ADMIN$\__1776132807.61 2>&1)",
       programs::kWmiPrvSe, programs::kWmiPrvSeLine, kHelpDeskAdmin});
  stage.steps.push_back(
      {time, later(time, seconds{38}), "SRM-AP03", LogFile::servers, "T1047",
       "Commands reach the drawing server through WMI; a server administrator is logged on there.",
       "WMI 経由で図面サーバーにコマンドが送られる。そこにはサーバー管理者がログオンしている。",
       rule_ids::kWmiShell});
}

void add_task(Stage& stage) {
  const TimeNs time = stage.day().at(11, 41, 20);
  stage.scene.logs.windows.process(
      stage.host("SRM-FS01"), time,
      {programs::kSchtasks,
       fmt::format(
           R"(schtasks  /create /tn "PrintQueueCheck" /tr "rundll32.exe {}\prnhelp.dll,Start" /sc onstart )"
           R"(/ru SYSTEM /f)",
           kToolFolder),
       programs::kCmd, R"("cmd")", "SYSTEM"});
  stage.steps.push_back({time, time, "SRM-FS01", LogFile::servers, "T1053.005",
                         "A scheduled task starts the implant at every boot, out of ProgramData.",
                         "起動時に ProgramData の不正な DLL を実行するタスクが登録される。",
                         rule_ids::kTaskWritableFolder});
}

void add_local_administrator(Stage& stage) {
  WindowsLog& log = stage.scene.logs.windows;
  const Host& server = stage.host("SRM-FS01");
  const TimeNs time = stage.day().at(11, 52, 2);
  const AccountChange change{"SYSTEM", "svc-print", "", "S-1-5-21-3010203040-1727374757-2898887868-1017"};
  log.process(server, time,
              {programs::kNet, "net  user svc-print P-2026haru /add", programs::kCmd, R"("cmd")", "SYSTEM"});
  add_account_created(log, server, later(time, milliseconds{120}), change);
  const TimeNs added = later(time, seconds{33});
  log.process(server, later(added, milliseconds{-90}),
              {programs::kNet, "net  localgroup Administrators svc-print /add", programs::kCmd, R"("cmd")",
               "SYSTEM"});
  add_member_added(log, server, added, change, kAdministrators);
  stage.steps.push_back({later(time, milliseconds{120}), added, "SRM-FS01", LogFile::servers, "T1136.001",
                         "A new local account becomes an administrator half a minute later.",
                         "新しいローカルアカウントが作成され、30 秒後に管理者になる。",
                         rule_ids::kAccountThenAdmin});
}

void add_controller(Stage& stage) {
  WindowsLog& log = stage.scene.logs.windows;
  const Host& controller = stage.host("SRM-DC01");
  const Host& from = stage.host("SRM-FS01");
  const TimeNs desktop = stage.day().at(13, 6, 31);
  log.logon(controller, desktop, {kServerAdmin, "10", from.address, from.name, "Negotiate"});
  log.privileged_logon(controller, later(desktop, milliseconds{4}), kServerAdmin);
  stage.steps.push_back({desktop, desktop, "SRM-DC01", LogFile::servers, "T1021.001",
                         "A remote desktop is opened from the file server to the domain controller.",
                         "ファイルサーバーからドメインコントローラーへリモートデスクトップ接続する。",
                         rule_ids::kRdpBetweenServers});
  const TimeNs copy = stage.day().at(13, 22, 10);
  log.process(controller, copy,
              {R"(C:\Windows\System32\ntdsutil.exe)",
               R"(ntdsutil  "ac i ntds" "ifm" "create full C:\Windows\Temp\mnt" q q)", programs::kCmd,
               R"("C:\Windows\system32\cmd.exe")", kServerAdmin});
  stage.steps.push_back({copy, copy, "SRM-DC01", LogFile::servers, "T1003.003",
                         "ntdsutil writes a copy of the directory database.",
                         "ntdsutil でディレクトリデータベースの複製を作る。", rule_ids::kNtdsCopied});
  const TimeNs replication = stage.day().at(13, 34, 55);
  add_directory_access(log, controller, replication, kServerAdmin, kReplicationRight);
  add_directory_access(log, controller, later(replication, milliseconds{600}), kServerAdmin,
                       kReplicationRight);
  stage.steps.push_back({replication, later(replication, milliseconds{600}), "SRM-DC01", LogFile::servers,
                         "T1003.006", "An account asks for all passwords as if it were a domain controller.",
                         "一般の管理アカウントが、DC を装って全パスワードの複製を要求する。",
                         rule_ids::kReplicationByAccount});
}

void add_staging(Stage& stage) {
  const TimeNs time = stage.day().at(15, 8, 14);
  stage.scene.logs.windows.process(
      stage.host("SRM-FS02"), time,
      {fmt::format(R"({}\prn.exe)", kToolFolder),
       fmt::format(R"({}\prn.exe a -r -hpN7c2 -v48m -m1 {}\q.dat D:\share\設計部\図面 D:\share\経理部)",
                   kToolFolder, kToolFolder),
       programs::kCmd, R"("cmd")", kServerAdmin});
  stage.steps.push_back({time, time, "SRM-FS02", LogFile::servers, "T1560.001",
                         "Drawings and accounts are packed: encrypted, in volumes, with a renamed archiver.",
                         "図面と経理資料を、名前を変えた圧縮ツールで暗号化・分割して固める。",
                         rule_ids::kArchiveEncrypted});
}

void add_blinding(Stage& stage) {
  WindowsLog& log = stage.scene.logs.windows;
  const TimeNs off = stage.day().at(18, 22, 40);
  TimeNs time = off;
  for (const std::string_view name : {"SRM-FS01", "SRM-FS02"}) {
    log.script_block(stage.host(name), time, "Set-MpPreference -DisableRealtimeMonitoring $true", "");
    time = later(time, milliseconds{800});
    log.write(stage.host(name), time, defender_event(5001),
              {{"Product Name", "Microsoft Defender Antivirus"}, {"Product Version", "4.18.25020.1009"}});
    stage.steps.push_back({time, time, std::string(name), LogFile::servers, "T1562.001",
                           "Defender's real-time protection is turned off.",
                           "Defender のリアルタイム保護が無効にされる。", rule_ids::kDefenderOff});
    time = later(time, seconds{21});
  }
  const TimeNs cleared = stage.day().at(18, 31, 12);
  log.write(stage.host("SRM-DC01"), cleared, {1102, "Security", "Microsoft-Windows-Eventlog"},
            {{"SubjectUserSid", sid_of(kServerAdmin)},
             {"SubjectUserName", kServerAdmin},
             {"SubjectDomainName", kWindowsDomain}});
  log.write(stage.host("SRM-DC01"), later(cleared, seconds{3}), {104, "System", "Microsoft-Windows-Eventlog"},
            {{"SubjectUserName", kServerAdmin}, {"Channel_Cleared", "System"}});
  stage.steps.push_back({cleared, later(cleared, seconds{3}), "SRM-DC01", LogFile::servers, "T1070.001",
                         "The event logs of the domain controller are cleared.",
                         "ドメインコントローラーのイベントログが消去される。", rule_ids::kEventLogCleared});
}

void add_preparation(Stage& stage) {
  WindowsLog& log = stage.scene.logs.windows;
  TimeNs time = stage.day().at(18, 40, 37);
  for (const std::string_view name : {"SRM-FS01", "SRM-FS02"}) {
    log.process(stage.host(name), time,
                {programs::kVssadmin, "vssadmin  delete shadows /all /quiet", programs::kCmd, R"("cmd")",
                 kServerAdmin});
    log.process(stage.host(name), later(time, seconds{2}),
                {R"(C:\Windows\System32\bcdedit.exe)", "bcdedit  /set {default} recoveryenabled no",
                 programs::kCmd, R"("cmd")", kServerAdmin});
    stage.steps.push_back({time, later(time, seconds{2}), std::string(name), LogFile::servers, "T1490",
                           "Shadow copies are deleted and recovery is turned off: ransomware is next.",
                           "シャドウコピーを削除し回復機能を無効化する。ランサムウェア実行の直前。",
                           rule_ids::kShadowCopiesDeleted});
    time = later(time, seconds{26});
  }
}

}  // namespace

void add_server_stage(Stage stage) {
  add_remote_service(stage);
  add_wmi(stage);
  add_task(stage);
  add_local_administrator(stage);
  add_controller(stage);
  add_staging(stage);
  add_blinding(stage);
  add_preparation(stage);
}

}  // namespace hinomi::demo
