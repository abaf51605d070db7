#include "demo/linux_log.h"

#include <fmt/format.h>

namespace hinomi::demo {
namespace {

constexpr int kSyscallOpenat = 257;  // x86-64
constexpr int kSyscallExecve = 59;

// auditd writes a value in quotes, or as upper-case hexadecimal when it holds blanks, quotes or control
// characters (audit-userspace, "untrusted" fields).
std::string untrusted(std::string_view text) {
  const bool plain = text.find_first_of(" \"\t\n") == std::string_view::npos;
  if (plain) return fmt::format("\"{}\"", text);
  std::string hex;
  for (const char c : text) hex += fmt::format("{:02X}", static_cast<unsigned char>(c));
  return hex;
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

void LinuxLog::line(const Host& host, TimeNs time, std::string_view program, std::string_view message) {
  const bool numbered = program != "sudo" && program != "kernel";
  const std::string id = numbered ? fmt::format("[{}]", random_.between(700, 32'000)) : "";
  recorder_.add(LogFile::linux_system, time,
                fmt::format("{} {} {}{}: {}", japan_time(time), host.name, program, id, message));
}

void LinuxLog::ssh_failed(const Host& host, TimeNs time, std::string_view account, std::string_view address) {
  line(host, time, "sshd",
       fmt::format("Failed password for {} from {} port {} ssh2", account, address,
                   random_.between(32'768, 60'999)));
}

void LinuxLog::ssh_accepted(const Host& host, TimeNs time, std::string_view account, std::string_view address,
                            std::string_view method) {
  line(host, time, "sshd",
       fmt::format("Accepted {} for {} from {} port {} ssh2", method, account, address,
                   random_.between(32'768, 60'999)));
  line(host, later(time, milliseconds{14}), "sshd",
       fmt::format("pam_unix(sshd:session): session opened for user {}(uid=1003) by (uid=0)", account));
  user_record(host, later(time, milliseconds{20}), "USER_LOGIN", account, "/usr/sbin/sshd", address);
}

void LinuxLog::sudo(const Host& host, TimeNs time, std::string_view account, std::string_view command) {
  line(host, time, "sudo",
       fmt::format("{:>8} : TTY=pts/{} ; PWD=/home/{} ; USER=root ; COMMAND={}", account, random_.below(4),
                   account, command));
  line(host, later(time, milliseconds{6}), "sudo",
       fmt::format("pam_unix(sudo:session): session opened for user root(uid=0) by {}(uid=1003)", account));
}

std::string LinuxLog::stamp(const Host& host, TimeNs time, std::string_view type) const {
  const std::int64_t ms = time.since_epoch_ns / 1'000'000;
  return fmt::format("node={} type={} msg=audit({}.{:03}:{}):", host.name, type, ms / 1000, ms % 1000,
                     kNumberMark);
}

std::string LinuxLog::process_part(const Execution& execution, int syscall, std::string_view key) {
  const std::uint64_t first = 0x55D0'0000'0000 + random_.below(0xFFFF'FFFF);
  const std::uint64_t second = 0x7FFC'0000'0000 + random_.below(0xFFFF'FFFF);
  const std::int64_t parent = random_.between(700, 9000);
  const std::int64_t process = random_.between(9000, 32'000);
  return fmt::format(
      "arch=c000003e syscall={} success=yes exit=0 a0={:x} a1={:x} a2=0 a3=0 items=2 ppid={} pid={} auid={} "
      "uid={} gid={} euid={} tty=(none) ses={} comm=\"{}\" exe=\"{}\" subj=unconfined key=\"{}\"",
      syscall, first, second, parent, process, execution.login_uid, execution.uid, execution.uid,
      execution.uid, random_.between(1, 400), base_name(execution.exe), execution.exe, key);
}

void LinuxLog::execve(const Host& host, TimeNs time, const Execution& execution) {
  std::string arguments;
  for (std::size_t i = 0; i < execution.arguments.size(); ++i) {
    arguments += fmt::format(" a{}={}", i, untrusted(execution.arguments[i]));
  }
  recorder_.add(LogFile::linux_audit, time,
                fmt::format("{} {}\n{} argc={}{}", stamp(host, time, "SYSCALL"),
                            process_part(execution, kSyscallExecve, "exec"), stamp(host, time, "EXECVE"),
                            execution.arguments.size(), arguments),
                host.index);
}

void LinuxLog::file_created(const Host& host, TimeNs time, std::string_view exe, std::string_view path,
                            std::uint32_t login_uid) {
  const std::string process = process_part({exe, {}, login_uid, 0}, kSyscallOpenat, "scheduled-jobs");
  recorder_.add(
      LogFile::linux_audit, time,
      fmt::format("{} {}\n{} item=1 name={} inode={} dev=fd:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 "
                  "nametype=CREATE",
                  stamp(host, time, "SYSCALL"), process, stamp(host, time, "PATH"), untrusted(path),
                  random_.between(130'000, 990'000)),
      host.index);
}

void LinuxLog::user_record(const Host& host, TimeNs time, std::string_view type, std::string_view account,
                           std::string_view exe, std::string_view address) {
  const std::int64_t process = random_.between(700, 32'000);
  recorder_.add(
      LogFile::linux_audit, time,
      fmt::format("{} pid={} uid=0 auid=1003 ses={} subj=unconfined msg='op=login acct=\"{}\" exe=\"{}\" "
                  "hostname={} addr={} terminal=ssh res=success'",
                  stamp(host, time, type), process, random_.between(1, 400), account, exe, address, address),
      host.index);
}

}  // namespace hinomi::demo
