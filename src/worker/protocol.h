// What the client, the zygote and a parser worker say to each other: the request for a worker, how the worker
// ended, and the stream of records it writes. What a worker writes is hostile, since what it read was; the
// decoder believes no length, count, kind or order. Not for processes of other versions: all are installed
// together.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/recognise.h"
#include "ingest/source.h"

namespace hinomi::worker {

// ---- request: client to zygote, one message with three descriptors

// What the caller takes the file for. A file that is something else is then no log, and says so.
enum class ParserKind : std::uint8_t { any, evtx, archive };

struct ParseLimits {
  std::uint64_t max_records = 100'000'000;
  std::uint64_t max_output_bytes = 64ull << 30;  // of all records; other messages are limited by their number
  std::uint32_t max_record_bytes = 1 << 20;      // longer records are left out and counted
  std::uint64_t memory_bytes = 1ull << 30;
  std::uint64_t cpu_seconds = 0;  // 0: by the size of the file, cpu_seconds_for()
};
[[nodiscard]] std::uint64_t cpu_seconds_for(std::uint64_t file_bytes) noexcept;

struct Request {
  ParserKind kind = ParserKind::any;
  ParseLimits limits{};
};
inline constexpr std::size_t kRequestDescriptors = 3;  // input, output, status: in this order
inline constexpr std::size_t kMaxRequestBytes = 128;
[[nodiscard]] std::string encode(const Request& request);
[[nodiscard]] std::optional<Request> decode_request(std::string_view bytes);

// ---- status: zygote to client, on a socket of its own for each request

enum class StatusKind : std::uint8_t {
  started,
  busy,     // as many workers as are allowed run already
  refused,  // the request is no request, or its input is not sealed or too large
  failed,   // no process could be made
  ended,    // `exit_code`, `signal` and what it used
};
struct Status {
  StatusKind kind = StatusKind::failed;
  std::int32_t exit_code = 0;
  std::int32_t signal = 0;
  bool out_of_time = false;  // killed by the zygote
  std::uint64_t cpu_ms = 0;
};
inline constexpr std::size_t kMaxStatusBytes = 64;
[[nodiscard]] std::string encode(const Status& status);
[[nodiscard]] std::optional<Status> decode_status(std::string_view bytes);

// ---- output: worker to client, a stream of messages; each is length (u32), kind (u8), content

enum class MessageKind : std::uint8_t {
  hello = 1,   // first: the level of the sandbox it stands in
  input,       // begin of records of an input: the file itself, or an entry of it
  record,      // one event, as it is to be kept
  problem,     // a record that was lost
  input_ends,  // what became of an input
  end,         // last: everything was said
};

enum class RecordKind : std::uint8_t {
  line,      // of text, without its end
  document,  // JSON, as it stood in the file
  evtx,      // one EVTX record as a JSON document
};

// Texts are borrowed for the call and hostile.
struct Message {
  MessageKind kind = MessageKind::hello;
  std::uint32_t level = 0;                                 // hello
  std::uint32_t input = 0;                                 // input, input_ends: number of it, from 0
  ingest::InputType type = ingest::InputType::unknown;     // input, input_ends
  ingest::InputState state = ingest::InputState::waiting;  // input_ends
  RecordKind record_kind = RecordKind::line;               // record
  std::uint64_t number = 0;  // record, problem: line, document or EVTX record id; input_ends: skipped
  std::string_view text{};   // record: its content; input, input_ends: "!entry!inner", "" for the file itself
  std::string_view reason{};   // problem, input_ends
  std::uint64_t records = 0;   // end
  std::uint64_t problems = 0;  // end
};

inline constexpr std::size_t kMaxMessageName = 8192;
inline constexpr std::size_t kMaxMessageReason = 1024;
inline constexpr std::size_t kMaxInputs = 100'001;         // entries of one archive and the archive
inline constexpr std::uint64_t kMaxProblems = 10'000;      // told one by one; the rest only counted
inline constexpr std::uint32_t kOutputMagic = 0x314E5748;  // "HWN1"

// Appends the message; `text` and `reason` must keep the limits above and that of records.
void encode(const Message& message, std::string& out);

// Reads what a worker wrote, in whatever pieces it arrives.
class OutputDecoder {
 public:
  // False: enough; decoding ends there.
  using Visitor = std::function<bool(const Message&)>;

  explicit OutputDecoder(const ParseLimits& limits) : limits_(limits) {}

  // Calls `visit` for each message that is complete. An Error: the worker broke a rule, and nothing more is
  // to be read. Holds at most one incomplete message, which is no longer than a record may be.
  [[nodiscard]] base::Result<void> feed(std::span<const char> bytes, const Visitor& visit);
  // The stream has ended. An Error when that was within a message.
  [[nodiscard]] base::Result<void> finish() const;

  [[nodiscard]] bool ended() const noexcept { return ended_; }      // `end` was read
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }  // by the visitor
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

 private:
  [[nodiscard]] base::Result<std::size_t> content_limit(std::uint8_t kind) const;
  [[nodiscard]] base::Result<Message> decode(MessageKind kind, std::string_view content);
  [[nodiscard]] base::Result<void> judge(const Message& message);

  ParseLimits limits_;
  std::string rest_;  // an incomplete message
  std::uint64_t record_bytes_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t problems_ = 0;
  std::uint32_t inputs_ = 0;  // that have begun or ended: the next number is at most this
  std::uint32_t inputs_ended_ = 0;
  bool greeted_ = false;
  bool has_input_ = false;
  bool ended_ = false;
  bool stopped_ = false;
};

}  // namespace hinomi::worker
