#include "app/rule_loading.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/binary.h"
#include "base/hash.h"
#include "base/text.h"
#include "os/directory.h"
#include "os/file.h"
#include "parse/yaml/yaml.h"

namespace hinomi::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kMaxRuleBytes = 8 * 1024 * 1024;
constexpr std::uint64_t kImageSeed = 0x48494e4f4d49;
// Part of the cache's name; raise it with every change of what compile_rules() makes of the same texts.
constexpr std::string_view kCompilerVersion = "1";

bool is_rule_file(std::string_view path) {
  return path.ends_with(".yml") || path.ends_with(".yaml");
}

std::string cache_folder() {
  if (const char* named = std::getenv("XDG_CACHE_HOME"); named != nullptr && *named == '/')
    return std::string(named) + "/hinomi";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::string(home) + "/.cache/hinomi";
  return {};
}

std::string hex(const base::Hash128& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint64_t half : {hash.high, hash.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(half >> shift) & 15];
  }
  return out;
}

std::string cache_name(const std::vector<detect::RuleFile>& files, std::string_view placeholders,
                       const RuleLoading& loading) {
  std::string all;
  base::BinaryWriter writer(all);
  writer.text(kCompilerVersion);
  writer.number(static_cast<std::uint8_t>(loading.window));
  writer.text(placeholders);
  for (const detect::RuleFile& file : files) {
    const base::Hash128 content = base::hash128(file.text, kImageSeed);
    writer.text(file.path);
    writer.number(content.low);
    writer.number(content.high);
  }
  return "rules-" + hex(base::hash128(all, kImageSeed)) + ".image";
}

// The image is followed by its 128-bit hash.
Result<detect::RuleSet> read_image(const std::string& path) {
  // Opening anything but a file could wait for ever.
  const auto info = os::file_info(path);
  if (!info || info->kind != os::FileKind::regular)
    return Error{ErrorCode::not_found, "there is no cache", "", {}};
  auto mapped = os::MappedFile::open(path);
  if (!mapped) return mapped.error();
  std::string_view bytes = mapped->text();
  if (bytes.size() < 16) return Error{ErrorCode::invalid_input, "the cache is too short", "", {}};
  base::BinaryReader sum(bytes.substr(bytes.size() - 16));
  bytes.remove_suffix(16);
  const auto low = sum.number<std::uint64_t>();
  const auto high = sum.number<std::uint64_t>();
  if (base::hash128(bytes, kImageSeed) != base::Hash128{low, high})
    return Error{ErrorCode::invalid_input, "the cache is damaged", "", {}};
  return detect::RuleSet::load(bytes);
}

// A cache that cannot be written is no error: the next start compiles again.
void write_image(const std::string& folder, const std::string& path, const detect::RuleSet& rules) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return;
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  std::string image;
  rules.save(image);
  const base::Hash128 sum = base::hash128(image, kImageSeed);
  base::BinaryWriter writer(image);
  writer.number(sum.low);
  writer.number(sum.high);
  (void)os::replace_file(path, image).has_value();
}

Result<detect::sigma::Placeholders> parse_placeholders(const std::string& path, std::string_view text) {
  detect::sigma::Placeholders placeholders;
  auto documents = parse::yaml::read(text);
  if (!documents) {
    Error error = documents.error();
    error.message = path + ": " + error.message;
    return error;
  }
  for (const auto& document : *documents) {
    if (!document.is_mapping()) {
      return Error{ErrorCode::invalid_input, path + ": the placeholders are no map",
                   "write 'Name: [value, value]' lines", document.where};
    }
    for (const auto& member : document.members) {
      std::vector<std::string>& values = placeholders[member.key];
      if (member.value.is_scalar()) values.push_back(member.value.text);
      for (const auto& item : member.value.items) values.push_back(item.text);
    }
  }
  return placeholders;
}

}  // namespace

Result<std::vector<detect::RuleFile>> read_rule_files(const std::vector<std::string>& folders,
                                                      std::vector<detect::Refusal>* refused) {
  std::vector<detect::RuleFile> files;
  const auto take = [&](const std::string& path) -> Result<void> {
    auto text = os::read_file(path, kMaxRuleBytes);
    if (!text) return text.error();
    files.push_back({path, std::move(*text)});
    return {};
  };
  const auto refuse = [&](const std::string& path, const Error& error) -> Result<void> {
    if (refused == nullptr) return error;
    refused->push_back({.path = path, .where = {1, 1}, .reason = error.message, .remedy = error.remedy});
    return {};
  };
  for (const std::string& folder : folders) {
    auto info = os::file_info(folder);
    if (!info) return info.error();
    if (info->kind != os::FileKind::directory) {
      if (auto taken = take(folder); !taken) return taken.error();
      // The companions of a single rule file belong to it.
      const std::string stem = folder.substr(0, folder.rfind('.'));
      for (const std::string& companion : {stem + ".ja.yml", stem + ".test.yml"}) {
        if (os::file_info(companion)) (void)take(companion).has_value();
      }
      continue;
    }
    auto walked = os::walk_folder(folder);
    if (!walked) return walked.error();
    for (const os::Walked& entry : *walked) {
      Result<void> taken;
      if (entry.kind == os::WalkedKind::unreadable) {
        taken = Error{ErrorCode::io, entry.reason, "check its permissions, and where links lead", {}};
      } else if (entry.kind == os::WalkedKind::file && is_rule_file(entry.path)) {
        taken = take(entry.path);
      }
      if (taken) continue;
      if (auto noted = refuse(entry.path, taken.error()); !noted) return noted.error();
    }
  }
  return files;
}

Result<LoadedRules> load_rules(const RuleLoading& loading, std::vector<detect::RuleFile>* texts) {
  std::string placeholder_text;
  detect::CompileOptions options{.placeholders = {}, .window = loading.window};
  if (!loading.placeholders_file.empty()) {
    auto text = os::read_file(loading.placeholders_file, kMaxRuleBytes);
    if (!text) return text.error();
    auto parsed = parse_placeholders(loading.placeholders_file, *text);
    if (!parsed) return parsed.error();
    options.placeholders = std::move(*parsed);
    placeholder_text = std::move(*text);
  }
  std::vector<detect::Refusal> unread;
  auto files = read_rule_files(loading.folders, &unread);
  if (!files) return files.error();
  // Never in the cached image: what cannot be read now may be readable the next time.
  const auto with_unread = [&](LoadedRules rules) {
    rules.rules.refused.insert(rules.rules.refused.end(), unread.begin(), unread.end());
    return rules;
  };
  const std::string folder = loading.use_cache ? cache_folder() : std::string();
  const std::string path = folder + "/" + cache_name(*files, placeholder_text, loading);
  LoadedRules loaded;
  if (!folder.empty()) {
    if (auto cached = read_image(path)) loaded = {std::move(*cached), true};
  }
  if (!loaded.from_cache) {
    loaded = {detect::compile_rules(*files, options), false};
    if (!folder.empty()) write_image(folder, path, loaded.rules);
  }
  if (texts != nullptr) *texts = std::move(*files);
  return with_unread(std::move(loaded));
}

}  // namespace hinomi::app
