// hinomi_message_compiler [--cpp DIR] [--ts FILE] [--root DIR] FILE…: checks catalogues and writes
// DIR/messages.h and messages.cc, and the TypeScript FILE. Paths in its messages are relative to --root. Exit
// code 0 = written, 1 = the catalogue is at fault, 2 = usage.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/message_compiler/audience.h"
#include "tools/message_compiler/emit_cpp.h"
#include "tools/message_compiler/emit_ts.h"
#include "tools/message_compiler/read_catalogue.h"

namespace {

using hinomi::message_compiler::CatalogueFile;
using hinomi::message_compiler::for_programs;
using hinomi::message_compiler::for_web;
using hinomi::message_compiler::labels_of;
using hinomi::message_compiler::Message;
namespace fs = std::filesystem;

struct Options {
  fs::path cpp_folder;  // empty: no C++
  fs::path ts_file;     // empty: no TypeScript
  fs::path root = ".";
  std::vector<fs::path> files;
};

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Leaves a file that is already right untouched, so that nothing is compiled again for it.
bool write_if_changed(const fs::path& path, const std::string& text) {
  if (read_file(path) == text) return true;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  return static_cast<bool>(out.flush());
}

std::optional<Options> parse_arguments(const std::vector<std::string_view>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--cpp" && has_value) {
      options.cpp_folder = arguments[++i];
    } else if (arguments[i] == "--ts" && has_value) {
      options.ts_file = arguments[++i];
    } else if (arguments[i] == "--root" && has_value) {
      options.root = arguments[++i];
    } else if (arguments[i].starts_with("--")) {
      return std::nullopt;
    } else {
      options.files.emplace_back(arguments[i]);
    }
  }
  if (options.files.empty()) return std::nullopt;
  return options;
}

bool write_cpp(const std::vector<Message>& messages, const fs::path& folder) {
  const auto output = hinomi::message_compiler::emit_cpp(for_programs(messages), labels_of(messages));
  return write_if_changed(folder / "messages.h", output.header) &&
         write_if_changed(folder / "messages.cc", output.source);
}

bool write_ts(const std::vector<Message>& messages, const fs::path& file) {
  return write_if_changed(file, hinomi::message_compiler::emit_ts(for_web(messages), labels_of(messages)));
}

int write_outputs(const std::vector<Message>& messages, const Options& options) {
  std::error_code error;
  if (!options.cpp_folder.empty()) {
    fs::create_directories(options.cpp_folder, error);
    if (!write_cpp(messages, options.cpp_folder)) {
      std::fprintf(stderr, "%s: cannot be written\n", options.cpp_folder.c_str());
      return 1;
    }
  }
  if (!options.ts_file.empty()) {
    fs::create_directories(options.ts_file.parent_path(), error);
    if (!write_ts(messages, options.ts_file)) {
      std::fprintf(stderr, "%s: cannot be written\n", options.ts_file.c_str());
      return 1;
    }
  }
  return 0;
}

int compile(const Options& options) {
  std::vector<CatalogueFile> files;
  for (const fs::path& path : options.files) {
    std::optional<std::string> text = read_file(path);
    if (!text) {
      std::fprintf(stderr, "%s:1:1: error: cannot be read. Remedy: check that the file exists.\n",
                   path.c_str());
      return 1;
    }
    files.push_back({path.lexically_proximate(options.root).string(), std::move(*text)});
  }
  std::vector<hinomi::message_compiler::Diagnostic> problems;
  const auto messages = hinomi::message_compiler::read_catalogue(files, problems);
  for (const auto& problem : problems) {
    std::fprintf(stderr, "%s\n", hinomi::message_compiler::to_text(problem).c_str());
  }
  if (!problems.empty()) return 1;
  return write_outputs(messages, options);
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> options = parse_arguments({argv + 1, argv + argc});
  if (options) return compile(*options);
  std::fprintf(stderr, "usage: hinomi_message_compiler [--cpp DIR] [--ts FILE] [--root DIR] FILE…\n");
  return 2;
}
