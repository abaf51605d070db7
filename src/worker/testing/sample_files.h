// Files for tests of parsing, made in memory: an event log, archives that attack, bombs. For tests only.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <string_view>
#include <vector>

#include "parse/archive/testing/archive_writer.h"
#include "parse/evtx/testing/chunk_builder.h"

namespace hinomi::worker {

// Records 1 to `count`, with their number in the member Number.
inline std::string event_log(std::uint64_t count) {
  namespace evtx = parse::evtx::testing;
  std::vector<evtx::EventSpec> events;
  for (std::uint64_t i = 1; i <= count; ++i) {
    evtx::EventSpec event;
    event.provider = "Test";
    event.event_id = 4688;
    event.record_id = i;
    event.channel = "Security";
    event.computer = "host";
    event.data = {{"Number", evtx::string_value(std::to_string(i))}};
    events.push_back(std::move(event));
  }
  const evtx::Buffer bytes = evtx::make_file(events);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A tar with a symbolic link, a hard link and a device before its only file.
inline std::string tar_with_links() {
  std::string out;
  ::archive* handle = ::archive_write_new();
  ::archive_write_set_format_ustar(handle);
  ::archive_write_open(handle, &out, nullptr, parse::archive::append_written, nullptr);
  const auto add = [&](const char* name, auto set_up, std::string_view content) {
    ::archive_entry* entry = ::archive_entry_new();
    ::archive_entry_set_pathname(entry, name);
    ::archive_entry_set_perm(entry, 0644);
    ::archive_entry_set_filetype(entry, AE_IFREG);
    ::archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    set_up(entry);
    EXPECT_EQ(::archive_write_header(handle, entry), ARCHIVE_OK);
    if (!content.empty()) ::archive_write_data(handle, content.data(), content.size());
    ::archive_entry_free(entry);
  };
  add(
      "link",
      [](::archive_entry* entry) {
        ::archive_entry_set_filetype(entry, AE_IFLNK);
        ::archive_entry_set_symlink(entry, "/etc/passwd");
      },
      "");
  add("hard", [](::archive_entry* entry) { ::archive_entry_set_hardlink(entry, "/etc/shadow"); }, "");
  add("device", [](::archive_entry* entry) { ::archive_entry_set_filetype(entry, AE_IFCHR); }, "");
  add("link/../../etc/cron.d/x", [](::archive_entry*) {}, "only line\n");
  ::archive_write_close(handle);
  ::archive_write_free(handle);
  return out;
}

// In the manner of 42.zip: archives in archives in archives, each many times the same, zeros at the bottom.
inline std::string bomb(int levels) {
  using parse::archive::write_archive;
  std::string inner = write_archive({}, {{.name = "zeros", .content = std::string(1 << 20, '0')}}, 64);
  for (int level = 0; level < levels; ++level) {
    std::vector<parse::archive::NamedContent> same;
    for (int i = 0; i < 16; ++i) same.push_back({.name = std::to_string(i) + ".zip", .content = inner});
    inner = write_archive({}, same);
  }
  return inner;
}

}  // namespace hinomi::worker
