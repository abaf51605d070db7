// Writes the logs of Linux servers: syslog lines with RFC 3339 time-stamps (rsyslog's default file format)
// and audit records (auditd). It knows what a line looks like, not when one is written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "demo/company.h"
#include "demo/moment.h"
#include "demo/recorder.h"

namespace hinomi::demo {

inline constexpr std::uint32_t kUnsetUid = 0xFFFF'FFFF;

struct Execution {
  std::string_view exe;  // full path
  std::vector<std::string> arguments;
  std::uint32_t login_uid = 0;  // auid; kUnsetUid for what nobody logged in for
  std::uint32_t uid = 0;
};

class LinuxLog {
 public:
  LinuxLog(Recorder& recorder, Random random) : recorder_(recorder), random_(random) {}

  // `program` as in "sshd[812]:"; a process id is made up where the program writes one.
  void line(const Host& host, TimeNs time, std::string_view program, std::string_view message);
  void ssh_failed(const Host& host, TimeNs time, std::string_view account, std::string_view address);
  // `method`: "password" or "publickey".
  void ssh_accepted(const Host& host, TimeNs time, std::string_view account, std::string_view address,
                    std::string_view method);
  void sudo(const Host& host, TimeNs time, std::string_view account, std::string_view command);

  // SYSCALL, EXECVE and PROCTITLE records of one execve.
  void execve(const Host& host, TimeNs time, const Execution& execution);
  // SYSCALL and PATH records of a file made below a watched path.
  void file_created(const Host& host, TimeNs time, std::string_view exe, std::string_view path,
                    std::uint32_t login_uid);
  // A record of user space: USER_LOGIN, CRED_ACQ, USER_START …
  void user_record(const Host& host, TimeNs time, std::string_view type, std::string_view account,
                   std::string_view exe, std::string_view address);

 private:
  [[nodiscard]] std::string stamp(const Host& host, TimeNs time, std::string_view type) const;
  [[nodiscard]] std::string process_part(const Execution& execution, int syscall, std::string_view key);

  Recorder& recorder_;
  Random random_;
};

}  // namespace hinomi::demo
