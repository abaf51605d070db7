#include "flow/rule_folder.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/binary.h"
#include "base/hash.h"
#include "base/text.h"
#include "os/file.h"

namespace hinomi::flow {
namespace {

constexpr std::uint64_t kSeed = 0x72756c6573;
constexpr std::size_t kHashDigits = 32;
constexpr std::size_t kMaxKeyBytes = 200;
constexpr std::string_view kTextsMagic = "HNMITEXT";
constexpr std::uint32_t kTextsVersion = 1;
constexpr std::string_view kControlPrefix = "rule_set ";

base::Error damaged(std::string what) {
  return {.code = base::ErrorCode::invalid_input,
          .message = std::move(what) + " is damaged or of another version",
          .remedy = "remove it and start the server again: it is made anew from the rules"};
}

// The YAML document of a file that holds the line (from 1), without the markers around it.
std::string_view document_at(std::string_view text, std::int32_t line) {
  std::size_t begin = 0;
  std::size_t at = 0;
  for (std::int32_t number = 1; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view content = text.substr(at, end - at);
    const std::size_t next = std::min(end + 1, text.size());
    const bool is_marker = content == "---" || content.starts_with("--- ") || content.starts_with("---\r");
    if (is_marker && number > line) return text.substr(begin, at - begin);
    if (is_marker) begin = next;
    at = next;
  }
  return text.substr(begin);
}

}  // namespace

std::string rule_set_hash(std::string_view image) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const base::Hash128 hash = base::hash128(image, kSeed);
  std::string out;
  for (const std::uint64_t half : {hash.high, hash.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(half >> shift) & 15];
  }
  return out;
}

bool is_rule_set_hash(std::string_view text) noexcept {
  return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string image_path(const std::string& rules_folder, std::string_view hash) {
  return rules_folder + "/" + std::string(hash) + ".image";
}

std::string texts_path(const std::string& rules_folder, std::string_view hash) {
  return rules_folder + "/" + std::string(hash) + ".texts";
}

base::Result<detect::RuleSet> load_rule_set(const std::string& rules_folder, std::string_view hash) {
  const std::string path = image_path(rules_folder, hash);
  auto mapped = os::MappedFile::open(path);
  if (!mapped) return mapped.error();
  if (rule_set_hash(mapped->text()) != hash) return damaged("the rule set " + path);
  return detect::RuleSet::load(mapped->text());
}

std::string write_rule_texts(const RuleTexts& texts) {
  std::string out(kTextsMagic);
  base::BinaryWriter writer(out);
  writer.number(kTextsVersion);
  writer.number(static_cast<std::uint32_t>(texts.size()));
  for (const auto& [key, text] : texts) {
    writer.text(key);
    writer.text(text);
  }
  writer.number(base::hash64(out, kSeed));
  return out;
}

base::Result<RuleTexts> read_rule_texts(std::string_view bytes) {
  const base::Error refusal = damaged("the file of rule texts");
  if (bytes.size() < kTextsMagic.size() + sizeof(std::uint64_t) || !bytes.starts_with(kTextsMagic))
    return refusal;
  const std::string_view hashed = bytes.substr(0, bytes.size() - sizeof(std::uint64_t));
  if (base::BinaryReader(bytes.substr(hashed.size())).number<std::uint64_t>() != base::hash64(hashed, kSeed))
    return refusal;
  base::BinaryReader reader(hashed.substr(kTextsMagic.size()));
  if (reader.number<std::uint32_t>() != kTextsVersion) return refusal;
  RuleTexts texts(reader.count(2 * sizeof(std::uint32_t)));
  for (auto& [key, text] : texts) {
    key = reader.text();
    text = reader.text();
  }
  if (!reader.ok() || !reader.rest().empty()) return refusal;
  return texts;
}

RuleKeys rule_keys(const detect::RuleSet& rules) {
  std::unordered_set<std::string> used;
  const auto key_of = [&](const detect::RuleInfo& info) {
    std::string name = info.path;
    for (const std::string* text : {&info.title, &info.name, &info.id}) {
      if (!text->empty()) name = *text;
    }
    name = base::cut_to_bytes(name, kMaxKeyBytes);
    std::string key = name;
    for (int number = 2; !used.insert(key).second; ++number) key = name + "#" + std::to_string(number);
    return key;
  };
  RuleKeys keys;
  for (const detect::DetectionRule& rule : rules.rules) keys.rules.push_back(key_of(rule.info));
  for (const detect::CorrelationEntry& entry : rules.correlation_info)
    keys.correlations.push_back(key_of(entry.info));
  return keys;
}

RuleTexts texts_of(const detect::RuleSet& rules, const std::vector<detect::RuleFile>& files) {
  std::unordered_map<std::string_view, std::string_view> text_of_path;
  for (const detect::RuleFile& file : files) text_of_path.emplace(file.path, file.text);
  const RuleKeys keys = rule_keys(rules);
  RuleTexts texts;
  const auto add = [&](const detect::RuleInfo& info, const std::string& key) {
    const auto found = text_of_path.find(info.path);
    if (found != text_of_path.end()) texts.emplace_back(key, document_at(found->second, info.line));
  };
  for (std::size_t i = 0; i < rules.rules.size(); ++i) add(rules.rules[i].info, keys.rules[i]);
  for (std::size_t i = 0; i < rules.correlations.size(); ++i)
    add(rules.correlation_info[i].info, keys.correlations[i]);
  return texts;
}

base::Result<std::string> store_rule_set(const std::string& rules_folder, const detect::RuleSet& rules,
                                         const RuleTexts& texts) {
  std::string image;
  rules.save(image);
  const std::string hash = rule_set_hash(image);
  // The texts first: where the image is, everything is.
  if (auto written = os::replace_file(texts_path(rules_folder, hash), write_rule_texts(texts)); !written)
    return written.error();
  if (os::file_info(image_path(rules_folder, hash)) && load_rule_set(rules_folder, hash)) return hash;
  if (auto written = os::replace_file(image_path(rules_folder, hash), image); !written)
    return written.error();
  return hash;
}

std::string rule_set_record(std::string_view hash) {
  return std::string(kControlPrefix) + std::string(hash);
}

std::string_view rule_set_of_record(std::string_view record) noexcept {
  if (!record.starts_with(kControlPrefix)) return {};
  record.remove_prefix(kControlPrefix.size());
  return is_rule_set_hash(record) ? record : std::string_view{};
}

}  // namespace hinomi::flow
