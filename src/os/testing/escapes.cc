#include "os/testing/escapes.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace hinomi::os {
namespace {

using S = const Surroundings&;

int told(long result) {
  return result < 0 ? (errno == 0 ? EIO : errno) : 0;
}

template <typename... Arguments>
int call(long number, Arguments... arguments) {
  return told(::syscall(number, arguments...));
}

char stack_of_child[16 * 1024];
int in_new_thread(void*) {
  return 0;
}

// ---- files
int open_file(S) {
  return call(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}
int stat_file(S) {
  struct stat status{};
  return told(::stat("/etc/passwd", &status));
}
int statx_file(S) {
  std::array<char, 512> room{};
  return call(SYS_statx, AT_FDCWD, "/etc/passwd", 0, 0x7FF, room.data());
}
int read_link(S) {
  std::array<char, 64> room{};
  return call(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", room.data(), room.size());
}
int list_root(S) {
  return call(SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY);
}
int write_file(S s) {
  return call(SYS_openat, AT_FDCWD, s.file.c_str(), O_WRONLY);
}
int create_file(S s) {
  return call(SYS_openat, AT_FDCWD, (s.folder + "/made").c_str(), O_WRONLY | O_CREAT, 0600);
}
int create_in_root(S) {
  return call(SYS_openat, AT_FDCWD, "/made", O_WRONLY | O_CREAT, 0600);
}
int make_folder(S s) {
  return call(SYS_mkdirat, AT_FDCWD, (s.folder + "/f").c_str(), 0700);
}
int make_link(S s) {
  return call(SYS_symlinkat, "/etc", AT_FDCWD, (s.folder + "/l").c_str());
}
int remove_file(S s) {
  return call(SYS_unlinkat, AT_FDCWD, s.file.c_str(), 0);
}
int truncate_file(S s) {
  return told(::truncate(s.file.c_str(), 0));
}
int change_mode(S s) {
  return call(SYS_fchmodat, AT_FDCWD, s.file.c_str(), 0777);
}
int make_device(S s) {
  return call(SYS_mknodat, AT_FDCWD, (s.folder + "/d").c_str(), S_IFIFO | 0600, 0);
}
int write_open_file(S s) {
  return told(::write(s.writable_file, "x", 1));  // an open descriptor, but FSIZE is 0
}
int grow_open_file(S s) {
  return call(SYS_ftruncate, s.writable_file, 1 << 20);
}
int allocate_open_file(S s) {
  return call(SYS_fallocate, s.writable_file, 0, 0, 1 << 20);
}
int open_by_handle(S) {
  alignas(file_handle) std::array<unsigned char, sizeof(file_handle) + 64> room{};
  auto* handle = reinterpret_cast<file_handle*>(room.data());
  handle->handle_bytes = 64;
  int mount = 0;
  if (const int error = call(SYS_name_to_handle_at, AT_FDCWD, "/", handle, &mount, 0); error != 0)
    return error;
  return call(SYS_open_by_handle_at, AT_FDCWD, handle, O_RDONLY);
}
int watch_files(S) {
  return call(SYS_inotify_init1, 0);
}

// ---- programs and executable memory
int execute(S) {
  std::array<char*, 2> arguments{const_cast<char*>("true"), nullptr};
  return call(SYS_execve, "/bin/true", arguments.data(), arguments.data() + 1);
}
int execute_memory(S) {
  const int program = static_cast<int>(::syscall(SYS_memfd_create, "program", 0));
  if (program < 0) return errno;
  std::array<char*, 2> arguments{const_cast<char*>("x"), nullptr};
  return call(SYS_execveat, program, "", arguments.data(), arguments.data() + 1, AT_EMPTY_PATH);
}
int make_memory_file(S) {
  return call(SYS_memfd_create, "m", 0);
}
int map_executable(S) {
  return told(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                      MAP_FAILED
                  ? -1
                  : 0);
}
int make_executable(S) {
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return told(page == MAP_FAILED ? -1 : ::mprotect(page, 4096, PROT_READ | PROT_EXEC));
}
int make_executable_by_key(S) {
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return call(SYS_pkey_mprotect, page, 4096, PROT_READ | PROT_EXEC, -1);
}
int implied_executable(S) {
  return call(SYS_personality, 0x0400000UL);
}  // READ_IMPLIES_EXEC

// ---- network
int connect_to(int family, int type, const sockaddr* address, socklen_t size) {
  const int socket = static_cast<int>(::syscall(SYS_socket, family, type, 0));
  if (socket < 0) return errno;
  return call(SYS_connect, socket, address, size);
}
sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}
int connect_tcp(S s) {
  const sockaddr_in address = loopback(s.tcp_port);
  return connect_to(AF_INET, SOCK_STREAM, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}
int listen_tcp(S) {
  const int socket = static_cast<int>(::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
  if (socket < 0) return errno;
  const sockaddr_in address = loopback(0);
  return call(SYS_bind, socket, &address, sizeof address);
}
int send_udp(S s) {
  const sockaddr_in address = loopback(s.udp_port);
  if (const int error =
          connect_to(AF_INET, SOCK_DGRAM, reinterpret_cast<const sockaddr*>(&address), sizeof address);
      error != 0)
    return error;
  return 0;
}
int connect_unix(const std::string& name, bool abstract) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + (abstract ? 1 : 0), name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + 1);
  return connect_to(AF_UNIX, SOCK_STREAM, reinterpret_cast<const sockaddr*>(&address), size);
}
int connect_path(S s) {
  return connect_unix(s.socket_path, false);
}
int connect_abstract(S s) {
  return connect_unix(s.abstract_name, true);
}
int open_netlink(S) {
  return call(SYS_socket, AF_NETLINK, SOCK_RAW, 0);
}
int open_crypto_socket(S) {
  return call(SYS_socket, AF_ALG, SOCK_SEQPACKET, 0);
}
int open_raw_socket(S) {
  return call(SYS_socket, AF_INET, SOCK_RAW, IPPROTO_ICMP);
}
int make_socket_pair(S) {
  std::array<int, 2> ends{};
  return call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, ends.data());
}
int make_pipe(S) {
  std::array<int, 2> ends{};
  return call(SYS_pipe2, ends.data(), 0);
}
int send_descriptor(S s) {
  char byte = 'x';
  iovec part{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &s.sealed_input, sizeof(int));
  return call(SYS_sendmsg, s.socket, &message, 0);
}
int receive_descriptor(S s) {
  msghdr message{};
  return call(SYS_recvmsg, s.socket, &message, MSG_DONTWAIT | MSG_PEEK);
}
int change_socket(S s) {
  const int size = 1 << 30;
  return call(SYS_setsockopt, s.socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

// ---- other processes
int signal_parent(S s) {
  return call(SYS_kill, s.parent, 0);
}
int signal_everybody(S) {
  return call(SYS_kill, -1, 0);
}
int signal_group(S) {
  return call(SYS_kill, 0, 0);
}
int signal_parent_thread(S s) {
  return call(SYS_tgkill, s.parent, s.parent, 0);
}
int queue_signal(S s) {
  siginfo_t info{};
  info.si_code = SI_QUEUE;
  return call(SYS_rt_sigqueueinfo, s.parent, 0, &info);
}
int trace_parent(S s) {
  const int error = told(::ptrace(PTRACE_ATTACH, s.parent, nullptr, nullptr));
  if (error == 0) {
    ::waitpid(s.parent, nullptr, __WALL);
    ::ptrace(PTRACE_DETACH, s.parent, nullptr, nullptr);
  }
  return error;
}
int be_traced(S) {
  return told(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
}
int read_parent_memory(S s) {
  char byte = 0;
  iovec here{.iov_base = &byte, .iov_len = 1};
  iovec there{.iov_base = stack_of_child, .iov_len = 1};
  return call(SYS_process_vm_readv, s.parent, &here, 1, &there, 1, 0);
}
int write_parent_memory(S s) {
  char byte = 0;
  iovec here{.iov_base = &byte, .iov_len = 1};
  iovec there{.iov_base = stack_of_child, .iov_len = 1};
  return call(SYS_process_vm_writev, s.parent, &here, 1, &there, 1, 0);
}
int open_of_parent(S s, const char* name) {
  const std::string path = "/proc/" + std::to_string(s.parent) + '/' + name;
  return call(SYS_openat, AT_FDCWD, path.c_str(), O_RDONLY);
}
int read_parent_environment(S s) {
  return open_of_parent(s, "environ");
}
int read_parent_maps(S s) {
  return open_of_parent(s, "maps");
}
int read_parent_status(S s) {
  return open_of_parent(s, "status");
}
int open_parent_memory(S s) {
  return open_of_parent(s, "mem");
}
int open_parent_root(S s) {
  return open_of_parent(s, "root/etc/passwd");
}
int hold_parent(S s) {
  return call(SYS_pidfd_open, s.parent, 0);
}
int take_descriptor_of_parent(S s) {
  const int parent = static_cast<int>(::syscall(SYS_pidfd_open, s.parent, 0));
  if (parent < 0) return errno;
  return call(SYS_pidfd_getfd, parent, 1, 0);
}
int limit_parent(S s) {
  rlimit limit{};
  return call(SYS_prlimit64, s.parent, RLIMIT_NOFILE, nullptr, &limit);
}
int slow_parent(S s) {
  return call(SYS_setpriority, PRIO_PROCESS, s.parent, 19);
}
int compare_with_parent(S s) {
  return call(SYS_kcmp, s.parent, ::getpid(), 0, 0, 0);
}
int shared_memory(S) {
  return call(SYS_shmget, 0x48494E, 4096, 0600 | 01000);
}
int message_queue(S) {
  return call(SYS_msgget, 0x48494E, 0600 | 01000);
}

// ---- more of itself
int do_fork(S) {
  const long child = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) ::_exit(0);
  return told(child);
}
int do_clone3(S) {
  clone_args how{};
  how.exit_signal = SIGCHLD;
  const long child = ::syscall(SYS_clone3, &how, sizeof how);
  if (child == 0) ::_exit(0);
  return told(child);
}
int start_thread(S) {
  return told(::clone(in_new_thread, stack_of_child + sizeof stack_of_child,
                      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
                      nullptr));
}
int take_memory(S s) {
  void* memory = ::mmap(nullptr, s.memory_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return told(memory == MAP_FAILED ? -1 : 0);
}
int take_memory_in_pieces(S s) {
  constexpr std::size_t kPiece = 16 << 20;
  for (std::uint64_t taken = 0; taken < s.memory_bytes; taken += kPiece) {
    if (::mmap(nullptr, kPiece, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
      return errno;
  }
  return 0;
}
int take_heap(S s) {
  const long now = ::syscall(SYS_brk, 0);
  const long wanted = now + static_cast<long>(s.memory_bytes);
  return ::syscall(SYS_brk, wanted) == wanted ? 0 : ENOMEM;
}
int lock_memory(S) {
  void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return call(SYS_mlock, page, 4096);
}
int spin(S) {
  volatile std::uint64_t turns = 0;
  while (true) turns = turns + 1;
}
int raise_limits(S) {
  rlimit limit{.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
  return call(SYS_prlimit64, 0, RLIMIT_FSIZE, &limit, nullptr);
}
int raise_limits_by_setrlimit(S) {
  rlimit limit{.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
  return call(SYS_setrlimit, RLIMIT_FSIZE, &limit);
}
int set_timer(S) {
  int timer = 0;
  return call(SYS_timer_create, 0, nullptr, &timer);
}
int copy_descriptor(S s) {
  return call(SYS_dup, s.socket);
}
int dump_core(S) {
  rlimit limit{};
  ::getrlimit(RLIMIT_CORE, &limit);
  std::abort();
}

// ---- identity, namespaces, the kernel
int become_root(S) {
  return call(SYS_setuid, 0);
}
int become_root_in_part(S) {
  return call(SYS_setresuid, -1, 0, -1);
}
int change_group(S) {
  return call(SYS_setresgid, 0, 0, 0);
}
int change_groups(S) {
  const gid_t group = 0;
  return call(SYS_setgroups, 1, &group);
}
int take_capabilities(S) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const __user_cap_data_struct all[2]{{~0U, ~0U, 0}, {~0U, ~0U, 0}};
  return call(SYS_capset, &header, all);
}
int new_user_namespace(S) {
  return call(SYS_unshare, CLONE_NEWUSER);
}
int new_net_namespace(S) {
  return call(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNET);
}
int clone_user_namespace(S) {
  const long child = ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) ::_exit(0);
  return told(child);
}
int join_namespace(S s) {
  return call(SYS_setns, s.socket, CLONE_NEWNET);
}
int mount_files(S) {
  return call(SYS_mount, "none", "/", "tmpfs", 0, nullptr);
}
int unmount_root(S) {
  return call(SYS_umount2, "/", 2);
}
int remount_root(S) {
  return call(SYS_mount, nullptr, "/", nullptr, 32 | 4096, nullptr);
}
int open_mount(S) {
  return call(SYS_open_tree, AT_FDCWD, "/", 1);
}
int change_root(S) {
  return call(SYS_chroot, "/");
}
int pivot(S) {
  return call(SYS_pivot_root, ".", ".");
}
int make_dumpable(S) {
  return call(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
}
int outlive_parent(S) {
  return call(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
}
int rename_process(S) {
  return call(SYS_prctl, PR_SET_NAME, "systemd", 0, 0, 0);
}
int filter_again(S) {
  return call(SYS_prctl, PR_SET_SECCOMP, 2, nullptr, 0, 0);
}
int move_code(S) {
  return call(SYS_prctl, PR_SET_MM, PR_SET_MM_START_CODE, 0, 0, 0);
}
int seccomp_call(S) {
  return call(SYS_seccomp, 2, 0, 0);
}
int ring(S) {
  std::array<char, 256> parameters{};
  return call(SYS_io_uring_setup, 4, parameters.data());
}
int key(S) {
  return call(SYS_keyctl, 0, -3, 1);
}  // KEYCTL_GET_KEYRING_ID of the session's
int add_key(S) {
  return call(SYS_add_key, "user", "hinomi", "x", 1, -2);
}
int bpf(S) {
  std::array<char, 128> attribute{};
  return call(SYS_bpf, 0, attribute.data(), attribute.size());
}
int count_events(S) {
  std::array<char, 128> attribute{};
  return call(SYS_perf_event_open, attribute.data(), 0, -1, -1, 0);
}
int fault_handler(S) {
  return call(SYS_userfaultfd, 1);
}
int load_module(S s) {
  return call(SYS_finit_module, s.sealed_input, "", 0);
}
int load_kernel(S) {
  return call(SYS_kexec_load, 0, 0, nullptr, 0);
}
int restart_machine(S) {
  return call(SYS_reboot, 0, 0, 0, nullptr);
}
int read_kernel_log(S) {
  return call(SYS_syslog, 10, nullptr, 0);
}
int set_clock(S) {
  const timespec time{};
  return call(SYS_clock_settime, CLOCK_REALTIME, &time);
}
int type_into_terminal(S s) {
  return call(SYS_ioctl, s.socket, 0x5412, "x");
}
int control_descriptor(S s) {
  return call(SYS_fcntl, s.socket, F_SETOWN, s.parent);
}
int splice_to_socket(S s) {
  return call(SYS_sendfile, s.socket, s.sealed_input, nullptr, 1);
}
int write_input(S s) {
  return told(::write(s.sealed_input, "x", 1));
}
int map_input_writable(S s) {
  return told(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, s.sealed_input, 0) == MAP_FAILED ? -1
                                                                                                         : 0);
}
#if defined(__x86_64__)
int call_as_x32(S) {
  return call(0x4000'0000L | SYS_getpid);
}
int call_as_32_bit(S) {
  long result = 20;  // getpid of i386
  asm volatile("int $0x80" : "+a"(result)::"memory");
  return result > 0 ? 0 : static_cast<int>(-result);
}
int change_segment(S) {
  return call(SYS_arch_prctl, 0x1002, 0UL);
}
#endif

constexpr bool kFree = true;
constexpr bool kFatal = true;

constexpr Escape kEscapes[] = {
    {"open_a_file", open_file, kFree},
    {"stat_a_file", stat_file, kFree},
    {"statx_a_file", statx_file, kFree},
    {"read_a_link", read_link, false},
    {"list_the_root", list_root, kFree},
    {"open_a_file_for_writing", write_file, kFree},
    {"create_a_file", create_file, kFree},
    {"create_a_file_in_the_root", create_in_root},
    {"make_a_folder", make_folder, kFree},
    {"make_a_link", make_link, kFree},
    {"remove_a_file", remove_file, kFree},
    {"truncate_a_file", truncate_file, kFree},
    {"change_a_mode", change_mode},
    {"make_a_fifo", make_device, kFree},
    {"write_to_an_open_file", write_open_file, kFree},
    {"grow_an_open_file", grow_open_file, kFree},
    {"allocate_in_an_open_file", allocate_open_file},
    {"open_by_handle", open_by_handle},
    {"watch_files", watch_files},
    {"execute_a_program", execute},
    {"execute_memory", execute_memory},
    {"make_a_memory_file", make_memory_file, kFree},
    {"map_executable_memory", map_executable, kFree},
    {"make_memory_executable", make_executable, kFree},
    {"make_memory_executable_by_key", make_executable_by_key},
    {"make_all_memory_executable", implied_executable},
    {"connect_by_tcp", connect_tcp, kFree},
    {"listen_for_tcp", listen_tcp, kFree},
    {"connect_by_udp", send_udp, kFree},
    {"connect_to_a_unix_socket", connect_path, kFree},
    {"connect_to_an_abstract_socket", connect_abstract, kFree},
    {"open_netlink", open_netlink},
    {"open_a_crypto_socket", open_crypto_socket},
    {"open_a_raw_socket", open_raw_socket},
    {"make_a_socket_pair", make_socket_pair, kFree},
    {"make_a_pipe", make_pipe, kFree},
    {"send_a_descriptor", send_descriptor, kFree},
    {"receive_a_descriptor", receive_descriptor},
    {"enlarge_the_socket", change_socket, kFree},
    {"signal_the_parent", signal_parent, kFree},
    {"signal_everybody", signal_everybody},
    {"signal_the_group", signal_group},
    {"signal_a_thread_of_the_parent", signal_parent_thread, kFree},
    {"queue_a_signal", queue_signal},
    {"trace_the_parent", trace_parent},
    {"be_traced", be_traced},
    {"read_memory_of_the_parent", read_parent_memory},
    {"write_memory_of_the_parent", write_parent_memory},
    {"read_the_environment_of_the_parent", read_parent_environment, kFree},
    {"read_the_maps_of_the_parent", read_parent_maps, kFree},
    {"read_the_status_of_the_parent", read_parent_status, kFree},
    {"open_the_memory_of_the_parent", open_parent_memory},
    {"open_a_file_through_the_parent", open_parent_root},
    {"hold_the_parent", hold_parent, kFree},
    {"take_a_descriptor_of_the_parent", take_descriptor_of_parent},
    {"limit_the_parent", limit_parent},
    {"slow_the_parent_down", slow_parent, kFree},
    {"compare_with_the_parent", compare_with_parent},
    {"use_shared_memory", shared_memory},
    {"use_a_message_queue", message_queue},
    {"fork", do_fork, kFree},
    {"clone3", do_clone3, kFree},
    {"start_a_thread", start_thread, kFree},
    {"take_too_much_memory", take_memory, kFree},
    {"take_too_much_memory_in_pieces", take_memory_in_pieces, kFree},
    {"take_too_much_heap", take_heap},
    {"lock_memory", lock_memory},
    {"spin_for_ever", spin, false, kFatal},
    {"raise_a_limit", raise_limits},
    {"raise_a_limit_in_the_old_way", raise_limits_by_setrlimit},
    {"set_a_timer", set_timer},
    {"copy_a_descriptor", copy_descriptor, kFree},
    {"dump_core", dump_core, false, kFatal},
    {"become_root", become_root},
    {"become_root_in_part", become_root_in_part},
    {"change_the_group", change_group},
    {"change_the_groups", change_groups},
    {"take_capabilities", take_capabilities},
    {"make_a_user_namespace", new_user_namespace},
    {"make_a_network_namespace", new_net_namespace},
    {"clone_into_a_user_namespace", clone_user_namespace},
    {"join_a_namespace", join_namespace},
    {"mount", mount_files},
    {"unmount_the_root", unmount_root},
    {"remount_the_root", remount_root},
    {"open_a_mount", open_mount},
    {"change_the_root", change_root},
    {"pivot_the_root", pivot},
    {"make_itself_dumpable", make_dumpable, kFree},
    {"outlive_the_parent", outlive_parent, kFree},
    {"rename_itself", rename_process, kFree},
    {"filter_again", filter_again},
    {"move_its_code", move_code},
    {"call_seccomp", seccomp_call},
    {"set_up_a_ring", ring},
    {"look_for_a_keyring", key},
    {"add_a_key", add_key},
    {"load_bpf", bpf},
    {"count_processor_events", count_events},
    {"handle_page_faults", fault_handler},
    {"load_a_module", load_module},
    {"load_a_kernel", load_kernel},
    {"restart_the_machine", restart_machine},
    {"read_the_log_of_the_kernel", read_kernel_log},
    {"set_the_clock", set_clock},
    {"type_into_a_terminal", type_into_terminal},
    {"direct_signals_of_a_descriptor", control_descriptor},
    {"send_a_file", splice_to_socket},
    {"write_to_the_input", write_input},
    {"map_the_input_for_writing", map_input_writable},
#if defined(__x86_64__)
    {"call_as_x32", call_as_x32},
    {"call_as_32_bit", call_as_32_bit},
    {"change_a_segment", change_segment},
#endif
};

}  // namespace

std::span<const Escape> all_escapes() {
  return kEscapes;
}

}  // namespace hinomi::os
