#include "app/pipeline_command.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "app/confinement.h"
#include "app/content_folder.h"
#include "app/data_folder.h"
#include "app/server_log.h"
#include "flow/live_store.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/fault_point.h"
#include "os/interrupt.h"
#include "os/random.h"
#include "process/live_state.h"

namespace hinomi::app {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr int kMaxZoneMinutes = 18 * 60;
constexpr std::int64_t kMaxLatenessSeconds = 86'400;

struct Settings {
  std::string data;
  int state = -1;  // descriptors
  int wake = -1;
  int front_wake = -1;
  int zone_offset_minutes = 0;
  std::int64_t lateness_seconds = 10;
};

void say(const std::string& line) {
  log_line("pipeline", line);
}

template <typename Number>
bool read_number(const std::string& word, Number least, Number most, Number& into) {
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), into);
  return error == std::errc{} && stop == word.data() + word.size() && into >= least && into <= most;
}

std::optional<Settings> read_settings(std::span<const std::string> words) {
  constexpr int kMaxDescriptor = 1 << 20;
  Settings settings;
  if (words.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const std::string& name = words[i];
    const std::string& value = words[i + 1];
    bool is_read = false;
    if (name == "--data") {
      settings.data = value;
      is_read = !value.empty();
    } else if (name == "--state-fd") {
      is_read = read_number(value, 0, kMaxDescriptor, settings.state);
    } else if (name == "--wake-fd") {
      is_read = read_number(value, 0, kMaxDescriptor, settings.wake);
    } else if (name == "--front-wake-fd") {
      is_read = read_number(value, 0, kMaxDescriptor, settings.front_wake);
    } else if (name == "--zone-offset-minutes") {
      is_read = read_number(value, -kMaxZoneMinutes, kMaxZoneMinutes, settings.zone_offset_minutes);
    } else if (name == "--lateness-seconds") {
      is_read = read_number(value, std::int64_t{0}, kMaxLatenessSeconds, settings.lateness_seconds);
    }
    if (!is_read) return std::nullopt;
  }
  if (settings.data.empty() || settings.state < 0 || settings.wake < 0 || settings.front_wake < 0)
    return std::nullopt;
  return settings;
}

// The descriptor, not to be handed on to any other program.
os::Descriptor owned(int descriptor) {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return os::Descriptor(descriptor);
}

std::uint64_t random_seed() {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
  os::system_random(bytes);
  std::uint64_t seed = 0;
  std::memcpy(&seed, bytes.data(), bytes.size());
  return seed;
}

flow::LivePipelineOptions options_of(const Settings& settings, const DataFolder& folder,
                                     const std::string& content) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  flow::LivePipelineOptions options;
  options.rules = {.rules_folder = folder.rules(),
                   .mappings_folder = content + "/mappings",
                   .zone_offset_minutes = settings.zone_offset_minutes,
                   .hash_seed = random_seed()};
  options.correlation.lateness_ns = settings.lateness_seconds * kSecond;
  options.correlation.hash_seed = random_seed();
  if (const char* poison = std::getenv("HINOMI_TEST_POISON"); poison != nullptr)
    options.poison_for_tests = poison;
  options.log = say;
  return options;
}

base::Result<void> follow(const Settings& settings, process::SharedState& state,
                          const process::Wakeup& wakeup, const process::Wakeup& front) {
  const DataFolder folder{settings.data};
  auto content = content_folder();
  if (!content) return content.error();
  state->pipeline_sandbox = confine_pipeline(folder, *content, say);
  os::PosixDisk disk;
  os::SystemClock clock;
  const os::Interrupt interrupt;
  auto store = flow::LiveStore::open({.journal = folder.journal(),
                                      .findings = folder.findings(),
                                      .alerts = folder.alerts(),
                                      .quarantine = folder.quarantine()},
                                     {.disk = &disk,
                                      .clock = &clock,
                                      .state = &*state,
                                      .wakeup = &wakeup,
                                      .wake_front = [&front] { front.wake(); },
                                      .stop = [&interrupt] { return interrupt.requested(); }},
                                     options_of(settings, folder, *content));
  if (!store) return store.error();
  return (*store)->run();
}

}  // namespace

int run_pipeline(std::span<const std::string> words) {
  const auto settings = read_settings(words);
  if (!settings) {
    say("wrong usage; it is started by `hinomi serve`");
    return kWrongUsage;
  }
  // Without its supervisor nobody would start it again or know of it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (const char* point = std::getenv("HINOMI_FAULT_POINT");
      point != nullptr && !os::arm_fault_point(point)) {
    say(std::string("HINOMI_FAULT_POINT is of no use: ") + point);
    return kWrongUsage;
  }
  auto state = process::SharedState::map(owned(settings->state));
  if (!state) {
    say(state.error().message);
    return kFailed;
  }
  const process::Wakeup wakeup(owned(settings->wake));
  const process::Wakeup front(owned(settings->front_wake));
  process::LiveState& live = **state;
  const std::uint32_t supervisor = live.supervisor_pid;
  if (supervisor != 0 && static_cast<std::uint32_t>(::getppid()) != supervisor) return kFailed;  // too late
  live.pipeline_pid = static_cast<std::uint32_t>(::getpid());
  live.pipeline_state = process::PipelineState::starting;
  const auto followed = follow(*settings, *state, wakeup, front);
  if (followed) return 0;
  live.pipeline_state = process::PipelineState::failed;
  say(followed.error().message + (followed.error().remedy.empty() ? "" : "; " + followed.error().remedy));
  return kFailed;
}

}  // namespace hinomi::app
