// The inputs of a running server, made from what its command line says: names and ids, tokens, threads. Not
// for how an input works (ingest/live).
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "api/access.h"
#include "app/data_folder.h"
#include "app/serve_settings.h"
#include "base/result.h"
#include "ingest/live/committer.h"
#include "ingest/live/input.h"
#include "os/clock.h"
#include "worker/parser_client.h"

namespace hinomi::app {

class LiveSources {
 public:
  // Reads or makes the ids of the sources' names and the token of the HTTP source.
  [[nodiscard]] static base::Result<std::unique_ptr<LiveSources>> create(const ServeSettings& settings,
                                                                         const DataFolder& folder);

  // Makes and starts the inputs. One that cannot start says so in its state, and a listener is tried again;
  // the others go on. `parser` reads event logs and archives in followed folders, and outlives the inputs.
  void start(ingest::live::Intake& intake, const os::Clock& clock, worker::ParserClient& parser);
  // Takes nothing more from outside and delivers what had arrived.
  void stop();

  [[nodiscard]] std::vector<api::HttpSource> http_sources() const;
  // Of every source, HTTP ones included, whose counters are the committer's.
  [[nodiscard]] std::vector<ingest::live::InputStatistics> statistics(
      ingest::live::Committer& committer) const;
  // The server itself, for control records.
  [[nodiscard]] const ingest::live::SourceInfo& own() const noexcept { return sources_.front(); }

 private:
  explicit LiveSources(const ServeSettings& settings) : settings_(settings) {}
  [[nodiscard]] base::Result<void> name_sources(const DataFolder& folder);
  [[nodiscard]] base::Result<void> read_token(const DataFolder& folder);
  const ingest::live::SourceInfo& add(std::string name, std::string kind, std::string address);

  const ServeSettings settings_;
  std::deque<ingest::live::SourceInfo> sources_;  // stable addresses; the first is the server itself
  api::Digest token_hash_{};
  std::vector<std::unique_ptr<ingest::live::Input>> inputs_;
};

inline constexpr std::string_view kHttpSourceName = "default";

}  // namespace hinomi::app
