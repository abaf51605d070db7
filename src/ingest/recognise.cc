#include "ingest/recognise.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "base/text.h"

namespace hinomi::ingest {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kEvtxFileHeader = 4096;  // MS-EVEN6 2.2.12 and libevtx's notes on the file format
constexpr auto kEvtxFileMagic = "ElfFile\0"sv;
constexpr auto kEvtxChunkMagic = "ElfChnk\0"sv;
constexpr auto kUtf8Mark = "\xEF\xBB\xBF"sv;
constexpr std::size_t kLinesJudged = 32;  // of text

struct Magic {
  std::string_view bytes;
  InputType type;
};
constexpr Magic kMagics[] = {
    {"\x1F\x8B\x08"sv, InputType::gzip},             // RFC 1952 2.3.1, deflate
    {"\x28\xB5\x2F\xFD"sv, InputType::zstd},         // RFC 8878 3.1.1
    {"\xFD\x37zXZ\0"sv, InputType::xz},              // xz file format 2.1.1.1
    {"PK\x03\x04"sv, InputType::zip},                // APPNOTE 4.3.7
    {"PK\x05\x06"sv, InputType::zip},                // … an empty one
    {"PK\x07\x08PK\x03\x04"sv, InputType::zip},      // … one that was split, in one piece
    {"7z\xBC\xAF\x27\x1C"sv, InputType::seven_zip},  // 7zFormat.txt, signature header
};

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// A header block of tar: the octal sum of its 512 bytes, the sum's own field counted as blanks (POSIX pax,
// ustar).
bool is_tar(std::string_view head) noexcept {
  constexpr std::size_t kBlock = 512;
  constexpr std::size_t kSumField = 148;
  constexpr std::size_t kSumSize = 8;
  if (head.size() < kBlock || head[0] == '\0') return false;
  unsigned sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const bool own = i >= kSumField && i < kSumField + kSumSize;
    sum += own ? ' ' : static_cast<unsigned char>(head[i]);
  }
  unsigned stored = 0;
  bool digits = false;
  for (const char c : head.substr(kSumField, kSumSize)) {
    if (c == ' ' && !digits) continue;
    if (c < '0' || c > '7') break;
    stored = stored * 8 + static_cast<unsigned>(c - '0');
    digits = true;
  }
  return digits && stored == sum;
}

bool is_bzip2(std::string_view head) noexcept {
  if (head.size() < 10 || !head.starts_with("BZh") || head[3] < '1' || head[3] > '9') return false;
  const std::string_view block =
      head.substr(4, 6);  // pi, or the square root of pi when there is nothing in it
  return block == "\x31\x41\x59\x26\x53\x59" || block == "\x17\x72\x45\x38\x50\x90";
}

bool is_skippable_zstd(std::string_view head) noexcept {  // RFC 8878 3.1.2
  return head.size() >= 4 && (head[0] & 0xF0) == 0x50 && head.substr(1, 3) == "\x2A\x4D\x18";
}

// Shares of control characters that logs do not have. Compressed and executable bytes have 10 % and more.
bool is_binary(std::string_view head) noexcept {
  constexpr std::size_t kStretch = 128;  // few enough for a count of one byte; and so that it is vectorised
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    const auto behind_bell = static_cast<unsigned char>(byte - '\b');  // \b \t \n \v \f \r
    return static_cast<unsigned char>((byte < 0x20) & (behind_bell > 5) & (byte != 0x1B) & (byte != 0x1E));
  };
  std::size_t controls = 0;
  std::size_t at = 0;
  for (; at + kStretch <= head.size(); at += kStretch) {
    unsigned char some = 0;
    for (std::size_t i = 0; i < kStretch; ++i)
      some = static_cast<unsigned char>(some + is_control(head[at + i]));
    controls += some;
  }
  for (; at < head.size(); ++at) controls += is_control(head[at]);
  return controls * 32 > head.size();
}

// ---- one line of text

bool is_month(std::string_view line) noexcept {
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return std::any_of(std::begin(kMonths), std::end(kMonths),
                     [&](std::string_view m) { return line.starts_with(m); });
}

// Matches a shape of digits ('0') and other characters that stand for themselves.
bool has_shape(std::string_view line, std::string_view shape) noexcept {
  if (line.size() < shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '0' ? !is_digit(line[i]) : line[i] != shape[i]) return false;
  }
  return true;
}

// "Oct 11 22:14:15 " or "Oct  1 22:14:15 " (RFC 3164 4.1.2), also with a year between, as some devices write.
bool begins_with_bsd_time(std::string_view line) noexcept {
  if (!is_month(line) || line.size() < 7 || line[3] != ' ') return false;
  line.remove_prefix(4);
  if (line[0] == ' ' ? !is_digit(line[1]) : !(is_digit(line[0]) && is_digit(line[1]))) return false;
  line.remove_prefix(2);
  return has_shape(line, " 00:00:00") || has_shape(line, " 0000 00:00:00");
}

// "2026-11-23T07:00:39" and a host and a program with a colon or a process id behind it (rsyslog's file
// format).
bool is_rfc3339_syslog(std::string_view line) noexcept {
  if (!has_shape(line, "0000-00-00T00:00:00")) return false;
  const std::size_t host = line.find(' ');
  if (host == std::string_view::npos) return false;
  const std::size_t tag = line.find(' ', host + 1);
  if (tag == std::string_view::npos) return false;
  const std::string_view program = line.substr(tag + 1, line.find(' ', tag + 1) - tag - 1);
  return program.ends_with(':') || program.ends_with(']');
}

bool is_syslog_line(std::string_view line) noexcept {
  if (line.starts_with('<')) {
    const std::size_t end = line.find('>');
    if (end == std::string_view::npos || end < 2 || end > 4) return false;
    const std::string_view priority = line.substr(1, end - 1);
    if (!std::all_of(priority.begin(), priority.end(), is_digit)) return false;
    line.remove_prefix(end + 1);
    // RFC 5424 6.2.2: a version and a blank. RFC 3164 4.3.3 allows anything after the priority.
    return true;
  }
  return begins_with_bsd_time(line) || is_rfc3339_syslog(line);
}

// "type=EXECVE msg=audit(1652292621.986:84138): …", also with "node=… " before it.
bool is_audit_line(std::string_view line) noexcept {
  if (line.starts_with("node=")) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return false;
    line.remove_prefix(blank + 1);
  }
  if (!line.starts_with("type=")) return false;
  const std::size_t blank = line.find(' ');
  return blank != std::string_view::npos && line.substr(blank + 1).starts_with("msg=audit(");
}

bool is_object_line(std::string_view line) noexcept {
  return line.starts_with('{') && line.ends_with('}');
}

struct LineCounts {
  std::size_t lines = 0;
  std::size_t objects = 0;
  std::size_t audit = 0;
  std::size_t syslog = 0;
};

// A last line without an end counts only when it is the whole of `text` or the input ends with it.
LineCounts count_lines(std::string_view text, bool complete) noexcept {
  LineCounts counts;
  while (!text.empty() && counts.lines < kLinesJudged) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos && !complete && counts.lines > 0) break;
    const std::string_view line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty()) continue;
    ++counts.lines;
    counts.objects += is_object_line(line) ? 1 : 0;
    counts.audit += is_audit_line(line) ? 1 : 0;
    counts.syslog += is_syslog_line(line) ? 1 : 0;
  }
  return counts;
}

// Whether text that begins with a bracket is JSON rather than a log such as "[info] …". `text` is trimmed.
bool begins_as_json(std::string_view text, bool complete) {
  const std::string_view rest = trimmed(text.substr(1));
  if (text.front() == '{') {
    const std::string_view first_line = trimmed(text.substr(0, text.find('\n')));
    return rest.empty() || rest.front() == '"' || rest.front() == '}' || is_object_line(first_line);
  }
  if (rest.empty() || rest.front() == '{') return true;
  // An array of something else holds no events, but is JSON all the same if it is all of the input.
  return complete && parse::json::read_document(text).has_value();
}

InputType type_of_text(std::string_view text, bool complete) {
  if (is_binary(text)) return InputType::unknown;
  std::string_view content = trimmed(text);
  while (!content.empty() && content.front() == '\x1E') content = trimmed(content.substr(1));  // RFC 7464
  if (content.empty()) return complete ? InputType::empty : InputType::text;
  if ((content.front() == '{' || content.front() == '[') && begins_as_json(content, complete))
    return InputType::json;
  const LineCounts counts = count_lines(text, complete);
  if (counts.objects * 2 >= counts.lines) return InputType::json;
  if (counts.audit * 2 >= counts.lines) return InputType::audit;
  if (counts.syslog * 2 >= counts.lines) return InputType::syslog;
  return InputType::text;
}

Recognised recognise_text(std::string_view text, bool complete) {
  Recognised recognised{.type = type_of_text(text, complete)};
  if (recognised.type == InputType::json) {
    constexpr std::size_t kLayoutBytes = 16 * 1024;  // enough where it holds a whole line
    const std::string_view front = text.substr(0, kLayoutBytes);
    recognised.layout = parse::json::detect_layout(front.find('\n') == std::string_view::npos ? text : front);
  }
  return recognised;
}

std::string to_utf8(std::string_view utf16, bool big_endian) {
  std::string swapped(utf16);
  if (big_endian) {
    for (std::size_t i = 0; i + 1 < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
  }
  std::string text;
  base::append_utf16le_as_utf8(text, std::as_bytes(std::span(swapped)));
  return text;
}

bool has_at(std::string_view head, std::size_t offset, std::string_view magic) noexcept {
  return head.size() > offset && head.substr(offset).starts_with(magic);
}

}  // namespace

std::string_view name_of(InputType type) noexcept {
  switch (type) {
    case InputType::empty:
      return "empty";
    case InputType::evtx:
      return "evtx";
    case InputType::json:
      return "json";
    case InputType::syslog:
      return "syslog";
    case InputType::audit:
      return "audit";
    case InputType::text:
      return "text";
    case InputType::gzip:
      return "gzip";
    case InputType::zstd:
      return "zstd";
    case InputType::xz:
      return "xz";
    case InputType::bzip2:
      return "bzip2";
    case InputType::zip:
      return "zip";
    case InputType::tar:
      return "tar";
    case InputType::seven_zip:
      return "7z";
    case InputType::unknown:
      return "unknown";
  }
  return "";
}

Recognised recognise(std::string_view head) {
  if (head.empty()) return {.type = InputType::empty};
  if (head.starts_with(kEvtxFileMagic)) return {.type = InputType::evtx, .data_offset = kEvtxFileHeader};
  if (has_at(head, kEvtxFileHeader, kEvtxChunkMagic)) {
    return {.type = InputType::evtx, .data_offset = kEvtxFileHeader, .damaged_header = true};
  }
  if (head.starts_with(kEvtxChunkMagic)) return {.type = InputType::evtx, .damaged_header = true};
  for (const Magic& magic : kMagics) {
    if (head.starts_with(magic.bytes)) return {.type = magic.type};
  }
  if (is_bzip2(head)) return {.type = InputType::bzip2};
  if (is_skippable_zstd(head)) return {.type = InputType::zstd};
  if (is_tar(head)) return {.type = InputType::tar};

  const bool complete = head.size() < kRecogniseBytes;
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
    const bool big_endian = head.front() == '\xFE';
    Recognised recognised = recognise_text(to_utf8(head.substr(2), big_endian), complete);
    recognised.encoding = big_endian ? Encoding::utf16be : Encoding::utf16le;
    return recognised;
  }
  const bool has_mark = head.starts_with(kUtf8Mark);
  Recognised recognised = recognise_text(head.substr(has_mark ? kUtf8Mark.size() : 0), complete);
  if (has_mark) recognised.encoding = Encoding::utf8_bom;
  return recognised;
}

}  // namespace hinomi::ingest
