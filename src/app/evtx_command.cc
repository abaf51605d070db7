// hinomi evtx dump: the records of one file as JSON documents.
#include <span>

#include "app/arguments.h"
#include "app/cli.h"
#include "messages/messages.h"
#include "os/file.h"
#include "parse/evtx/json.h"
#include "parse/evtx/reader.h"
#include "parse/evtx/template.h"

namespace hinomi::app {

int evtx_dump_command(Console& console, std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, "evtx dump", words, {});
  if (!arguments) return kExitUsage;
  if (arguments->paths().size() != 1) {
    console.error_line(
        messages::usage_missing_argument(console.language, {.argument = "FILE", .command = "evtx dump"}));
    return kExitUsage;
  }
  const std::string& path = arguments->paths().front();
  constexpr std::uint64_t kMaxFileBytes = std::uint64_t{8} << 30;
  auto text = os::read_file(path, kMaxFileBytes);
  if (!text) {
    console.error_line(
        messages::error_of_file(console.language, {.path = path, .reason = text.error().message}));
    return kExitProblems;
  }
  const parse::evtx::FileView file(std::as_bytes(std::span(text->data(), text->size())));
  parse::evtx::TemplateCache templates;
  parse::evtx::ChunkReader reader(templates);
  std::uint64_t records = 0;
  std::uint64_t lost = 0;
  std::string out;
  parse::evtx::JsonRenderer renderer;
  bool cut_off = false;  // a part of the file is missing, whether or not a record began in it
  bool no_log = false;   // what is there is no EVTX
  const auto report = [&](const parse::evtx::Problem& problem) {
    cut_off = cut_off || problem.kind == parse::evtx::ProblemKind::chunk_cut_off;
    no_log = no_log || problem.kind == parse::evtx::ProblemKind::file_magic;
    const auto offset = static_cast<std::int64_t>(problem.offset);
    console.error_line(
        parse::evtx::costs_record(problem.kind)
            ? messages::evtx_record_lost(console.language, {.offset = offset, .reason = problem.message})
            : messages::evtx_note(console.language, {.offset = offset, .reason = problem.message}));
  };
  for (const auto& problem : file.problems()) report(problem);
  for (std::size_t i = 0; i < file.chunk_count() && !console.failed(); ++i) {
    const auto chunk = file.chunk(i);
    reader.open(chunk.bytes, chunk.offset, {.all_recovered = chunk.behind_end});
    while (const parse::evtx::Record* record = reader.next()) {
      if (record->recovered) continue;
      out.clear();
      const auto outcome = renderer.append(*record, out);
      if (outcome == parse::evtx::JsonRenderer::Outcome::too_large) {
        report({.offset = record->offset,
                .kind = parse::evtx::ProblemKind::record_content,
                .message = "too large to show"});
        ++lost;
        continue;
      }
      console.line(out);
      ++records;
    }
    for (const auto& problem : reader.problems()) report(problem);
    lost += reader.lost_records();
  }
  console.error_line(messages::evtx_dumped(console.language, {.records = records, .lost = lost}));
  // A log that holds no record is whole; a file that is no log at all is not.
  return lost > 0 || cut_off || (records == 0 && no_log) ? kExitProblems : kExitOk;
}

}  // namespace hinomi::app
