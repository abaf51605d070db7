#include "app/confinement.h"

#include "os/sandbox.h"

namespace hinomi::app {
namespace {

std::uint32_t confine(const os::ProcessProfile& profile, const std::function<void(const std::string&)>& log) {
  const auto report = os::confine_process(profile);
  if (!report) {
    log("the process is not confined: " + report.error().message);
    return 0;
  }
  if (!report->has(os::SandboxPart::seccomp) || !report->has(os::SandboxPart::landlock))
    log("the process is confined in part: " + report->text());
  return report->level();
}

}  // namespace

std::uint32_t confine_front(const DataFolder& folder, const std::string& audit_copies,
                            std::vector<std::uint16_t> database_ports,
                            const std::function<void(const std::string&)>& log) {
  std::vector<std::string> writable{folder.path};
  if (!audit_copies.empty()) writable.push_back(audit_copies);
  return confine({.writable_folders = std::move(writable),
                  .readable_paths = {"/"},
                  .tcp = os::Tcp::listen,
                  .connect_ports = std::move(database_ports)},
                 log);
}

std::uint32_t confine_anchor(const DataFolder& folder, const std::function<void(const std::string&)>& log) {
  // Names are resolved by what /etc says; certificates of the web are in /etc/ssl and /usr.
  return confine(
      {.writable_folders = {folder.anchors()},
       .readable_paths = {"/usr", "/lib", "/lib64", "/etc", "/run/systemd/resolve", "/proc", "/dev"},
       .tcp = os::Tcp::all},
      log);
}

std::uint32_t confine_pipeline(const DataFolder& folder, const std::string& content,
                               const std::function<void(const std::string&)>& log) {
  // Conversions of encodings and time zones are loaded from the system's folders when they are first needed.
  return confine(
      {.writable_folders = {folder.path},
       .readable_paths = {content, "/usr", "/lib", "/lib64", "/etc", "/proc", "/sys/fs/cgroup", "/dev"},
       .tcp = os::Tcp::none},
      log);
}

}  // namespace hinomi::app
