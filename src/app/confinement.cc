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

std::uint32_t confine_front(const DataFolder& folder, const std::function<void(const std::string&)>& log) {
  return confine({.writable_folders = {folder.path}, .readable_paths = {"/"}, .tcp = os::Tcp::listen}, log);
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
