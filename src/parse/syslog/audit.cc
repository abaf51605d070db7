#include "parse/syslog/audit.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace hinomi::parse::syslog {
namespace {

constexpr char kEnrichedSeparator =
    '\x1D';  // auditd.conf(5), log_format = ENRICHED: interpreted values follow

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_gap(char c) noexcept {
  return c == ' ' || c == kEnrichedSeparator || c == '\n' || c == '\r';
}
constexpr int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;  // the kernel writes capital letters (audit_log_n_hex)
}

struct Numbered {
  int number;
  std::string_view name;
};

// linux/audit.h and libaudit's msg_typetab: types as the kernel writes them to its own log.
constexpr std::array<Numbered, 28> kTypes = {{
    {1100, "USER_AUTH"},     {1101, "USER_ACCT"},     {1103, "CRED_ACQ"},      {1104, "CRED_DISP"},
    {1105, "USER_START"},    {1106, "USER_END"},      {1112, "USER_LOGIN"},    {1113, "USER_LOGOUT"},
    {1123, "USER_CMD"},      {1124, "USER_TTY"},      {1130, "SERVICE_START"}, {1131, "SERVICE_STOP"},
    {1300, "SYSCALL"},       {1302, "PATH"},          {1303, "IPC"},           {1304, "SOCKETCALL"},
    {1305, "CONFIG_CHANGE"}, {1306, "SOCKADDR"},      {1307, "CWD"},           {1309, "EXECVE"},
    {1319, "TTY"},           {1325, "NETFILTER_CFG"}, {1326, "SECCOMP"},       {1327, "PROCTITLE"},
    {1334, "BPF"},           {1400, "AVC"},           {1701, "ANOM_ABEND"},    {1330, "KERN_MODULE"},
}};

// Linux, arch/x86/entry/syscalls/syscall_64.tbl: the calls that detection asks for.
constexpr std::array<Numbered, 60> kSystemCalls = {{
    {0, "read"},
    {1, "write"},
    {2, "open"},
    {9, "mmap"},
    {10, "mprotect"},
    {21, "access"},
    {32, "dup"},
    {33, "dup2"},
    {41, "socket"},
    {42, "connect"},
    {43, "accept"},
    {44, "sendto"},
    {49, "bind"},
    {50, "listen"},
    {56, "clone"},
    {57, "fork"},
    {58, "vfork"},
    {59, "execve"},
    {62, "kill"},
    {76, "truncate"},
    {77, "ftruncate"},
    {82, "rename"},
    {83, "mkdir"},
    {84, "rmdir"},
    {85, "creat"},
    {86, "link"},
    {87, "unlink"},
    {88, "symlink"},
    {90, "chmod"},
    {91, "fchmod"},
    {92, "chown"},
    {93, "fchown"},
    {94, "lchown"},
    {99, "sysinfo"},
    {101, "ptrace"},
    {103, "syslog"},
    {105, "setuid"},
    {106, "setgid"},
    {113, "setreuid"},
    {117, "setresuid"},
    {133, "mknod"},
    {155, "pivot_root"},
    {161, "chroot"},
    {163, "acct"},
    {165, "mount"},
    {166, "umount2"},
    {169, "reboot"},
    {170, "sethostname"},
    {175, "init_module"},
    {176, "delete_module"},
    {246, "kexec_load"},
    {257, "openat"},
    {259, "mknodat"},
    {263, "unlinkat"},
    {268, "fchmodat"},
    {310, "process_vm_readv"},
    {311, "process_vm_writev"},
    {313, "finit_module"},
    {319, "memfd_create"},
    {322, "execveat"},
}};

template <std::size_t N>
std::string_view name_of(const std::array<Numbered, N>& table, std::string_view digits) {
  int number = -1;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (result.ec != std::errc{} || result.ptr != digits.data() + digits.size()) return {};
  const auto found =
      std::find_if(table.begin(), table.end(), [number](const auto& row) { return row.number == number; });
  return found == table.end() ? std::string_view{} : found->name;
}

// Fields that the kernel writes with audit_log_untrustedstring, or user space in the same way: in quotes, or
// in hexadecimal when a byte is a quote, a blank or not printable. (Audit userspace, lib/ "ESCAPED" types.)
bool may_be_hexadecimal(std::string_view type, std::string_view name) {
  constexpr std::array<std::string_view, 19> kNames = {
      "acct", "cmd",  "comm",     "cwd",   "data",     "device", "dir",       "exe", "file", "grp",
      "key",  "name", "new-disk", "ocomm", "old-disk", "path",   "proctitle", "vm",  "watch"};
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  // a0 … of EXECVE are texts, of SYSCALL they are registers.
  return type == "EXECVE" && name.size() > 1 && name[0] == 'a' && is_digit(name[1]) &&
         name.find("_len") == std::string_view::npos;
}

std::string_view decoded(std::string_view value, base::Arena& arena) {
  const bool is_hexadecimal =
      value.size() >= 2 && value.size() % 2 == 0 &&
      std::all_of(value.begin(), value.end(), [](char c) { return hex_digit(c) >= 0; });
  if (!is_hexadecimal) return value;
  char* const out = arena.allocate(value.size() / 2);
  std::size_t length = 0;
  for (std::size_t i = 0; i < value.size(); i += 2) {
    const char byte = static_cast<char>(hex_digit(value[i]) * 16 + hex_digit(value[i + 1]));
    out[length++] = byte == '\0' || byte == '\x01' ? ' ' : byte;  // \x01 parts the keys of one record
  }
  while (length > 0 && out[length - 1] == ' ') --length;
  return {out, length};
}

// "EXECVE" arguments beyond 7,500 bytes come as a1[0]=, a1[1]= …: all of them are values of a1.
std::string_view plain_name(std::string_view name) {
  return name.substr(0, name.find('['));
}

void parse_pairs(std::string_view text, std::string_view type, base::Arena& arena, Pairs& out) {
  std::size_t at = 0;
  while (at < text.size() && out.size() < kMaxPairs) {
    while (at < text.size() && is_gap(text[at])) ++at;
    const std::size_t name_start = at;
    while (at < text.size() && !is_gap(text[at]) && text[at] != '=') ++at;
    if (at >= text.size() || text[at] != '=') continue;  // a word alone, as in "avc:  denied"
    const std::string_view name = plain_name(text.substr(name_start, at - name_start));
    ++at;
    std::string_view value;
    if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
      const char quote = text[at];
      const std::size_t end = std::min(text.find(quote, at + 1), text.size());
      value = text.substr(at + 1, end - at - 1);
      at = std::min(end + 1, text.size());
      if (quote == '\'') {  // msg='op=login acct="root" …': one level, no quotes of this kind within
        if (name == "msg") {
          parse_pairs(value, type, arena, out);
          continue;
        }
      }
    } else {
      const std::size_t start = at;
      while (at < text.size() && !is_gap(text[at])) ++at;
      value = text.substr(start, at - start);
      if (may_be_hexadecimal(type, name)) value = decoded(value, arena);
    }
    if (name.empty() || name.size() > kMaxNameBytes || out.size() >= kMaxPairs) continue;
    out.push_back({name, value});
  }
}

// "audit(1700000000.123:456)" at the front; what follows the colon or blank stays in `text`.
bool take_stamp(std::string_view& text, AuditRecord& record) {
  constexpr std::string_view kFront = "audit(";
  if (!text.starts_with(kFront)) return false;
  const std::size_t close = text.find(')');
  const std::size_t colon = text.find(':');
  const std::size_t point = text.find('.');
  if (close == std::string_view::npos || colon >= close || point >= colon) return false;
  std::int64_t seconds = 0;
  std::int64_t millis = 0;
  const auto number = [&text](std::size_t from, std::size_t to, std::int64_t& value) {
    const auto result = std::from_chars(text.data() + from, text.data() + to, value);
    return result.ec == std::errc{} && result.ptr == text.data() + to && value >= 0;
  };
  if (!number(kFront.size(), point, seconds) || !number(point + 1, colon, millis) || millis > 999)
    return false;
  constexpr std::int64_t kLastSecond = 9'223'372'036;  // beyond it nanoseconds do not fit
  if (seconds < kLastSecond) record.time = base::TimeNs{seconds * 1'000'000'000 + millis * 1'000'000};
  record.serial = text.substr(colon + 1, close - colon - 1);
  text.remove_prefix(close + 1);
  if (text.starts_with(':')) text.remove_prefix(1);
  return true;
}

std::string_view value_of(const Pairs& pairs, std::size_t from, std::string_view name) {
  for (std::size_t i = from; i < pairs.size(); ++i) {
    if (pairs[i].name == name) return pairs[i].value;
  }
  return {};
}

}  // namespace

std::optional<AuditRecord> parse_audit(std::string_view text, base::Arena& arena, Pairs& out) {
  AuditRecord record;
  const auto take_value = [&text](std::string_view name, std::string_view& value) {
    if (!text.starts_with(name)) return false;
    const std::size_t end = std::min(text.find(' '), text.size());
    value = text.substr(name.size(), end - name.size());
    text.remove_prefix(std::min(end + 1, text.size()));
    return true;
  };
  if (text.starts_with("audit: ")) text.remove_prefix(7);  // the kernel's own log
  take_value("node=", record.node);
  if (!take_value("type=", record.type)) return std::nullopt;
  if (text.starts_with("msg=")) text.remove_prefix(4);
  if (!take_stamp(text, record)) return std::nullopt;
  if (record.type.starts_with("UNKNOWN[") && record.type.ends_with(']')) {
    record.type = record.type.substr(8, record.type.size() - 9);
  }
  if (const auto name = name_of(kTypes, record.type); !name.empty()) record.type = name;
  const std::size_t before = out.size();
  parse_pairs(text, record.type, arena, out);
  if (record.type == "SYSCALL" && value_of(out, before, "SYSCALL").empty() &&
      value_of(out, before, "arch") == "c000003e") {  // AUDIT_ARCH_X86_64
    const auto name = name_of(kSystemCalls, value_of(out, before, "syscall"));
    if (!name.empty() && out.size() < kMaxPairs) out.push_back({"SYSCALL", name});
  }
  return record;
}

}  // namespace hinomi::parse::syslog
