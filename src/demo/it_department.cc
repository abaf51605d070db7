#include "demo/it_department.h"

#include <array>

#include <fmt/format.h>

#include "demo/programs.h"
#include "demo/rule_ids.h"

namespace hinomi::demo {
namespace {

constexpr auto kAdminScripts = std::to_array<std::string_view>({
    "# 退職者アカウントの棚卸し\nGet-ADUser -Filter * -Properties LastLogonDate | Where-Object { "
    "$_.LastLogonDate -lt (Get-Date).AddDays(-90) } | Export-Csv D:\\report\\inactive.csv -Encoding UTF8",
    "# 共有フォルダーの空き容量を確認\nGet-CimInstance Win32_LogicalDisk -ComputerName SRM-FS01,SRM-FS02 | "
    "Select-Object DeviceID,FreeSpace",
    "Get-Service -ComputerName SRM-AP01 -Name 'SoraminoERP' | Restart-Service -Verbose",
    "$proxy = 'Invoke-Expression は使用禁止（規程 7-3）'\nWrite-Output $proxy",
    "Get-WinEvent -LogName System -MaxEvents 50 | Format-Table TimeCreated,Id,Message -AutoSize",
});

class ItDay {
 public:
  ItDay(Scene& scene, const Random& random)
      : scene_(scene), log_(scene.logs.windows), day_(scene.day), random_(random.fork("it")) {}

  void run() {
    help_desk();
    administrator_sessions();
    scripts();
    onboarding();
    local_groups();
    maintenance();
    software();
    uploads();
  }

 private:
  [[nodiscard]] const Host& host(std::string_view name) const { return scene_.company.host(name); }
  void quiet(TimeNs time, std::string_view where, LogFile log, std::string_view what,
             std::string_view what_ja, std::string_view rule) {
    scene_.look_alikes.push_back({time, std::string(where), log, what, what_ja, rule});
  }
  void command(const Host& where, TimeNs time, std::string_view image, std::string_view line,
               std::string_view account) {
    log_.process(where, time, {image, line, programs::kCmd, R"("C:\Windows\system32\cmd.exe")", account});
  }

  void help_desk();
  void administrator_sessions();
  void scripts();
  void onboarding();
  void local_groups();
  void maintenance();
  void software();
  void uploads();

  Scene& scene_;
  WindowsLog& log_;
  const Day& day_;
  Random random_;
};

// Support calls: three questions to the computer, never the tour of the domain that an intruder makes.
void ItDay::help_desk() {
  for (const std::string_view name :
       {"HQ-PC-014", "HQ-PC-031", "KT-PC-007", "MN-PC-012", "HQ-PC-045", "KT-PC-022"}) {
    const Host& computer = host(name);
    const TimeNs time =
        name == "HQ-PC-014" ? day_.at(8, 52, 10) : day_.between(random_, hours{9} + minutes{30}, hours{16});
    log_.logon(computer, time, {kHelpDeskAdmin, "10", "10.10.9.10", "SRM-JMP01", "Negotiate"});
    log_.privileged_logon(computer, later(time, milliseconds{3}), kHelpDeskAdmin);
    command(computer, later(time, minutes{1}), programs::kIpconfig, "ipconfig  /all", kHelpDeskAdmin);
    command(computer, later(time, minutes{2}), programs::kWhoami, "whoami", kHelpDeskAdmin);
    command(computer, later(time, minutes{3}), programs::kSysteminfo, "systeminfo", kHelpDeskAdmin);
    log_.logoff(computer, later(time, minutes{11}), kHelpDeskAdmin, "10");
    quiet(time, computer.name, LogFile::workstations,
          "The help desk looks at a computer: ipconfig, whoami, systeminfo.",
          "ヘルプデスクが端末を調べる（ipconfig、whoami、systeminfo）。", rule_ids::kDiscoveryBurst);
  }
  const Host& computer = host("KT-PC-007");
  const TimeNs time = day_.at(11, 20, 40);
  command(computer, time, programs::kReg,
          R"(reg  save HKLM\SOFTWARE\SoraminoIT C:\Users\Public\it-settings.hiv /y)", kHelpDeskAdmin);
  command(computer, later(time, seconds{20}), programs::kReg,
          R"(reg  export HKLM\SYSTEM\CurrentControlSet\Services\Spooler C:\Users\Public\spooler.reg /y)",
          kHelpDeskAdmin);
  quiet(time, computer.name, LogFile::workstations,
        "The help desk saves registry keys of a program and of the spooler.",
        "ヘルプデスクがソフトウェアとスプーラーのレジストリキーを保存する。", rule_ids::kHiveSaved);
}

// Administrators reach servers from the jump server only.
void ItDay::administrator_sessions() {
  const Host& jump = host("SRM-JMP01");
  for (const std::string_view name :
       {"SRM-DC01", "SRM-FS01", "SRM-AP03", "SRM-DB01", "SRM-MGT01", "SRM-WSUS01"}) {
    const TimeNs time = day_.between(random_, hours{9}, hours{16} + minutes{30});
    log_.logon(host(name), time, {kServerAdmin, "10", jump.address, jump.name, "Negotiate"});
    log_.privileged_logon(host(name), later(time, milliseconds{4}), kServerAdmin);
    log_.process(host(name), later(time, seconds{20}),
                 {R"(C:\Windows\System32\mmc.exe)",
                  R"("C:\Windows\system32\mmc.exe" C:\Windows\system32\eventvwr.msc)", programs::kExplorer,
                  R"(C:\Windows\Explorer.EXE)", kServerAdmin});
    log_.logoff(host(name), later(time, minutes{14}), kServerAdmin, "10");
    if (name == "SRM-DC01") {
      quiet(time, name, LogFile::servers,
            "An administrator opens a remote desktop on a controller from the jump server.",
            "管理者が踏み台サーバーから DC にリモートデスクトップ接続する。", rule_ids::kRdpBetweenServers);
    }
  }
  const TimeNs time = day_.at(9, 48, 5);
  command(host("SRM-DC01"), time, R"(C:\Windows\System32\ntdsutil.exe)",
          R"(ntdsutil  "activate instance ntds" "files" "info" quit quit)", kServerAdmin);
  quiet(time, "SRM-DC01", LogFile::servers,
        "An administrator asks ntdsutil for the size of the directory database.",
        "管理者が ntdsutil でディレクトリデータベースのサイズを確認する。", rule_ids::kNtdsCopied);
}

void ItDay::scripts() {
  const Host& management = host("SRM-MGT01");
  for (int i = 0; i < scene_.scaled(60); ++i) {
    const TimeNs time = day_.between(random_, hours{8} + minutes{30}, hours{18});
    log_.script_block(management, time, random_.pick(kAdminScripts), R"(D:\scripts\daily.ps1)");
  }
  const TimeNs time = day_.at(10, 2, 30);
  log_.process(management, time,
               {programs::kPowershell, R"(powershell.exe -NoProfile -File D:\scripts\get-agent.ps1)",
                programs::kCmd, "cmd.exe", kServerAdmin});
  log_.script_block(
      management, later(time, seconds{1}),
      "Invoke-WebRequest -Uri https://deploy.corp.soramino.example/agent.msi -OutFile D:\\deploy\\agent.msi",
      R"(D:\scripts\get-agent.ps1)");
  quiet(time, management.name, LogFile::servers,
        "A script downloads the agent's installer from the intranet.",
        "スクリプトが社内サーバーからエージェントのインストーラーを取得する。",
        rule_ids::kScriptDownloadAndRun);
  const Host& computer = host("HQ-PC-009");  // of the IT department
  const Person& person = scene_.company.people[8];
  log_.file_created(computer, day_.at(14, 5, 12), programs::kEdge,
                    fmt::format(R"(C:\Users\{}\Downloads\windows11_ja-jp.iso)", person.account),
                    person.account);
  quiet(day_.at(14, 5, 12), computer.name, LogFile::workstations,
        "A disk image is downloaded with the browser.", "ブラウザーでディスクイメージをダウンロードする。",
        rule_ids::kDiskImageFromMail);
}

// April: the new employees. Accounts of the domain, into groups of the domain.
void ItDay::onboarding() {
  const Host& controller = host("SRM-DC01");
  constexpr std::array<std::array<std::string_view, 2>, 3> kNew{
      {{"a.shirai", "白井 葵"}, {"r.nakao", "中尾 陸"}, {"h.kubo", "久保 陽菜"}}};
  TimeNs time = day_.at(10, 15, 0);
  for (const auto& [account, name] : kNew) {
    const std::string sid = sid_of(account);
    add_account_created(log_, controller, time, {kHelpDeskAdmin, account, name, sid});
    log_.write(controller, later(time, seconds{8}), security_event(4728),
               {{"SubjectUserName", kHelpDeskAdmin},
                {"MemberName", fmt::format("CN={},OU=Staff,DC=corp,DC=soramino,DC=example", name)},
                {"MemberSid", sid},
                {"TargetUserName", "GG-Staff"},
                {"TargetSid", sid_of("GG-Staff")}});
    time = later(time, random_span(random_, minutes{2}, minutes{5}));
  }
  quiet(day_.at(10, 15, 0), controller.name, LogFile::servers,
        "Accounts for new employees are created and put into a group of the domain.",
        "新入社員のアカウントを作成し、ドメインのグループに追加する。", rule_ids::kAccountThenAdmin);
}

void ItDay::local_groups() {
  const Host& server = host("SRM-TS01");
  const TimeNs time = day_.at(13, 40, 0);
  add_member_added(log_, server, time, {kServerAdmin, "GG-Helpdesk", "", sid_of("GG-Helpdesk")},
                   kAdministrators);
  add_member_added(log_, server, later(time, minutes{1}), {kServerAdmin, "GG-Staff", "", sid_of("GG-Staff")},
                   kRemoteDesktopUsers);
  quiet(time, server.name, LogFile::servers,
        "An existing group becomes a member of the local administrators.",
        "既存のグループをローカルの Administrators に追加する。", rule_ids::kAccountThenAdmin);
}

void ItDay::maintenance() {
  const Host& server = host("SRM-WSUS01");
  const TimeNs time = day_.at(16, 10, 0);
  command(
      server, time, programs::kSchtasks,
      R"(schtasks  /create /tn "Soramino\Inventory" /tr "C:\Program Files\SoraminoIT\Agent\agent.exe --inventory" )"
      R"(/sc daily /st 03:00 /ru SYSTEM /f)",
      kServerAdmin);
  quiet(time, server.name, LogFile::servers, "An administrator schedules a program of Program Files.",
        "管理者が Program Files のプログラムをタスクに登録する。", rule_ids::kTaskWritableFolder);
  // The log is full and archived by itself; nobody cleared it.
  const TimeNs archived = day_.at(2, 31, 44);
  log_.write(host("SRM-DC01"), archived, {1105, "Security", "Microsoft-Windows-Eventlog"},
             {{"BackupPath", R"(C:\Windows\System32\Winevt\Logs\Archive-Security.evtx)"}});
  quiet(archived, "SRM-DC01", LogFile::servers, "A full event log is archived automatically.",
        "満杯になったイベントログが自動的にアーカイブされる。", rule_ids::kEventLogCleared);
  log_.write(host("SRM-AP02"), day_.at(15, 22, 9), defender_event(5007),
             {{"Product Name", "Microsoft Defender Antivirus"},
              {"New Value", R"(HKLM\SOFTWARE\Microsoft\Windows Defender\Scan\ScheduleTime = 0x78)"}});
  quiet(day_.at(15, 22, 9), "SRM-AP02", LogFile::servers, "The hour of Defender's scan is changed.",
        "Defender のスキャン時刻が変更される。", rule_ids::kDefenderOff);
}

void ItDay::software() {
  log_.service_installed(host("SRM-PRT01"), day_.at(11, 3, 2), "Soramino Print Spool Helper",
                         R"("C:\Program Files\Insatsu\spoolhelper.exe" --service)", "LocalSystem");
  for (const std::string_view name : {"SRM-AP01", "SRM-AP02", "SRM-DB01"}) {
    log_.service_installed(host(name), day_.between(random_, hours{6}, hours{7}), "HozonBackupAgent",
                           R"("C:\Program Files\Hozon Backup\bkagent.exe" --service)", "LocalSystem");
  }
  quiet(day_.at(11, 3, 2), "SRM-PRT01", LogFile::servers, "A printer program installs its service.",
        "プリンターソフトがサービスを登録する。", rule_ids::kServiceRemoteExecution);
  const Host& computer = host("KT-PC-015");
  log_.process(computer, day_.at(9, 17, 33),
               {programs::kRundll32,
                R"(rundll32.exe C:\Windows\System32\printui.dll,PrintUIEntry /in /n \\SRM-PRT01\KT-3F)",
                programs::kExplorer, R"(C:\Windows\Explorer.EXE)", scene_.company.people[64].account});
  quiet(day_.at(9, 17, 33), computer.name, LogFile::workstations, "A printer is connected through rundll32.",
        "rundll32 でプリンターを接続する。", rule_ids::kRundll32UserFolder);
}

// Marketing puts a film of the new machine into the same cloud storage that the intruder uses.
void ItDay::uploads() {
  const Host& computer = host("HQ-PC-022");
  const Person& person = scene_.company.people[21];
  const Site& storage = site("up.filebox.example");
  for (int part = 0; part < 6; ++part) {
    scene_.logs.proxy.request(
        day_.at(11, 5 + part * 2),
        {computer.address, person.account, person.name, "PUT", "https", storage.host, storage.address,
         fmt::format("/v2/files/shinseihin-pr.mp4?part={}", part), kBrowserAgent, 201, 32'000'000, 210});
  }
  quiet(day_.at(11, 5), computer.name, LogFile::proxy, "A film of 190 MB is put into cloud storage.",
        "190 MB の動画をクラウドストレージに保存する。", rule_ids::kUploadVolume);
  log_.process(host("KT-PC-003"), day_.at(15, 31, 0),
               {programs::kSevenZip,
                fmt::format(R"("{}" a -v20m "D:\納品\図面一式_{}.7z" "D:\納品\図面")", programs::kSevenZip,
                            day_.label),
                programs::kExplorer, R"(C:\Windows\Explorer.EXE)", scene_.company.people[52].account});
  quiet(day_.at(15, 31, 0), "KT-PC-003", LogFile::workstations,
        "Drawings for a customer are packed in volumes, open.",
        "顧客に納める図面を分割して圧縮する（暗号化なし）。", rule_ids::kArchiveEncrypted);
}

}  // namespace

void add_account_created(WindowsLog& log, const Host& host, TimeNs time, const AccountChange& change) {
  log.write(host, time, security_event(4720),
            {{"TargetUserName", change.account},
             {"TargetDomainName",
              host.role == Role::domain_controller ? kWindowsDomain : std::string_view(host.name)},
             {"TargetSid", change.sid},
             {"SubjectUserSid", sid_of(change.by)},
             {"SubjectUserName", change.by},
             {"SubjectDomainName", kWindowsDomain},
             {"SamAccountName", change.account},
             {"DisplayName", change.name.empty() ? std::string_view("%%1793") : change.name}});
}

void add_member_added(WindowsLog& log, const Host& host, TimeNs time, const AccountChange& change,
                      const LocalGroup& group) {
  log.write(host, time, security_event(4732),
            {{"MemberName", "-"},
             {"MemberSid", change.sid},
             {"TargetUserName", group.name},
             {"TargetDomainName", "Builtin"},
             {"TargetSid", group.sid},
             {"SubjectUserSid", sid_of(change.by)},
             {"SubjectUserName", change.by},
             {"SubjectDomainName", kWindowsDomain}});
}

void add_it_day(Scene& scene, const Random& random) {
  ItDay(scene, random).run();
}

}  // namespace hinomi::demo
