#include "worker/protocol.h"

#include <algorithm>
#include <cstring>

#include "base/binary.h"

namespace hinomi::worker {
namespace {

constexpr std::uint32_t kRequestMagic = 0x31515748;  // "HWQ1"
constexpr std::uint32_t kStatusMagic = 0x31535748;   // "HWS1"
constexpr std::size_t kHeaderBytes = 5;
constexpr std::size_t kRecordOverhead = 9;

base::Error broken(const std::string& what) {
  return {base::ErrorCode::invalid_input, "output of a parser worker: " + what, {}, {}};
}

// Enumerations are taken from bytes only through here.
template <typename Enum>
std::optional<Enum> enum_of(std::uint8_t value, Enum last) {
  if (value > static_cast<std::uint8_t>(last)) return std::nullopt;
  return static_cast<Enum>(value);
}

}  // namespace

std::uint64_t cpu_seconds_for(std::uint64_t file_bytes) noexcept {
  constexpr std::uint64_t kLeast = 10;
  return kLeast + (file_bytes >> 20);
}

std::string encode(const Request& request) {
  std::string out;
  base::BinaryWriter writer(out);
  writer.number(kRequestMagic);
  writer.number(static_cast<std::uint8_t>(request.kind));
  writer.number(request.limits.max_records);
  writer.number(request.limits.max_output_bytes);
  writer.number(request.limits.max_record_bytes);
  writer.number(request.limits.memory_bytes);
  writer.number(request.limits.cpu_seconds);
  return out;
}

std::optional<Request> decode_request(std::string_view bytes) {
  base::BinaryReader reader(bytes);
  const auto magic = reader.number<std::uint32_t>();
  const auto kind = enum_of(reader.number<std::uint8_t>(), ParserKind::archive);
  Request request;
  request.limits.max_records = reader.number<std::uint64_t>();
  request.limits.max_output_bytes = reader.number<std::uint64_t>();
  request.limits.max_record_bytes = reader.number<std::uint32_t>();
  request.limits.memory_bytes = reader.number<std::uint64_t>();
  request.limits.cpu_seconds = reader.number<std::uint64_t>();
  if (!reader.ok() || !reader.rest().empty() || magic != kRequestMagic || !kind) return std::nullopt;
  request.kind = *kind;
  return request;
}

std::string encode(const Status& status) {
  std::string out;
  base::BinaryWriter writer(out);
  writer.number(kStatusMagic);
  writer.number(static_cast<std::uint8_t>(status.kind));
  writer.number(status.exit_code);
  writer.number(status.signal);
  writer.number(static_cast<std::uint8_t>(status.out_of_time ? 1 : 0));
  writer.number(status.cpu_ms);
  return out;
}

std::optional<Status> decode_status(std::string_view bytes) {
  base::BinaryReader reader(bytes);
  const auto magic = reader.number<std::uint32_t>();
  const auto kind = enum_of(reader.number<std::uint8_t>(), StatusKind::ended);
  Status status;
  status.exit_code = reader.number<std::int32_t>();
  status.signal = reader.number<std::int32_t>();
  status.out_of_time = reader.number<std::uint8_t>() != 0;
  status.cpu_ms = reader.number<std::uint64_t>();
  if (!reader.ok() || !reader.rest().empty() || magic != kStatusMagic || !kind) return std::nullopt;
  status.kind = *kind;
  return status;
}

void encode(const Message& message, std::string& out) {
  const std::size_t begin = out.size();
  base::BinaryWriter writer(out);
  writer.number(std::uint32_t{0});  // the length, below
  writer.number(static_cast<std::uint8_t>(message.kind));
  switch (message.kind) {
    case MessageKind::hello:
      writer.number(kOutputMagic);
      writer.number(message.level);
      break;
    case MessageKind::input:
      writer.number(message.input);
      writer.number(static_cast<std::uint8_t>(message.type));
      writer.text(message.text);
      break;
    case MessageKind::record:
      writer.number(static_cast<std::uint8_t>(message.record_kind));
      writer.number(message.number);
      out.append(message.text);
      break;
    case MessageKind::problem:
      writer.number(message.number);
      writer.text(message.reason);
      break;
    case MessageKind::input_ends:
      writer.number(message.input);
      writer.number(static_cast<std::uint8_t>(message.type));
      writer.number(static_cast<std::uint8_t>(message.state));
      writer.number(message.number);
      writer.text(message.text);
      writer.text(message.reason);
      break;
    case MessageKind::end:
      writer.number(message.records);
      writer.number(message.problems);
      break;
  }
  const auto length = static_cast<std::uint32_t>(out.size() - begin - kHeaderBytes);
  std::memcpy(out.data() + begin, &length, sizeof length);
}

// ---- OutputDecoder

base::Result<std::size_t> OutputDecoder::content_limit(std::uint8_t kind) const {
  switch (kind) {
    case static_cast<std::uint8_t>(MessageKind::record):
      return limits_.max_record_bytes + kRecordOverhead;
    case static_cast<std::uint8_t>(MessageKind::hello):
    case static_cast<std::uint8_t>(MessageKind::end):
      return std::size_t{16};
    case static_cast<std::uint8_t>(MessageKind::input):
    case static_cast<std::uint8_t>(MessageKind::problem):
    case static_cast<std::uint8_t>(MessageKind::input_ends):
      return kMaxMessageName + kMaxMessageReason + 32;
    default:
      return broken("a message of an unknown kind");
  }
}

base::Result<void> OutputDecoder::feed(std::span<const char> bytes, const Visitor& visit) {
  if (stopped_) return {};
  std::string_view input(bytes.data(), bytes.size());
  if (!rest_.empty()) {
    rest_.append(input);
    input = rest_;
  }
  while (input.size() >= kHeaderBytes) {
    std::uint32_t length = 0;
    std::memcpy(&length, input.data(), sizeof length);
    const auto kind = static_cast<std::uint8_t>(input[4]);
    const auto limit = content_limit(kind);
    if (!limit) return limit.error();
    if (length > *limit) return broken("a message longer than its kind can be");
    if (input.size() - kHeaderBytes < length) break;
    const auto message = decode(static_cast<MessageKind>(kind), input.substr(kHeaderBytes, length));
    if (!message) return message.error();
    if (auto fits = judge(*message); !fits) return fits;
    input.remove_prefix(kHeaderBytes + length);
    if (!visit(*message)) {
      stopped_ = true;
      return {};
    }
  }
  if (ended_ && !input.empty()) return broken("bytes behind its end");
  rest_ = std::string(input);
  return {};
}

base::Result<void> OutputDecoder::finish() const {
  if (!rest_.empty()) return broken("it ends within a message");
  return {};
}

base::Result<Message> OutputDecoder::decode(MessageKind kind, std::string_view content) {
  base::BinaryReader reader(content);
  Message message;
  message.kind = kind;
  bool valid = true;
  const auto take_type = [&] {
    const auto type = enum_of(reader.number<std::uint8_t>(), ingest::InputType::unknown);
    if (type) message.type = *type;
    valid = valid && type.has_value();
  };
  const auto take_text = [&](std::string_view& into, std::size_t limit) {
    into = reader.text();
    valid = valid && into.size() <= limit;
  };
  std::string_view rest_of_record;
  switch (kind) {
    case MessageKind::hello:
      valid = reader.number<std::uint32_t>() == kOutputMagic;
      message.level = reader.number<std::uint32_t>();
      valid = valid && message.level < 32;
      break;
    case MessageKind::input:
      message.input = reader.number<std::uint32_t>();
      take_type();
      take_text(message.text, kMaxMessageName);
      break;
    case MessageKind::record: {
      const auto record_kind = enum_of(reader.number<std::uint8_t>(), RecordKind::evtx);
      valid = record_kind.has_value();
      if (record_kind) message.record_kind = *record_kind;
      message.number = reader.number<std::uint64_t>();
      if (reader.ok()) message.text = rest_of_record = reader.rest();
      break;
    }
    case MessageKind::problem:
      message.number = reader.number<std::uint64_t>();
      take_text(message.reason, kMaxMessageReason);
      break;
    case MessageKind::input_ends: {
      message.input = reader.number<std::uint32_t>();
      take_type();
      const auto state = enum_of(reader.number<std::uint8_t>(), ingest::InputState::opened);
      valid = valid && state.has_value();
      if (state) message.state = *state;
      message.number = reader.number<std::uint64_t>();
      take_text(message.text, kMaxMessageName);
      take_text(message.reason, kMaxMessageReason);
      break;
    }
    case MessageKind::end:
      message.records = reader.number<std::uint64_t>();
      message.problems = reader.number<std::uint64_t>();
      break;
  }
  if (!valid || !reader.ok() || reader.rest().size() != rest_of_record.size())
    return broken("a message that is not of its kind's form");
  return message;
}

// The order of messages, and that what they say fits together.
base::Result<void> OutputDecoder::judge(const Message& message) {
  if (ended_) return broken("a message behind its end");
  if (greeted_ == (message.kind == MessageKind::hello)) return broken("it does not begin with one greeting");
  greeted_ = true;
  switch (message.kind) {
    case MessageKind::hello:
      break;
    case MessageKind::input:
      if (inputs_ended_ > 0 || message.input >= kMaxInputs || (has_input_ && message.input < inputs_))
        return broken("inputs out of order");
      inputs_ = message.input + 1;
      has_input_ = true;
      break;
    case MessageKind::record:
      if (!has_input_ || inputs_ended_ > 0) return broken("a record without an input");
      record_bytes_ += message.text.size();
      if (++records_ > limits_.max_records || record_bytes_ > limits_.max_output_bytes)
        return broken("more records than allowed");
      break;
    case MessageKind::problem:
      if (++problems_ > kMaxProblems) return broken("more problems than it may tell");
      break;
    case MessageKind::input_ends:
      if (message.input != inputs_ended_ || inputs_ended_ >= kMaxInputs)
        return broken("inputs end out of order");
      ++inputs_ended_;
      break;
    case MessageKind::end:
      if (message.records != records_) return broken("another number of records than it says");
      if (message.problems < problems_) return broken("fewer problems than it told");
      if (inputs_ended_ < inputs_ || inputs_ended_ == 0) return broken("inputs without an end");
      ended_ = true;
      break;
  }
  return {};
}

}  // namespace hinomi::worker
