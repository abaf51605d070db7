#include "ingest/source.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <utility>

#include "base/check.h"
#include "ingest/framer.h"
#include "ingest/layers.h"
#include "ingest/plan.h"
#include "parse/archive/archive_reader.h"
#include "parse/archive/decompress.h"

namespace hinomi::ingest {

using parse::archive::Account;
using parse::archive::ArchiveReader;

namespace {

// An archive that is being read, as an entry of the stack of them.
struct OpenArchive {
  InputId id;
  int depth = 0;  // levels of compression and containers, this one included
  std::unique_ptr<ArchiveReader> reader;
  std::uint64_t entries = 0;  // that have got a status
};

parse::archive::Compression compression_of(InputType type) {
  switch (type) {
    case InputType::gzip:
      return parse::archive::Compression::gzip;
    case InputType::zstd:
      return parse::archive::Compression::zstd;
    case InputType::xz:
      return parse::archive::Compression::xz;
    case InputType::bzip2:
      return parse::archive::Compression::bzip2;
    default:
      HINOMI_CHECK(false);
  }
}

std::string begins_with(std::string_view head) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text = "no kind of log that is known here; it begins with the bytes";
  for (const char c : head.substr(0, 4)) {
    const auto byte = static_cast<unsigned char>(c);
    text += {' ', kHex[byte >> 4], kHex[byte & 15]};
  }
  return text;
}

}  // namespace

class InputReader::Impl {
 public:
  Impl(std::vector<PlannedInput> plan, ReaderOptions options);
  Impl(os::File file, ReaderOptions options);

  std::optional<Unit> next();
  [[nodiscard]] const InputStatus& status(InputId id) const {
    return statuses_.at(static_cast<std::size_t>(id));
  }
  [[nodiscard]] const std::deque<InputStatus>& statuses() const noexcept { return statuses_; }
  [[nodiscard]] Progress progress() const noexcept;
  [[nodiscard]] std::size_t bytes_in_use() const { return pool_.bytes_in_use(); }

 private:
  InputStatus& at(InputId id) { return statuses_[static_cast<std::size_t>(id)]; }
  InputId add_status(std::string path);

  bool begin_next_input();
  void begin_next_entry();
  void end_archive();
  void end_outer();
  void open(std::unique_ptr<ByteSource> source, InputId id, int depth);
  void open_archive(std::unique_ptr<ByteSource> source, InputId id, int depth);
  void begin_framing(std::unique_ptr<PeekSource> peeked, const Recognised& recognised, InputId id);
  void end_framing();
  void fail(InputId id, InputState state, const base::Error& error);
  [[nodiscard]] bool is_stopped() const { return options_.stop && options_.stop(); }
  void stop();

  const ReaderOptions options_;
  BlockPool pool_;
  std::vector<PlannedInput> plan_;
  std::optional<os::File> given_;     // the only input, when it was open already
  std::deque<InputStatus> statuses_;  // a deque, because units refer to its paths
  std::uint64_t total_bytes_ = 0;
  bool total_known_ = true;

  std::size_t next_planned_ = 0;
  bool outer_open_ = false;
  std::uint64_t consumed_before_ = 0;        // what `consumed_` has to be when the outer file is done
  std::atomic<std::uint64_t> consumed_ = 0;  // read by progress() from other threads
  std::optional<Account> account_;           // of the outer file
  std::vector<OpenArchive> archives_;
  std::unique_ptr<Framer> framer_;  // of the input under way; uses archives_ and account_
  InputId framed_{};
  InputType framed_type_ = InputType::unknown;
  std::uint64_t ordinal_ = 0;
};

InputReader::Impl::Impl(os::File file, ReaderOptions options)
    : Impl({{file.path(), PlannedKind::file, file.info().size, {}}}, std::move(options)) {
  given_ = std::move(file);
}

InputReader::Impl::Impl(std::vector<PlannedInput> plan, ReaderOptions options)
    : options_(std::move(options)),
      pool_(options_.block_bytes, options_.kept_blocks),
      plan_(std::move(plan)) {
  for (const PlannedInput& input : plan_) {
    InputStatus& status = at(add_status(input.path));
    total_bytes_ += input.size;
    if (input.kind == PlannedKind::stream || input.kind == PlannedKind::standard_input) total_known_ = false;
    if (input.kind == PlannedKind::special) status.state = InputState::skipped_special;
    if (input.kind == PlannedKind::unreadable) status.state = InputState::unreadable;
    status.reason = input.reason;
  }
}

InputId InputReader::Impl::add_status(std::string path) {
  InputStatus& status = statuses_.emplace_back();
  status.path = std::move(path);
  return static_cast<InputId>(statuses_.size() - 1);
}

Progress InputReader::Impl::progress() const noexcept {
  return {total_bytes_, consumed_.load(), total_known_};
}

std::optional<Unit> InputReader::Impl::next() {
  while (true) {
    if (is_stopped()) {
      stop();
      return std::nullopt;
    }
    if (framer_) {
      std::optional<Unit> unit = framer_->next();
      if (unit) {
        InputStatus& status = at(framed_);
        status.bytes += unit->bytes().size();
        unit->input = framed_;
        unit->input_name = status.path;
        unit->type = framed_type_;
        unit->ordinal = ordinal_++;
        return unit;
      }
      if (is_stopped()) continue;
      end_framing();
    } else if (!archives_.empty()) {
      begin_next_entry();
    } else if (!begin_next_input()) {
      return std::nullopt;
    }
  }
}

// ---- outer files

bool InputReader::Impl::begin_next_input() {
  end_outer();
  if (next_planned_ == plan_.size()) return false;
  const PlannedInput& input = plan_[next_planned_];
  const auto id = static_cast<InputId>(next_planned_++);
  if (input.kind == PlannedKind::special || input.kind == PlannedKind::unreadable) return true;

  outer_open_ = true;
  consumed_before_ = consumed_.load();
  account_.emplace(options_.archive);
  at(id).state = InputState::reading;
  base::Result<os::File> file = given_ ? base::Result<os::File>(std::move(*given_))
                                : input.kind == PlannedKind::standard_input
                                    ? base::Result<os::File>(os::File::standard_input())
                                    : os::File::open(input.path);
  if (!file) {
    fail(id, InputState::unreadable, file.error());
  } else {
    open(std::make_unique<FileSource>(std::move(*file), options_.stop, consumed_), id, 0);
  }
  return true;
}

void InputReader::Impl::end_outer() {
  if (!outer_open_) return;
  outer_open_ = false;
  const PlannedInput& input = plan_[next_planned_ - 1];
  // However much of it had to be read: it is done with.
  if (input.kind == PlannedKind::file) consumed_ = consumed_before_ + input.size;
}

void InputReader::Impl::stop() {
  if (framer_) {
    InputStatus& status = at(framed_);
    status.state = InputState::partly_read;
    status.reason = "stopped before its end";
    status.position = status.bytes;
    framer_.reset();
  }
  for (const OpenArchive& archive : archives_) {
    at(archive.id).state = InputState::partly_read;
    at(archive.id).reason = "stopped before its end";
  }
  archives_.clear();
}

// ---- layers

// Peels compression off and goes on with what is inside: a framer, an archive, or a final status.
void InputReader::Impl::open(std::unique_ptr<ByteSource> source, InputId id, int depth) {
  while (true) {
    auto peeked = std::make_unique<PeekSource>(std::move(source), kRecogniseBytes);
    const Recognised recognised = recognise(peeked->head());
    InputStatus& status = at(id);
    status.type = recognised.type;
    const bool is_layer = is_compressed(recognised.type) || is_container(recognised.type);
    if (is_layer && depth >= options_.archive.max_depth) {
      fail(id, InputState::unreadable,
           {base::ErrorCode::limit_exceeded,
            "archive: more than " + std::to_string(options_.archive.max_depth) + " levels inside each other",
            {},
            {}});
      return;
    }
    if (is_compressed(recognised.type)) {
      source = parse::archive::decompress(compression_of(recognised.type), std::move(peeked), *account_);
      ++depth;
      continue;
    }
    if (is_container(recognised.type)) {
      open_archive(std::move(peeked), id, depth + 1);
      return;
    }
    begin_framing(std::move(peeked), recognised, id);
    return;
  }
}

void InputReader::Impl::open_archive(std::unique_ptr<ByteSource> source, InputId id, int depth) {
  if (source->seekable_size()) source->seek(0);
  auto reader = ArchiveReader::open(std::move(source), *account_);
  if (!reader) {
    fail(id, InputState::unreadable, reader.error());
    return;
  }
  at(id).state = InputState::opened;
  archives_.push_back({id, depth, std::move(*reader), 0});
}

void InputReader::Impl::begin_next_entry() {
  OpenArchive& archive = archives_.back();
  InputStatus& outer = at(archive.id);
  const base::Result<std::optional<parse::archive::Entry>> entry = archive.reader->next();
  if (!entry) {
    // Entries that were read before have statuses of their own.
    fail(archive.id, archive.entries > 0 ? InputState::partly_read : InputState::unreadable, entry.error());
    archives_.pop_back();
    return;
  }
  if (!entry->has_value()) {
    if (archive.entries == 0) outer.state = InputState::skipped_empty;
    archives_.pop_back();
    return;
  }
  if (statuses_.size() >= options_.max_inputs) {
    fail(archive.id, InputState::partly_read,
         {base::ErrorCode::limit_exceeded,
          "there are more than " + std::to_string(options_.max_inputs) +
              " inputs: its other entries were left out",
          {},
          {}});
    archives_.pop_back();
    return;
  }
  ++archive.entries;
  const InputId id = add_status(outer.path + '!' + (*entry)->name);
  if ((*entry)->problem) {
    fail(id, InputState::unreadable, *(*entry)->problem);
    return;
  }
  at(id).state = InputState::reading;
  open(std::make_unique<parse::archive::EntrySource>(*archive.reader), id, archive.depth);
}

// ---- the innermost layer

void InputReader::Impl::begin_framing(std::unique_ptr<PeekSource> peeked, const Recognised& recognised,
                                      InputId id) {
  InputStatus& status = at(id);
  const bool known = recognised.type != InputType::unknown && recognised.type != InputType::empty;
  if (!known && peeked->error()) {
    fail(id, InputState::unreadable, *peeked->error());
    return;
  }
  if (recognised.type == InputType::empty) {
    status.state = InputState::skipped_empty;
    return;
  }
  if (recognised.type == InputType::unknown) {
    status.state = InputState::unrecognised;
    status.reason = begins_with(peeked->head());
    return;
  }
  std::unique_ptr<ByteSource> source = std::move(peeked);
  if (recognised.encoding == Encoding::utf16le || recognised.encoding == Encoding::utf16be) {
    source = std::make_unique<Utf16Source>(std::move(source), recognised.encoding == Encoding::utf16be);
  }
  framer_ = make_framer(recognised, std::move(source), pool_,
                        {.block_bytes = options_.block_bytes,
                         .max_line_bytes = options_.max_line_bytes,
                         .max_document_bytes = options_.max_document_bytes});
  framed_ = id;
  framed_type_ = recognised.type;
}

void InputReader::Impl::end_framing() {
  const std::unique_ptr<Framer> framer = std::move(framer_);
  const FramingReport& report = framer->report();
  InputStatus& status = at(framed_);
  status.skipped = report.skipped;
  status.reason = report.reason;
  status.position = report.position;
  status.state = report.reason.empty() ? InputState::read : InputState::partly_read;
  if (report.failure) {
    fail(framed_, status.bytes > 0 ? InputState::partly_read : InputState::unreadable, *report.failure);
    status.position = status.bytes;
  }
}

void InputReader::Impl::fail(InputId id, InputState state, const base::Error& error) {
  InputStatus& status = at(id);
  status.state = state;
  status.reason = error.message;
  if (!error.remedy.empty()) status.reason += "; " + error.remedy;
}

// ---- InputReader

InputReader::InputReader(const std::vector<std::string>& paths, ReaderOptions options)
    : impl_(std::make_unique<Impl>(plan_inputs(paths, options.walk), options)) {}
InputReader::InputReader(os::File file, ReaderOptions options)
    : impl_(std::make_unique<Impl>(std::move(file), std::move(options))) {}
InputReader::~InputReader() = default;

std::optional<Unit> InputReader::next() {
  return impl_->next();
}
const InputStatus& InputReader::status(InputId id) const {
  return impl_->status(id);
}
std::size_t InputReader::input_count() const noexcept {
  return impl_->statuses().size();
}
std::vector<InputStatus> InputReader::statuses() const {
  return {impl_->statuses().begin(), impl_->statuses().end()};
}
Progress InputReader::progress() const noexcept {
  return impl_->progress();
}
std::size_t InputReader::bytes_in_use() const {
  return impl_->bytes_in_use();
}

std::string_view name_of(InputState state) noexcept {
  switch (state) {
    case InputState::waiting:
      return "waiting";
    case InputState::reading:
      return "reading";
    case InputState::read:
      return "read";
    case InputState::partly_read:
      return "partly_read";
    case InputState::unreadable:
      return "unreadable";
    case InputState::skipped_empty:
      return "skipped_empty";
    case InputState::skipped_special:
      return "skipped_special";
    case InputState::unrecognised:
      return "unrecognised";
    case InputState::opened:
      return "opened";
  }
  return "";
}

}  // namespace hinomi::ingest
