// Makes archives and compressed streams in memory through libarchive's writing side. For tests only.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace hinomi::parse::archive {

struct NamedContent {
  std::string name{};
  std::string content{};
  bool folder = false;
};

struct ArchiveStyle {
  std::string format = "zip";  // a format name of archive_write_set_format_by_name, or "raw"
  std::string filter{};        // of archive_write_add_filter_by_name; empty for none
  std::string options{};       // of archive_write_set_options
  std::string password{};
};

inline la_ssize_t append_written(::archive* /*handle*/, void* out, const void* bytes, size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

// `blocks` times the content of the one entry, so that large contents need no memory.
inline std::string write_archive(const ArchiveStyle& style, const std::vector<NamedContent>& entries,
                                 std::size_t repeat = 1) {
  std::string out;
  ::archive* handle = ::archive_write_new();
  EXPECT_EQ(::archive_write_set_format_by_name(handle, style.format.c_str()), ARCHIVE_OK) << style.format;
  if (!style.filter.empty()) {
    EXPECT_EQ(::archive_write_add_filter_by_name(handle, style.filter.c_str()), ARCHIVE_OK) << style.filter;
  }
  if (!style.options.empty()) {
    EXPECT_EQ(::archive_write_set_options(handle, style.options.c_str()), ARCHIVE_OK)
        << ::archive_error_string(handle);
  }
  if (!style.password.empty()) ::archive_write_set_passphrase(handle, style.password.c_str());
  ::archive_write_set_bytes_in_last_block(handle, 1);
  EXPECT_EQ(::archive_write_open(handle, &out, nullptr, append_written, nullptr), ARCHIVE_OK);
  for (const NamedContent& content : entries) {
    ::archive_entry* entry = ::archive_entry_new();
    ::archive_entry_set_pathname(entry, content.name.c_str());
    ::archive_entry_set_filetype(entry, content.folder ? AE_IFDIR : AE_IFREG);
    ::archive_entry_set_perm(entry, 0644);
    ::archive_entry_set_size(entry, static_cast<la_int64_t>(content.content.size() * repeat));
    EXPECT_GE(::archive_write_header(handle, entry), ARCHIVE_WARN) << ::archive_error_string(handle);
    for (std::size_t i = 0; i < repeat && !content.content.empty(); ++i) {
      EXPECT_EQ(::archive_write_data(handle, content.content.data(), content.content.size()),
                static_cast<la_ssize_t>(content.content.size()));
    }
    ::archive_entry_free(entry);
  }
  EXPECT_EQ(::archive_write_close(handle), ARCHIVE_OK) << ::archive_error_string(handle);
  ::archive_write_free(handle);
  return out;
}

// One compressed stream: filter "gzip", "zstd", "xz" or "bzip2".
inline std::string compressed(const std::string& filter, std::string_view content, std::size_t repeat = 1) {
  return write_archive({.format = "raw", .filter = filter, .options = {}, .password = {}},
                       {{.name = "x", .content = std::string(content)}}, repeat);
}

}  // namespace hinomi::parse::archive
