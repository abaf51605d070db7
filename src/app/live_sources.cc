#include "app/live_sources.h"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "app/server_log.h"
#include "ingest/live/demo_source.h"
#include "ingest/live/follow.h"
#include "ingest/live/retried_input.h"
#include "ingest/live/syslog_tcp.h"
#include "ingest/live/syslog_udp.h"
#include "os/file.h"
#include "os/random.h"

namespace hinomi::app {
namespace {

using ingest::live::InputStatistics;
using ingest::live::SourceId;
using ingest::live::SourceInfo;

constexpr rlim_t kDescriptors = 16'384;
constexpr std::size_t kTokenBytes = 25;
constexpr std::size_t kMaxIdFileBytes = 1 << 20;

// "<id> <name>" a line: a name keeps its id for ever, also while it is not configured.
using Ids = std::map<std::string, std::uint32_t>;

base::Result<Ids> read_ids(const std::string& path) {
  Ids ids;
  auto text = os::read_file(path, kMaxIdFileBytes);
  if (!text) return text.error().code == base::ErrorCode::not_found ? base::Result<Ids>(ids) : text.error();
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    std::uint32_t id = 0;
    const auto read = std::from_chars(line.data(), line.data() + line.size(), id);
    if (read.ec != std::errc{} || id == 0 || read.ptr == line.data() + line.size() || *read.ptr != ' ')
      return base::Error{base::ErrorCode::invalid_input,
                         path + " holds a line that is not '<id> <name>'",
                         "restore the file: without it events of a source would be taken for another's",
                         {}};
    ids[std::string(read.ptr + 1, line.data() + line.size())] = id;
  }
  return ids;
}

base::Result<void> write_ids(const std::string& path, const Ids& ids) {
  std::string text;
  for (const auto& [name, id] : ids) text += std::to_string(id) + " " + name + "\n";
  return os::replace_file(path, text);
}

std::string numbered(const std::string& name, std::size_t index) {
  return index == 0 ? name : name + "-" + std::to_string(index + 1);
}

// Followed files stay open: at most half of what the process may open, so that senders find room, too.
std::size_t files_each(std::size_t inputs) {
  const std::size_t most = ingest::live::FollowOptions{}.max_files;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return most / inputs;
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised{std::min<rlim_t>(limit.rlim_max, kDescriptors), limit.rlim_max};
    if (raised.rlim_cur > limit.rlim_cur && ::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return std::max<std::size_t>(1, std::min<std::size_t>(most, limit.rlim_cur / 2) / inputs);
}

// A followed folder that holds the data folder would feed the journal its own bytes for ever.
base::Result<void> check_followed(const ServeSettings& settings, const DataFolder& folder) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::path data = fs::weakly_canonical(folder.path, failed);
  for (const std::string& followed : settings.follow) {
    // Of a pattern, the folder that is surely walked: the part before its first wildcard.
    const std::string fixed = followed.substr(0, followed.find_first_of("*?["));
    const fs::path start = fs::weakly_canonical(fixed.empty() ? fs::path(".") : fs::path(fixed), failed);
    const auto [end, ignored] = std::mismatch(start.begin(), start.end(), data.begin(), data.end());
    // A path that ends with '/' has an empty last part.
    const bool holds = end == start.end() || (std::next(end) == start.end() && end->empty());
    if (holds && fixed == followed)
      return base::Error{base::ErrorCode::usage,
                         "--follow " + followed + " holds the server's own data folder " + folder.path,
                         "follow a folder that does not, or keep the data elsewhere",
                         {}};
  }
  return {};
}

}  // namespace

base::Result<std::unique_ptr<LiveSources>> LiveSources::create(const ServeSettings& settings,
                                                               const DataFolder& folder) {
  if (auto checked = check_followed(settings, folder); !checked) return checked.error();
  std::unique_ptr<LiveSources> sources(new LiveSources(settings));
  if (auto named = sources->name_sources(folder); !named) return named.error();
  if (auto read = sources->read_token(folder); !read) return read.error();
  return sources;
}

const SourceInfo& LiveSources::add(std::string name, std::string kind, std::string address) {
  SourceInfo& source = sources_.emplace_back();
  source.name = std::move(name);
  source.kind = std::move(kind);
  source.address = std::move(address);
  return source;
}

base::Result<void> LiveSources::name_sources(const DataFolder& folder) {
  add("hinomi", "own", "");
  add(std::string(kHttpSourceName), "http", settings_.listen.text());
  for (std::size_t i = 0; i < settings_.syslog_tcp.size(); ++i)
    add(numbered("syslog-tcp", i), "syslog_tcp", settings_.syslog_tcp[i].text());
  for (std::size_t i = 0; i < settings_.syslog_udp.size(); ++i)
    add(numbered("syslog-udp", i), "syslog_udp", settings_.syslog_udp[i].text());
  for (std::size_t i = 0; i < settings_.follow.size(); ++i)
    add(numbered("follow", i), "follow", settings_.follow[i]);
  if (settings_.demo) add("demo", "demo", "");
  auto ids = read_ids(folder.source_ids());
  if (!ids) return ids.error();
  std::uint32_t next = 1;
  for (const auto& [name, id] : *ids) next = std::max(next, id + 1);
  bool fresh = false;
  for (SourceInfo& source : sources_) {
    const auto [known, made] = ids->try_emplace(source.name, next);
    if (made) ++next;
    fresh = fresh || made;
    source.id = SourceId{known->second};
    if (source.kind == "demo") source.labels.realm = base::Realm::demo;
  }
  return fresh ? write_ids(folder.source_ids(), *ids) : base::Result<void>();
}

base::Result<void> LiveSources::read_token(const DataFolder& folder) {
  auto text = os::read_file(folder.ingest_token(), kMaxIdFileBytes);
  if (!text && text.error().code != base::ErrorCode::not_found) return text.error();
  std::string token = text ? *text : std::string();
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' '))
    token.pop_back();
  if (token.empty()) {
    token = os::random_text(os::system_random, kTokenBytes);
    if (auto written = os::replace_file(folder.ingest_token(), token + "\n"); !written) return written;
  }
  token_hash_ = api::sha256(token);
  return {};
}

void LiveSources::start(ingest::live::Intake& intake, const os::Clock& clock, worker::ParserClient& parser) {
  using namespace ingest::live;
  for (const SourceInfo& source : sources_) {
    std::unique_ptr<Input> input;
    if (source.kind == "follow") {
      FollowOptions options;
      options.max_files = files_each(settings_.follow.size());
      options.parser = &parser;
      input = make_follow(source, intake, clock, options);
    } else if (source.kind == "demo") {
      input = make_demo_source(source, intake, clock, {});
    } else if (source.kind == "syslog_tcp" || source.kind == "syslog_udp") {
      auto address = os::SocketAddress::parse(source.address);
      if (!address) {
        log_line("front", source.name + ": " + address.error().message);
        continue;
      }
      const auto make = [&source, &intake, &clock, listen = *address]() -> std::unique_ptr<Input> {
        if (source.kind == "syslog_tcp") {
          SyslogTcpOptions options;
          options.listen = listen;
          return make_syslog_tcp(source, intake, clock, options);
        }
        SyslogUdpOptions options;
        options.listen = listen;
        return make_syslog_udp(source, intake, clock, options);
      };
      RetryOptions retry;
      retry.log = [](const std::string& line) { log_line("front", line); };
      input = make_retried(source, make, std::move(retry));
    } else {
      continue;
    }
    if (auto started = input->start(); !started)
      log_line("front", source.name + ": " + started.error().message);
    inputs_.push_back(std::move(input));
  }
}

void LiveSources::stop() {
  for (const auto& input : inputs_) input->begin_stop();
  for (const auto& input : inputs_) input->stop();
}

std::vector<api::HttpSource> LiveSources::http_sources() const {
  std::vector<api::HttpSource> sources;
  for (const SourceInfo& source : sources_) {
    if (source.kind == "http") sources.push_back({&source, token_hash_});
  }
  return sources;
}

std::vector<InputStatistics> LiveSources::statistics(ingest::live::Committer& committer) const {
  std::vector<InputStatistics> all;
  for (const SourceInfo& source : sources_) {
    if (source.kind != "http") continue;
    const ingest::live::SourceCounters counted = committer.counters(source.id);
    InputStatistics statistics;
    statistics.name = source.name;
    statistics.kind = source.kind;
    statistics.address = source.address;
    statistics.state = ingest::live::InputState::running;
    statistics.last_event = counted.last_event;
    statistics.events = counted.events;
    statistics.bytes = counted.bytes;
    statistics.duplicates = counted.duplicates;
    statistics.refused = counted.refused;
    all.push_back(std::move(statistics));
  }
  for (const auto& input : inputs_) all.push_back(input->statistics());
  return all;
}

}  // namespace hinomi::app
