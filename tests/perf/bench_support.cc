#include "bench_support.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hinomi::perf {
namespace {

constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kChunkBytes = 65'536;

std::vector<std::string> files_below(const std::string& folder, const std::string& extension) {
  std::vector<std::string> paths;
  std::error_code missing;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, missing)) {
    if (entry.is_regular_file() && entry.path().extension() == extension)
      paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string machine() {
  std::string model = "unknown processor";
  std::ifstream cpu("/proc/cpuinfo");
  for (std::string line; std::getline(cpu, line);) {
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  }
  utsname name{};
  uname(&name);
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGE_SIZE);
  std::ostringstream text;
  text << model << ", " << sysconf(_SC_NPROCESSORS_ONLN) << " cores, "
       << (pages / 1024 * page_bytes) / (1024 * 1024) << " GiB, " << name.sysname << " " << name.release;
  return text.str();
}

double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

app::RuleLoading sigma_rules(const std::string& data) {
  app::RuleLoading loading;
  for (const char* folder :
       {"rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting"}) {
    loading.folders.push_back(data + "/sigma/" + folder);
  }
  return loading;
}

std::vector<std::string> unpack_ndjson(const std::string& data, const std::string& scratch) {
  std::vector<std::string> paths;
  std::filesystem::create_directories(scratch);
  for (const std::string& packed : files_below(data + "/otrf", ".gz")) {
    const std::string path = scratch + "/" + std::filesystem::path(packed).stem().string();
    gzFile in = gzopen(packed.c_str(), "rb");
    if (in == nullptr) continue;
    std::ofstream out(path, std::ios::binary);
    std::array<char, 1 << 16> buffer{};
    for (int n = 0; (n = gzread(in, buffer.data(), buffer.size())) > 0;) out.write(buffer.data(), n);
    gzclose(in);
    paths.push_back(path);
  }
  return paths;
}

std::string concatenate_evtx(const std::string& folder, const std::string& scratch, std::size_t bytes) {
  std::string header;
  std::string chunks;
  for (const std::string& path : files_below(folder, ".evtx")) {
    const std::string text = content_of(path);
    if (text.size() < kHeaderBytes + kChunkBytes || !text.starts_with("ElfFile")) continue;
    if (header.empty()) header = text.substr(0, kHeaderBytes);
    for (std::size_t at = kHeaderBytes; at + kChunkBytes <= text.size(); at += kChunkBytes) {
      if (std::string_view(text).substr(at, 7) == "ElfChnk") chunks.append(text, at, kChunkBytes);
    }
  }
  if (chunks.empty()) return {};
  std::filesystem::create_directories(scratch);
  std::string path = scratch + "/concatenated.evtx";
  std::ofstream out(path, std::ios::binary);
  out << header;
  for (std::size_t written = 0; written < bytes; written += chunks.size()) out << chunks;
  return path;
}

}  // namespace hinomi::perf
