// The process that sends checkpoints of the audit log to an authority of time: the only one of the server's
// that connects to others. Started by `hinomi serve` where an authority is named.
#include <sys/prctl.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "app/cli.h"
#include "app/confinement.h"
#include "app/data_folder.h"
#include "app/front_descriptors.h"
#include "app/record_keeper.h"
#include "app/serve_settings.h"
#include "app/server_log.h"
#include "audit/anchor.h"
#include "audit/checkpoint_files.h"
#include "connect/http_client.h"
#include "os/clock.h"
#include "os/random.h"

namespace hinomi::app {
namespace {

constexpr auto kLookEach = std::chrono::seconds(2);

void log(const std::string& text) {
  log_line("anchor", text);
}

base::Result<std::string> ask(const connect::HttpClient& client, const std::string& authority,
                              const std::string& query) {
  const auto response = client.send({.method = "POST",
                                     .url = authority,
                                     .fields = {{"Content-Type", "application/timestamp-query"}},
                                     .body = query});
  if (!response) return response.error();
  if (response->status != 200)
    return base::Error{
        base::ErrorCode::unavailable,
        "the authority at " + authority + " answers with status " + std::to_string(response->status),
        "see that its address is right",
        {}};
  return response->body;
}

}  // namespace

int anchor_command(Console& console, std::span<const std::string> words) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGPIPE, SIG_IGN);
  const auto settings = read_serve_settings(console, kAnchorCommand, words);
  if (!settings) return kExitUsage;
  const DataFolder folder{settings->data};
  const auto made = audit::make_checkpoint_folder(folder.anchors());
  const auto trust = read_timestamp_trust(settings->timestamp_certificates);
  if (!made || !trust) {
    log("cannot start: " + (made ? trust.error() : made.error()).message);
    return kExitProblems;
  }
  confine_anchor(folder, log);
  connect::Policy policy;
  policy.allow_internal = settings->timestamp_internal;
  policy.proxy = settings->proxy;
  policy.max_body_bytes = trust::kMaxTimestampBytes;
  if (const auto url = connect::Url::parse(settings->timestamp_authority)) policy.allowed_hosts = {url->host};
  const connect::HttpClient client(std::move(policy));
  const os::SystemClock clock;
  audit::Anchorer anchorer(
      {.folder = folder.anchors(),
       .trust = &*trust,
       .clock = &clock,
       .random = os::system_random,
       .send = [&](const std::string& query) { return ask(client, settings->timestamp_authority, query); },
       .log = log});
  log("checkpoints are stamped by " + settings->timestamp_authority);
  for (;;) {
    anchorer.step();
    std::this_thread::sleep_for(kLookEach);
  }
}

}  // namespace hinomi::app
