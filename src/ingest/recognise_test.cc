#include "ingest/recognise.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "os/file.h"
#include "parse/archive/testing/archive_writer.h"

namespace hinomi::ingest {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using parse::archive::compressed;
using parse::archive::write_archive;

InputType type_of(std::string_view head) {
  return recognise(head).type;
}

TEST(Recognise, evtx_by_its_header_or_its_chunks) {
  const std::string header = "ElfFile\0"s + std::string(4088, '\0');
  const std::string chunk = "ElfChnk\0"s + std::string(1000, '\0');
  EXPECT_EQ(type_of(header + chunk), InputType::evtx);
  EXPECT_EQ(recognise(header + chunk).data_offset, 4096u);
  EXPECT_FALSE(recognise(header).damaged_header);

  const Recognised damaged = recognise(std::string(4096, 'x') + chunk);
  EXPECT_EQ(damaged.type, InputType::evtx);
  EXPECT_TRUE(damaged.damaged_header);
  EXPECT_EQ(damaged.data_offset, 4096u);

  const Recognised headless = recognise(chunk);
  EXPECT_EQ(headless.type, InputType::evtx);
  EXPECT_EQ(headless.data_offset, 0u);
}

TEST(Recognise, compressed_streams_and_archives) {
  EXPECT_EQ(type_of(compressed("gzip", "x")), InputType::gzip);
  EXPECT_EQ(type_of(compressed("zstd", "x")), InputType::zstd);
  EXPECT_EQ(type_of(compressed("xz", "x")), InputType::xz);
  EXPECT_EQ(type_of(compressed("bzip2", "x")), InputType::bzip2);
  EXPECT_EQ(type_of(compressed("bzip2", "")), InputType::bzip2);
  EXPECT_EQ(type_of("\x50\x2A\x4D\x18\x04\0\0\0"sv), InputType::zstd);
  EXPECT_EQ(type_of(write_archive({.format = "zip"}, {{.name = "a", .content = "x"}})), InputType::zip);
  EXPECT_EQ(type_of(write_archive({.format = "zip"}, {})), InputType::zip);
  EXPECT_EQ(type_of(write_archive({.format = "7zip"}, {{.name = "a", .content = "x"}})),
            InputType::seven_zip);
  for (const char* format : {"ustar", "pax", "gnutar", "v7tar"}) {
    EXPECT_EQ(type_of(write_archive({.format = format}, {{.name = "a", .content = "x"}})), InputType::tar)
        << format;
  }
}

TEST(Recognise, json_in_every_layout) {
  for (const char* text : {
           "{\"a\":1}\n{\"b\":2}\n",                  // a document a line
           "{\n  \"a\": 1\n}",                        // pretty-printed
           "[{\"a\":1},{\"b\":2}]",                   // an array
           "\n\n [\n {\n",                            // the front of one
           "{\"a\":1}{\"b\":2}",                      // concatenated
           "{}", "{", "[", "[]", "[1,2]",             // little, but nothing else
           "\x1E{\"a\":1}\n",                         // RFC 7464
           "{a: 1}\n",                                // broken, but meant to be
           "...,\"cut\":1}\n{\"a\":1}\n{\"b\":2}\n",  // its front was cut off
       }) {
    EXPECT_EQ(type_of(text), InputType::json) << text;
  }
}

TEST(Recognise, the_layout_of_json) {
  using parse::json::Layout;
  EXPECT_EQ(recognise("{\"a\":1}\n{\"b\":2}\n").layout, Layout::lines);
  EXPECT_EQ(recognise("{\n\"a\":1}\n").layout, Layout::stream);
  EXPECT_EQ(recognise("\xFF\xFE{\0\n\0}\0"sv).layout, Layout::stream);
  EXPECT_EQ(recognise("\xFF\xFE{\0}\0\n\0"sv).layout, Layout::lines);
}

TEST(Recognise, logs_that_begin_with_a_bracket_are_text) {
  EXPECT_EQ(type_of("[info] started\n[warn] stopped\n"), InputType::text);
  EXPECT_EQ(type_of("[2026-11-23 07:00:39] x\n"), InputType::text);
  EXPECT_EQ(type_of("{main} started\n"), InputType::text);
}

TEST(Recognise, encodings_by_their_mark) {
  const Recognised utf8 = recognise("\xEF\xBB\xBF{\"a\":1}");
  EXPECT_EQ(utf8.type, InputType::json);
  EXPECT_EQ(utf8.encoding, Encoding::utf8_bom);
  const Recognised little = recognise("\xFF\xFE{\0\"\0a\0\"\0:\0001\0}\0"sv);
  EXPECT_EQ(little.type, InputType::json);
  EXPECT_EQ(little.encoding, Encoding::utf16le);
  const Recognised big = recognise("\xFE\xFF\0h\0i\0\n"sv);
  EXPECT_EQ(big.type, InputType::text);
  EXPECT_EQ(big.encoding, Encoding::utf16be);
}

TEST(Recognise, syslog_of_three_kinds) {
  EXPECT_EQ(type_of("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - failed\n"),
            InputType::syslog);
  EXPECT_EQ(type_of("<34>Oct 11 22:14:15 mymachine su: 'su root' failed\n"), InputType::syslog);
  EXPECT_EQ(type_of("Oct  1 22:14:15 mymachine su: failed\nOct 11 22:14:16 mymachine su[1]: failed\n"),
            InputType::syslog);
  EXPECT_EQ(type_of("2026-11-23T07:00:39.123456+09:00 host sshd[12]: Accepted\n"), InputType::syslog);
  EXPECT_EQ(type_of("<html>\n<body>\n"), InputType::text);
  EXPECT_EQ(type_of("2026-11-23T07:00:39Z GET /index.html 200\n"), InputType::text);
  EXPECT_EQ(type_of("October was wet\n"), InputType::text);
}

TEST(Recognise, audit_lines) {
  EXPECT_EQ(type_of("type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e\n"), InputType::audit);
  EXPECT_EQ(type_of("node=web type=CWD msg=audit(1.2:3):  cwd=\"/\"\n"), InputType::audit);
  EXPECT_EQ(type_of("type=door open\n"), InputType::text);
}

TEST(Recognise, the_majority_of_lines_decides) {
  const std::string line = "Oct 11 22:14:15 host su: failed\n";
  EXPECT_EQ(type_of("  continued from above\n" + line + line), InputType::syslog);
  EXPECT_EQ(type_of("a\nb\nc\n" + line), InputType::text);
}

TEST(Recognise, nothing_but_blanks_is_empty) {
  EXPECT_EQ(type_of(""), InputType::empty);
  EXPECT_EQ(type_of("\r\n \t\n"), InputType::empty);
  EXPECT_EQ(type_of("\xEF\xBB\xBF\n"), InputType::empty);
  EXPECT_EQ(type_of("\xFF\xFE"), InputType::empty);
}

TEST(Recognise, binary_is_unknown_and_legacy_text_is_not) {
  EXPECT_EQ(type_of("\x7F"
                    "ELF\x02\x01\x01\0\0\0\0\0"sv),
            InputType::unknown);
  EXPECT_EQ(type_of("\0\0\0\0"sv), InputType::unknown);
  EXPECT_EQ(type_of("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"sv), InputType::unknown);
  EXPECT_EQ(type_of("\x93\xFA\x96\x7B\x8C\xEA\r\n"), InputType::text);  // CP932
  EXPECT_EQ(type_of("\x1B[31mred\x1B[0m\n"), InputType::text);
}

TEST(Recognise, every_real_recording) {
  const std::filesystem::path data = HINOMI_SOURCE_DIR "/../shared/data";
  if (!std::filesystem::exists(data)) GTEST_SKIP() << "no shared data at " << data;
  std::size_t evtx = 0;
  std::size_t gzip = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data)) {
    const std::string extension = entry.path().extension();
    if (extension != ".evtx" && extension != ".gz") continue;
    std::string head(kRecogniseBytes, '\0');
    head.resize(os::File::open(entry.path().string()).value().read_at(0, head).value());
    EXPECT_EQ(type_of(head), extension == ".gz" ? InputType::gzip : InputType::evtx) << entry.path();
    ++(extension == ".gz" ? gzip : evtx);
  }
  EXPECT_GE(evtx, 300u);
  EXPECT_GE(gzip, 60u);
}

}  // namespace
}  // namespace hinomi::ingest
