// Disks that are full, and disks that report errors: F4, F5.
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "fault/scenario.h"

namespace hinomi::fault {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A small file system of its own, gone with this object.
class SmallDisk {
 public:
  SmallDisk(std::string folder, const std::string& size) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    if (!mounted_) problem_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const noexcept { return mounted_; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  std::string folder_;
  bool mounted_ = false;
  std::string problem_;
};

bool wait_for(const std::function<bool()>& condition, std::chrono::seconds patience) {
  const auto end = Clock::now() + patience;
  while (!condition()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

void fill(const std::string& path, std::size_t bytes) {
  std::ofstream file(path, std::ios::binary);
  const std::string block(1 << 20, '\xA5');
  for (std::size_t written = 0; written < bytes; written += block.size()) file << block;
}

}  // namespace

bool disk_full(const Tools& tools) {
  Report report("F4");
  const std::string mount_point = tools.scratch + "/f4";
  SmallDisk disk(mount_point, "128m");
  if (!disk.mounted()) {
    report.say("left out: a small file system could not be mounted here (" + disk.problem() +
               "); needs root");
    return true;
  }
  // Ballast that is removed later, as an administrator would make room.
  fill(mount_point + "/ballast", 72u << 20);
  const std::string data = mount_point + "/data";
  std::filesystem::create_directories(data);
  ServerSettings settings = server_settings(tools, data);
  ServerProcess server(settings);
  report.expect(server.start(), "the server starts " + server.problem());
  if (!report.passed()) return false;
  const std::string ledger = tools.scratch + "/f4.ledger";
  std::filesystem::remove(ledger);
  Load http(tools, {"--port", std::to_string(settings.port), "--token", server.ingest_token(), "--ledger",
                    ledger, "--seconds", tools.brief ? "15" : "40", "--rate", "3000", "--batch", "500",
                    "--connections", "2", "--match-every", "1000", "--giving-up-after", "60"});
  const auto disk_state = [&] {
    const auto status = server.get("/api/v1/status");
    return status ? status->substr(status->find("\"disk\"")) : std::string();
  };
  report.expect(
      wait_for([&] { return disk_state().find("\"state\":\"refusing\"") != std::string::npos; }, 60s),
      "it refuses before the disk is full: " + disk_state().substr(0, 120));
  report.expect(server.get("/api/v1/alerts?limit=1").has_value(), "alerts can be read while it refuses");
  report.expect(server.get("/api/v1/session").has_value(), "a session works while it refuses");
  const double used = number_in(disk_state(), "used_percent").value_or(100);
  report.expect(used < 99.5, "the disk is not full, but " + std::to_string(used) + " %");
  std::filesystem::remove(mount_point + "/ballast");
  const auto freed = Clock::now();
  const bool resumed =
      wait_for([&] { return disk_state().find("\"state\":\"refusing\"") == std::string::npos; }, 30s);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - freed);
  report.expect(resumed, "it takes events again by itself after " + std::to_string(took.count()) + " ms");
  const int http_code = http.wait();
  report.expect(http_code == 0, "every batch was acknowledged in the end: " + http.output());
  report.expect(number_in(http.output(), "refused").value_or(0) > 0,
                "batches were refused with 503 meanwhile");
  report.expect(server.wait_for_caught_up(60s), "the pipeline catches up");
  report.expect(server.stop() == 0, "the server stops");
  judge(tools, data, {ledger}, report);
  return report.passed();
}

bool disk_errors(const Tools& tools) {
  Report report("F5");
  if (::access("/usr/bin/fiu-run", X_OK) != 0) {
    report.say("left out: fiu-run is not installed (package fiu-utils)");
    return true;
  }
  ServerSettings settings = server_settings(tools, fresh_folder(tools, "f5"));
  // The folder is made while the disk still works: the first start makes whole databases, in one piece or not
  // at all. From then on every kind of write fails now and then, those of starting too.
  {
    ServerProcess first(settings);
    report.expect(first.start() && first.stop() == 0, "the folder is made " + first.problem());
    if (!report.passed()) return false;
  }
  settings.wrapper = {"/usr/bin/fiu-run",
                      "-x",
                      "-c",
                      "enable_random name=posix/io/sync/fdatasync,probability=0.02,failinfo=5",
                      "-c",
                      "enable_random name=posix/io/sync/fsync,probability=0.02,failinfo=5",
                      "-c",
                      "enable_random name=posix/io/rw/pwrite,probability=0.02,failinfo=28",
                      "-c",
                      "enable_random name=posix/io/rw/pwritev,probability=0.02,failinfo=28",
                      "-c",
                      "enable_random name=posix/io/rw/writev,probability=0.01,failinfo=5"};
  ServerProcess server(settings);
  bool started = false;
  for (int i = 0; i < 20 && !started; ++i) started = server.start(20s);
  report.expect(started, "the server comes up although writes fail " + server.problem());
  if (!started) return false;
  const std::string ledger = tools.scratch + "/f5.ledger";
  std::filesystem::remove(ledger);
  Load http(tools, {"--port", std::to_string(settings.port), "--token", server.ingest_token(), "--ledger",
                    ledger, "--seconds", tools.brief ? "5" : "60", "--rate", "5000", "--batch", "250",
                    "--connections", "2", "--match-every", "1000", "--giving-up-after", "120"});
  while (http.running()) {
    if (!server.running()) report.expect(server.start(60s), "it starts again " + server.problem());
    std::this_thread::sleep_for(100ms);
  }
  const int http_code = http.wait();
  report.expect(http_code == 0, "every batch was acknowledged in the end: " + http.output());
  server.stop();
  // Judged after a start on a disk that works again: nothing needs repair by hand.
  ServerSettings healthy = settings;
  healthy.wrapper.clear();
  ServerProcess again(healthy);
  report.expect(again.start(), "it starts on the disk that works again " + again.problem());
  report.expect(again.wait_for_caught_up(60s), "the pipeline catches up");
  again.stop();
  judge(tools, settings.data, {ledger}, report);
  return report.passed();
}

}  // namespace hinomi::fault
