#include "parse/archive/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace hinomi::parse::archive {
namespace {

constexpr std::size_t kInputBytes = 64 * 1024;

struct FreeArchive {
  void operator()(::archive* handle) const noexcept { ::archive_read_free(handle); }
};

// What libarchive's callbacks work on.
struct Input {
  std::unique_ptr<ByteSource> source;
  std::array<char, kInputBytes> buffer{};
  std::optional<base::Error>
      error;                   // of the source itself: nearer to the cause than what libarchive makes of it
  std::uint64_t position = 0;  // of the next byte the source gives
};

la_ssize_t on_read(::archive* handle, void* context, const void** bytes) {
  auto& input = *static_cast<Input*>(context);
  const base::Result<std::size_t> got = input.source->read(input.buffer);
  if (!got) {
    input.error = got.error();
    ::archive_set_error(handle, EIO, "%s", got.error().message.c_str());
    return -1;
  }
  *bytes = input.buffer.data();
  input.position += *got;
  return static_cast<la_ssize_t>(*got);
}

la_int64_t on_seek(::archive* /*handle*/, void* context, la_int64_t offset, int whence) {
  auto& input = *static_cast<Input*>(context);
  const auto size = static_cast<std::int64_t>(input.source->seekable_size().value_or(0));
  std::int64_t origin = 0;
  if (whence == SEEK_CUR) origin = static_cast<std::int64_t>(input.position);
  if (whence == SEEK_END) origin = size;
  std::int64_t target = 0;
  if (__builtin_add_overflow(origin, offset, &target) || target < 0 || target > size) return ARCHIVE_FATAL;
  input.position = static_cast<std::uint64_t>(target);
  input.source->seek(input.position);
  return target;
}

// Which of libarchive's many formats may look at the bytes; what is not here cannot be attacked.
bool allow_formats(::archive* handle) {
  return ::archive_read_support_format_zip_streamable(handle) == ARCHIVE_OK &&
         ::archive_read_support_format_tar(handle) == ARCHIVE_OK &&
         ::archive_read_support_format_7zip(handle) == ARCHIVE_OK &&
         ::archive_read_support_format_empty(handle) == ARCHIVE_OK;
}

bool is_7z(::archive* handle) {
  return (::archive_format(handle) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_7ZIP;
}

std::string name_of(::archive_entry* entry) {
  // The process runs in the C locale as far as libarchive knows: names marked as UTF-8 (zip, pax, 7z)
  // convert, others are only there as the bytes they are.
  if (const char* bytes = ::archive_entry_pathname(entry)) return bytes;
  if (const char* utf8 = ::archive_entry_pathname_utf8(entry)) return utf8;
  return {};
}

}  // namespace

struct ArchiveReader::Parts {
  explicit Parts(Account& of) : account(of) {}

  Account& account;
  Input input;  // before the handle: it is used until that is freed
  std::unique_ptr<::archive, FreeArchive> handle;
  std::string name;                // of the current entry
  std::optional<base::Error> end;  // what next() ended with
  bool finished = false;
  std::uint64_t entries = 0;  // seen so far, folders included

  // The current entry.
  std::optional<base::Error> entry_error;
  bool entry_ended = true;
  std::uint64_t entry_in = 0;   // where the archive stood when it began
  std::uint64_t entry_out = 0;  // bytes handed out
  const char* block = nullptr;  // libarchive's, valid until its next call
  std::size_t block_bytes = 0;
  std::uint64_t block_offset = 0;  // in the entry; beyond entry_out there is a hole of zeros
};

ArchiveReader::ArchiveReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ArchiveReader::~ArchiveReader() = default;

base::Error ArchiveReader::library_error(std::string_view what) const {
  const Parts& parts = *parts_;
  if (parts.input.error) return *parts.input.error;
  const char* text = ::archive_error_string(parts.handle.get());
  base::Error error;
  error.code = base::ErrorCode::invalid_input;
  error.message = "archive: " + std::string(what) + ": " + (text != nullptr ? text : "unknown damage") +
                  " (near byte " + std::to_string(parts.input.position) + ")";
  error.remedy = "get a complete copy of the file";
  return error;
}

base::Result<std::unique_ptr<ArchiveReader>> ArchiveReader::open(std::unique_ptr<ByteSource> source,
                                                                 Account& account) {
  auto parts = std::make_unique<Parts>(account);
  parts->input.source = std::move(source);
  parts->handle.reset(::archive_read_new());
  ::archive* handle = parts->handle.get();
  if (handle == nullptr || !allow_formats(handle)) {
    return base::Error{base::ErrorCode::internal, "archive: libarchive cannot be set up", {}, {}};
  }
  ::archive_read_set_callback_data(handle, &parts->input);
  ::archive_read_set_read_callback(handle, on_read);
  if (parts->input.source->seekable_size()) ::archive_read_set_seek_callback(handle, on_seek);
  std::unique_ptr<ArchiveReader> reader(new ArchiveReader(std::move(parts)));
  if (::archive_read_open1(handle) != ARCHIVE_OK) return reader->library_error("open");
  return reader;
}

base::Result<std::optional<Entry>> ArchiveReader::next() {
  Parts& parts = *parts_;
  if (parts.end) return *parts.end;
  while (!parts.finished) {
    ::archive_entry* header = nullptr;
    const int result = ::archive_read_next_header(parts.handle.get(), &header);
    if (result == ARCHIVE_EOF) {
      parts.finished = true;
      break;
    }
    if (result != ARCHIVE_OK &&
        result != ARCHIVE_WARN) {  // also RETRY: which formats could go on is not known
      parts.end = library_error("read the next entry");
      if (is_7z(parts.handle.get()) && !parts.input.source->seekable_size()) {
        parts.end =
            base::Error{base::ErrorCode::unsupported,
                        "archive: a 7z archive inside another archive, or from a stream, cannot be read",
                        "unpack it and name the files in it",
                        {}};
      }
      if (::archive_read_has_encrypted_entries(parts.handle.get()) > 0) {
        parts.end =
            base::Error{base::ErrorCode::unsupported,
                        parts.entries == 0 ? "archive: its list of entries is encrypted"
                                           : "archive: what follows its encrypted entries cannot be found",
                        "unpack it with its password and name the files in it",
                        {}};
      }
      return *parts.end;
    }
    ++parts.entries;
    // Folders count too, or an archive of nothing else would never end.
    if (const auto fits = parts.account.add_entry(); !fits) {
      parts.end = fits.error();
      return *parts.end;
    }
    const auto type = ::archive_entry_filetype(header);
    if (type != AE_IFREG && type != 0) continue;
    if (::archive_entry_hardlink(header) != nullptr) continue;  // the same content as an entry before

    Entry entry{.name = name_of(header), .problem = {}};
    if (entry.name.ends_with('/')) continue;  // a folder of a zip that says nothing else about it
    parts.entry_error.reset();
    parts.entry_ended = false;
    parts.entry_in =
        static_cast<std::uint64_t>(std::max<la_int64_t>(::archive_filter_bytes(parts.handle.get(), -1), 0));
    parts.entry_out = parts.block_offset = parts.block_bytes = 0;
    if (entry.name.size() > parts.account.limits().max_name_bytes) {
      entry.name.resize(parts.account.limits().max_name_bytes);
      parts.entry_error = base::Error{base::ErrorCode::limit_exceeded,
                                      "archive: the name of the entry is longer than " +
                                          std::to_string(parts.account.limits().max_name_bytes) + " bytes",
                                      {},
                                      {}};
    } else if (::archive_entry_is_encrypted(header) != 0) {
      parts.entry_error = base::Error{base::ErrorCode::unsupported,
                                      "archive: the entry is encrypted",
                                      "unpack it with its password and name the file",
                                      {}};
    }
    entry.problem = parts.entry_error;
    return std::optional<Entry>(std::move(entry));
  }
  return std::optional<Entry>();
}

base::Result<void> ArchiveReader::charge(std::size_t bytes) {
  Parts& parts = *parts_;
  parts.entry_out += bytes;
  const auto stands =
      static_cast<std::uint64_t>(std::max<la_int64_t>(::archive_filter_bytes(parts.handle.get(), -1), 0));
  const std::uint64_t in = stands > parts.entry_in ? stands - parts.entry_in : 0;
  if (auto fits = parts.account.add_output(bytes); !fits) return fits;
  return parts.account.check_ratio(in, parts.entry_out);
}

base::Result<std::size_t> ArchiveReader::read(std::span<char> into) {
  Parts& parts = *parts_;
  if (parts.entry_error) return *parts.entry_error;
  if (into.empty() || parts.entry_ended) return std::size_t{0};
  while (parts.block_bytes == 0) {
    const void* block = nullptr;
    la_int64_t offset = 0;
    const int result = ::archive_read_data_block(parts.handle.get(), &block, &parts.block_bytes, &offset);
    if (result == ARCHIVE_EOF) {
      parts.entry_ended = true;
      return std::size_t{0};
    }
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
      parts.block_bytes = 0;
      parts.entry_error = library_error("unpack the entry");
      return *parts.entry_error;
    }
    parts.block = static_cast<const char*>(block);
    parts.block_offset = offset > 0 ? static_cast<std::uint64_t>(offset) : 0;
  }
  std::size_t size = into.size();
  if (parts.block_offset > parts.entry_out) {  // a hole of a sparse file
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, parts.block_offset - parts.entry_out));
    std::memset(into.data(), 0, size);
  } else {
    size = std::min(size, parts.block_bytes);
    std::memcpy(into.data(), parts.block, size);
    parts.block += size;
    parts.block_bytes -= size;
    parts.block_offset += size;
  }
  if (const auto fits = charge(size); !fits) {
    parts.entry_error = fits.error();
    return *parts.entry_error;
  }
  return size;
}

}  // namespace hinomi::parse::archive
