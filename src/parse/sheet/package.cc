#include "parse/sheet/package.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "parse/archive/archive_reader.h"

namespace hinomi::parse::sheet {
namespace {

constexpr std::size_t kKeptPartBytes = 256 * 1024;
constexpr std::size_t kKeptBytes = 8 * 1024 * 1024;  // of all parts together
constexpr std::size_t kMaxNameBytes = 512;
constexpr std::size_t kBlockBytes = 64 * 1024;

std::string folded(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    if (c == '\\') c = '/';  // some writers on Windows
  }
  return out;
}

base::Error invalid(std::string why, std::string remedy) {
  return {base::ErrorCode::invalid_input, "XLSX: " + std::move(why), std::move(remedy), {}};
}

archive::Limits archive_limits(const Limits& limits) {
  return {.max_output_bytes = limits.max_unpacked_bytes,
          .max_ratio = limits.max_ratio,
          .ratio_floor_bytes = limits.ratio_floor_bytes,
          .max_entries = limits.max_entries,
          .max_depth = 1,
          .max_name_bytes = kMaxNameBytes};
}

}  // namespace

// Reads the whole archive; each entry goes to the sink that `choose` gives for its folded name.
base::Result<void> Package::walk(
    const std::function<base::Result<Sink>(const std::string& name)>& choose) const {
  archive::Account account(archive_limits(limits_));
  auto reader = archive::ArchiveReader::open(std::make_unique<archive::MemorySource>(bytes_), account);
  if (!reader) return reader.error();
  std::vector<char> block(kBlockBytes);
  while (true) {
    const auto next = (*reader)->next();
    if (!next) return next.error();
    const std::optional<archive::Entry>& entry = *next;
    if (!entry) return {};
    if (entry->problem) return *entry->problem;
    const auto sink = choose(folded(entry->name));
    if (!sink) return sink.error();
    while (true) {
      const auto got = (*reader)->read(block);
      if (!got) return got.error();
      if (*got == 0) break;
      if (!*sink) continue;
      if (auto done = (*sink)({block.data(), *got}); !done) return done;
    }
  }
}

base::Result<Package> Package::open(std::span<const std::byte> bytes, const Limits& limits) {
  if (bytes.size() > limits.max_bytes) return beyond_limit("bytes in the file", limits.max_bytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
    return base::Error{base::ErrorCode::unsupported,
                       "XLSX: it is a workbook with a password, or of the old form (.xls)",
                       "save it as .xlsx without a password",
                       {}};
  }
  if (!text.starts_with("PK\x03\x04")) return invalid("it is no zip archive", "save it as .xlsx");
  Package package(text, limits);
  std::size_t kept = 0;
  const auto done = package.walk([&](const std::string& name) -> base::Result<Sink> {
    const auto [at, is_new] = package.parts_.try_emplace(name);
    if (!is_new) return invalid("two of its parts have the same name", "do not trust this file");
    Part& part = at->second;
    part.kept = true;
    return Sink([&part, &kept](std::string_view piece) -> base::Result<void> {
      if (!part.kept) return {};
      if (part.content.size() + piece.size() > kKeptPartBytes || kept + piece.size() > kKeptBytes) {
        kept -= part.content.size();
        part = Part{};
        return {};
      }
      kept += piece.size();
      part.content += piece;
      return {};
    });
  });
  if (!done) return done.error();
  return package;
}

bool Package::has(std::string_view name) const {
  return parts_.contains(folded(name));
}

base::Result<void> Package::read(std::string_view name, const Sink& sink) const {
  const std::string wanted = folded(name);
  const auto at = parts_.find(wanted);
  if (at == parts_.end()) {
    return base::Error{base::ErrorCode::not_found,
                       "XLSX: it has no part '" + std::string(name) + "'",
                       "get a complete copy of the file, or save it anew",
                       {}};
  }
  if (at->second.kept) return sink(at->second.content);
  return walk(
      [&](const std::string& entry) -> base::Result<Sink> { return entry == wanted ? sink : Sink(); });
}

std::string resolve_target(std::string_view source, std::string_view target) {
  std::vector<std::string_view> path;
  const auto append = [&path](std::string_view names) {
    while (!names.empty()) {
      const std::size_t slash = std::min(names.find('/'), names.size());
      const std::string_view name = names.substr(0, slash);
      names.remove_prefix(std::min(slash + 1, names.size()));
      if (name.empty() || name == ".") continue;
      if (name != "..") {
        path.push_back(name);
        continue;
      }
      if (path.empty()) return false;
      path.pop_back();
    }
    return true;
  };
  const std::size_t slash = source.rfind('/');
  const bool relative = !target.starts_with('/');
  if (relative && slash != std::string_view::npos) append(source.substr(0, slash));
  if (!append(target)) return {};
  std::string out;
  for (const std::string_view name : path) {
    if (!out.empty()) out += '/';
    out += name;
  }
  return out;
}

std::string relationships_of(std::string_view part) {
  const std::size_t slash = part.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  return std::string(part.substr(0, name)) + "_rels/" + std::string(part.substr(name)) + ".rels";
}

}  // namespace hinomi::parse::sheet
