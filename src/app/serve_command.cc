// hinomi serve: the supervisor. Prepares the data folder and the rules, starts front, pipeline and zygote,
// and keeps them running. hinomi login: a new one-time address.
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "api/tickets.h"
#include "app/account_keeper.h"
#include "app/cli.h"
#include "app/content_folder.h"
#include "app/data_folder.h"
#include "app/front_descriptors.h"
#include "app/records_place.h"
#include "app/rule_images.h"
#include "app/serve_settings.h"
#include "app/server_log.h"
#include "messages/messages.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/random.h"
#include "os/subprocess.h"
#include "process/errand.h"
#include "process/live_state.h"
#include "process/poison_watch.h"
#include "process/supervisor.h"

extern char** environ;

namespace hinomi::app {
namespace {

constexpr auto kPreparePatience = std::chrono::minutes(10);
constexpr std::int64_t kStuckAfterNs = 30LL * 1'000'000'000;

void log(const std::string& text) {
  log_line("serve", text);
}

bool system_bytes(std::span<std::byte> into) {
  os::system_random({reinterpret_cast<std::uint8_t*>(into.data()), into.size()});
  return true;
}

// This program, and the worker program beside it as installed or as built.
base::Result<std::pair<std::string, std::string>> programs() {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::path self = fs::read_symlink("/proc/self/exe", failed);
  const fs::path folder = self.parent_path();
  for (const fs::path& worker :
       {folder / "hinomi-worker", folder.parent_path() / "libexec/hinomi/hinomi-worker",
        folder.parent_path() / "hinomi-worker/hinomi-worker"}) {
    std::error_code ignored;
    if (fs::is_regular_file(worker, ignored)) return std::pair(self.string(), worker.string());
  }
  return base::Error{base::ErrorCode::not_found,
                     "the program hinomi-worker is not beside " + self.string(),
                     "install both programs from one package, or build both",
                     {}};
}

class Server {
 public:
  Server(Console& console, ServeSettings settings, DataFolder folder, process::SharedState state,
         process::Wakeup wake_pipeline, process::Wakeup alerts_changed)
      : console_(console),
        settings_(std::move(settings)),
        folder_(std::move(folder)),
        state_(std::move(state)),
        wake_pipeline_(std::move(wake_pipeline)),
        alerts_changed_(std::move(alerts_changed)),
        poison_(folder_.quarantine()),
        reload_([this] { return start_preparing(); },
                [this](const base::Result<void>& prepared) { rules_reloaded(prepared); }, kPreparePatience) {}

  base::Result<void> run() {
    auto found = programs();
    if (!found) return found.error();
    std::tie(self_, worker_) = *found;
    auto content = content_folder();
    if (!content) return content.error();
    take_environment(*content);
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
      return base::Error{base::ErrorCode::io, "no socket for the parser process could be made", {}, {}};
    zygote_front_ = os::Descriptor(ends[0]);
    zygote_own_ = os::Descriptor(ends[1]);
    // One that comes before the supervisor listens is answered then, instead of ending the server.
    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &hangup, nullptr);
    state_->supervisor_pid = static_cast<std::uint32_t>(::getpid());
    state_->started_ns = clock_.now().since_epoch_ns;
    if (auto prepared = prepare_rules(); !prepared) return prepared;
    // The demonstration has its person; nobody need be made.
    if (!settings_.demo)
      if (auto asked = ask_for_setup_secret(folder_); !asked) return asked;
    std::vector<process::ChildSpec> children{front(), pipeline(), zygote()};
    if (!settings_.timestamp_authority.empty()) children.push_back(anchor());
    process::Supervisor supervisor(std::move(children), {}, log);
    auto ran = supervisor.run([this] { reload_rules(); },
                              [this] {
                                reload_.poll();
                                tick();
                              });
    if (!ran) return ran;
    if (gave_up_)
      return base::Error{base::ErrorCode::io, "the front could not start", "see the lines above", {}};
    return {};
  }

 private:
  // Where the database is, and with what password, is for the front alone.
  void take_environment(const std::string& content) {
    const std::string database = std::string(kDatabaseVariable) + "=";
    for (char** variable = environ; *variable != nullptr; ++variable) {
      const std::string_view one = *variable;
      if (one.starts_with("HINOMI_CONTENT=")) continue;
      const bool is_secret = one.starts_with(database) || one.starts_with("PG");
      (is_secret ? of_front_ : environment_).emplace_back(one);
    }
    environment_.push_back("HINOMI_CONTENT=" + content);
    if (settings_.database.empty()) return;
    std::erase_if(of_front_, [&](const std::string& one) { return one.starts_with(database); });
    of_front_.push_back(database + settings_.database);
  }

  [[nodiscard]] os::Program program(const std::string& path, std::vector<std::string> words,
                                    std::vector<os::GivenDescriptor> given) const {
    given.push_back({STDERR_FILENO, STDERR_FILENO});
    return {.path = path,
            .arguments = std::move(words),
            .environment = environment_,
            .descriptors = std::move(given),
            .dies_with_us = true};
  }

  process::ChildSpec front() {
    return {.name = "front",
            .start =
                [this] {
                  state_->front_ready = 0;
                  std::vector<std::string> words = words_of(settings_);
                  words.insert(words.begin(), std::string(kFrontCommand));
                  os::Program front = program(self_, std::move(words),
                                              {{state_.descriptor(), kFrontStateDescriptor},
                                               {wake_pipeline_.descriptor(), kFrontWakePipelineDescriptor},
                                               {alerts_changed_.descriptor(), kFrontAlertsChangedDescriptor},
                                               {zygote_front_.get(), kFrontZygoteDescriptor}});
                  front.environment.insert(front.environment.end(), of_front_.begin(), of_front_.end());
                  return os::Subprocess::start(front);
                },
            .ended =
                [this](const os::Exit& end) {
                  ++state_->front_restarts;
                  // A front that never came up and says why is not tried again.
                  if (greeted_ || end.signal != 0) return;
                  gave_up_ = true;
                  ::kill(::getpid(), SIGTERM);
                },
            .stuck = {},
            .takes_along = ""};
  }

  process::ChildSpec pipeline() {
    return {.name = "pipeline",
            .start =
                [this] {
                  state_->current_event = 0;
                  return os::Subprocess::start(program(worker_,
                                                       {"pipeline", "--data", folder_.path, "--state-fd", "3",
                                                        "--wake-fd", "4", "--front-wake-fd", "5"},
                                                       {{state_.descriptor(), 3},
                                                        {wake_pipeline_.descriptor(), 4},
                                                        {alerts_changed_.descriptor(), 5}}));
                },
            .ended = [this](const os::Exit& end) { pipeline_ended(end); },
            .stuck =
                [this] {
                  const std::int64_t since = state_->current_since_ns;
                  const std::int64_t now = clock_.steady().time_since_epoch().count();
                  return state_->current_event != 0 && since != 0 && now - since > kStuckAfterNs;
                },
            .takes_along = ""};
  }

  process::ChildSpec zygote() {
    return {.name = "zygote",
            .start =
                [this] {
                  return os::Subprocess::start(program(worker_,
                                                       {"zygote", "--control-fd", "3", "--state-fd", "4"},
                                                       {{zygote_own_.get(), 3}, {state_.descriptor(), 4}}));
                },
            .ended = [this](const os::Exit&) { ++state_->zygote_restarts; },
            .stuck = {},
            .takes_along = ""};
  }

  // Knows nothing of the server but the checkpoints in a folder: it may connect to others, as the front may
  // not.
  process::ChildSpec anchor() {
    return {.name = "anchor",
            .start =
                [this] {
                  std::vector<std::string> words = words_of(settings_);
                  words.insert(words.begin(), std::string(kAnchorCommand));
                  return os::Subprocess::start(program(self_, std::move(words), {}));
                },
            .ended = {},
            .stuck = {},
            .takes_along = ""};
  }

  void pipeline_ended(const os::Exit& end) {
    ++state_->pipeline_restarts;
    const std::uint64_t in_hand = state_->current_event;
    if (in_hand == 0) return;
    const auto judged =
        poison_.note_end(in_hand - 1, "the pipeline ended while judging it: " + process::text_of(end));
    if (!judged) log(judged.error().message);
    if (judged && *judged) log("event " + std::to_string(in_hand - 1) + " is quarantined");
  }

  // Compiling rules takes memory: a process of its own does it, and only leaves the result.
  base::Result<os::Subprocess> start_preparing() const {
    std::vector<std::string> words = words_of(settings_);
    words.insert(words.begin(), std::string(kPrepareCommand));
    return os::Subprocess::start(program(self_, std::move(words), {}));
  }

  base::Result<void> prepare_rules() const {
    auto child = start_preparing();
    if (!child) return child.error();
    const auto end = child->wait(kPreparePatience);
    if (!end) return end.error();
    if (!*end || !(*end)->ok())
      return base::Error{
          base::ErrorCode::invalid_input, "the rules could not be prepared", "see the line above", {}};
    return {};
  }

  // Meanwhile the supervisor goes on with its work.
  void reload_rules() {
    log(reload_.running() ? "the rules are being read; they will be read again then"
                          : "reading the rules again");
    reload_.request();
  }

  void rules_reloaded(const base::Result<void>& prepared) {
    if (!prepared)
      return log("the rules could not be prepared: " + prepared.error().message + "; the old ones stay");
    if (const std::uint32_t front = state_->front_pid; front != 0) ::kill(static_cast<pid_t>(front), SIGHUP);
  }

  void tick() {
    if (greeted_ || state_->front_ready == 0) return;
    greeted_ = true;
    auto ticket = api::issue_ticket(folder_.ticket(), clock_, system_bytes);
    if (!ticket) return log("no one-time address could be made: " + ticket.error().message);
    const std::string address = settings_.browser_address();
    if (auto written = write_address(folder_, address); !written) log(written.error().message);
    if (const std::string secret = take_setup_secret(folder_); !secret.empty())
      console_.line(messages::serve_setup(console_.language, address + "/setup#secret=" + secret));
    console_.line(messages::serve_ready(console_.language, address + "/login#ticket=" + *ticket));
    console_.line(messages::serve_send_events(console_.language,
                                              {.address = address, .token_file = folder_.ingest_token()}));
    console_.line(messages::serve_new_address(
        console_.language, "hinomi login --data " + folder_.path + " --listen " + settings_.listen.text()));
    console_.finish();
  }

  Console& console_;
  const ServeSettings settings_;
  const DataFolder folder_;
  process::SharedState state_;
  process::Wakeup wake_pipeline_;
  process::Wakeup alerts_changed_;
  process::PoisonWatch poison_;
  process::Errand reload_;
  os::SystemClock clock_;
  os::Descriptor zygote_front_;
  os::Descriptor zygote_own_;
  std::string self_;
  std::string worker_;
  std::vector<std::string> environment_;
  std::vector<std::string> of_front_;  // further variables, with secrets
  bool greeted_ = false;
  bool gave_up_ = false;
};

int cannot_start(Console& console, const base::Error& error) {
  console.error_line(messages::serve_cannot_start(console.language, error.message));
  if (!error.remedy.empty()) console.error_line(messages::serve_remedy(console.language, error.remedy));
  return kExitProblems;
}

}  // namespace

int serve_command(Console& console, std::span<const std::string> words) {
  auto settings = read_serve_settings(console, "serve", words);
  if (!settings) return kExitUsage;
  auto folder = open_data_folder(settings->data);
  if (!folder) return cannot_start(console, folder.error());
  settings->data = folder->path;
  if (const auto place = records_place(*folder, settings->database, settings->database_file); !place)
    return cannot_start(console, place.error());
  const auto lock = lock_data_folder(*folder);
  if (!lock) return cannot_start(console, lock.error());
  auto state = process::SharedState::create();
  if (!state) return cannot_start(console, state.error());
  auto wake_pipeline = process::Wakeup::create();
  if (!wake_pipeline) return cannot_start(console, wake_pipeline.error());
  auto alerts_changed = process::Wakeup::create();
  if (!alerts_changed) return cannot_start(console, alerts_changed.error());
  Server server(console, std::move(*settings), std::move(*folder), std::move(*state),
                std::move(*wake_pipeline), std::move(*alerts_changed));
  if (auto ran = server.run(); !ran) return cannot_start(console, ran.error());
  console.line(messages::serve_stopped(console.language));
  return kExitOk;
}

int login_command(Console& console, std::span<const std::string> words) {
  const auto settings = read_serve_settings(console, "login", words);
  if (!settings) return kExitUsage;
  const DataFolder folder{settings->data};
  auto address = read_address(folder);
  if (!address) return cannot_start(console, address.error());
  if (settings->listen_given) address = settings->browser_address();
  const os::SystemClock clock;
  auto ticket = api::issue_ticket(folder.ticket(), clock, system_bytes);
  if (!ticket) return cannot_start(console, ticket.error());
  console.line(messages::serve_ready(console.language, *address + "/login#ticket=" + *ticket));
  return kExitOk;
}

int prepare_command(Console& console, std::span<const std::string> words) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto settings = read_serve_settings(console, kPrepareCommand, words);
  if (!settings) return kExitUsage;
  const DataFolder folder{settings->data};
  const auto prepared = prepare_rule_set(
      {.folders = settings->rules, .placeholders_file = settings->placeholders}, folder.rules());
  if (!prepared) {
    log("rules: " + prepared.error().message +
        (prepared.error().remedy.empty() ? "" : "; " + prepared.error().remedy));
    return kExitProblems;
  }
  if (auto written = os::replace_file(current_rules_path(folder), prepared->hash + "\n"); !written) {
    log("rules: " + written.error().message);
    return kExitProblems;
  }
  log(std::to_string(prepared->rules) + " rules prepared, " + std::to_string(prepared->refused) +
      " refused (hinomi rules check says why)");
  return kExitOk;
}

}  // namespace hinomi::app
