#include "worker/parse_job.h"

#include <iconv.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <new>
#include <span>

#include "parse/evtx/json.h"
#include "parse/evtx/reader.h"
#include "parse/evtx/template.h"
#include "worker/sealed_input.h"

namespace hinomi::worker {
namespace {

constexpr std::size_t kChunkBytes = 65'536;
constexpr std::size_t kWriteBytes = 64 * 1024;
// What may come out of one file, all entries and levels together: logs stay below fifty times their packed
// size, while archives that unpack themselves into ever more of the same go on for ever.
constexpr std::uint64_t kUnpackedBytes = 256 << 20;
constexpr std::uint64_t kUnpackedTimes = 200;

bool is_blank(std::string_view line) noexcept {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::string_view front(std::string_view text, std::size_t limit) noexcept {
  return text.substr(0, limit);
}

ingest::ReaderOptions reader_options(const Request& request, std::uint64_t file_bytes) {
  ingest::ReaderOptions options;
  options.max_inputs = kMaxInputs;
  options.kept_blocks = 1;
  // A record may not be longer anyway; what is skipped here is counted by the framing.
  options.max_line_bytes = std::max<std::size_t>(request.limits.max_record_bytes, 256);
  options.archive.max_output_bytes = kUnpackedBytes + kUnpackedTimes * file_bytes;
  return options;
}

class Job {
 public:
  Job(const Request& request, const MessageSink& sink)
      : request_(request), sink_(sink), chunks_(templates_) {}

  void run(os::File file) {
    name_bytes_ = file.path().size();
    const ingest::ReaderOptions options = reader_options(request_, file.info().size);
    ingest::InputReader reader(std::move(file), options);
    while (going_on()) {
      const std::optional<ingest::Unit> unit = reader.next();
      if (!unit) break;
      if (!fits_kind(*unit)) continue;
      begin(*unit);
      read(*unit);
    }
    finish(reader);
  }

 private:
  [[nodiscard]] bool going_on() const noexcept { return listening_ && !enough_; }
  void send(const Message& message) { listening_ = listening_ && sink_(message); }

  bool fits_kind(const ingest::Unit& unit) {
    const bool evtx = unit.kind == ingest::UnitKind::evtx_chunks;
    if (request_.kind != ParserKind::evtx || evtx) return true;
    if (!other_kind_) problem(0, "the file is no Windows event log");
    other_kind_ = true;
    return false;
  }

  void begin(const ingest::Unit& unit) {
    const auto input = static_cast<std::uint32_t>(unit.input);
    if (begun_ && input == input_) return;
    begun_ = true;
    input_ = input;
    Message message;
    message.kind = MessageKind::input;
    message.input = input;
    message.type = unit.type;
    message.text = front(unit.input_name.substr(name_bytes_), kMaxMessageName);
    send(message);
  }

  void record(RecordKind kind, std::uint64_t number, std::string_view text) {
    if (!going_on()) return;
    if (text.size() > request_.limits.max_record_bytes) {
      problem(number,
              "the record is longer than " + std::to_string(request_.limits.max_record_bytes) + " bytes");
      return;
    }
    if (records_ >= request_.limits.max_records ||
        text.size() > request_.limits.max_output_bytes - record_bytes_) {
      enough_ = true;
      problem(number, "more records than may be taken from one file");
      return;
    }
    record_bytes_ += text.size();
    Message message;
    message.kind = MessageKind::record;
    message.record_kind = kind;
    message.number = number;
    message.text = text;
    ++records_;
    send(message);
  }

  void problem(std::uint64_t number, std::string_view reason) {
    if (++problems_ > kMaxProblems) return;
    Message message;
    message.kind = MessageKind::problem;
    message.number = number;
    message.reason = front(reason, kMaxMessageReason);
    send(message);
  }

  void read(const ingest::Unit& unit) {
    switch (unit.kind) {
      case ingest::UnitKind::text_lines:
        return read_lines(unit);
      case ingest::UnitKind::json_documents:
        for (const ingest::DocumentSpan& span : unit.documents)
          record(RecordKind::document, span.line, unit.text_of(span));
        return;
      case ingest::UnitKind::evtx_chunks:
        return read_chunks(unit);
    }
  }

  void read_lines(const ingest::Unit& unit) {
    std::uint64_t number = unit.first_record;
    std::string_view rest = unit.bytes();
    for (; !rest.empty() && going_on(); ++number) {
      const std::size_t end = rest.find('\n');
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (!is_blank(line)) record(RecordKind::line, number, line);
    }
  }

  void read_chunks(const ingest::Unit& unit) {
    const auto all = std::as_bytes(std::span(unit.bytes().data(), unit.bytes().size()));
    for (std::size_t at = 0; at < all.size() && going_on(); at += kChunkBytes) {
      // What earlier use of the file left behind its end is no part of the log.
      chunks_.open(all.subspan(at, std::min(kChunkBytes, all.size() - at)), unit.offset + at,
                   {.recover = false});
      while (const parse::evtx::Record* found = chunks_.next()) {
        if (found->recovered) continue;
        json_.clear();
        if (renderer_.append(*found, json_) == parse::evtx::JsonRenderer::Outcome::too_large) {
          problem(found->id, "the record is too large to be written as JSON");
        } else {
          record(RecordKind::evtx, found->id, json_);
        }
      }
      for (const parse::evtx::Problem& lost : chunks_.problems()) {
        if (parse::evtx::costs_record(lost.kind)) problem(lost.offset, lost.message);
      }
    }
  }

  void finish(const ingest::InputReader& reader) {
    for (std::size_t i = 0; i < reader.input_count() && listening_; ++i) {
      const ingest::InputStatus& status = reader.status(static_cast<ingest::InputId>(i));
      Message message;
      message.kind = MessageKind::input_ends;
      message.input = static_cast<std::uint32_t>(i);
      message.type = status.type;
      message.state = status.state;
      message.number = status.skipped;
      message.text = front(std::string_view(status.path).substr(name_bytes_), kMaxMessageName);
      message.reason = front(status.reason, kMaxMessageReason);
      send(message);
    }
    Message end;
    end.kind = MessageKind::end;
    end.records = records_;
    end.problems = problems_;
    send(end);
  }

  const Request& request_;
  const MessageSink& sink_;
  parse::evtx::TemplateCache templates_;
  parse::evtx::ChunkReader chunks_;
  parse::evtx::JsonRenderer renderer_;
  std::string json_;
  std::size_t name_bytes_ = 0;
  std::uint32_t input_ = 0;
  bool begun_ = false;
  bool other_kind_ = false;
  bool listening_ = true;
  bool enough_ = false;  // a limit of the request is reached
  std::uint64_t record_bytes_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t problems_ = 0;
};

}  // namespace

void parse_file(os::File file, const Request& request, const MessageSink& sink) {
  Job(request, sink).run(std::move(file));
}

void warm_up_parsers() {
  ::tzset();  // libarchive converts times of zip entries
  // Names in 7z archives are UTF-16; the C library loads a module for each conversion at first use, and keeps
  // it while a converter is open: these stay open.
  for (const char* to : {"UTF-8", "ANSI_X3.4-1968"}) {
    for (const char* from : {"UTF-16LE", "UTF-16BE", "UTF-8", "CP437", "CP932"}) [[maybe_unused]]
      const iconv_t kept = ::iconv_open(to, from);
  }
  using namespace std::string_view_literals;
  const std::string_view samples[] = {
      "{\"a\":1}\n{\"b\":[2]}\n"sv,
      "<13>1 2026-01-01T00:00:00Z host app - - - text\n"sv,
      "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv,          // an empty zip
      "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0"sv,  // an empty gzip
      "\xfd"sv
      "7zXZ\0\0\4\xe6\xd6\xb4\x46\0\0\0\0\x1c\xdf\x44\x21\x1f\xb6\xf3\x7d\1\0\0\0\0\4YZ"sv,  // xz
      "\xff\xfe"
      "a\0\n\0"sv,  // UTF-16
  };
  for (const std::string_view sample : samples) {
    auto copy = SealedInput::of_bytes(sample);
    if (!copy) continue;
    const os::FileInfo info{.kind = os::FileKind::regular, .size = copy->size(), .identity = {}};
    os::File file = os::File::adopt(os::Descriptor(::dup(copy->descriptor())), info, "");
    parse_file(std::move(file), {}, [](const Message&) { return true; });
  }
}

bool MessageWriter::write(const Message& message) {
  if (failed_) return false;
  encode(message, buffer_);
  return buffer_.size() < kWriteBytes || flush();
}

bool MessageWriter::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !failed_) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      failed_ = true;
    } else {
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  buffer_.clear();
  return !failed_;
}

}  // namespace hinomi::worker
