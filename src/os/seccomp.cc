#include "os/seccomp.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>

namespace hinomi::os {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kX32Bit = 0x4000'0000;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the numbers of system calls on this architecture were not looked at"
#endif

constexpr std::uint32_t refuse(int error) noexcept {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

// seccomp_data; the lower half of an argument stands first on the supported (little-endian) machines.
constexpr std::uint32_t kOfNumber = 0;
constexpr std::uint32_t kOfArchitecture = 4;
constexpr std::uint32_t argument(int index) noexcept {
  return 16 + 8 * static_cast<std::uint32_t>(index);
}

class FilterWriter {
 public:
  FilterWriter() {
    load(kOfArchitecture);
    jump(BPF_JEQ, kArchitecture, 1, 0);
    answer(SECCOMP_RET_KILL_PROCESS);
    load(kOfNumber);
#if defined(__x86_64__)
    jump(BPF_JGE, kX32Bit, 0, 1);  // the x32 way to call, with numbers of its own
    answer(SECCOMP_RET_KILL_PROCESS);
#endif
  }

  void on(long call, std::uint32_t what) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 1);
    answer(what);
  }
  // `call` with any of `bits` in the argument is answered with `with`, else with `without`.
  void on_bits(long call, int index, std::uint32_t bits, std::uint32_t with, std::uint32_t without) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 4);
    load(argument(index));
    jump(BPF_JSET, bits, 0, 1);
    answer(with);
    answer(without);
  }
  // `call` with one of `values` in the argument is answered with `with`, else with `without`.
  void on_values(long call, int index, std::initializer_list<std::uint32_t> values, std::uint32_t with,
                 std::uint32_t without) {
    const auto length = static_cast<std::uint8_t>(2 + 2 * values.size());
    jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, length);
    load(argument(index));
    for (const std::uint32_t value : values) {
      jump(BPF_JEQ, value, 0, 1);
      answer(with);
    }
    answer(without);
  }
  SeccompFilter finish(std::uint32_t otherwise) {
    answer(otherwise);
    return std::move(filter_);
  }
  void load(std::uint32_t offset) { add(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }
  void jump(std::uint16_t test, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
    add(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value, if_true, if_false);
  }
  void answer(std::uint32_t what) { add(BPF_RET | BPF_K, what, 0, 0); }

 private:
  void add(std::uint16_t code, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
    filter_.push_back({.code = code, .jt = if_true, .jf = if_false, .k = value});
  }
  SeccompFilter filter_;
};

// Since the client takes no descriptors and the worker needs none, sendmsg and recvmsg are not here.
constexpr long kWorkerAllowed[] = {
    SYS_read,           SYS_pread64,
    SYS_readv,          SYS_write,
    SYS_writev,         SYS_lseek,
    SYS_fstat,          SYS_close,
    SYS_munmap,         SYS_mremap,
    SYS_madvise,        SYS_brk,
    SYS_futex,          SYS_exit,
    SYS_exit_group,     SYS_rt_sigreturn,
    SYS_rt_sigprocmask, SYS_rt_sigaction,
    SYS_sigaltstack,    SYS_clock_gettime,
    SYS_gettimeofday,   SYS_getrandom,
    SYS_ppoll,          SYS_restart_syscall,
    SYS_rseq,           SYS_set_robust_list,
    SYS_sched_yield,    SYS_getpid,
    SYS_gettid,
#if defined(__x86_64__)
    SYS_poll,
#endif
};

// Libraries ask, and go on without an answer.
constexpr long kWorkerRefused[] = {
    SYS_openat,  SYS_newfstatat, SYS_statx,     SYS_readlinkat, SYS_ioctl,     SYS_prlimit64,
    SYS_sysinfo, SYS_uname,      SYS_getrusage, SYS_fcntl,      SYS_faccessat,
#if defined(__x86_64__)
    SYS_open,    SYS_stat,       SYS_lstat,     SYS_readlink,   SYS_access,
#endif
};

constexpr long kServerRefused[] = {
    // programs
    SYS_execve,
    SYS_execveat,
    // other processes
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_pidfd_getfd,
    SYS_process_madvise,
    SYS_move_pages,
    SYS_migrate_pages,
    // namespaces, mounts, roots
    SYS_unshare,
    SYS_setns,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_swapon,
    SYS_swapoff,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_mknodat,
    SYS_quotactl,
    SYS_acct,
    // the kernel
    SYS_bpf,
    SYS_perf_event_open,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_userfaultfd,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_reboot,
    SYS_syslog,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_personality,
    SYS_lookup_dcookie,
    SYS_fanotify_init,
    SYS_vhangup,
    // identity and time of the machine
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setgroups,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_capset,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_sethostname,
    SYS_setdomainname,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#if defined(__x86_64__)
    SYS_mknod,
    SYS_ioperm,
    SYS_iopl,
    SYS_modify_ldt,
    SYS_uselib,
    SYS_ustat,
    SYS__sysctl,
    SYS_nfsservctl,
    SYS_create_module,
    SYS_get_kernel_syms,
    SYS_query_module,
#endif
};

constexpr std::uint32_t kNamespaceFlags =
    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
constexpr std::uint32_t kTiocLinux = 0x541C;

}  // namespace

SeccompFilter worker_filter(int self) {
  FilterWriter filter;
  for (const long call : kWorkerAllowed) filter.on(call, SECCOMP_RET_ALLOW);
  for (const long call : {SYS_mmap, SYS_mprotect})
    filter.on_bits(call, 2, PROT_EXEC, refuse(EACCES), SECCOMP_RET_ALLOW);
  for (const long call : kWorkerRefused) filter.on(call, refuse(EACCES));
  // abort() of this very process; the thread has its number, being the only one.
  filter.on_values(SYS_tgkill, 0, {static_cast<std::uint32_t>(self)}, SECCOMP_RET_ALLOW,
                   SECCOMP_RET_KILL_PROCESS);
  return filter.finish(SECCOMP_RET_KILL_PROCESS);
}

SeccompFilter server_filter() {
  FilterWriter filter;
  for (const long call : kServerRefused) filter.on(call, refuse(EPERM));
  filter.on_bits(SYS_clone, 0, kNamespaceFlags, refuse(EPERM), SECCOMP_RET_ALLOW);
  // Its flags cannot be seen; the C library then takes clone for its threads.
  filter.on(SYS_clone3, refuse(ENOSYS));
  filter.on_values(SYS_ioctl, 1, {TIOCSTI, kTiocLinux}, refuse(EPERM), SECCOMP_RET_ALLOW);
  filter.on_values(SYS_socket, 0, {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK}, SECCOMP_RET_ALLOW,
                   refuse(EAFNOSUPPORT));
  return filter.finish(SECCOMP_RET_ALLOW);
}

int install_filter(const SeccompFilter& filter) noexcept {
  // The kernel only reads it, but asks for a pointer to what is not const.
  const sock_fprog program{.len = static_cast<unsigned short>(filter.size()),
                           .filter = const_cast<sock_filter*>(filter.data())};
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}

}  // namespace hinomi::os
