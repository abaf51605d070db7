#include "demo/linux_servers.h"

#include <array>

#include <fmt/format.h>

#include "demo/rule_ids.h"

namespace hinomi::demo {
namespace {

constexpr auto kCommands = std::to_array<std::string_view>({
    "/usr/bin/systemctl status nginx",
    "/usr/bin/apt-get update",
    "/usr/bin/journalctl -u soramino-mes --since today",
    "/usr/bin/curl -fsS https://deploy.corp.soramino.example/health",
    "/usr/bin/tail -n 200 /var/log/nginx/access.log",
});

class LinuxDay {
 public:
  LinuxDay(Scene& scene, const Random& random)
      : scene_(scene), log_(scene.logs.linux_log), day_(scene.day), random_(random.fork("linux day")) {}

  void run() {
    for (const Host* server : scene_.company.with_role(Role::linux_server)) {
      if (server->name == "vpn01") continue;  // an appliance: it only writes its own log
      cron(*server);
      monitoring(*server);
      work(*server);
    }
    typing_errors();
    package_update();
    deployment();
  }

 private:
  [[nodiscard]] const Host& host(std::string_view name) const { return scene_.company.host(name); }
  [[nodiscard]] std::string workstation_address() {
    return scene_.company.workstation_of(random_.pick(scene_.company.people)).address;
  }
  void cron(const Host& server);
  void monitoring(const Host& server);
  void work(const Host& server);
  void typing_errors();
  void package_update();
  void deployment();

  Scene& scene_;
  LinuxLog& log_;
  const Day& day_;
  Random random_;
};

void LinuxDay::cron(const Host& server) {
  constexpr int kRuns = 144;  // every ten minutes
  for (int run = 0; run < kRuns; ++run) {
    const TimeNs time =
        later(day_.midnight, minutes{10} * run + seconds{1} + random_span(random_, {}, milliseconds{400}));
    log_.line(server, time, "CRON", "(root) CMD (/usr/local/sbin/soramino-collect >/dev/null 2>&1)");
    log_.execve(server, later(time, milliseconds{30}),
                {"/usr/bin/dash",
                 {"/bin/sh", "-c", "/usr/local/sbin/soramino-collect >/dev/null 2>&1"},
                 kUnsetUid,
                 0});
    if (run % 6 == 0) {
      log_.line(server, later(time, milliseconds{55}), "CRON",
                "(root) CMD (cd / && run-parts --report /etc/cron.hourly)");
    }
  }
}

void LinuxDay::monitoring(const Host& server) {
  const Host& monitor = host("lnx-mon01");
  const milliseconds offset = random_span(random_, seconds{2}, minutes{4});
  for (int round = 0; round < 96; ++round) {
    const TimeNs time = later(day_.midnight, minutes{15} * round + offset);
    log_.ssh_accepted(server, time, "mon", monitor.address, "publickey");
    log_.execve(server, later(time, milliseconds{60}), {"/usr/bin/df", {"df", "-P", "/var"}, 1002, 1002});
    log_.line(server, later(time, seconds{1}), "sshd", "pam_unix(sshd:session): session closed for user mon");
  }
}

void LinuxDay::work(const Host& server) {
  for (int i = 0; i < scene_.scaled(16); ++i) {
    const TimeNs time = day_.between(random_, hours{8} + minutes{40}, hours{18} + minutes{30});
    log_.ssh_accepted(server, time, "ops", "10.10.9.10", "publickey");
    const std::int64_t commands = random_.between(1, 3);
    for (std::int64_t step = 1; step <= commands; ++step) {
      const std::string_view command = random_.pick(kCommands);
      log_.sudo(server, later(time, seconds{20 * step}), "ops", command);
      log_.execve(server, later(time, seconds{20 * step} + milliseconds{12}),
                  {"/usr/bin/sudo", {"sudo", std::string(command)}, 1004, 0});
    }
  }
}

// Developers mistype their passwords, two or three times, and get in.
void LinuxDay::typing_errors() {
  const Host& server = host("lnx-bld01");
  for (int i = 0; i < 14; ++i) {
    const TimeNs time = day_.between(random_, hours{9}, hours{13} + minutes{30});
    const std::string from = workstation_address();
    const std::int64_t errors = random_.between(0, 3);
    for (std::int64_t error = 0; error < errors; ++error) {
      log_.ssh_failed(server, later(time, seconds{6 * error}), "sekkei", from);
    }
    log_.ssh_accepted(server, later(time, seconds{6 * errors + 4}), "sekkei", from, "password");
  }
  scene_.look_alikes.push_back({day_.at(9, 0), server.name, LogFile::linux_system,
                                "Developers mistype their password a few times and then log in.",
                                "開発者がパスワードを数回打ち間違えてからログインする。",
                                rule_ids::kSshGuessed});
}

void LinuxDay::package_update() {
  const Host& server = host("lnx-web01");
  const TimeNs time = day_.at(6, 12, 8);
  log_.execve(server, time,
              {"/usr/bin/dpkg",
               {"/usr/bin/dpkg", "--unpack", "/var/cache/apt/archives/logrotate.deb"},
               kUnsetUid,
               0});
  log_.file_created(server, later(time, milliseconds{700}), "/usr/bin/dpkg",
                    "/etc/cron.daily/logrotate.dpkg-new", kUnsetUid);
  scene_.look_alikes.push_back({later(time, milliseconds{700}), server.name, LogFile::linux_audit,
                                "The package manager unpacks the file of a daily job.",
                                "パッケージ管理が日次ジョブのファイルを展開する。",
                                rule_ids::kCronFileCreated});
}

void LinuxDay::deployment() {
  const Host& server = host("lnx-web01");
  const TimeNs time = day_.at(13, 5, 40);
  log_.ssh_accepted(server, time, "deploy", host("lnx-bld01").address, "publickey");
  log_.sudo(server, later(time, seconds{3}), "deploy",
            "/usr/bin/curl -fsSL -o /opt/mes/release.tar.gz "
            "https://deploy.corp.soramino.example/mes/release.tar.gz");
  log_.sudo(server, later(time, seconds{9}), "deploy",
            "/usr/bin/bash -c /opt/mes/install.sh | tee /var/log/mes-install.log");
  log_.sudo(
      server, later(time, seconds{6}), "deploy",
      "/usr/bin/bash -c curl -fsSL https://deploy.corp.soramino.example/mes/release.tar.gz | sha256sum");
  scene_.look_alikes.push_back(
      {later(time, seconds{3}), server.name, LogFile::linux_system,
       "A release is downloaded into a file and piped into a checksum; its installer runs separately.",
       "リリースをファイルに取得してチェックサムに渡し、インストーラーは別に実行する。",
       rule_ids::kSudoDownloadToShell});
}

}  // namespace

void add_linux_day(Scene& scene, const Random& random) {
  LinuxDay(scene, random).run();
}

}  // namespace hinomi::demo
