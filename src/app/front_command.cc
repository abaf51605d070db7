// The front of the server: HTTP, all inputs, and the only writer of the journal. Started by `hinomi serve`,
// with the shared page and the wake-up calls as open descriptors.
#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "api/server.h"
#include "app/account_keeper.h"
#include "app/cli.h"
#include "app/confinement.h"
#include "app/data_folder.h"
#include "app/front_descriptors.h"
#include "app/live_sources.h"
#include "app/record_keeper.h"
#include "app/records_place.h"
#include "app/serve_settings.h"
#include "app/server_log.h"
#include "app/status_keeper.h"
#include "audit/checkpoint_files.h"
#include "flow/rule_folder.h"
#include "ingest/live/committer.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/fault_point.h"
#include "os/file.h"
#include "os/random.h"
#include "store/journal/reader.h"
#include "store/journal/writer.h"

namespace hinomi::app {
namespace {

constexpr std::uint64_t kMib = 1ULL << 20;
constexpr std::int64_t kHourNs = 3600LL * 1'000'000'000;
constexpr std::string_view kRuleSetKey = "rule_set";
constexpr std::size_t kMaxHashBytes = 256;

void log(const std::string& text) {
  log_line("front", text);
}

std::string name_of_encoding(std::uint8_t encoding) {
  constexpr std::string_view kNames[] = {"", "utf8", "cp932", "euc-jp", "iso-2022-jp", "utf16le"};
  return encoding < std::size(kNames) ? std::string(kNames[encoding]) : std::string();
}

// One event, or one finding, by its place; for the API's query thread.
base::Result<std::optional<api::RawEvent>> read_event(const os::Disk& disk, const std::string& folder,
                                                      std::uint64_t batch, std::uint32_t index) {
  store::journal::Reader reader(disk, folder);
  auto found = reader.read_at(store::journal::Position::unpack(batch));
  if (!found && found.error().code == base::ErrorCode::not_found) return std::optional<api::RawEvent>();
  if (!found) return found.error();
  const store::journal::BatchView& view = **found;
  if (index >= view.records.size()) return std::optional<api::RawEvent>();
  const store::journal::Record& record = view.records[index];
  return std::optional(api::RawEvent{.id = record.id.text(),
                                     .received = view.head.received,
                                     .source = std::string(view.head.source),
                                     .peer = std::string(view.head.peer),
                                     .listener = std::string(view.head.listener),
                                     .encoding = name_of_encoding(view.head.encoding),
                                     .bytes = std::string(record.raw)});
}

base::Result<std::optional<std::string>> read_finding(const os::Disk& disk, const std::string& folder,
                                                      std::uint64_t position) {
  store::journal::Reader reader(disk, folder);
  auto found = reader.read_at(store::journal::Position::unpack(position));
  if (!found && found.error().code == base::ErrorCode::not_found) return std::optional<std::string>();
  if (!found) return found.error();
  return std::optional(std::string((*found)->records.front().raw));
}

bool system_bytes(std::span<std::byte> into) {
  os::system_random({reinterpret_cast<std::uint8_t*>(into.data()), into.size()});
  return true;
}

class Front {
 public:
  Front(const ServeSettings& settings, const DataFolder& folder, FrontDescriptors descriptors)
      : settings_(settings),
        folder_(folder),
        descriptors_(std::move(descriptors)),
        parser_(std::move(descriptors_.zygote)) {}

  base::Result<void> run(const sigset_t& signals) {
    if (auto opened = open(); !opened) return opened;
    std::thread waiter([&] { wait_for_signals(signals); });
    descriptors_.state->front_ready = 1;
    log("takes events and answers at " + settings_.listen.text());
    server_->run();
    // Ended by a signal: nothing new comes in, and what came is made durable.
    waiter.join();
    sources_->stop();
    committer_->stop();
    return {};
  }

 private:
  base::Result<void> open() {
    descriptors_.state->front_pid = static_cast<std::uint32_t>(::getpid());
    descriptors_.state->front_ready = 0;
    if (!settings_.audit_copies.empty())
      if (auto made = audit::make_checkpoint_folder(settings_.audit_copies); !made) return made;
    auto place = records_place(folder_, settings_.database, settings_.database_file);
    if (!place) return place.error();
    confine_front(folder_, settings_.audit_copies, place->ports, log);
    store::journal::WriterOptions options;
    options.segment_bytes = static_cast<std::uint32_t>(settings_.segment_mib * kMib);
    auto writer = store::journal::Writer::open(disk_, clock_, folder_.journal(), options);
    if (!writer) return writer.error();
    if (auto fits = check_journal_end(folder_, writer->end()); !fits) return fits;
    if (const std::uint64_t torn = writer->status().recovered; torn > 0)
      log("a torn end of the journal was dropped, " + std::to_string(torn) +
          " bytes, none of it acknowledged");
    ingest::live::CommitterOptions committing;
    committing.keep_ns = static_cast<std::int64_t>(settings_.keep_hours) * kHourNs;
    committing.keep_bytes = settings_.keep_mib * kMib;
    committer_ = std::make_unique<ingest::live::Committer>(
        ingest::live::Committer::Parts{.disk = &disk_,
                                       .clock = &clock_,
                                       .folder = folder_.journal(),
                                       .state = &*descriptors_.state,
                                       .wake_pipeline = &descriptors_.wake_pipeline,
                                       .log = log},
        std::move(*writer), committing);
    auto sources = LiveSources::create(settings_, folder_);
    if (!sources) return sources.error();
    sources_ = std::move(*sources);
    put_rules_in_force();
    auto records = RecordKeeper::open({.folder = folder_,
                                       .database = place->address,
                                       .demo = settings_.demo,
                                       .clock = &clock_,
                                       .log = log,
                                       .audit_copies = settings_.audit_copies,
                                       .timestamp_authority = settings_.timestamp_authority,
                                       .timestamp_certificates = settings_.timestamp_certificates});
    if (!records) return records.error();
    records_ = std::move(*records);
    if (auto kept = remember_records_place(folder_, *place); !kept) return kept;
    if (place->is_postgres()) log("records live in PostgreSQL, " + place->shown);
    auto accounts = AccountKeeper::open(
        {.folder = folder_, .records = records_.get(), .demo = settings_.demo, .clock = &clock_});
    if (!accounts) return accounts.error();
    accounts_ = std::move(*accounts);
    if (auto answered = answer_setup_secret(folder_, accounts_->accounts()); !answered) return answered;
    if (auto opened = open_audit(); !opened) return opened;
    keeper_ = std::make_unique<StatusKeeper>(StatusKeeper::Parts{.committer = committer_.get(),
                                                                 .sources = sources_.get(),
                                                                 .state = &*descriptors_.state,
                                                                 .clock = &clock_,
                                                                 .alerts_file = folder_.alerts(),
                                                                 .demo = settings_.demo});
    if (auto made = make_server(); !made) return made;
    sources_->start(*committer_, clock_, parser_);
    return {};
  }

  // What an earlier run was making when it ended.
  void clear_scratch() const {
    std::error_code ignored;
    for (const auto& left : std::filesystem::directory_iterator(folder_.scratch(), ignored))
      std::filesystem::remove(left.path(), ignored);
  }

  base::Result<void> open_audit() {
    auto certificates = remember_authorities(folder_, settings_.timestamp_certificates);
    if (!certificates) return certificates.error();
    audit_.emplace(api::audit_log::AuditService::Parts{.database = &records_->database(),
                                                       .engine = &records_->engine(),
                                                       .log = &records_->audit_log(),
                                                       .keys = &records_->keys(),
                                                       .exports = folder_.exports(),
                                                       .certificates = std::move(*certificates),
                                                       .say = log});
    return {};
  }

  base::Result<void> make_server() {
    clear_scratch();
    api::Options options;
    options.listeners = {
        {.address = settings_.listen.host == "localhost" ? "127.0.0.1" : settings_.listen.host,
         .port = settings_.listen.port,
         .certificate = settings_.tls_certificate,
         .key = settings_.tls_key}};
    options.names = settings_.hosts;
    options.data_folder = folder_.path;
    options.sources = sources_->http_sources();
    api::Services services;
    services.intake = committer_.get();
    services.clock = &clock_;
    services.random = system_bytes;
    services.status = [this](api::Status& status) { fill_status(status); };
    services.alerts_changed = &descriptors_.alerts_changed;
    services.open_alerts = [this] { return store::alerts::Reader::open(folder_.alerts()); };
    services.read_event = [this](std::uint64_t batch, std::uint32_t index) {
      return read_event(disk_, folder_.journal(), batch, index);
    };
    services.read_finding = [this](std::uint64_t position) {
      return read_finding(disk_, folder_.findings(), position);
    };
    services.records = &records_->engine();
    services.vaults = &records_->vaults();
    services.accounts = &accounts_->accounts();
    auto choices = AccountKeeper::choices();
    if (!choices) return choices.error();
    services.setup = std::move(*choices);
    services.add_demo = [this] { return add_demo_company(records_->engine()); };
    services.audit = &*audit_;
    services.grants_of = [this](const base::RecordId& person) {
      auto grants = records_->grants().grants_of(person);
      return grants ? std::move(*grants) : nullptr;
    };
    services.record_files.blobs = &records_->blobs();
    services.record_files.scratch_folder = folder_.scratch();
    services.roles = records_->roles();
    services.work = records_->work();
    services.log = [](std::string_view line) { log_line("front", line); };
    auto server = api::Server::create(std::move(options), std::move(services));
    if (!server) return server.error();
    server_ = std::move(*server);
    records_->start_work();
    return {};
  }

  void fill_status(api::Status& status) const {
    keeper_->fill(status);
    audit::KeeperStatus audit = records_->audit().status();
    status.audit = {.size = audit.size,
                    .last_checkpoint = audit.last_checkpoint,
                    .last_anchor = audit.last_anchor,
                    .authority = std::move(audit.authority),
                    .authority_problem = std::move(audit.authority_problem),
                    .problem = std::move(audit.problem)};
  }

  // The rule set that the supervisor prepared comes into force at a place of the journal, once.
  void put_rules_in_force() {
    auto text = os::read_file(current_rules_path(folder_), kMaxHashBytes);
    if (!text) return log("no rule set is prepared: " + text.error().message);
    while (!text->empty() && text->back() == '\n') text->pop_back();
    const ingest::live::SourceInfo& own = sources_->own();
    if (committer_->resume(own.id, kRuleSetKey) == *text) return;
    const ingest::live::Receipt receipt = say_to_ourselves(flow::rule_set_record(*text), *text);
    log(receipt.admission == ingest::live::Admission::stored ? "rule set " + *text + " comes into force"
                                                             : "the rule set could not be put into force");
  }

  // A control record; `rule_set` is remembered with it unless it is empty.
  ingest::live::Receipt say_to_ourselves(std::string record, const std::string& rule_set) {
    ingest::live::Delivery delivery;
    delivery.source = &sources_->own();
    delivery.framing = ingest::live::Framing::control;
    if (!rule_set.empty()) {
      delivery.resume_key = kRuleSetKey;
      delivery.resume_value = rule_set;
    }
    delivery.bytes = std::move(record);
    delivery.events = {{0, static_cast<std::uint32_t>(delivery.bytes.size())}};
    return committer_->deliver(std::move(delivery), false);
  }

  // Waits for signals and, while no events come, says in the journal that time passes.
  void wait_for_signals(const sigset_t& signals) {
    constexpr timespec kInterval{.tv_sec = 5, .tv_nsec = 0};
    std::uint64_t sequence = 0;
    for (;;) {
      const int signal = ::sigtimedwait(&signals, nullptr, &kInterval);
      if (signal == SIGHUP) put_rules_in_force();
      if (signal == SIGTERM || signal == SIGINT) {
        server_->stop();
        return;
      }
      if (signal > 0) continue;
      const bool quiet = sequence == descriptors_.state->journal_sequence;
      if (quiet) (void)say_to_ourselves(std::string(flow::kTimeRecord), {});
      sequence = descriptors_.state->journal_sequence;
    }
  }

  const ServeSettings settings_;
  const DataFolder folder_;
  FrontDescriptors descriptors_;
  worker::ParserClient parser_;
  os::PosixDisk disk_;
  os::SystemClock clock_;
  // In the order in which they are used: the last is ended first.
  std::unique_ptr<ingest::live::Committer> committer_;
  std::unique_ptr<LiveSources> sources_;
  std::unique_ptr<RecordKeeper> records_;
  std::unique_ptr<AccountKeeper> accounts_;
  std::optional<api::audit_log::AuditService> audit_;
  std::unique_ptr<StatusKeeper> keeper_;
  std::unique_ptr<api::Server> server_;
};

}  // namespace

int front_command(Console& console, std::span<const std::string> words) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto descriptors = FrontDescriptors::inherited();
  if (!descriptors) {
    console.error_line(descriptors.error().message);
    return kExitUsage;
  }
  // Without its supervisor nobody would start it again.
  const std::uint32_t supervisor = descriptors->state->supervisor_pid;
  if (static_cast<std::uint32_t>(::getppid()) != supervisor) return kExitProblems;
  const auto settings = read_serve_settings(console, kFrontCommand, words);
  if (!settings) return kExitUsage;
  if (const char* point = std::getenv("HINOMI_FAULT_POINT"); point != nullptr && !os::arm_fault_point(point))
    return kExitUsage;
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Front front(*settings, DataFolder{settings->data}, std::move(*descriptors));
  if (auto ran = front.run(signals); !ran) {
    log("cannot start: " + ran.error().message +
        (ran.error().remedy.empty() ? "" : "; " + ran.error().remedy));
    return kExitProblems;
  }
  return kExitOk;
}

}  // namespace hinomi::app
